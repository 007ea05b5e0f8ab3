"""Rows repeated, blurred, or left out by lot."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec.structs import replace
from pydantic import Field

from augcli.tabular.drawn import Drawn
from augcli.tabular.methods.base import TableBalance, UnderSampler, register_method
from augcli.tabular.methods.smote import blurred, by_lot, copies_of_rows
from augcli.tabular.reading.table import Rows
from augcli.tabular.space import Space


@register_method
class RandomOver(TableBalance):
    """Repeat rows as they are, each equally often."""

    compares: ClassVar[bool] = False
    method: Literal["random_over"] = "random_over"

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return copies."""
        return [copies_of_rows(space, label, wanted)], []


@register_method
class Rose(TableBalance):
    """Menardi & Torelli, Random over-sampling examples, DMKD 28, 2014.

    A row, and normal noise of `shrinkage` · h · σ of the class, h = (4 / ((d + 2) n))^(1/(d + 4)).
    """

    revision: ClassVar[int] = 2

    method: Literal["rose"] = "rose"
    shrinkage: float = Field(1.0, ge=0, le=10, description="factor of the noise")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return blurred copies."""
        drawn = replace(copies_of_rows(space, label, wanted), method=self.method)
        places = space.members(label)
        numbers = space.points(places).numbers
        count, columns = numbers.shape
        width = self.shrinkage * (4 / ((columns + 2) * count)) ** (1 / (columns + 4))
        spread = {
            column.index: float(f"{width * deviation:.9g}")
            for column, deviation in zip(space.table.numeric, numbers.std(axis=0), strict=True)
        }
        return [blurred(space, drawn, spread)], []


@register_method
class RandomUnder(UnderSampler):
    """Leave rows out by lot."""

    compares: ClassVar[bool] = False
    method: Literal["random_under"] = "random_under"

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return the first of a drawn order."""
        return by_lot(space, label, count)
