"""A starter recipe for time series: what was found, and careful steps to begin with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from augcli.dataset.files import Bounds, head_of, readable
from augcli.dataset.formats import format_at
from augcli.dataset.layout import folders_in_starter, told_in_starter
from augcli.dataset.splits import TRAIN, meaning
from augcli.dataset.units import Dataset
from augcli.draft import Asked, Draft, quoted
from augcli.errors import DoubtError, SampleError, SettingError
from augcli.plural import several
from augcli.settings.base import ColumnRef
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import SeriesFormat
from augcli.timeseries.formats.grid import TextGrid, is_number
from augcli.timeseries.likely import Curves, curves_in
from augcli.timeseries.listing import scan

_TABLES = (".csv", ".tsv", ".txt", ".dat")
_KNOWN = (".csv", ".tsv")
"""Endings of tables that say so."""
_OPENED = 3
_HEAD = 4096
"""Bytes that tell whether a file is one of numbers."""
_CELLS = re.compile(r"[^\s,;|]+")
_ENOUGH = 20
"""Series that splits can be drawn of."""
_LONE = "# one series: what is to be held out of it is to be cut off beforehand, at its end"
_TIMED = (
    "# one series: to hold out its end say `windows: {length: N, stride: N}` and "
    "`split: {test: last 20%, by: "
)
_DRAWN = "split: {test: 0.2}    # no splits were found; sets series aside, class by class"
_BALANCE = "balance: {target: max}  # all classes as large as the largest"
_STEPS = (
    "steps:                  # see `augment transforms` and `augment preview`",
    "  - jitter: {sigma: 0.03}",
    "  - time_warp: {speed: [0.8, 1.25]}",
)


def starter(asked: Asked) -> Draft | None:
    """Return what a recipe says of the series at a path; None where there are none."""
    files = readable(asked.path)
    known = Counter(filter(None, (format_at(SeriesFormat, each.name) for each in files)))
    certain = [form for form in known if form.certain]
    if not certain:
        return _of_tables(asked, files)
    form = max(certain, key=lambda each: (known[each], each.name)).name if len(known) > 1 else None
    others = ", ".join(sorted({each.name for each in known} - {form}))
    told = [f"format: {form}            # there are files of {others}, too"] if form else []
    return _draft(asked, told, {"format": form}, [_BALANCE])


def _of_tables(asked: Asked, files: Sequence[Path]) -> Draft | None:
    """Return what a recipe says of tables whose first rows look like series."""
    named = [each for each in files if each.suffix.lower() in _TABLES]
    tables = [e for e in named if e.suffix.lower() in _KNOWN or _has_numbers(e)] or named
    said = {each: meaning(each.name) for each in tables}
    judges = next(
        filter(None, ([e for e in tables if said[e] == s] for s in (TRAIN, None))), tables
    )
    smallest = min(judges, key=lambda each: each.stat().st_size, default=None)
    opened = dict.fromkeys((*judges[:_OPENED], *([smallest] if smallest else [])))
    found = [_curves(each) for each in opened]
    first = max(filter(None, found), key=lambda each: each.label is not None, default=None)
    if first and any(each is None or not each.is_like(first) for each in found):
        first = None
    if first is None:
        return _draft(asked, [_UNSURE], {}, []) if asked.insists else None
    given: dict[str, Any] = {"layout": first.layout, "time": first.time, "id": first.id}
    label = asked.column if asked.column is not None else first.label
    told = list(_told(first, label))
    if tables[0].suffix.lower() not in _KNOWN:
        given["format"] = "csv"
        told.insert(0, "format: csv            # whatever its name says")
        if len(tables) > 1:
            given["include"] = _names(asked.path, tables, named)
            told.append(f"include: {quoted(given['include'])}")
        else:
            draft = _draft(replace(asked, path=tables[0]), told, given | {"label": label}, [])
            return replace(draft, path=tables[0])
    return _draft(asked, told, given | {"label": label}, [] if label is None else [_BALANCE])


def _names(path: Path, tables: Sequence[Path], files: Sequence[Path]) -> list[str]:
    """Return what names tables of series: their endings; each, where words lie beside."""
    if len(tables) == len(files):
        return [f"**/*{each}" for each in sorted({table.suffix for table in tables})]
    return [table.relative_to(path).as_posix() for table in tables]


def _has_numbers(path: Path) -> bool:
    """Return whether most lines that a file begins with are of numbers more than of words."""
    lines = head_of(Bounds.at(path), path.name, _HEAD).decode(errors="replace")
    rows = [_CELLS.findall(line) for line in lines.splitlines() if line.strip()]
    counts = [(sum(map(is_number, row)), len(row)) for row in rows]
    return 2 * sum(2 * numbers > count for numbers, count in counts) > len(counts)


_UNSURE = "# layout: wide         # wide: a row is a series; long: it is a point of one"


def _told(curves: Curves, label: ColumnRef | None) -> Iterator[str]:
    """Yield the lines on what rows and columns are."""
    means = "a row is a series" if curves.layout == "wide" else "a row is a point in time"
    yield f"layout: {curves.layout}           # a guess: {means}; if not: init --kind tabular"
    if curves.time is not None:
        yield f"time: {quoted(curves.time)}"
    if curves.id is not None:
        why = (
            "counts the rows, and is no point of a series"
            if curves.layout == "wide"
            else "tells series apart"
        )
        yield f"id: {quoted(curves.id)}    # it {why}"
    if curves.marks:
        marks = ", ".join(map(quoted, curves.marks))
        yield f"point_labels: [{marks}]    # few values: they move with their points"
    if label is not None:
        yield f"label: {quoted(label)}"
    elif curves.layout == "wide":
        yield "# label: NAME         # the column of the class, where there is one"


def _lone(time: ColumnRef | None) -> str:
    """Return the line on what can be held out of one series, whose points may have a time."""
    return _LONE if time is None else f"{_TIMED}{quoted(time)}}}`"


def _curves(path: Path) -> Curves | None:
    with suppress(SampleError, SettingError):
        return curves_in(TextGrid(path.name, path.read_bytes(), SeriesDatasetSettings.again({})))
    return None


def _draft(asked: Asked, told: list[str], given: Mapping[str, Any], balance: list[str]) -> Draft:
    path, count, splits = asked.path, 0, list[str]()
    alone = {path.name: TRAIN} if path.is_file() else {}
    with suppress(SettingError):  # a run that is tried will tell it
        try:
            listed = scan(SeriesDatasetSettings.again({**given, "splits": alone}), path)
        except DoubtError as error:
            if not error.doubt.guess or error.doubt.guess.items() <= given.items():
                raise
            guess = error.doubt.guess
            lines = [f"{key}: {quoted(each)}" for key, each in guess.items()]
            return _draft(asked, [*told, *lines], {**given, **guess}, balance)
        count = sum(len(listed.inputs(row)) for row in range(len(listed)))
        splits = _splits(listed, list(alone), given)
    found = f"{several(count, 'file')} of series" if count else ""
    rest = ("copies: 2               # new series per series", *balance, *_STEPS)
    return Draft("timeseries", "series", found, (*splits, *told), rest)


def _splits(listed: Dataset, alone: list[str], given: Mapping[str, Any]) -> list[str]:
    """Return the lines on splits: those of names, or what can be held out."""
    if "labels" in given:
        return [] if listed.held_out else [_DRAWN]
    files = [name for row in range(len(listed)) for name in listed.inputs(row)]
    many = files if listed.uncounted else alone
    if told := told_in_starter(many) if many else folders_in_starter(listed.ids):
        return told
    shared = many and listed.uncounted and listed.splits == [TRAIN]
    if shared or len(listed) >= _ENOUGH:
        return [_DRAWN]
    return [_lone(given.get("time"))] if len(listed) == 1 else []
