"""Drawn splits of series that are read together: each is in one of them, whatever file it is in."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from augcli.dataset.groups import in_both
from augcli.dataset.shares import (
    OTHER,
    SPLITS,
    Own,
    drawn_splits,
    in_last,
    matched,
    numbered,
    refuse_order,
    splits_inside,
)
from augcli.dataset.splits import TRAIN
from augcli.errors import SettingError
from augcli.settings.shares import SplitShares
from augcli.task import Source
from augcli.timeseries.beside import refuse_constants
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.times import moments_of
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.labels import LabelTable
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.places import is_single, places_of

_BY = ("dataset", "split", "by")


def library_of(job: SeriesJob, sources: Sequence[Source]) -> Library:
    """Return the series of files, in the splits that names or columns tell, or that are drawn."""
    told, settings = job.dataset, job.dataset.of_files
    own = [source for source in sources if source.name != told.labels]
    names = [source.name for source in own]
    single = is_single(names, settings)
    found = (source.data for source in sources if source.name == told.labels)
    table = next((LabelTable(data, told) for data in found), None)
    places = places_of(settings, names, single=single) if table is None else table.places(names)
    library = Library(own, settings, places, single=single)
    refuse_constants(settings, library.constants)
    if table is not None:
        library.unnamed += table.unnamed(places)
        library.whose |= table.whose(names)
        library.together = table.groups(names)
        library.remarks = [*table.remarks(names)]
    if (shares := told.shares) and shares.by is not None and told.windows:
        _split_in_time(library, told, shares)
    elif shares:
        entries = list(library.entries.values())
        splits = _drawn(library, entries, job, shares)
        library.take_splits({e.id: split for e, split in zip(entries, splits, strict=True)})
    return library


def _drawn(
    library: Library, entries: Sequence[Entry], job: SeriesJob, shares: SplitShares
) -> Sequence[str]:
    """Return the split of each series: by lot, or the last in an order that `by` tells."""
    own = Own([entry.split for entry in entries], job.dataset.augment)
    if shares.by is None:
        units, labels = list(_units(library, entries, job.dataset)), [e.label for e in entries]
        return drawn_splits(shares, labels, units, job.seed, own)
    if library.single:
        refuse_order(shares)
    times = np.array(list(_times(library, job.dataset, shares.by)))
    moments = np.unique(times, return_inverse=True)[1]
    last_first = (moments.max() - moments).astype(np.uint64)
    strata = np.zeros(len(times), np.int32)
    drawn = splits_inside(shares, strata, moments, last_first, own)
    if shares.group is None:
        return drawn
    return _in_last(shares, drawn, [*_groups(library, job.dataset, shares.group)])


def _in_last(shares: SplitShares, drawn: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Return splits with each group in the last of its own, and in `other` what it has before."""
    told = [SPLITS.index(split if split in SPLITS else TRAIN) for split in drawn]
    codes = in_last(shares, np.array(told, np.int32), numbered(groups)).tolist()
    is_other = (SPLITS[code] == OTHER for code in codes)
    return [OTHER if other else split for other, split in zip(is_other, drawn, strict=True)]


def _times(library: Library, settings: SeriesDatasetSettings, by: str | int) -> Iterator[float]:
    """Yield when each series was, by a column or by the time of its first point.

    What does not say so comes before all.
    """
    if settings.time is not None and str(by) == str(settings.time):
        files = map(library.file, library.files)
        told = [file.begin(row) for file in files for row in range(len(file))]
    else:
        told = [each for _, each in _column(library, settings, by, _BY)]
    known = sorted({text.strip() for text in told if text and text.strip()})
    moments = dict(zip(known, moments_of(known), strict=True)) if known else {}
    if None in moments.values() or not moments:
        text = f"{by!r} is no column of numbers or of dates as 2024-12-31"
        raise SettingError(_BY, text)
    yield from (moments.get((text or "").strip()) or -math.inf for text in told)


def _units(
    library: Library, entries: Sequence[Entry], settings: SeriesDatasetSettings
) -> Iterator[str]:
    """Yield for each series what names the unit that it stays together with."""
    if settings.kept_together is not None:
        yield from _groups(library, settings, settings.kept_together)
        return
    if settings.windows:
        of = {f"{name}#{row}": rows[0] for name, rows in _cut(library) for row in rows}
        yield from (f"{entry.file}#{of[entry.id]}" for entry in entries)
        return
    first: dict[int, str] = {}
    for entry in entries:
        alone = entry.trouble is not None or settings.leaks == "allow"
        yield entry.id if alone else first.setdefault(library.mark(entry.id), entry.id)


def parted(
    library: Library, settings: SeriesDatasetSettings, ours: Collection[str]
) -> Collection[str]:
    """Return which groups that a recipe tells are in an augmented and another split."""
    splits = [entry.split for entry in library.entries.values()]
    if settings.kept_together is None or len(set(splits)) < 2:
        return ()
    return in_both(_groups(library, settings, settings.kept_together), splits, ours)


def _groups(library: Library, settings: SeriesDatasetSettings, group: str | int) -> Iterator[str]:
    """Yield what a column says of each series, or a pattern finds in the path of its file.

    Of a series of which nothing is said or found it is its own place.
    """
    if not library.single:
        cells = _column(library, settings, group, settings.group_key)
        yield from (label or place for place, label in cells)
        return
    ids = list(library.entries)
    found = library.together or matched(ids, settings)
    yield from (found.get(name, name) for name in ids)


def _column(
    library: Library, settings: SeriesDatasetSettings, ref: str | int, key: tuple[str, ...]
) -> Iterator[tuple[str, str | None]]:
    """Yield the place of each series, and what a column says of it."""
    told = settings.model_copy(update={"label": ref, "split": None})
    for name in library.files:
        try:
            file = open_file(library.sources[name], told, single=False)
        except SettingError as error:
            text = f"{ref!r} is no column of {name}: {error}"
            raise SettingError(key, text) from None
        yield from ((f"{name}#{row}", each.label) for row, each in enumerate(file.shapes))


def _cut(library: Library) -> Iterator[tuple[str, list[int]]]:
    """Yield file and windows of each long series."""
    return ((name, rows) for name in library.files for rows in library.file(name).cut())


def _split_in_time(library: Library, settings: SeriesDatasetSettings, shares: SplitShares) -> None:
    """Put the last windows of each series into the test split, and those before into `val`.

    Windows that reach over the end of a split are in none.
    """
    windows = settings.windows
    assert windows is not None
    if settings.time is None or str(shares.by) != str(settings.time):
        column = shares.by if settings.time is None else settings.time
        text = f"windows are in the order of `time`: say `time: {column}` and `by: {column}`"
        raise SettingError(_BY, text)
    if settings.kept_together is not None:
        text = "the last windows of every series are held out, so no group is whole: leave it out"
        raise SettingError(settings.group_key, text)
    if shares.of is not None:
        text = "the last windows of every series are held out: leave `of` out"
        raise SettingError(("dataset", "split", "of"), text)
    found: dict[str, str] = {}
    for name, rows in _cut(library):
        starts = windows.starts((len(rows) - 1) * windows.step + windows.length)
        for row, start in zip(rows, starts, strict=True):
            split = _split_at(start, start + windows.length, starts[-1] + windows.length, shares)
            found |= {f"{name}#{row}": split} if split else {}
    missing = {TRAIN, *shares.held} - set(found.values())
    if missing:
        text = f"there are too few windows: none is left for {' and '.join(sorted(missing))}"
        raise SettingError(("dataset", "split"), text)
    library.keep(found)
    library.take_splits(found)


def _split_at(start: int, end: int, points: int, shares: SplitShares) -> str | None:
    """Return the split that a window lies in, None where it reaches over the end of one."""
    test = points * (1 - (shares.test or 0.0))
    val = test - points * (shares.val or 0.0)
    if end <= val:
        return TRAIN
    if start >= test:
        return "test"
    return "val" if shares.val and start >= val and end <= test else None
