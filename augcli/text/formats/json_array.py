"""JSON files that are one list of objects: new ones follow the last, all else byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from augcli.errors import SampleError
from augcli.task import Buffer, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile, in_columns
from augcli.text.formats.jsonl import JsonlFile

_DECODER = json.JSONDecoder()
_KEYS = ("spans", "offsets", "roles", "tags", "encoding")
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


class JsonArrayFile(JsonlFile):
    """A file that is a list of JSON objects."""

    def _find_lines(self) -> None:
        """Find where the objects are; SampleError where they are no list."""
        text = bytes(self.body.data[self.body.start :]).decode()
        at, place = text.index("[") + 1, self.body.start
        at, place = self._after(text, at, place, 0)
        while at < len(text) and text[at] != "]":
            try:
                _, end = _DECODER.raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError) as error:
                told = getattr(error, "msg", "brackets in too many others")
                where = f"line {text.count(chr(10), 0, at) + 1}"
                raise SampleError(f"no list of JSON objects: {told} ({where})") from None
            self.starts.append(place)
            place += len(text[at:end].encode())
            self.ends.append(place)
            at, place = self._after(text, end, place, end)
        if at >= len(text):
            raise SampleError(f"{self.name} is cut off: its list does not end")

    @staticmethod
    def _after(text: str, at: int, place: int, counted: int) -> tuple[int, int]:
        """Return where the next object is, in letters and in bytes, so many letters counted."""
        found = _BETWEEN.match(text, at)
        end = found.end() if found else at
        return end, place + len(text[counted:end].encode())

    def part(self, rows: Sequence[int]) -> bytes:
        """Return a list of some of its objects, between what stands around all."""
        around = (self.body.data[: self.starts[0]], self.body.data[self.ends[-1] :])
        head, tail = (self.body.form.from_plain(bytes(each)) for each in around)
        inside = self._separator_of_objects.join(map(self.raw, rows))
        return head + self.body.encoded(inside) + tail

    def payload(self, rows: Iterable[str]) -> bytes:
        """Return objects with what stands between two of them, encoded."""
        between = self._separator_of_objects
        return self.body.encoded("".join(f"{between}{row}" for row in rows))

    @property
    def _separator_of_objects(self) -> str:
        if len(self) < 2:
            return "," + self.line_end
        return bytes(self.body.data[self.ends[0] : self.starts[1]]).decode()

    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file, new objects after its last one."""
        end, form = self.ends[-1], self.body.form
        yield form.from_plain(bytes(self.body.data[:end]))
        yield from (block for _, block in blocks)
        yield form.from_plain(bytes(self.body.data[end:]))


def is_array(head: str) -> bool:
    """Return whether a text begins as a list of JSON objects."""
    return bool(re.match(r"\ufeff?\s*\[\s*\{", head))


@in_columns("jsonl", (".jsonl", ".ndjson", ".json"), *_KEYS)
def open_json(source: Source, settings: TextDatasetSettings) -> TextFile:
    """Return a file of objects: one a line, or all in a list."""
    head = bytes(source.data[:256]).decode(settings.encoding or "utf-8", "replace")
    return (JsonArrayFile if is_array(head) else JsonlFile)(source, settings)
