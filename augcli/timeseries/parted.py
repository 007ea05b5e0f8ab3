"""Drawn splits of series that are read together: each is in one of them, whatever file it is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from augcli.dataset.shares import drawn_splits, matched
from augcli.settings.shares import SplitShares
from augcli.task import Source
from augcli.timeseries.formats import open_file
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.listing import is_single, places_of


def library_of(job: SeriesJob, sources: Sequence[Source]) -> Library:
    """Return the series of files, in the splits that names or columns tell, or that are drawn."""
    names = [source.name for source in sources]
    single = is_single(names, job.dataset)
    places = places_of(job.dataset, names, single=single)
    library = Library(sources, job.dataset, places, single=single)
    if shares := job.dataset.shares:
        entries = list(library.entries.values())
        units = list(_units(library, entries, job, shares))
        labels = [entry.label for entry in entries]
        splits = drawn_splits(shares, labels, units, job.seed)
        library.take_splits({e.id: split for e, split in zip(entries, splits, strict=True)})
    return library


def _units(
    library: Library, entries: Sequence[Entry], job: SeriesJob, shares: SplitShares
) -> Iterator[str]:
    """Yield for each series what names the unit that it stays together with."""
    if shares.group is not None:
        yield from _groups(library, entries, job, shares.group)
        return
    first: dict[int, str] = {}
    for entry in entries:
        alone = entry.trouble is not None or job.dataset.leaks == "allow"
        yield entry.id if alone else first.setdefault(library.mark(entry.id), entry.id)


def _groups(
    library: Library, entries: Sequence[Entry], job: SeriesJob, group: str | int
) -> Iterator[str]:
    """Yield what a column says of each series, or a pattern finds in the path of its file."""
    if library.single:
        found = matched([entry.id for entry in entries], str(group))
        yield from (found.get(entry.id, entry.id) for entry in entries)
        return
    told = job.dataset.model_copy(update={"label": group, "split": None})
    for name in library.files:
        file = open_file(library.sources[name], told, single=False)
        yield from (each.label or f"{name}#{row}" for row, each in enumerate(file.shapes))
