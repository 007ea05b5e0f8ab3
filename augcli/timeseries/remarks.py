"""What a person should know of a dataset of series, and of its copies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from augcli.errors import Doubt
from augcli.timeseries.drawing import Copy
from augcli.timeseries.library import Library


def repeats(copies: Iterable[Collection[Copy]]) -> Iterator[str]:
    """Yield how many copies are no new series."""
    found = [each.repeats for some in copies for each in some]
    if own := found.count(-1):
        yield (
            f"{own} copies are their source's own series: each time they were drawn, no step "
            "changed it (`repeats` says which)"
        )
    if others := len(found) - own - found.count(None):
        yield f"{others} copies repeat another copy's params: steps vary too little"


def doubts(library: Library) -> list[Doubt]:
    """Return what was guessed of files, and a person may have to set right."""
    files = () if library.single else map(library.file, library.files)
    found = (file.doubt for file in files if file.doubt)
    return list({each.sentence: each for each in found}.values())


def found_out(library: Library) -> Iterator[str]:
    """Yield what there is to know of files."""
    if library.left_out:
        yield f"{library.left_out} windows reach over the end of a split, and are in none"
    if library.is_parted and (count := library.points_left_out):
        points = "one point is" if count == 1 else f"{count} points are"
        yield f"{points} in no series of a drawn split, and in no output"
    if any(entry.target for entry in library.entries.values()):
        yield "labels are numbers to be predicted: they go along, and what mixes mixes them"
