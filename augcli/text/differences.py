"""What stayed, what went and what came between two texts; for pictures and pages."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal

from augcli.errors import SampleError
from augcli.records.provenance import Record, TextFileRecord, of_forms
from augcli.records.row_records import RowRecord
from augcli.rows.originals import places_of
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile
from augcli.text.formats.open import open_file
from augcli.text.joined import WALL
from augcli.text.parted import splits_of
from augcli.text.protected import SPACELESS
from augcli.text.single import opened

Fate = Literal["same", "gone", "new", "faint"]
Piece = tuple[str, Fate]

_PART = re.compile(f"[^\\W{SPACELESS}]+|.", re.S)
_LONGEST = 600
_BRACKETS = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
_MARKS = {"same": "{}", "gone": "<del>{}</del>", "new": "<ins>{}</ins>"}


def differences(before: str, after: str) -> Iterator[Piece]:
    """Yield what stayed, what went and what came, in order; between several texts stands `|`."""
    old, new = _parts(before), _parts(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for fate, a, b, c, d in matcher.get_opcodes():
        if fate == "equal":
            yield "".join(old[a:b]), "same"
            continue
        if a < b:
            yield "".join(old[a:b]), "gone"
        if c < d:
            yield "".join(new[c:d]), "new"


def _parts(text: str) -> list[str]:
    """Return words and single other characters."""
    return [" | " if part == WALL else part for part in _PART.findall(text)]


def figure(path: Path, record: Record, row: RowRecord | None) -> str:
    """Return an output's text as HTML, a copy's with what differs from its source."""
    try:
        text, source = _in_file(path, record, row) if row else _alone(path, record)
    except SampleError:
        return "(cannot be shown)"
    return marked(source, text)


def marked(source: str, text: str) -> str:
    """Return a text as HTML, with what differs from its source."""
    pieces = differences(source[:_LONGEST], text[:_LONGEST])
    shown = "".join(_MARKS[fate].format(html.escape(piece)) for piece, fate in pieces)
    return f'<div class="text">{shown}{"…" if len(text) > _LONGEST else ""}</div>'


def wording(path: Path, record: Record, row: RowRecord | None) -> list[str]:
    """Return a text with what went and what came in brackets; nothing of one that is as it was."""
    try:
        text, source = _in_file(path, record, row) if row else _alone(path, record)
    except (SampleError, ValueError):
        return []
    pieces = differences(source[:_LONGEST], text[:_LONGEST])
    shown = "".join(_BRACKETS[fate].format(piece) for piece, fate in pieces)
    return [] if text == source else [f"  text: {shown}{'…' if len(text) > _LONGEST else ''}"]


def _alone(path: Path, record: Record) -> tuple[str, str]:
    """Return the text of a file and that of its source, which lies beside it."""
    source = path.with_name(PurePosixPath(record.source).name)
    text = _text_of(path)
    return text, _text_of(source) if source.is_file() and not source.is_symlink() else text


def _text_of(path: Path) -> str:
    return opened(Source(path.name, "", path.read_bytes()), None).content


def _in_file(path: Path, record: Record, row: RowRecord) -> tuple[str, str]:
    """Return the text of a row of a file and that of its source; the originals come first."""
    (told,) = of_forms([record], TextFileRecord)
    settings = TextDatasetSettings.again(told.dataset)
    folder = path.parents[told.output.count("/")]
    file = _opened(path, told.output, settings, tuple(told.files))
    places = _places(folder, told.output, told.originals)
    if row.base_row not in places:
        raise SampleError(f"{told.output} does not have {row.base}")
    return file.row(row.row).text, file.row(places[row.base_row]).text


@lru_cache(1)
def _places(folder: Path, name: str, count: int) -> dict[int, int]:
    return places_of(folder, name, count)


@lru_cache(1)
def _opened(
    path: Path, name: str, settings: TextDatasetSettings, names: tuple[str, ...]
) -> TextFile:
    """Return an output; its rows are found once for all that are shown."""
    source = Source(name, "", path.read_bytes())
    return open_file(source, settings, splits_of(settings, names))
