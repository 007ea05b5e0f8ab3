"""The one door to the terminal: no name shows as what it is not, and no listener is needed.

What people read is escaped here, line by line, so that nothing in a name, a label or a cell can
move the cursor, turn the reading order, or look like a line of its own. Where nobody takes what is
written, or nothing can, it goes on to nowhere: the verdict is the exit code.
"""

from __future__ import annotations

import errno
import io
import os
import re
import select
import shutil
import sys
import textwrap
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TextIO

from augcli.errors import columns

_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
"""What a reader cannot see, or what changes how other letters are seen; \\t and \\n left out."""
_COLOURS = {"error": 31, "warning": 33, "note": 36}
_MARGIN = "    "
_PAD = "\0"
"""Stands for the second column of a wide character; no line has it, as it is escaped."""
_WHOLE: dict[str, Any] = {
    **dict.fromkeys(("break_long_words", "break_on_hyphens"), False),
    **dict.fromkeys(("replace_whitespace", "expand_tabs"), False),
}
"""Paths and numbers stay whole, however long."""
_IN_TEXT = re.compile(f"[{_HIDDEN}]")
_IN_LINE = re.compile(f"[\t\n{_HIDDEN}]")


def escaped(text: object) -> str:
    """Return one line that shows every character, those that cannot be seen as in Python."""
    return _IN_LINE.sub(_as_in_python, str(text))


def escaped_text(text: str) -> str:
    """Return the same of a text of several lines, whose line ends and tabs are meant."""
    return _IN_TEXT.sub(_as_in_python, text)


def _as_in_python(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def say(*lines: object) -> None:
    """Print data to stdout, each argument as one line."""
    _print(sys.stdout, map(escaped, lines))


def say_coloured(line: object, word: str) -> None:
    """Print data to stdout as one line, on a terminal with a word of it in its colour."""
    text = _folded(sys.stdout, escaped(line))
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and word in _COLOURS:
        text = text.replace(f" {word}:", f" \033[{_COLOURS[word]}m{word}\033[0m:", 1)
    _print(sys.stdout, [text])


def say_folded(*lines: object) -> None:
    """Print what is for people to stdout: on a terminal, lines that are too long go on below."""
    _print(sys.stdout, (_folded(sys.stdout, escaped(line)) for line in lines))


def say_command(command: str, rest: str) -> None:
    """Print what to type; on a terminal that is too narrow for it, on two lines for a shell."""
    whole, width = f"{command} {rest}", _width(sys.stdout)
    fits = not width or columns_of(escaped(whole)) <= width
    say(*([whole] if fits else [f"{command} \\", f"    {rest}"]))


def say_text(text: str) -> None:
    """Print a text of several lines to stdout; its names must have been escaped."""
    _print(sys.stdout, [escaped_text(text.removesuffix("\n"))])


def warn(*lines: object) -> None:
    """Print messages to stderr, each argument as one line; on a terminal long ones go on below."""
    _print(sys.stderr, (_folded(sys.stderr, escaped(line)) for line in lines))


def warn_at_once(line: str, stderr: int) -> None:
    """Print a message of our own from within a signal's handler, which may not wait its turn.

    `stderr` is a copy of its handle: what is written to 2 while a codec works is a codec's word.
    """
    with suppress(OSError):
        start = "\n" if os.isatty(stderr) else ""  # after the ^C that a terminal shows
        os.write(stderr, f"{start}{line}\n".encode())


def _folded(stream: TextIO, line: str) -> str:
    """Return a line as it is, on a terminal in parts that fit, of which later ones are indented."""
    width = _width(stream)
    if columns_of(line) <= width or not width:
        return line
    margin = " " * (len(line) - len(line.lstrip()) + len(_MARGIN))
    padded = "".join(mark + _PAD * max(0, columns(mark) - 1) for mark in line)
    parts = textwrap.wrap(padded, width, subsequent_indent=margin, **_WHOLE)
    return "\n".join(parts).replace(_PAD, "")


def _width(stream: TextIO) -> int:
    """Return how many columns a terminal has; 0 where it is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else 0


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(map(columns, text))


def _print(stream: TextIO, lines: Iterable[str]) -> None:
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


class Outlet(io.FileIO):
    """A stream's file that takes everything; `trouble` is why it went nowhere, if it should not."""

    trouble: OSError | None = None

    def write(self, data: Any) -> int:
        """Write what can be, and return how much of it is done with."""
        try:
            while (count := super().write(data)) is None:
                select.select([], [self], [])
        except OSError as error:
            if error.errno != errno.EPIPE:
                self.trouble = error
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return len(data)
        return count


def open_streams() -> Outlet:
    """Have all three streams, whatever a shell closed; return where stdout goes."""
    while (handle := os.open(os.devnull, os.O_RDWR)) < 3:
        pass  # or a file of ours would take the place, and a codec's words go into it
    os.close(handle)
    outlet = Outlet(1, "wb", closefd=False)
    sys.stdout = _text_to(outlet, sys.stdout)
    sys.stderr = _text_to(Outlet(2, "wb", closefd=False), sys.stderr)
    return outlet


def _text_to(outlet: Outlet, before: TextIO | None) -> io.TextIOWrapper:
    encoding = before.encoding if before else None
    return io.TextIOWrapper(io.BufferedWriter(outlet), encoding, "backslashreplace")
