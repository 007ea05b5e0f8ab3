"""How much hangs on the number of sources, and of copies: no run more, as prefixes are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np
from msgspec import Struct

from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.judge import Rows
from augcli.judges.measures import pooled
from augcli.judges.panel import Panel
from augcli.judges.verdict import Opinion, Point

_PARTS = 4
_SHARES = (1, 2)
"""Of these parts; all of them are known already."""
_COPIES = (1, 2, 5)
_REPEATS = 2
"""Of learners that have a short way through all of them; of others one."""


class Curve(Struct, frozen=True):
    """What learners are shown, to be asked about less of it."""

    panel: Panel
    base: Sequence[Rows]
    rows: Sequence[Rows]
    groups: Sequence[str]
    folds: int
    draws: Draws

    def points(self, opinions: Sequence[Opinion]) -> Iterator[Point]:
        """Yield how learners do on shares of the sources, then with some copies of all.

        The last point is what they did on all of it. A share that fills no folds is none.
        """
        strata = self.panel.strata(self.base[0].labels, _PARTS)
        parts = partition(strata, self.groups, _PARTS, self.draws.at("parts"))
        for share in _SHARES:
            some = parts < share
            groups = list(compress(self.groups, some))
            if len({*groups}) >= 2 * self.folds and np.bincount(strata[some]).max() > 1:
                before, after = ([each.of(some) for each in arm] for arm in (self.base, self.rows))
                without, told = (self._figure(arm, groups) for arm in (before, after))
                yield _point(share / _PARTS, after, without, told)
        key = self.panel.yardstick.figures[0].key
        without = _mean([each.without[key] for each in opinions])
        for copies in (each for each in _COPIES if each < self.rows[0].most):
            fewer = [each.first(copies) for each in self.rows]
            yield _point(1.0, fewer, without, self._figure(fewer, self.groups))
        yield _point(1.0, self.rows, without, _mean([e.with_copies[key] for e in opinions]))

    def _figure(self, rows: Sequence[Rows], groups: Sequence[str]) -> float:
        """Return what all learners come to, on average."""
        key = self.panel.yardstick.figures[0].key
        found = []
        for judge, each in zip(self.panel.judges, rows, strict=True):
            repeats = _REPEATS if judge.held_out else 1
            parts = self.panel.partitions(each, groups, self.folds, repeats, self.draws)
            arm = self.panel.in_folds(judge, each, parts)
            found.append(pooled(arm, self.draws)[key])
        return _mean(found)


def _point(share: float, rows: Sequence[Rows], without: float, told: float) -> Point:
    count = len(rows[0].labels)
    return Point(share, count, len(rows[0].sources) / count - 1, without, told)


def _mean(figures: Sequence[float]) -> float:
    return float(np.mean(figures))
