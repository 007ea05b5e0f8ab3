"""Numbers that several runs move: each is looked up once, where it lay before the first of them.

Copied from the nearest place by one run after the other, edges would be off by up to half a pixel
each time.
"""

from __future__ import annotations

from functools import reduce
from typing import Any, Protocol, Self

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


class Run(Protocol):
    """A run of moves, as far as it only copies."""

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the result."""
        ...

    def then(self, later: Self) -> Self:
        """Return this run with the moves of a later one, outside filled as by this."""
        ...

    def copied(self, plane: NDArray[Any]) -> NDArray[Any]:
        """Move a plane by copying the nearest values, 0 where nothing comes from the input."""
        ...


class Trail(Struct, frozen=True, eq=False):
    """Where numbers come from."""

    source: Any
    """What they were before all runs."""
    runs: tuple[Any, ...]
    made: Any = None
    """What came of it; where that is not what is there now, something else has changed it."""

    def to(self, made: Any) -> Trail:
        """Return the same with what came of it."""
        return Trail(self.source, self.runs, made)

    @property
    def whole(self) -> Any:
        """Return all runs as one."""
        return reduce(lambda first, later: first.then(later), self.runs)

    @property
    def hidden(self) -> NDArray[np.bool_] | None:
        """Return which places of the result the frame of an earlier run did not show, if any."""
        planes = (
            Trail(None, self.runs[at:]).whole.copied(np.ones((*run.size[::-1], 1), np.uint8)) == 0
            for at, run in enumerate(self.runs[:-1], 1)
        )
        hidden = [plane[:, :, 0] for plane in planes if plane.any()]
        return reduce(np.bitwise_or, hidden) if hidden else None


def onward(trail: Trail | None, now: Any, run: Run) -> Trail:
    """Return a trail with one more run; it begins with what is there now if nothing leads there."""
    if trail is None or trail.made is not now:
        return Trail(now, (run,))
    return Trail(trail.source, (*trail.runs, run))
