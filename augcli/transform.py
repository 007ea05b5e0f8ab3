"""A transform is declared once, here: its parameters, its draws, and what they mean.

A transform is a frozen pydantic model. Its fields are what a recipe may say; `make_params` turns
them into plain JSON for one output and is the only place with randomness; everything after it is
a pure function of those params. `@register` puts the class into REGISTRY under its snake-case
name. Choosers stand for other steps: those that a recipe lists, or a policy's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from operator import getitem
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, WithJsonSchema

from augcli.draws import Draws, Lots, ManyDraws
from augcli.errors import SettingError
from augcli.foreign import Declared, derived_from, guarded, is_foreign, origin_of, remember
from augcli.params import Columns, rounded, rounded_many, rows_of, texts_of
from augcli.ranges import Choice, Constant, Normal, Real, Spread, Uniform
from augcli.registry import ANY, Catalogue, Registry, name_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Params = dict[str, Any]

Label = str | frozenset[str] | None
"""The class of a sample, or all of its classes."""

CLASSES = "classes"
"""Marks fields that hold names of classes."""

RULES = ("only", "except")
"""Parameters that may stand beside the name of a step, too."""

_DRAWN = (Uniform, Choice, Normal)

REGISTRY: Registry[type[Transform]] = Registry()
"""(kind, name) → class; kind is image, tabular, text, timeseries, or any for controls."""


@derived_from
class Transform(Declared, BaseModel):
    """A named step of a recipe with its ranges; also its own documentation."""

    # a class that no recipe names is never compiled
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)

    kind: ClassVar[str]
    mixes: ClassVar[bool] = False
    """Whether it takes partners: ids of other samples under `partners` in its params."""
    lasting: ClassVar[bool] = False
    """Whether samples get it at any strength, as it gives them the form that training expects."""
    pools: ClassVar[bool] = False
    """Whether they are of a pool that the plan chooses, so that samples stay apart from others."""
    seeded: ClassVar[bool] = False
    """Whether its params end with a seed, for as many more numbers as it needs."""
    lists: ClassVar[frozenset[str]] = frozenset()
    """Fields that are numbers in a recipe, and lists of what was drawn in params."""
    found_out: ClassVar[frozenset[str]] = frozenset()
    """Fields that a run fills in by itself where a recipe leaves them out."""

    p: float = Field(1.0, ge=0, le=1, description="probability that the step is applied")
    only: Annotated[tuple[str, ...], CLASSES] = Field(
        (), description="apply to these classes and no others"
    )
    except_: Annotated[tuple[str, ...], CLASSES] = Field(
        (), alias="except", description="skip these classes"
    )
    id: str | None = Field(None, min_length=1, description="names the step; its draws follow it")

    @property
    def pool(self) -> str:
        """Return the pool that it takes partners from: `any` of the split, those of its `class`."""
        return "any"

    def concerns(self, label: Label) -> bool:
        """Return whether samples of this class, or of any of these, get the step."""
        if isinstance(label, frozenset):
            return (not self.only or bool(label & set(self.only))) and not label & set(self.except_)
        return (not self.only or label in self.only) and label not in self.except_

    def unfit(self, dataset: Any) -> str | None:
        """Return why samples of a dataset with these settings cannot have it, or None."""
        return None

    def named_classes(self) -> Iterator[tuple[tuple[str, int], str]]:
        """Yield the classes that its fields name, each with its place among them."""
        for field, declared in type(self).model_fields.items():
            if CLASSES in declared.metadata:
                for index, name in enumerate(getattr(self, field)):
                    yield (declared.alias or field, index), name

    def at_strength(self, strength: float) -> Self:
        """Return the step with values so much of the way from neutral, and `p` scaled."""
        return self if strength == 1 else self._weaker(strength)

    def _weaker(self, strength: float) -> Self:
        p = self.p if self.lasting else self.p * strength
        moved = {
            field: declared.at_strength(getattr(self, field), strength)
            for field in own_fields(type(self))
            if (declared := declared_range(type(self), field))
        }
        return changed(self, p=p, **moved)

    def prepare(self) -> None:
        """Load what drawing needs, once; raises SettingError for the field that is at fault."""

    def make_params(self, draws: Any, facts: Any) -> Params:
        """Return the params of one output: each range drawn, everything else as declared."""
        if type(self)._drawn is not Transform._drawn:
            return next(self.make_params_of_many(ManyDraws.of([draws])))[0]
        params = self._declared.copy()
        for field, spread in self.spreads:
            params[field] = draws.value(field, spread)
        if self.seeded:
            params["seed"] = draws.at("seed").seed()
        return params

    @property
    def asks_facts(self) -> bool:
        """Return whether its params have a formula of their own, which asks the sample's facts."""
        return type(self).make_params is not Transform.make_params

    def make_params_of_many(self, draws: ManyDraws) -> Iterator[tuple[Params, str]]:
        """Yield what `make_params` returns for each of many outputs, and the same as JSON.

        For steps that ask no facts.
        """
        return rows_of(self._declared, self._drawn(draws), len(draws))

    def texts_of_many(self, draws: ManyDraws) -> Iterator[str]:
        """Yield them as JSON alone."""
        return texts_of(self._declared, self._drawn(draws), len(draws))

    def _drawn(self, draws: ManyDraws) -> Columns:
        columns = {
            field: rounded_many(spread.draw_many(draws.at(field))) for field, spread in self.spreads
        }
        return columns | ({"seed": draws.at("seed").seed()} if self.seeded else {})

    @cached_property
    def _declared(self) -> Params:
        """Return the fields as plain JSON, in their order; None in the place of what is drawn."""
        return {field: _plain(getattr(self, field)) for field in own_fields(type(self))}

    @cached_property
    def spreads(self) -> list[tuple[str, Spread]]:
        """Return the fields of which each output draws a value, each with its range."""
        values = ((field, getattr(self, field)) for field in own_fields(type(self)))
        return [(field, value) for field, value in values if isinstance(value, _DRAWN)]


class Composite(Transform):
    """A step that stands for others; what they are has a say in its outputs."""

    @property
    def parts(self) -> Sequence[Transform]:
        """Return those others, at the strength that they have here."""
        raise NotImplementedError


class Chooser(Composite):
    """A step that stands for others, and decides which of them are applied, and in what order."""

    drawn_by: ClassVar[Lots]
    """The way to draw, where it is the same for all of its kind."""

    @property
    def lots(self) -> Lots:
        """Return what is drawn: a number for each of the steps."""
        return self.drawn_by

    def turn(self, index: int, lot: int) -> int:
        """Return when a step has its turn that drew this lot: before higher ones; -1 is never."""
        raise NotImplementedError

    def choose(self, draws: Draws) -> Sequence[tuple[str, Any]]:
        """Return the steps to apply, in order, with their keys."""
        chosen = _in_turn(self._turns, tuple(self.lots.of_one(draws, len(self.entries))))
        return [self.entries[index] for index in chosen]

    def places(self, draws: ManyDraws) -> NDArray[np.intp]:
        """Return for many (rows) when each step (columns) has its turn; -1 means never."""
        import numpy as np

        count = len(self.entries)
        return np.array(self._turns, np.intp)[np.arange(count), self.lots.of_many(draws, count)]

    @cached_property
    def _turns(self) -> tuple[tuple[int, ...], ...]:
        """Return the turn of each step (rows) for each lot."""
        every = range(len(self.entries))
        return tuple(tuple(self.turn(index, lot) for lot in every) for index in every)

    @cached_property
    def entries(self) -> list[tuple[str, Any]]:
        """Return the steps with their keys; they are of the kind that this is used for."""
        return list(keyed(self.parts))


class Compound(Composite):
    """A step that is made of steps that a recipe lists."""

    steps: Annotated[
        tuple[InstanceOf[Transform], ...],
        WithJsonSchema({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}),
    ] = Field(min_length=1, description="the steps that it is made of")

    @property
    def parts(self) -> Sequence[Transform]:
        """Return the steps as they are listed."""
        return self.steps

    def _weaker(self, strength: float) -> Self:
        """Return the step with weaker ones within; it is applied as often as before."""
        return changed(self, steps=tuple(step.at_strength(strength) for step in self.steps))


class Control(Compound, Chooser):
    """A step that chooses among those that it is made of; for every kind of dataset."""

    kind: ClassVar[str] = ANY


@lru_cache(maxsize=4096)
def _in_turn(turns: tuple[tuple[int, ...], ...], lots: tuple[int, ...]) -> tuple[int, ...]:
    """Return the indices of the steps that have a turn, in order."""
    found = sorted((turn, index) for index, turn in enumerate(map(getitem, turns, lots)))
    return tuple(index for turn, index in found if turn >= 0)


COMMON_FIELDS = frozenset(Transform.model_fields)

T = TypeVar("T", bound=type[Transform])
S = TypeVar("S", bound=Transform)


def register(cls: T) -> T:
    """Class decorator: name the transform after its class and put it into REGISTRY."""
    cls.name = name_of(cls.__name__)
    if is_foreign(cls):
        cls.origin = origin_of(cls)
        guarded(cls, cls.checked)
    REGISTRY.add((cls.kind, cls.name), cls)
    remember(cls, lambda: REGISTRY.add((cls.kind, cls.name), cls))
    return cls


def catalogue(kind: str) -> Catalogue[type[Transform]]:
    """Return name → class of the transforms and controls that a kind of dataset can use."""
    return Catalogue(REGISTRY, kind)


@cache
def own_fields(cls: type[Transform]) -> tuple[str, ...]:
    """Return the parameters beyond the common ones, the class's own before those it inherits."""
    fields = [field for field in cls.model_fields if field not in COMMON_FIELDS]
    return tuple(sorted(fields, key=lambda field: field not in cls.__annotations__))


def declared_range(cls: type[Transform], field: str) -> Real | None:
    """Return the declaration of a numeric parameter, or None where it is not a number."""
    return next((m for m in cls.model_fields[field].metadata if isinstance(m, Real)), None)


def changed(step: S, **values: Any) -> S:
    """Return a step with other values of some fields."""
    fields = type(step).model_fields
    told = {fields[name].alias or name: getattr(step, name) for name in step.model_fields_set}
    return type(step).model_validate(told | values)


def _plain(value: Any) -> Any:
    if isinstance(value, _DRAWN):
        return None
    if isinstance(value, Constant):
        return rounded(value.value)
    return list(value) if isinstance(value, tuple) else value


def keyed(steps: Sequence[S]) -> Iterator[tuple[str, S]]:
    """Yield (key, step): the id, or the name with its occurrence number among its siblings."""
    seen: Counter[str] = Counter()
    for step in steps:
        yield step.id or f"{step.name}#{seen[step.name]}", step
        seen[step.name] += not step.id


def taken(
    entries: Sequence[tuple[str, S | Chooser]], root: Draws, label: Label, parent: Draws
) -> Iterator[tuple[S, Draws]]:
    """Yield the steps that apply to one output, in order, each with its own stream.

    `entries` are steps with their keys, `root` is the output's stream, and `parent` that of the
    control around them. A step's stream hangs on its id, or else on its path of keys, alone:
    inserting, removing or editing another step changes none of its draws.
    """
    for key, step in entries:
        here = root.at(step.id) if step.id else parent.at(key)
        if (step.only or step.except_) and not step.concerns(label):
            continue
        if step.p < 1 and here.at("p").uniform() >= step.p:
            continue
        if isinstance(step, Chooser):
            yield from taken(step.choose(here.at("order")), root, label, here)
        else:
            yield step, here


def plain_step(step: Transform) -> dict[str, Any]:
    """Return a step in recipe form, all defaults filled in."""
    fields = step.model_dump(mode="json", by_alias=True, exclude={"steps"})
    if isinstance(step, Compound):
        fields["steps"] = [plain_step(inner) for inner in step.steps]
    return {step.name: fields}


def walk(steps: Sequence[Transform]) -> Iterator[Transform]:
    """Yield every step, and those that it stands for."""
    for step in steps:
        yield step
        if isinstance(step, Composite):
            yield from walk(step.parts)


def located(
    steps: Sequence[Transform], path: tuple[str | int, ...] = ("steps",)
) -> Iterator[tuple[tuple[str | int, ...], Transform]]:
    """Yield every step that acts by itself, with the path of its parameters in a recipe."""
    for index, step in enumerate(steps):
        here = (*path, index, step.name)
        yield here, step
        if isinstance(step, Control):
            yield from located(step.steps, (*here, "steps"))


def prepare(steps: Sequence[Transform]) -> None:
    """Load what drawing needs before work is shared out; SettingError where a step cannot."""
    for here, step in located(steps):
        try:
            step.prepare()
        except SettingError as error:
            raise SettingError((*here, *error.path), str(error)) from error
