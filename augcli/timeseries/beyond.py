"""What new series have that none of their sources has, as values that cannot be: told of a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from augcli.plural import few
from augcli.timeseries.copies import CopyColumns
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.library import Library
from augcli.timeseries.making import made_alone
from augcli.timeseries.series import Values

_LOOKED_AT, _POINTS = 8, 1 << 20
"""So many new series, but no other once these have so many points."""
CUT = "some new series have values beyond what their files hold, cut off there (clipped)"
_FEW, _OFTEN = 0.001, 8
_BOUNDS = (1.0, 100.0)
"""What shares and per cent reach, and never leave."""


class _Channels(NamedTuple):
    """What is known of each channel of a series."""

    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    falls: NDArray[np.bool_]
    """Whether it is lower anywhere than before."""
    whole: NDArray[np.object_]
    """Its values, each once, where all are whole numbers; else None."""
    points: NDArray[np.int64]
    """How many values it has."""

    @classmethod
    def of(cls, values: Values) -> _Channels:
        """Return it; of a channel without values nothing is told."""
        lowest, highest = (each.reduce(values, axis=-1) for each in (np.fmin, np.fmax))
        falls = (np.diff(values, axis=-1) < 0).any(axis=-1)
        whole = np.empty(len(values), object)
        for place, row in enumerate(values):
            known = row[~np.isnan(row)]
            whole[place] = np.unique(known) if (known == np.rint(known)).all() else None
        points = np.count_nonzero(~np.isnan(values), axis=-1)
        return cls(lowest, highest, np.asarray(falls), whole, np.asarray(points))


def beyond(library: Library, copies: CopyColumns) -> Iterator[str]:
    """Yield what some new series have that their sources have not."""
    pairs, loud, points = [], False, 0
    step = max(1, len(copies) // _LOOKED_AT)
    for copy in copies.some(range(0, len(copies), step)[:_LOOKED_AT]):
        entry = library.entries[copy.source]
        if points > _POINTS:
            break
        points += entry.channels * entry.length
        file, before = library.file(entry.file), library.series(entry.id).values
        after = made_alone(library, entry, copy.steps).values
        loud |= cuts(file, after)
        names = [*map(repr, file.names)] or [f"channel {n}" for n in range(entry.channels)]
        pairs.append((names, _Channels.of(before), _Channels.of(file.written(after))))
    if loud:
        yield CUT
    yield from _told([each for each in pairs if each[0] == pairs[0][0]])


def cuts(file: SeriesFile, values: Values) -> bool:
    """Return whether more than a thousandth of some values are beyond what a file holds."""
    if file.holds is None:
        return False
    least, most = file.holds
    return bool(((values < least) | (values > most)).mean() > _FEW)


def _told(pairs: Sequence[tuple[Sequence[str], _Channels, _Channels]]) -> Iterator[str]:
    if not pairs:
        return
    names, _, _ = pairs[0]
    before, after = (
        _Channels(*map(np.array, zip(*told, strict=True)))
        for told in ([old for _, old, _ in pairs], [new for _, _, new in pairs])
    )
    lowest, highest = np.fmin.reduce(before.lowest), np.fmax.reduce(before.highest)
    below = (lowest >= 0) & (np.fmin.reduce(after.lowest) < 0)
    yield from _clipped("below 0", "low: 0", names, below)
    for bound in _BOUNDS:
        above = (lowest >= 0) & (highest == bound) & (np.fmax.reduce(after.highest) > bound)
        yield from _clipped(f"above {bound:g}", f"high: {bound:g}", names, above)
    if codes := [names[place] for place in _between(before, after)]:
        text = "are few in sources, and new series have others between them: if they are codes"
        yield f"numbers in {few(codes)} {text}, name them in `point_labels`"
    rise = ~before.falls.any(axis=0) & (lowest < highest) & after.falls.any(axis=0)
    if rise.any():
        told = few(names[place] for place in np.flatnonzero(rise).tolist())
        text = "never falls in sources, but does in new series: where it adds up what came before"
        yield f"{told} {text}, give differences, or name it in `ignore`"


def _between(before: _Channels, after: _Channels) -> Iterator[int]:
    """Yield the channels of few numbers far apart, between which new series have others."""
    for place, (old, new) in enumerate(zip(before.whole.T, after.whole.T, strict=True)):
        if any(own is None for own in (*old, *new)):
            continue
        known = np.unique(np.concatenate(old))
        others = np.setdiff1d(np.concatenate(new), known)
        if not 0 < _OFTEN * len(known) <= before.points[:, place].sum():
            continue
        is_sparse = 2 * len(known) <= known[-1] - known[0] + 2
        if is_sparse and ((others > known[0]) & (others < known[-1])).any():
            yield place


def _clipped(
    what: str, bound: str, names: Sequence[str], places: NDArray[np.bool_]
) -> Iterator[str]:
    """Yield in which channels new series have values where sources have none."""
    if places.any():
        found = np.flatnonzero(places).tolist()
        told = few(names[place] for place in found)
        way = f"`clip: {{{bound}, channels: {found}}}` as the last step keeps them"
        yield f"new series have values {what} in {told}, where their sources have none: {way}"
