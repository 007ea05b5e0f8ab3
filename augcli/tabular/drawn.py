"""What is drawn for new rows: which rows each comes from, and how far it lies between them.

Draws hang on names alone: a new row's key is `Draws(seed).at(file, row, copy)` of its base.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.balance.targets import shares
from augcli.draws import Draws
from augcli.tabular.keys import Keys
from augcli.tabular.reading.table import Codes, Numbers, Rows, Table
from augcli.tabular.transform import Lots, StepDrawn

ROWS = 1 << 16
"""New rows that are made and written at a time."""


class Drawn(Struct, frozen=True):
    """New rows, one entry each; this alone makes their values."""

    method: str
    label: str | None
    base: Rows
    copy: Rows
    """The number of the new row among those of its base."""
    partner: Rows | None = None
    """The row that it lies on the way to."""
    gap: Numbers | None = None
    """How far on that way, 0 the base and 1 the partner."""
    votes: Rows | None = None
    """len × k rows that vote on categories."""
    noise: Lots | None = None
    """Under `noise`, a standard normal number for each column that has a spread."""
    spread: Mapping[int, float] = field(default_factory=dict)
    """The noise's standard deviation by the column's number."""

    categories: Codes | None = None
    """The codes of its categories, a column for each, where they are no row's."""
    steps: tuple[StepDrawn, ...] = ()

    def __len__(self) -> int:
        return len(self.base)

    @property
    def repeats(self) -> NDArray[np.bool_]:
        """Return which of them are their bases as they are."""
        made, changed = np.full(len(self), self.is_made), (step.taken for step in self.steps)
        result: NDArray[np.bool_] = ~np.logical_or.reduce([made, *changed])
        return result

    @property
    def is_made(self) -> bool:
        """Return whether a balance method made something else of their bases."""
        return bool(self.parents) or not (self.noise is None and self.categories is None)

    @property
    def parents(self) -> dict[str, Rows]:
        """Return the rows that a balance method takes values from, several for each, by role."""
        partner = None if self.partner is None else self.partner[:, None]
        told = {"partners": partner, "votes": self.votes}
        return {role: rows for role, rows in told.items() if rows is not None}

    def check(self, rows: Rows) -> None:
        """Raise ValueError where new rows take of others than these, or a draw is none."""
        for role, found in {"bases": self.base, **self.parents}.items():
            if len(found) != len(self):
                raise ValueError(f"draw returned {len(found)} {role} for {len(self)} rows")
            if not np.isin(found, rows).all():
                raise ValueError(f"draw returned {role} that are none of `space.rows`")
        if self.gap is not None and not np.isfinite(np.broadcast_to(self.gap, len(self))).all():
            raise ValueError("draw returned gaps that are no numbers")

    def at(self, where: slice | Rows) -> Drawn:
        """Return some of the rows."""
        arrays = {
            name: values[where]
            for name in self.__struct_fields__
            if isinstance(values := getattr(self, name), np.ndarray)
        }
        noise = None if self.noise is None else self.noise.at(where)
        steps = tuple(step.at(where) for step in self.steps)
        return replace(self, noise=noise, steps=steps, **arrays)

    @property
    def names(self) -> NDArray[np.int64]:
        """Return numbers that tell new rows of a dataset apart, by base and copy."""
        return (self.base.astype(np.int64) << 32) | self.copy

    def pieces(self) -> Iterator[Drawn]:
        """Yield the rows, as many at a time as may be made."""
        return (self.at(slice(start, start + ROWS)) for start in range(0, len(self), ROWS))

    @property
    def shifts(self) -> dict[int, Numbers]:
        """Return the noise that is added, by the column's number."""
        if self.noise is None:
            return {}
        normal = self.noise.params["noise"].T
        widths = sorted(self.spread.items())
        return {index: width * own for (index, width), own in zip(widths, normal, strict=True)}


class Numbered(Struct, frozen=True, dict=True):
    """New rows of several draws, numbered from one to the next."""

    drawn: Sequence[Drawn]

    @cached_property
    def starts(self) -> list[int]:
        """Return the number of the first row of each draw, and of them all."""
        return [0, *accumulate(map(len, self.drawn))]

    def ranges(self, most: int) -> Iterator[range]:
        """Yield the numbers of rows that are made together, of one draw each."""
        for start, end in pairwise(self.starts):
            yield from (range(at, min(at + most, end)) for at in range(start, end, most))

    def at(self, numbers: Sequence[int]) -> Drawn:
        """Return what is drawn for some that are made together."""
        place = bisect_right(self.starts, numbers[0]) - 1
        start = numbers[0] - self.starts[place]
        return self.drawn[place].at(slice(start, start + len(numbers)))


class Streams(Struct, frozen=True):
    """Keys of new rows, from the names of their bases."""

    seed: int
    table: Table
    stage: int = 0
    """How many methods of the recipe have made rows before: each draws other ones."""

    def keys(self, rows: Rows, copies: Rows) -> Keys:
        """Return the key of each (row, copy)."""
        root = Draws(self.seed).at("stage", self.stage) if self.stage else Draws(self.seed)
        files = Keys.of(root.at(part.name) for part in self.table.parts)
        part = self.table.part_of(rows)
        return files[part].at_each(rows - self.table.starts[part]).at_each(copies)

    def order(self, rows: Rows) -> NDArray[np.intp]:
        """Return the places of rows in a drawn order."""
        return np.argsort(self.keys(rows, np.full(len(rows), -1)).keys, kind="stable")

    def spread(self, rows: Rows, wanted: int) -> NDArray[np.int64]:
        """Return how many new rows each gives: all the same, the first in a drawn order 1 more."""
        given = shares(wanted, len(rows), lambda: self.order(rows).tolist())
        return np.frombuffer(given, np.int64)


def allotted(weights: Numbers, wanted: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to weights that add up exactly (largest remainder)."""
    shares = weights / weights.sum() * wanted
    counts: NDArray[np.int64] = np.floor(shares).astype(np.int64)
    rest = wanted - int(counts.sum())
    counts[np.argsort(-(shares - counts), kind="stable")[:rest]] += 1
    return counts
