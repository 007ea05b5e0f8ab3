"""What a person should know of a dataset of series, and of its copies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from augcli.again import Again
from augcli.balance.classes import one_class
from augcli.dataset.groups import apart
from augcli.errors import Doubt
from augcli.plural import few, several
from augcli.rows.opened import copied
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.library import Library
from augcli.timeseries.numbered import unclear_numbers


def repeats(found: Sequence[int | None]) -> Iterator[Again]:
    """Yield how many copies are no new series, by what each repeats."""
    if own := found.count(-1):
        told = several(own, "copy is its", "copies are their")
        text = "source's own series: each time they were drawn, no step changed it"
        yield Again(own, f"{told} {text} (`repeats` says which)")
    if others := len(found) - own - found.count(None):
        told = several(others, "copy repeats", "copies repeat")
        yield Again(others, f"{told} another copy's params: steps vary too little")


def doubts(library: Library, ours: Collection[str]) -> list[Doubt]:
    """Return what was guessed of files, and whose series are in one of our splits and another."""
    files = () if library.single else map(library.file, library.files)
    found = (file.doubt for file in files if file.doubt)
    return [*{each.sentence: each for each in found}.values(), *_crossing(library, ours)]


def _crossing(library: Library, ours: Collection[str]) -> Iterator[Doubt]:
    """Yield which columns tell of whom series are, of which some are in two splits."""
    shares = library.settings.shares
    if library.settings.kept_together is not None:
        return
    entries, whose = library.entries.values(), library.whose
    splits = [entry.split for entry in entries]
    for name in dict.fromkeys(name for told in whose.values() for name in told):
        cells = [whose[e.file][name][e.row] if name in whose[e.file] else None for e in entries]
        yield from apart({name: cells}, splits, ours, shares.by if shares else None)


def columns(files: Sequence[SeriesFile]) -> Iterator[str]:
    """Yield what was taken of columns of files that nobody named."""
    for name in dict.fromkeys(file.untimed for file in files if file.untimed):
        text = "has texts that are no times: points are taken in the order of their rows"
        yield f"the column of times {name!r} {text}"
    for found, text in _LOOKS.items():
        if names := [*dict.fromkeys(name for file in files for name in file.looks.get(found, ()))]:
            yield text.format(few(map(repr, names)))
    if beside := [*dict.fromkeys(name for file in files for name in file.beside)]:
        text = "called otherwise than the points, go along as they are; `channels` names points"
        yield f"numbers in {few(map(repr, beside))}, {text}"


_LOOKS = {
    "marked": "numbers in {} are not all written alike, and go along as they are",
    "grouped": "numbers in {}: '.' may stand between thousands, as no number has other than three "
    'digits behind it; if it does, say `decimal: ","`',
    "thousands": "numbers in {}: a mark before three digits stands between thousands; if it stands "
    "before decimals, say so by `decimal`",
    "timely": "numbers in {} are taken for points, though they are called or rise as times do: "
    "`time` names these, and `ignore` what goes along as it is",
    "shuffled": "numbers in {} rise by the same once they are in order, but rows are not in it, "
    "and points are taken in the order of rows: if these are times, say so by `time`",
    "unread": "texts in {} are called as times are, and can be read as none without doubt, so that "
    "points are in the order of rows: write 2024-12-31T08:30, or name them in `ignore`",
    "dated": "times in {} are taken for labels of points, and move with these: `time` names the "
    "column of times, and `ignore` what goes along as it is",
    "pointed": "arrays {} have an entry for each point, and new series have that of their source: "
    "where steps move points, it stands beside others",
    "mingled": "times in {} do not rise from row to row, and points are taken in the order of "
    "rows: if these tell when points were, say so by `time`; if not, name them in `ignore`",
}


def found_out(library: Library) -> Iterator[str]:
    """Yield what there is to know of files."""
    splits = {name: place.split for name, place in library.places.items()}
    yield from copied(splits, library.sources.values(), "series")
    yield from library.remarks
    yield from one_class(library.spelled[False] & library.spelled[True])
    yield from unclear_numbers(library.open_labels, library.settings.label)
    yield from columns([] if library.single else [*map(library.file, library.files)])
    if library.left_out:
        windows = several(library.left_out, "window reaches", "windows reach")
        yield f"{windows} over the end of a split: left out"
    if library.is_parted and (count := library.points_left_out):
        points = several(count, "point is", "points are")
        yield f"{points} in no series of a drawn split, and in no output"
    if any(entry.target for entry in library.entries.values()):
        yield "labels are numbers to be predicted: they go along, and what mixes mixes them"
