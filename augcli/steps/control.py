"""Steps that choose among steps; they work for every kind of dataset."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from augcli.draws import LISTED, PICKED, SHUFFLED, Lots
from augcli.transform import Control, register


@register
class OneOf(Control):
    """Apply one of the steps, each equally likely."""

    lots: ClassVar[Lots] = PICKED

    def turn(self, index: int, lot: int) -> int:
        """Return its index if it is the one that is picked."""
        return index if index == lot else -1


@register
class SomeOf(Control):
    """Apply `n` different steps, in the order they are listed."""

    lots: ClassVar[Lots] = SHUFFLED
    n: int = Field(2, ge=1, description="how many of the steps are applied")

    def turn(self, index: int, lot: int) -> int:
        """Return its index if it is among the first n of a drawn order."""
        return index if lot < self.n else -1


@register
class Sequence(Control):
    """Apply all the steps in order; gives a group one `p`, `only` or `except`."""

    lots: ClassVar[Lots] = LISTED

    def turn(self, index: int, lot: int) -> int:
        """Return its index."""
        return index


@register
class RandomOrder(Control):
    """Apply all the steps, in random order."""

    shuffles: ClassVar[bool] = True
    lots: ClassVar[Lots] = SHUFFLED

    def turn(self, index: int, lot: int) -> int:
        """Return its place in a drawn order."""
        return lot
