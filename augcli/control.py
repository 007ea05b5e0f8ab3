"""Steps that choose among steps; they work for every kind of dataset."""

from __future__ import annotations

from collections import abc
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from augcli.draws import Draws, integers, orders
from augcli.transform import Control, register

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@register
class OneOf(Control):
    """Apply one of the steps, each equally likely."""

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return one index."""
        return [draws.integer(0, len(self.steps) - 1)]

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return the index of one step in its column, -1 in the others."""
        import numpy as np

        indices = np.arange(len(self.steps))
        return np.where(integers(keys, len(self.steps))[:, None] == indices, indices, -1)


@register
class SomeOf(Control):
    """Apply `n` different steps, in the order they are listed."""

    n: int = Field(2, ge=1, description="how many of the steps are applied")

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return n different indices, ascending."""
        return sorted(draws.order(len(self.steps))[: self.n])

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return the indices of n steps in their columns, -1 in the others."""
        import numpy as np

        ranks = np.argsort(orders(keys, len(self.steps)), axis=1)
        return np.where(ranks < self.n, np.arange(len(self.steps)), -1)


@register
class Sequence(Control):
    """Apply all the steps in order; gives a group one `p`, `only` or `except`."""

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return every index."""
        return range(len(self.steps))

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return every index in its column."""
        import numpy as np

        return np.tile(np.arange(len(self.steps)), (len(keys), 1))


@register
class RandomOrder(Control):
    """Apply all the steps, in random order."""

    shuffles: ClassVar[bool] = True

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return every index, shuffled."""
        return draws.order(len(self.steps))

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return for each step when its turn is."""
        import numpy as np

        return np.argsort(orders(keys, len(self.steps)), axis=1)
