"""Steps that choose among steps; they work for every kind of dataset."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from augcli.draws import LISTED, PICKED, SHUFFLED, Lots, weighted
from augcli.transform import Control, register

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@register
class OneOf(Control):
    """Apply one of the steps, each equally likely, or as likely as its weight is large."""

    weights: tuple[Weight, ...] | None = Field(
        None, description="of each step, where they are not equally likely"
    )

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        told, wanted = self.weights, len(self.steps)
        if told is not None and len(told) != wanted:
            raise ValueError(f"`weights` must be one for each step, {wanted}, not {len(told)}")
        if told is not None and not sum(told):
            raise ValueError("`weights` are all 0, so that no step would be chosen")
        if told is not None and math.isinf(sum(told)):
            raise ValueError("`weights` have a sum that is too large for a number")
        return self

    @property
    def lots(self) -> Lots:
        """Return a pick by the weights."""
        return weighted(self.weights) if self.weights else PICKED

    def turn(self, index: int, lot: int) -> int:
        """Return its index if it is the one that is picked."""
        return index if index == lot else -1


@register
class SomeOf(Control):
    """Apply `n` different steps, in the order they are listed."""

    drawn_by: ClassVar[Lots] = SHUFFLED
    n: int = Field(2, ge=1, description="how many of the steps are applied")

    def turn(self, index: int, lot: int) -> int:
        """Return its index if it is among the first n of a drawn order."""
        return index if lot < self.n else -1


@register
class Sequence(Control):
    """Apply all the steps in order; gives a group one `p`, `only` or `except`."""

    drawn_by: ClassVar[Lots] = LISTED

    def turn(self, index: int, lot: int) -> int:
        """Return its index."""
        return index


@register
class RandomOrder(Control):
    """Apply all the steps, in random order."""

    drawn_by: ClassVar[Lots] = SHUFFLED

    def turn(self, index: int, lot: int) -> int:
        """Return its place in a drawn order."""
        return lot
