"""How a file's text is written: its encoding and line ends, found out or told, and kept.

Readers work on the text in plain form: UTF-8, lines ending in a line feed, which for most files is
the file itself. A byte order mark stays at the beginning.
"""

from __future__ import annotations

import codecs
import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from augcli.errors import SampleError

Held: TypeAlias = bytes | mmap.mmap
"""A file's bytes, read or mapped into memory."""

LINE_END = re.compile(r"\r\n|\n|\r")

_HEAD = 1 << 20
"""How much of a file tells how its lines end."""
_STEP = 1 << 16
"""How much is decoded at a time, small enough for the memory of the step before."""
_MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
"""What Python would put a mark before, each time it encodes, → the same without."""
_NARROW = ("utf-8", "cp1252", "latin-1")
_QUOTED = re.compile(r'"[^"]*"')
_NO_TEXTS = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "ZIP, as .xlsx is one",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xfd7zXZ": "xz",
    b"BZh9": "bzip2",
    b"7z\xbc\xaf": "7z",
    b"%PDF-": "PDF",
    b"SQLite format": "SQLite",
    b"\xd0\xcf\x11\xe0": "Office, as .xls is",
}
"""How files begin that people take for tables, and what they are."""
_SWAPPED = bytes.maketrans(b"\r\n", b"\n\r")
_SWAPPED_TEXT = str.maketrans("\r\n", "\n\r")


class Form(Struct, frozen=True):
    """What a writer must know so that new text looks like the old."""

    encoding: str
    line_end: str

    @property
    def is_plain(self) -> bool:
        """Return whether the file is in plain form."""
        return self.encoding == "utf-8" and self.line_end != "\r"

    @property
    def plain_end(self) -> str:
        """Return how lines end in plain form."""
        return "\n" if self.line_end == "\r" else self.line_end

    def to_plain(self, data: Held) -> Held:
        """Return a file's bytes in plain form; old line ends change places with line feeds."""
        if self.is_plain:
            return data
        text = data[:] if self.encoding == "utf-8" else data[:].decode(self.encoding).encode()
        return text.translate(_SWAPPED) if self.line_end == "\r" else text

    def from_plain(self, text: bytes) -> bytes:
        """Return what `to_plain` was made of."""
        text = text.translate(_SWAPPED) if self.line_end == "\r" else text
        return text if self.encoding == "utf-8" else text.decode().encode(self.encoding)

    def ending(self, data: Held) -> bytes:
        """Return the line end that a file's last line lacks."""
        last = self.line_end[-1].encode(self.encoding)
        is_ended = data[-len(last) :] == last
        return b"" if is_ended else self.line_end.encode(self.encoding)


class LostLine(NamedTuple):
    """A line that is no part of the text, as it cannot be read."""

    number: int
    """From 1."""
    reason: str


class Text(Struct, frozen=True):
    """A file's text in plain form."""

    data: Held
    form: Form
    whole: Held
    """The file's own bytes, without the lines that are lost."""
    lost: tuple[LostLine, ...] = ()
    """Lines that new ones cannot stand beside, as no reader would find them."""

    def without(self, lines: Iterable[tuple[int, int, str]]) -> Text:
        """Return the text without some lines: (start, end, reason), ascending."""
        kept: list[bytes] = []
        lost: list[LostLine] = []
        done, number = 0, 1
        for start, end, reason in lines:
            before = self.data[done:start]
            kept.append(before)
            number += before.count(b"\n")
            lost.append(LostLine(self.number(number), reason))
            done, number = end, number + self.data[start:end].count(b"\n")
        if not lost:
            return self
        data = b"".join([*kept, self.data[done:]])
        every = tuple(sorted({*self.lost, *lost}))
        return replace(self, data=data, whole=self.form.from_plain(data), lost=every)

    @property
    def losses(self) -> str:
        """Return what there is to add where nothing is left of a text."""
        return f"; line {self.lost[0].number}: {self.lost[0].reason}" if self.lost else ""

    def number(self, line: int) -> int:
        """Return the number in the file of a line of what is left, both from 1."""
        for each in self.lost:
            line += each.number <= line
        return line

    def line(self, place: int) -> int:
        """Return the number of the line in the file that a place in the text is in."""
        return self.number(self.data[:place].count(b"\n") + 1)

    @property
    def start(self) -> int:
        """Return where the text begins, after a byte order mark."""
        return after_mark(self.data)

    def head(self, size: int, start: int = 0) -> str:
        """Return so many bytes of the text in plain form, without a byte order mark."""
        start = max(start, self.start)
        return self.data[start : start + size].decode(errors="ignore")

    def lines(self, start: int | None = None) -> Iterator[tuple[int, int]]:
        """Yield start and end of each line from a place on, or of all."""
        start = self.start if start is None else start
        while start < len(self.data):
            end = self.data.find(b"\n", start) + 1 or len(self.data)
            yield start, end
            start = end

    @property
    def content(self) -> str:
        """Return all of the text as the file has it, without a byte order mark."""
        return self.decoded(self.start, len(self.data))

    def decoded(self, start: int, end: int) -> str:
        """Return a part of the text as the file has it."""
        text = self.data[start:end].decode()
        return text.translate(_SWAPPED_TEXT) if self.form.line_end == "\r" else text

    def encoded(self, text: str) -> bytes:
        """Return a text in the file's encoding; UnicodeEncodeError where it cannot hold it."""
        return text.encode(self.form.encoding)

    @property
    def mark(self) -> bytes:
        """Return the file's byte order mark."""
        return self.encoded(_MARK) if self.start else b""


def open_text(name: str, data: Held, told: str | None) -> Text:
    """Return a file's text; SampleError where it is not in the encoding that it should have."""
    if other := next((what for start, what in _NO_TEXTS.items() if _begins(data, start)), None):
        raise SampleError(f"is no text but a file of {other}; unpack it, or export it as CSV")
    possible = _possible(data, told)
    fault = _undecodable(data, possible[0])
    lost = list(_foreign_lines(data)) if fault is not None and told in (None, "utf-8") else []
    if lost:
        form = Form("utf-8", "\r\n" if b"\r\n" in data[:_HEAD] else "\n")
        return Text(data, form, data).without(lost)
    encoding = possible[0] if fault is None else _another(name, data, possible, fault)
    head = codecs.getincrementaldecoder(encoding)().decode(data[:_HEAD])
    form = Form(encoding, line_end_of(head))
    return Text(form.to_plain(data), form, data)


def _foreign_lines(data: Held) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and fault of the few lines that are not UTF-8 in a file that is.

    None where no other line has more than ASCII, in UTF-8 as it should be then.
    """
    if _possible(data, None)[0] != "utf-8":
        return
    start, foreign, native = 0, [], 0
    for line in data[:].splitlines(keepends=True):
        found = None if line.isascii() else _undecodable(line, "utf-8")
        native += found is None and not line.isascii()
        if found is not None:
            foreign.append((start, start + len(line), f"byte {found + 1} of it is not UTF-8"))
        start += len(line)
    if len(foreign) < native:
        yield from foreign


def after_mark(data: Held) -> int:
    """Return where UTF-8 begins after a byte order mark."""
    return len(codecs.BOM_UTF8) if _begins(data, codecs.BOM_UTF8) else 0


def line_end_of(head: str) -> str:
    """Return how the first line ends; line breaks in quotes count only where there are no others.

    A carriage return alone ends lines only where there is no line feed.
    """
    bare = _QUOTED.sub("", head)
    text = bare if LINE_END.search(bare) else head
    before, found, _ = text.partition("\n")
    if found:
        return "\r\n" if before.endswith("\r") else "\n"
    return "\r" if "\r" in text else "\n"


def _another(name: str, data: Held, possible: Sequence[str], bad: int) -> str:
    """Return the first possible encoding that all of a file is in, if not the first of all.

    SampleError, which tells the byte that is not in that, where it is in none of them.
    """
    found = next((each for each in possible[1:] if _undecodable(data, each) is None), None)
    if found:
        return found
    line = len(LINE_END.findall(data[:bad].decode(possible[0], "ignore"))) + 1
    raise SampleError(
        f"{name} is not {possible[0]}: byte {bad}, in line {line}; say which it is by "
        "`dataset.encoding`"
    )


def _possible(data: Held, told: str | None) -> Sequence[str]:
    """Return what a byte order mark or the recipe says, or else what is usual."""
    asked = (told or "").removesuffix("-sig")
    marked = (name for mark, name in _MARKS if name.startswith(asked) and _begins(data, mark))
    known = next(marked, None) or told or _unmarked_wide(data)
    return [_UNMARKED.get(known, known)] if known else _NARROW


def _begins(data: Held, mark: bytes) -> bool:
    return data[: len(mark)] == mark


def _unmarked_wide(data: Held) -> str | None:
    """Return UTF-16 where every other byte is zero, as it is with Latin letters."""
    head = data[:4096]
    halves = (("utf-16-le", head[1::2]), ("utf-16-be", head[::2]))
    return next((name for name, half in halves if 2 * half.count(0) > len(half)), None)


def _undecodable(data: Held, encoding: str) -> int | None:
    """Return the place of the first byte that is not in an encoding; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, max(1, len(data)), _STEP):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _STEP], final=start + _STEP >= len(data))
        except UnicodeError as error:  # rare encodings do not tell the place
            return start - held + getattr(error, "start", 0)
    return None
