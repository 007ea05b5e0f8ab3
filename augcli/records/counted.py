"""What is counted of a line of the journal; the records in it stay as they were written.

There may be millions: a reader that makes no more than this takes a fifth of the time, and the
lines of the manifest are copied.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import UNSET, DecodeError, Raw, Struct, convert, field
from msgspec.json import Decoder

from augcli.once import kept
from augcli.records.lines import dump_line
from augcli.task import Count, Plain


class Named(Struct):
    """A step that was applied."""

    name: str


class Labelled(Struct):
    """An object in a picture."""

    label: Any


class Told(Struct):
    """What is counted of an output."""

    output: str
    sha256: str
    split: Any = None
    copy: int | None = None
    steps: list[Named] = field(default_factory=list)
    targets: list[Labelled] = field(default_factory=list)
    repeats: Any = UNSET
    group: Any = UNSET
    beside: dict[str, Any] = field(default_factory=dict)


class Entry(Struct, dict=True):
    """An output's record, as it was written, and what tells the output as untouched."""

    record: Raw
    stat: list[int] | None
    listed: bool

    @kept
    def told(self) -> Told:
        """Return what is counted of the record."""
        try:
            return _TOLD.decode(self.record)
        except DecodeError:  # names that are no Unicode
            return convert(json.loads(bytes(self.record)), Told)

    @property
    def line(self) -> str:
        """Return the record's line of the manifest."""
        return bytes(self.record).decode() + "\n"


class Line(Struct):
    """A source."""

    source: str
    split: str
    label: str | None
    base: str
    inputs: list[str]
    request: Plain
    checksum: str | None
    stamp: str | None
    stat: list[Any] | None
    sha256: dict[str, str]
    failure: Plain | None
    notes: list[str]
    outputs: list[Entry]
    counts: list[Count]
    failures: list[Plain]
    repeats: int = 0
    value_sha256: str | None = None
    partners_sha256: str | None = None
    short: list[Any] = field(default_factory=list)


def line_of(text: bytes) -> Line:
    """Return what is counted of a line that is a record."""
    try:
        return _LINE.decode(text)
    except DecodeError:
        told = json.loads(text)
        outputs = [each | {"record": _raw(each["record"])} for each in told["outputs"]]
        return convert(told | {"outputs": outputs}, Line)


def _raw(record: Plain) -> Raw:
    return Raw(dump_line(record).rstrip().encode())


_LINE, _TOLD = Decoder(Line), Decoder(Told)
