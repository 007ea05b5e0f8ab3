"""A transform of time series: a pure function of a series, its params and its partners."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar, Protocol

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.draws import Draws, ManyDraws
from augcli.foreign import derived_from
from augcli.params import Columns, rounded, rounded_many, texts_of
from augcli.ranges import Constant, Spread
from augcli.timeseries.series import Partners, Series, Values, stacked, unstacked
from augcli.transform import Params, Transform


class Peers(Protocol):
    """The other series of a split, by their ids."""

    def pick(self, draws: Draws, count: int, *, of: str | None = None) -> list[str]:
        """Return so many others, drawn; fewer where there are no more.

        `of` is a class: that of the series itself where none is named, `*` for any, `!` for any
        but its own. Sounds with other channels come with as many as the series itself has.
        """
        ...

    def nearest(self, count: int) -> list[str]:
        """Return the others of the class that are nearest, by Euclidean or else DTW distance."""
        ...


class Facts(Struct, frozen=True):
    """What `make_params` may know of a series."""

    channels: int
    length: int
    peers: Peers


@derived_from
class SeriesTransform(Transform):
    """Base of all steps for time series."""

    kind: ClassVar[str] = "timeseries"
    other_share: ClassVar[str | None] = None
    """Which parameter is the partner's share of the class of what it makes; None if it has none."""
    several: ClassVar[frozenset[str]] = frozenset()
    """Parameters of parts of a series: one value for all of these changes nothing."""

    @classmethod
    def target_after(cls, params: Params, own: float, others: Sequence[float]) -> float:
        """Return the number that a series stands for after the step."""
        if cls.other_share is None:
            return own
        return own + float(params[cls.other_share]) * (others[0] - own)

    def refusal(self, facts: Facts) -> str | None:
        """Return why a series cannot have this step, None if it can."""
        return None

    def many_params(self, draws: ManyDraws, channels: int, length: int) -> Iterable[str | None]:
        """Return the params of many outputs of such a shape as JSON.

        None where each is to be drawn by itself, by its facts. One without the partners that it
        needs is not applied.
        """
        return repeat(None) if self.asks_facts else self.texts_of_many(draws)

    @classmethod
    def refusal_of(cls, length: int, partners: Sequence[int]) -> str | None:
        """Return why a series cannot be mixed with partners of these lengths, None if it can."""
        return None

    @classmethod
    def is_idle(cls, params: Params) -> bool:
        """Return whether what was drawn changes no series."""
        return False

    @classmethod
    def resizes(cls) -> bool:
        """Return whether there may be more or fewer points after it."""
        return _declares(cls, "length_after")

    @cached_property
    def is_plain(self) -> bool:
        """Return whether all that was drawn means: another series, of the same length and class."""
        asks = self.asks_facts and not isinstance(self, Listed)
        own = any(_declares(type(self), each) for each in ("refusal", "is_idle", "length_after"))
        return not (asks or own or self.mixes)

    @classmethod
    def length_after(cls, params: Params, length: int) -> int:
        """Return how many points there are after the step."""
        return length

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return a stack after the step, each series by its own params; the input stays as it is.

        What `length_after` says is the same for all of them, and so are the lengths of lists in
        their params.
        """
        raise NotImplementedError

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return one series after the step; the input stays as it is."""
        (result,) = unstacked(cls.apply_all(stacked([series]), [params], [partners]))
        return replace(result, label=series.label)

    @classmethod
    def checked(cls, method: str, told: Sequence[Any], made: Any) -> Any:
        """Return what a method of someone else's step made; series are to have their shape."""
        if method not in ("apply", "apply_all"):
            return super().checked(method, told, made)
        before, params = told[0].values, told[1][0] if method == "apply_all" else told[1]
        length = cls.length_after(params, before.shape[-1])
        if made.values.shape != (*before.shape[:-1], length) or made.values.dtype != before.dtype:
            shape = f"{made.values.dtype} of {made.values.shape}"
            wanted = f"{before.dtype} of {(*before.shape[:-1], length)}"
            raise ValueError(f"{method} returned values that are {shape}, not {wanted}")
        return made


def _declares(cls: type[SeriesTransform], method: str) -> bool:
    """Return whether a class has a method of its own in the place of that of all."""
    below = cls.__mro__[: cls.__mro__.index(SeriesTransform)]
    return any(method in vars(each) for each in below)


class Listed(SeriesTransform):
    """Base of steps whose params are drawn for many series at once, in lists of a drawn length."""

    counted: ClassVar[str | None] = None
    """The field that says how long the lists are, where they hang on one."""

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Return the params of series of such a shape, in lists of so many numbers."""
        raise NotImplementedError

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Return the params of one output."""
        (text,) = self.many_params(ManyDraws.of([draws]), facts.channels, facts.length)
        params: Params = json.loads(text)
        return params

    def many_params(self, draws: ManyDraws, channels: int, length: int) -> Iterator[str]:
        """Yield the params of many outputs as JSON."""
        drawn = drawn_many(getattr(self, self.counted), draws, self.counted) if self.counted else 0
        counts = np.broadcast_to(drawn, len(draws))
        every = {
            count: self._texts(draws[counts == count], channels, length, count)
            for count in {*counts.tolist()}
        }
        if len(every) == 1:
            return every.popitem()[1]
        return (next(every[count]) for count in counts.tolist())

    def _texts(self, draws: ManyDraws, channels: int, length: int, count: int) -> Iterator[str]:
        return texts_of({}, self.columns(draws, channels, length, count), len(draws))

    @classmethod
    def checked(cls, method: str, told: Sequence[Any], made: Any) -> Any:
        """Return what a method of someone else's step made; columns have a row for each output."""
        if method != "columns":
            return super().checked(method, told, made)
        columns = {name: np.asarray(each) for name, each in made.items()}
        for name, each in columns.items():
            if each.shape[:1] != (len(told[0]),):
                text = f"columns returned {name} of {each.shape}, not of {len(told[0])} rows"
                raise ValueError(text)
        return columns


class OneByOne(SeriesTransform):
    """Base of steps that take series one at a time."""

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return a stack after the step."""
        return stacked([*map(cls.apply, unstacked(stack), params, partners)])

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series after the step; the input stays as it is."""
        raise NotImplementedError


class Moving(SeriesTransform):
    """Base of steps that take the points of a series from other places of its axis."""

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the place of the axis that each point comes from."""
        raise NotImplementedError

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the moved series."""
        positions = [cls.positions(each, stack.length) for each in params]
        return stack.moved(np.array(positions)[:, None])


def column(numbers: Iterable[float]) -> Values:
    """Return a number for each series of a stack, to compute with its values."""
    return np.array([*numbers])[:, None, None]


def drawn(spread: Spread, draws: Draws, name: str) -> Any:
    """Return a spread's value by its name, rounded as all params are."""
    if isinstance(spread, Constant):
        return rounded(spread.value)
    return draws.value(name, spread)


def drawn_many(spread: Spread, draws: ManyDraws, name: str) -> NDArray[Any]:
    """Return a spread's values by its name, one for each place, rounded as all params are."""
    return rounded_many(spread.draw_many(draws.at(name)))
