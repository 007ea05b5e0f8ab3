"""A transform of time series: a pure function of a series, its params and its partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from augcli.draws import Draws
from augcli.ranges import Spread
from augcli.timeseries.series import Series
from augcli.transform import REGISTRY, Params, Transform, rounded


class Peers(Protocol):
    """The other series of a split, by their ids."""

    def pick(self, draws: Draws, count: int, *, of: str | None = None) -> list[str]:
        """Return so many others, drawn; fewer where there are no more.

        `of` is a class: that of the series itself where none is named, `*` for any, `!` for any
        but its own.
        """
        ...

    def nearest(self, count: int) -> list[str]:
        """Return the others of the class that are nearest, by Euclidean or else DTW distance."""
        ...


@dataclass(frozen=True)
class Facts:
    """What `make_params` may know of a series."""

    channels: int
    length: int
    peers: Peers


class SeriesTransform(Transform):
    """Base of all steps for time series."""

    kind: ClassVar[str] = "timeseries"

    def refusal(self, facts: Facts) -> str | None:
        """Return why a series cannot have this step, None if it can."""
        return None

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Return the params of one output; one without the partners it needs is not applied."""
        return super().make_params(draws, facts)

    @classmethod
    def refusal_of(cls, length: int, partners: Sequence[int]) -> str | None:
        """Return why a series cannot be mixed with partners of these lengths, None if it can."""
        return None

    @classmethod
    def length_after(cls, params: Params, length: int) -> int:
        """Return how many points there are after the step."""
        return length

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series after the step; the input stays as it is."""
        raise NotImplementedError


def transform_named(name: str) -> type[SeriesTransform]:
    """Return the registered transform of this name."""
    cls = REGISTRY["timeseries", name]
    assert issubclass(cls, SeriesTransform)
    return cls


def drawn(spread: Spread, draws: Draws, name: str) -> Any:
    """Return a spread's value by its name, rounded as all params are."""
    return rounded(spread.draw(draws.at(name)))
