"""Steps that choose among steps; they work for every kind of dataset."""

from __future__ import annotations

from collections import abc

from pydantic import Field

from augcli.draws import Draws
from augcli.transform import Control, register


@register
class OneOf(Control):
    """Apply one of the steps, each equally likely."""

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return one index."""
        return [draws.integer(0, len(self.steps) - 1)]


@register
class SomeOf(Control):
    """Apply `n` different steps, in the order they are listed."""

    n: int = Field(2, ge=1, description="how many of the steps are applied")

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return n different indices, ascending."""
        return sorted(draws.order(len(self.steps))[: self.n])


@register
class Sequence(Control):
    """Apply all the steps in order; gives a group one `p`, `only` or `except`."""

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return every index."""
        return range(len(self.steps))


@register
class RandomOrder(Control):
    """Apply all the steps, in random order."""

    def choose(self, draws: Draws) -> abc.Sequence[int]:
        """Return every index, shuffled."""
        return draws.order(len(self.steps))
