"""What is counted of a line of the journal; the records in it stay as they were written.

There may be millions: a reader that makes no more than this takes a fifth of the time, and the
lines of the manifest are copied.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import UNSET, DecodeError, Raw, Struct, convert, field
from msgspec.json import Decoder

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


class Entry(Struct):
    """An output's record, as it was written, and what tells the output as untouched."""

    record: Raw
    stat: list[int] | None
    listed: bool


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
    told: list[Told] = field(default_factory=list)
    """What is counted of each output."""


class _Entry(Struct):
    record: Told


class _Line(Struct):
    """A source, of which the records of its outputs are read."""

    outputs: list[_Entry]


def line_of(text: bytes) -> Line:
    """Return what is counted of a line that is a record."""
    try:
        line, read = _LINE.decode(text), _READ.decode(text)
    except DecodeError:  # names that are no Unicode
        told = json.loads(text)
        outputs = [each | {"record": _raw(each["record"])} for each in told["outputs"]]
        line, read = convert(told | {"outputs": outputs}, Line), convert(told, _Line)
    line.told = [each.record for each in read.outputs]
    return line


def is_counted(text: bytes) -> bool:
    """Return whether all can be counted of a line that has the fields of a record."""
    try:
        line_of(text)
    except ValueError:
        return False
    return True


def _raw(record: Plain) -> Raw:
    return Raw(dump_line(record).rstrip().encode())


_LINE, _READ = Decoder(Line), Decoder(_Line)
