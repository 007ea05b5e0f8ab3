"""What a person should know of a dataset of series, and of its copies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from augcli.errors import Doubt
from augcli.plural import several
from augcli.task import Again
from augcli.timeseries.copies import Copy
from augcli.timeseries.library import Library


def repeats(copies: Iterable[Collection[Copy]]) -> Iterator[Again]:
    """Yield how many copies are no new series."""
    found = [each.repeats for some in copies for each in some]
    if own := found.count(-1):
        told = several(own, "copy is its", "copies are their")
        text = "source's own series: each time they were drawn, no step changed it"
        yield Again(own, f"{told} {text} (`repeats` says which)")
    if others := len(found) - own - found.count(None):
        told = several(others, "copy repeats", "copies repeat")
        yield Again(others, f"{told} another copy's params: steps vary too little")


def doubts(library: Library) -> list[Doubt]:
    """Return what was guessed of files, and a person may have to set right."""
    files = () if library.single else map(library.file, library.files)
    found = (file.doubt for file in files if file.doubt)
    return list({each.sentence: each for each in found}.values())


def found_out(library: Library) -> Iterator[str]:
    """Yield what there is to know of files."""
    if library.left_out:
        windows = several(library.left_out, "window reaches", "windows reach")
        yield f"{windows} over the end of a split: left out"
    if library.is_parted and (count := library.points_left_out):
        points = several(count, "point is", "points are")
        yield f"{points} in no series of a drawn split, and in no output"
    if any(entry.target for entry in library.entries.values()):
        yield "labels are numbers to be predicted: they go along, and what mixes mixes them"
