"""What was read of a pipeline: calls with arguments, and how a rule looks at those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, field

from augcli.recipe.document import Place

Step: TypeAlias = str | dict[str, Any]
"""A step as a recipe has it: a name, or a name with its parameters."""
Range: TypeAlias = Any
"""A number, or [low, high]."""

BYTE = 255
_FEW_DIGITS = 4
_HOLDING = ("transforms", "transform", "first", "second")
"""Arguments that are transforms within a transform."""


class UnturnedError(Exception):
    """A call that no step can stand for; the message says why."""


class Call(Struct, frozen=True):
    """A name with its arguments, as `Rotate(limit=20)`."""

    name: str
    place: Place
    named: Mapping[str, Any] = field(default_factory=dict)
    listed: Sequence[Any] = ()
    """Those without a name; transforms within a transform, too."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where those with a name are."""
    module: str = ""
    """What is written before the name, as `A` of `A.Rotate`."""

    def values(self, order: Sequence[str]) -> dict[str, Any]:
        """Return the arguments by name; `order` names those that were told without."""
        plain = [value for value in self.listed if not any(map(_is_call, _items(value)))]
        names = order[bool(self.inner) :]
        first = 1 + max(len(order), bool(self.inner))
        others = (f"argument {first + more}" for more in range(len(plain)))
        return dict(zip((*names, *others), plain, strict=False)) | dict(self.named)

    @property
    def inner(self) -> Sequence[Call]:
        """Return the transforms that it holds."""
        held = [self.named.get(key, ()) for key in _HOLDING]
        flat = [item for value in (*self.listed, *held) for item in _items(value)]
        return list(filter(_is_call, flat))


def _is_call(value: Any) -> bool:
    return isinstance(value, Call)


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


class Arguments:
    """The arguments of a call; it notes which were asked for, so that the others can be named."""

    def __init__(
        self,
        values: Mapping[str, Any],
        steps: Callable[[bool], list[list[Step]]],
        chances: Sequence[Any] = (),
    ):
        self._values = values
        self._steps = steps
        self.chances = chances
        """How likely each of the transforms that the call holds is applied."""
        self._asked: set[str] = set()
        self._lacking: list[str] = []

    def within(self, values: Mapping[str, Any]) -> Arguments:
        """Return arguments that were told as one."""
        return Arguments(values, self._steps)

    def lacks(self, what: str) -> None:
        """Note what is meant by the call and is not in its steps."""
        self._lacking.append(what)

    def __contains__(self, name: str) -> bool:
        return self.value(name) is not None

    def value(self, name: str, default: Any = None) -> Any:
        """Return an argument as it was told."""
        self._asked.add(name)
        value = self._values.get(name)
        return default if value is None else value

    def number(self, name: str, default: float) -> Any:
        """Return an argument that is a number."""
        value = self.value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnturnedError(f"{name} is no number")
        return value

    def range(self, name: str, default: Range, by: float = 1) -> Range:
        """Return [low, high], or the one number that both are, divided by a unit."""
        return scaled(self.value(name, default), name, 1 / by)

    def span(self, name: str, default: Range, by: float = 1, about: float = 0) -> Range:
        """Return the same, where one number means as much to both sides."""
        value = self.value(name, default)
        ends = [-value, value] if _is_number(value) else value
        return [tidy(end + about) for end in pair(scaled(ends, name, 1 / by))]

    def size(self, *names: str) -> tuple[int, int]:
        """Return width and height, told as a height and a width or as one side."""
        sides = [self.value(name) for name in names]
        if len(names) == 1:
            sides = sides[0] if isinstance(sides[0], list) else sides * 2
        sides = sides * 2 if len(sides) == 1 else sides
        if len(sides) != 2 or not all(map(_is_number, sides)):
            raise UnturnedError(f"{' and '.join(names)} must be told")
        height, width = sides
        return int(width), int(height)

    def margins(self, name: str) -> dict[str, int]:
        """Return how many pixels are added at each side, told as one, two or four numbers."""
        told = self.value(name, 0)
        sides = told if isinstance(told, list) else [told]
        if len(sides) not in (1, 2, 4) or not all(map(_is_number, sides)):
            raise UnturnedError(f"{name} is neither one, two nor four numbers")
        left, top, right, bottom = map(int, sides * (4 // len(sides)))
        return {"left_px": left, "top_px": top, "right_px": right, "bottom_px": bottom}

    def steps(self, *, forced: bool = False) -> list[Step]:
        """Return the steps of the transforms that the call holds; forced ones have no chance."""
        return [step for steps in self._steps(forced) for step in steps]

    def parts(self, *, forced: bool = False) -> list[Step]:
        """Return the same, where each transform is one step to choose."""
        return [as_one(steps) for steps in self._steps(forced) if steps]

    def choice(self, weights: Sequence[Any], *, forced: bool = False) -> dict[str, Any]:
        """Return the same with their weights, unless those are equal."""
        pairs = zip(self._steps(forced), weights, strict=True)
        told = [(as_one(steps), weight) for steps, weight in pairs if steps]
        shares = [weight for _, weight in told]
        equal = len(set(map(str, shares))) <= 1
        return {"weights": None if equal else shares, "steps": [step for step, _ in told]}

    def unasked(self, without: frozenset[str], usual: Mapping[str, Any]) -> list[str]:
        """Return the arguments that were told and that no one asked for, and what is lacking.

        Those `without` meaning are left out, and those that are as `usual` there.
        """
        others = {name: self._values[name] for name in self._values.keys() - self._asked - without}
        told = {key: value for name in others for key, value in _flat(name, others[name])}
        unlike = (name for name, value in told.items() if _differs(value, usual.get(name)))
        return [*sorted(set(unlike) - without), *dict.fromkeys(self._lacking)]


def as_one(steps: list[Step]) -> Step:
    """Return steps as one of several to choose."""
    return steps[0] if len(steps) == 1 else {"sequence": {"steps": steps}}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield an argument; the settings of an object each by itself, as `bbox_params.min_area`."""
    settings = value.named if isinstance(value, Call) else value
    if not isinstance(settings, dict) or not settings:
        yield name, value
        return
    for inner, each in settings.items():
        yield f"{name}.{inner}", each


def _differs(value: Any, usual: Any) -> bool:
    """Return whether a value is not the usual one; that is nothing where it is not known."""
    if usual is None:
        return says_something(value)
    plain = value.lower() if isinstance(value, str) else value
    return value is not None and plain != usual


def says_something(value: Any) -> bool:
    """Return whether a value is not nothing, or made of nothing else."""
    if isinstance(value, list | dict):
        return any(map(says_something, value.values() if isinstance(value, dict) else value))
    return value is not None and value is not False and value != 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scaled(value: Any, name: str, times: float) -> Range:
    """Return a number or a pair of them times a factor; equal ends become one number."""
    if _is_number(value):
        return tidy(value * times)
    if not (isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))):
        raise UnturnedError(f"{name} is neither a number nor two")
    low, high = sorted(tidy(end * times) for end in value)
    return low if low == high else [low, high]


def tidy(value: float) -> float | int:
    """Return a number with the digits that a person would write."""
    if isinstance(value, int):
        return value
    short = float(f"{value:.{_FEW_DIGITS}g}")
    return int(short) if short.is_integer() else short


def opposite(value: Range) -> Range:
    """Return the range of what is told with the other sign."""
    low, high = (tidy(-end) or 0 for end in reversed(pair(value)))
    return low if low == high else [low, high]


def pair(value: Range) -> list[Any]:
    """Return both ends of a range."""
    return list(value) if isinstance(value, list) else [value, value]
