"""What a recipe may say for a number, and the declaration that bounds it.

In a recipe a number is `3`, `[low, high]`, `{choice: [...]}` or `{normal: [mean, std]}`. Each
becomes a small frozen object that can `draw` a value and say itself again in recipe form
(`plain`). `Real` and `Whole` are what a transform declares: bounds, unit and meaning, from which
validation, JSON Schema, the reference page and the generated invalid values derive.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, partial
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from msgspec import Struct
from msgspec.structs import replace
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from augcli.draws import Drawable, Draws, ManyDraws
from augcli.lazily import Lazily

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = Lazily("numpy")

Number = int | float

_ENDLESS = 1e300
"""Whole numbers can be larger than any float; such are not shown."""


class Spread(Drawable, Protocol):
    """Where a parameter's values come from."""

    def plain(self) -> Any:
        """Return the recipe form."""
        ...

    def extent(self) -> tuple[Number, Number]:
        """Return the lowest and the highest value that can be drawn."""
        ...

    def moved(self, move: Callable[[Number], Number], width: float) -> Spread:
        """Return where moved values come from; what is no value itself becomes so much of it."""
        ...


class _Drawn(Struct, frozen=True):
    """A spread, which its plain form stands for in JSON."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        plain = core_schema.plain_serializer_function_ser_schema(lambda spread: spread.plain())
        return core_schema.is_instance_schema(cls, serialization=plain)


class Constant(_Drawn, frozen=True):
    """Always the same number."""

    value: Number

    def draw(self, draws: Draws) -> Number:
        """Return the value."""
        return self.value

    def draw_many(self, draws: ManyDraws) -> NDArray[Any]:
        """Return the value for each."""
        return np.full(draws.keys.shape, self.value)

    def plain(self) -> Any:
        """Return the recipe form."""
        return self.value

    def extent(self) -> tuple[Number, Number]:
        """Return the lowest and the highest value."""
        return self.value, self.value

    def moved(self, move: Callable[[Number], Number], width: float) -> Constant:
        """Return the moved number."""
        return Constant(move(self.value))


class Uniform(_Drawn, frozen=True, dict=True):
    """Uniform between two numbers; whole numbers include both ends."""

    low: Number
    high: Number
    whole: bool = False
    log: bool = False

    def draw(self, draws: Draws) -> Number:
        """Return a uniform value, of the logarithm where the declaration says so."""
        if self.whole:
            return draws.integer(int(self.low), int(self.high))
        if self.log:
            return math.exp(draws.uniform(*self._logarithms))
        return draws.uniform(self.low, self.high)

    def draw_many(self, draws: ManyDraws) -> NDArray[Any]:
        """Return a uniform value for each; powers one by one, as libraries round them apart."""
        if self.whole:
            return draws.integer(int(self.low), int(self.high))
        if self.log:
            return each_of(math.exp, draws.uniform(*self._logarithms))
        return draws.uniform(self.low, self.high)

    @cached_property
    def _logarithms(self) -> tuple[float, float]:
        return math.log(self.low), math.log(self.high)

    def plain(self) -> Any:
        """Return the recipe form."""
        return [self.low, self.high]

    def extent(self) -> tuple[Number, Number]:
        """Return the lowest and the highest value."""
        return self.low, self.high

    def moved(self, move: Callable[[Number], Number], width: float) -> Uniform:
        """Return the range between its moved ends."""
        return replace(self, low=move(self.low), high=move(self.high))


class Choice(_Drawn, frozen=True):
    """One of several numbers, equally likely."""

    values: tuple[Number, ...]

    def draw(self, draws: Draws) -> Number:
        """Return one of the values."""
        return self.values[draws.integer(0, len(self.values) - 1)]

    def draw_many(self, draws: ManyDraws) -> NDArray[Any]:
        """Return one of the values for each, whole where it is told so."""
        same = len({type(value) for value in self.values}) == 1
        values = np.array(self.values, None if same else object)
        return values[draws.integer(0, len(self.values) - 1)]

    def plain(self) -> Any:
        """Return the recipe form."""
        return {"choice": list(self.values)}

    def extent(self) -> tuple[Number, Number]:
        """Return the lowest and the highest value."""
        return min(self.values), max(self.values)

    def moved(self, move: Callable[[Number], Number], width: float) -> Choice:
        """Return the moved numbers."""
        return Choice(tuple(map(move, self.values)))


class Normal(_Drawn, frozen=True, dict=True):
    """Normally distributed, truncated to the declared bounds (drawn by the inverse cdf)."""

    mean: float
    std: float
    low: float
    high: float

    def draw(self, draws: Draws) -> Number:
        """Return a value of the truncated normal distribution."""
        normal, floor, ceiling = self._truncated
        share = min(max(draws.uniform(floor, ceiling), 1e-16), 1 - 1e-16)
        return min(max(normal.inv_cdf(share), self.low), self.high)

    def draw_many(self, draws: ManyDraws) -> NDArray[Any]:
        """Return a value for each, by the inverse cdf one by one."""
        normal, floor, ceiling = self._truncated
        shares = np.clip(draws.uniform(floor, ceiling), 1e-16, 1 - 1e-16)
        return np.clip(each_of(normal.inv_cdf, shares), self.low, self.high)

    @cached_property
    def _truncated(self) -> tuple[NormalDist, float, float]:
        """Return the distribution, and the shares of it below the two bounds."""
        normal = NormalDist(self.mean, self.std)
        return normal, normal.cdf(self.low), normal.cdf(self.high)

    def plain(self) -> Any:
        """Return the recipe form."""
        return {"normal": [self.mean, self.std]}

    def extent(self) -> tuple[Number, Number]:
        """Return the lowest and the highest value."""
        return self.low, self.high

    def moved(self, move: Callable[[Number], Number], width: float) -> Spread:
        """Return the distribution about the moved mean, so much as wide."""
        mean = float(move(self.mean))
        return replace(self, mean=mean, std=self.std * width) if width else Constant(mean)


def each_of(formula: Callable[[float], float], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a formula makes of each number, one by one."""
    return np.array([*map(formula, values.ravel().tolist())], float).reshape(values.shape)


class Real(Struct, frozen=True):
    """Declares a parameter of real numbers in low..high (both allowed)."""

    low: float
    high: float
    about: str
    unit: str = ""
    log: bool = False
    whole: ClassVar[bool] = False
    neutral: float | None = None
    """The value that changes nothing; None where none does, or more of it is no stronger."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda s: s.plain()),
        )

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> Any:
        number: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        bounds = {"minimum": self.low, "maximum": self.high}
        number |= {key: value for key, value in bounds.items() if math.isfinite(value)}
        forms: list[dict[str, Any]] = [
            number,
            {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
            _single_key("choice", {"type": "array", "items": number, "minItems": 1}),
        ]
        if not self.whole:
            spread = {"type": "number", "exclusiveMinimum": 0}
            pair = {"type": "array", "prefixItems": [number, spread], "minItems": 2, "maxItems": 2}
            forms.append(_single_key("normal", pair))
        return {"anyOf": forms, "description": self.describe()}

    def describe(self) -> str:
        """Return meaning, unit and bounds in a line."""
        log = "; [low, high] is uniform in the logarithm" if self.log else ""
        return f"{self.about} ({self.span()}{log})"

    def span(self) -> str:
        """Return bounds and unit."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{_short(self.low)} to {_short(self.high)}{unit}"

    def parse(self, value: Any) -> Spread:
        """Return the spread that a recipe value means; errors say what was expected."""
        if isinstance(value, Constant | Uniform | Choice | Normal):
            value = value.plain()
        match value:
            case [low, high]:
                return self._uniform(self._number(low, 0), self._number(high, 1))
            case {"choice": [_, *_] as values, **rest} if not rest:
                numbers = [self._number(v, "choice", i) for i, v in enumerate(values)]
                return Choice(tuple(numbers))
            case {"normal": [mean, std], **rest} if not rest and not self.whole:
                return self._normal(mean, std)
            case list() | tuple() | dict():
                raise _wrong(f"expected {self._forms()}", ())
        return Constant(self._number(value))

    def at_strength(self, spread: Spread, strength: float) -> Spread:
        """Return a spread with its values so much of the way from neutral to where they are."""
        if self.neutral is None:
            return spread
        return spread.moved(partial(self._moved, self.neutral, strength), strength)

    def _moved(self, neutral: float, strength: float, value: Number) -> Number:
        if self.log:
            return neutral * math.exp(math.log(value / neutral) * strength)
        moved = neutral * (1 - strength) + value * strength
        return round(moved) if self.whole else moved

    def _forms(self) -> str:
        normal = "" if self.whole else ", {normal: [mean, std]}"
        return f"a number, [low, high], {{choice: [...]}}{normal}"

    def _uniform(self, low: Number, high: Number) -> Spread:
        if low > high:
            raise _wrong(f"[low, high] must be in order, got [{low:g}, {high:g}]", ())
        return Uniform(low, high, whole=self.whole, log=self.log)

    def _normal(self, mean: Any, std: Any) -> Spread:
        mean = float(self._number(mean, "normal", 0))
        if isinstance(std, bool) or not isinstance(std, int | float) or not 0 < std < _ENDLESS:
            raise _wrong("the standard deviation must be a number above 0", ("normal", 1))
        return Normal(mean, float(std), self.low, self.high)

    def _number(self, value: Any, *where: str | int) -> Number:
        kind = "a whole number" if self.whole else "a number"
        allowed = int if self.whole else int | float
        if isinstance(value, bool) or not isinstance(value, allowed):
            expected = kind if where else f"{self._forms()}"
            raise _wrong(f"expected {expected}, got {value!r}", where)
        if not self.low <= value <= self.high:  # also refuses nan
            raise _wrong(f"must be {self._bounds()}, got {_short(value)}", where)
        return value

    def _bounds(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"between {_short(self.low)} and {_short(self.high)}{unit}"


class Whole(Real, frozen=True):
    """Declares a parameter of whole numbers in low..high (both allowed)."""

    whole: ClassVar[bool] = True


def _wrong(message: str, where: tuple[str | int, ...]) -> PydanticCustomError:
    return PydanticCustomError("range", "{text}", {"text": message, "where": list(where)})


def _single_key(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: value},
        "required": [name],
        "additionalProperties": False,
    }


def _short(value: Number) -> str:
    is_short = isinstance(value, float) or abs(value) < _ENDLESS
    return f"{value:g}" if is_short else "a number without end"
