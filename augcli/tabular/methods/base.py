"""What all balance methods share: targets, and the three things that a method can do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.balance.classes import check_class
from augcli.balance.targets import aims
from augcli.foreign import guarded, is_foreign, is_plugin, number_of, remember, taken
from augcli.nearest.points import Points
from augcli.plural import several
from augcli.registry import declared_in
from augcli.settings.balance import Amount, BalanceSettings
from augcli.settings.base import Settings
from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.table import Coded, Codes, Numbers, Rows, Table
from augcli.tabular.space import Search, Space

K = Annotated[int, Field(ge=1, le=1000)]


Share = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Ratio(Settings):
    """A target relative to a class: `{ratio: 0.5, to: healthy}`; or by class, `{sick: 0.5}`."""

    ratio: Share | dict[str, Share] = Field(
        description="share of that class's rows, of all others or by class"
    )
    to: str = Field(description="the class that is counted")


Relative = Literal["max", "median", "min"]
Target = Relative | Amount | dict[str, Amount] | Ratio


class Method(BalanceSettings):
    """What is known of every method; one that says no more wants each class as it is."""

    several: ClassVar[bool] = False
    """Whether rows may have several labels."""
    done: ClassVar[str] = ""
    """When there is nothing to do, if no target says so."""
    cleans: ClassVar[bool] = False
    """Whether rows go for what they are, so that no count can be promised."""
    cleans_new: ClassVar[bool] = False
    """Whether new rows go for that, too."""
    compares: ClassVar[bool] = True
    """Whether it takes features to compare rows by."""
    leaves_out: ClassVar[bool] = False
    """Whether it goes down to its target: it makes no rows."""

    extra: ClassVar[str | None] = None
    """What is to be installed beside augcli for it, if anything."""

    @property
    def name(self) -> str:
        """Return what a recipe calls it."""
        return str(type(self).model_fields["method"].default)

    @property
    def stages(self) -> Sequence[Method]:
        """Return the methods that follow each other: itself alone."""
        return (self,)

    @property
    def search(self) -> Search:
        """Return how neighbours are looked for."""
        return "exact"

    @property
    def is_scaled(self) -> bool:
        """Return whether distances count all columns alike, whatever their units."""
        return False

    @property
    def needs_label(self) -> bool:
        """Return whether it takes classes to say how many rows there are to be."""
        return True

    @property
    def tells_counts(self) -> bool:
        """Return whether it is told numbers of rows."""
        return False

    def lacking(self) -> str | None:
        """Return what is to be installed before it can make rows, None where all is there."""
        return None

    def doubts(self, rows: int) -> Iterator[str]:
        """Yield what a person should know before it makes rows from so many."""
        yield from ()

    def knowing(self, table: Table, rows: Rows) -> Self:
        """Return the same, which knows the rows where these and no target say how many to make."""
        return self

    def targets(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows each class is to have; SettingError for an unknown class."""
        return dict(counts)

    def goals(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows each class comes to have: as wanted, where the method goes there."""
        aims, nearer = self.targets(counts), min if self.leaves_out else max
        return {name: nearer(aims[name], n) for name, n in counts.items()}

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return what is drawn for exactly `wanted` new rows, and remarks; none if it cannot."""
        raise NotImplementedError

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return the places of `count` rows of a class to leave out."""
        raise NotImplementedError

    def unclean(self, points: Points, classes: Codes) -> Rows:
        """Return the places of the rows to leave out for what they are."""
        raise NotImplementedError

    def labels(self, values: Numbers, ours: NDArray[np.bool_]) -> Coded:
        """Return classes of amounts, as `ours` alone tell which are rare."""
        raise NotImplementedError


def stages_of(balance: Method | None) -> Sequence[Method]:
    """Return the methods of a recipe in their order."""
    return balance.stages if balance else ()


KNOWN: dict[str, type[Method]] = {}
"""What a recipe calls it → class, of those that are imported."""
_DECLARED = re.compile(r'^    method: Literal\["(\w+)"\]', re.MULTILINE)


class Methods(Mapping[str, type[Method]]):
    """All methods by name, imported when they are asked for; those too that are declared later."""

    def __init__(self, first: str):
        self.first = first
        """What is meant where none is named."""

    def __getitem__(self, name: str) -> type[Method]:
        if name not in KNOWN and (module := _modules().get(name)):
            import_module(module)
        return KNOWN[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((self.first, *_modules(), *KNOWN)))

    def __len__(self) -> int:
        return len(_modules().keys() | KNOWN.keys())


METHODS = Methods("smote")


@cache
def _modules() -> dict[str, str]:
    """Return the name of each of our methods and its module."""
    return declared_in(__package__, _DECLARED)


M = TypeVar("M", bound=Method)


def register_method(cls: type[M]) -> type[M]:
    """Class decorator: put a method into KNOWN; what other people's makes hangs on their file."""
    name = str(cls.model_fields["method"].default)
    is_taken = name in KNOWN and not (is_plugin(KNOWN[name]) and is_plugin(cls))
    if is_taken or _modules().get(name, cls.__module__) != cls.__module__:
        raise taken(f"balance method {name!r}", KNOWN.get(name), cls)
    if is_foreign(cls):
        cls.revision = number_of(cls)
        guarded(cls, _checked)
    KNOWN[name] = cls
    remember(cls, lambda: KNOWN.update({name: cls}))
    return cls


def _checked(method: str, told: Sequence[Any], made: Any) -> Any:
    """Return what a method of other people's made; ValueError where these are not such rows."""
    if method in ("draw", "surplus"):
        *_, wanted = told
        count = len(made) if method == "surplus" else sum(map(len, made[0]))
        if count != wanted and not (method == "draw" and count == 0):
            raise ValueError(f"{method} returned {count} rows instead of {wanted}")
    if method == "draw":
        for drawn in made[0]:
            drawn.check(told[0].rows)
    return made


class TableBalance(Method):
    """What every method with a target can be told."""

    target: Target = Field(
        "max",
        description="rows per class: those of the largest, the median or the smallest, N, "
        "{class: N}, {ratio: R, to: class}, or {ratio: {class: R}, to: class}",
    )

    @property
    def named_classes(self) -> Collection[str]:
        """Return the classes of a target by class; that of a ratio is looked for with its own."""
        return self.target if isinstance(self.target, dict) else ()

    def _of_ratio(self, target: Ratio, counts: Mapping[str, int]) -> dict[str, int]:
        check_class(target.to, counts, ("balance", "target", "to"))
        if not isinstance(target.ratio, dict):
            goal = int(target.ratio * counts[target.to])
            return {n: count if n == target.to else goal for n, count in counts.items()}
        for name in target.ratio:
            check_class(name, counts, ("balance", "target", "ratio", name))
        return {n: int(share * counts[target.to]) for n, share in target.ratio.items()}

    @property
    def needs_label(self) -> bool:
        """Return whether it is more than a count of rows."""
        return not isinstance(self.target, int)

    @property
    def tells_counts(self) -> bool:
        """Return whether the target is no word for some class's."""
        return not isinstance(self.target, str)

    def targets(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows each class is to have; SettingError for an unknown class."""
        target = self.target
        if isinstance(target, Ratio):
            return {**counts, **self._of_ratio(target, counts)}
        return {**counts, **aims(target, counts)}


class Measuring(Method):
    """What every method that goes by how near rows lie can be told."""

    revision: ClassVar[int] = 2

    distances: Literal["scaled", "raw"] = Field(
        "scaled",
        description="`scaled` counts numbers in standard deviations of their columns, so that none "
        "decides alone which rows are near; `raw` takes them as they stand, as imbalanced-learn "
        "does, and it is told where one does",
    )

    @property
    def is_scaled(self) -> bool:
        """Return whether distances count all columns alike, whatever their units."""
        return self.distances == "scaled"


class Neighbours(Measuring):
    """What every method that makes new rows between neighbours can be told."""

    neighbours: Search = Field(
        "exact",
        description="`approximate` looks at the rows nearby only, where the rows are very many; "
        "the share of the nearest that it finds is measured and told",
    )

    @property
    def search(self) -> Search:
        """Return how neighbours are looked for."""
        return self.neighbours


class NeighbourSampler(Neighbours, TableBalance):
    """A method that makes new rows of classes between neighbours, up to a target."""


class UnderSampler(TableBalance):
    """A method that leaves rows out."""

    leaves_out: ClassVar[bool] = True
    target: Target = Field("min", description=TableBalance.model_fields["target"].description)


class Cleaner(Measuring):
    """A method that leaves out rows where classes overlap; it has no target."""

    cleans: ClassVar[bool] = True
    done: ClassVar[str] = "there is no row that it leaves out"
    clean: Literal["majority", "all"] = Field(
        "majority", description="which rows may go: those of all classes but the smallest, or all"
    )

    def allowed(self, places: Rows, classes: Codes) -> Rows:
        """Return those of the places that may go."""
        if self.clean == "all":
            return places
        others: Rows = places[classes[places] != fewest(classes)]
        return others


def fewest(classes: Codes) -> int:
    """Return the class that has the fewest rows, of those that have any."""
    counts = np.bincount(classes)
    return int(np.where(counts, counts, counts.max() + 1).argmin())


def shrunk(k: int, members: int, label: str) -> tuple[int, list[str]]:
    """Return k, smaller where a class has too few rows for it, and what is to be said."""
    most = max(0, min(k, members - 1))
    text = f"class {label!r} has {several(members, 'row')}: k is {most} instead of {k}"
    return most, [text] if most < k else []
