"""A pipeline of another library → steps, and what could not be turned."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field
from pydantic import ValidationError

from augcli.errors import RecipeError, did_you_mean
from augcli.image.transform import ImageTransform
from augcli.others.calls import Arguments, Call, Step, UnturnedError, says_something
from augcli.others.origin import GENERATOR, LIBRARIES, origin
from augcli.others.rules import Library, Rule
from augcli.others.source import written
from augcli.others.tree import calls_of
from augcli.recipe.document import Place
from augcli.recipe.reader import available_kind
from augcli.recipe.yaml_text import decode, parse
from augcli.transform import Compound, Transform, catalogue, walk

MAX_BYTES = 1_000_000
_MISFITS = (TypeError, ValueError, ArithmeticError, IndexError)
"""What comes of arguments of another form than a formula reckons with."""
_TREE = re.compile(r"__class_fullname__|\A(?:\s|#[^\n]*\n|---)*[A-Za-z_]\w*\s*:")
_LINK = re.compile(r"\[([^]]+)\]\((\w+\.md)[^)]*\)")
"""Of one page of the docs to another."""
_NAMES = frozenset(name for library in LIBRARIES for name in library.by_name) | {GENERATOR}
_ANOTHER = "another pipeline of the file; a recipe has one"
_IN_PLAIN_WORDS = re.compile(r"[\w./ -]*[A-Za-z_][\w./ -]*")


class Left(Struct, frozen=True):
    """Something of a pipeline that is not in the steps, and why."""

    place: Place
    name: str
    why: str

    def __str__(self) -> str:
        return f"line {self.place.line}: {self.name}: {self.why}"


class Turned(Struct):
    """The steps of a pipeline, and what is left of it."""

    library: str
    steps: list[Step] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def makes_floats(self) -> bool:
        """Return whether values of pictures may become floats."""
        steps = walk([*map(built, self.steps)])
        return any(isinstance(each, ImageTransform) and each.makes_floats for each in steps)

    def lines(self) -> list[str]:
        """Return the lines of `steps` in a recipe; what is left is told in comments."""
        told = [f"  # not turned: {each}" for each in self.left]
        return [f"steps:                  # from {self.library}", *map(_line, self.steps), *told]


def _line(step: Step) -> str:
    return f"  - {shown(step)}"


def turned(data: bytes, file: str) -> Turned:
    """Return the steps of a pipeline in a file; RecipeError for what is none, with its place."""
    if len(data) > MAX_BYTES:
        raise RecipeError([Place(file).problem(f"larger than {MAX_BYTES:,} bytes")])
    text, problems = decode(data, file)
    if problems:
        raise RecipeError(problems)
    is_tree = bool(_TREE.search(text))
    found = [calls_of(parse(text, file))] if is_tree else written(text, file, _NAMES)
    call, *others = (whole(each, Place(file, 1, 1)) for each in found)
    available_kind("image")
    library = origin(call, text, serialised=is_tree)
    turner = Turner(library)
    steps = turner.of_arguments(call) if library.of_arguments else turner.steps([call])
    passed = [Left(each.place, each.name, _ANOTHER) for each in others]
    return Turned(library.name, steps, [*turner.left, *passed])


def whole(value: Any, place: Place) -> Call:
    """Return the one call that is the pipeline."""
    if isinstance(value, list) and value and all(isinstance(each, Call) for each in value):
        return Call("Compose", value[0].place, {}, [value])
    if isinstance(value, Call):
        return value
    told = "a Compose, a serialised pipeline or a dict of ImageDataGenerator's arguments"
    raise RecipeError([place.problem(f"this is no pipeline: expected {told}")])


class Turner:
    """Turns the calls of one library; what it cannot turn it keeps.

    Without `told_chance` a step is applied always unless the call itself says how likely.
    """

    def __init__(self, library: Library, *, told_chance: bool = True):
        self.library = library
        self.left: list[Left] = []
        self._told_chance = told_chance

    def steps(self, calls: Iterable[Call], *, forced: bool = False) -> list[Step]:
        """Return the steps of calls, one after the other; forced ones are applied always."""
        return [step for call in calls for step in self._of_call(call, forced)]

    def of_arguments(self, call: Call) -> list[Step]:
        """Return the steps of a call whose arguments each are something to do."""
        values = {name: value for name, value in call.named.items() if says_something(value)}
        for name in values.keys() - self.library.by_name.keys():
            self._leave(call, name, self._unknown(name, "argument"))
        rules = dict.fromkeys(self.library.by_name[name] for name in self.library.by_name)
        told = [rule for rule in rules if not rule.shared and values.keys() & set(rule.names)]
        steps: list[Step] = []
        for rule in told:
            one = Call(rule.names[0], _first_place(call, rule), values)
            steps += self._of_rule(rule, one, forced=True, arguments=self.arguments(rule, one))
        return steps

    def _of_call(self, call: Call, forced: bool) -> Sequence[Step]:
        rule = self.library.by_name.get(call.name)
        if rule is None:
            self._leave(call, call.name, self._unknown(call.name, "transform"))
            return []
        arguments = self.arguments(rule, call)
        steps = self._of_rule(rule, call, forced=forced, arguments=arguments)
        usual = self.library.usual_of(call.name)
        if unasked := arguments.unasked(self.library.silent, usual) if steps else []:
            self._leave(call, call.name, f"without {', '.join(unasked)}")
        return steps

    def arguments(self, rule: Rule, call: Call) -> Arguments:
        """Return the arguments of a call, as a rule asks for them."""
        steps = partial(self._inner, call)
        chances = [each.named.get("p", self.library.chance_of(each.name)) for each in call.inner]
        return Arguments(call.values(rule.order.split()), steps, chances)

    def _inner(self, call: Call, forced: bool) -> list[list[Step]]:
        return [self.steps([each], forced=forced) for each in call.inner]

    def _of_rule(
        self, rule: Rule, call: Call, *, forced: bool, arguments: Arguments
    ) -> Sequence[Step]:
        try:
            if rule.turn is None:
                raise UnturnedError(_LINK.sub(r"\1 (docs/\2)", rule.note))
            steps = [*map(_checked, rule.turn(arguments))]
            return (
                steps if forced or rule.weighs else self._with_chance(steps, call.name, arguments)
            )
        except UnturnedError as error:
            self._leave(call, call.name, str(error))
        except _MISFITS:
            self._leave(call, call.name, "its arguments are not such as it takes")
        return []

    def _with_chance(self, steps: list[Step], name: str, arguments: Arguments) -> list[Step]:
        """Return steps that are applied as likely as the call was."""
        usual = self.library.chance_of(name) if self._told_chance else 1
        chance = arguments.number("p", usual)
        if chance >= 1 or not steps:
            return steps
        if len(steps) > 1:
            return [{"sequence": {"p": chance, "steps": steps}}]
        told = steps[0]
        return [{told: {"p": chance}}] if isinstance(told, str) else [_likely(told, chance)]

    def _unknown(self, name: str, what: str) -> str:
        return f"no such {what} in {self.library.name}{did_you_mean(name, self.library.by_name)}"

    def _leave(self, call: Call, name: str, why: str) -> None:
        self.left.append(Left(call.places.get(name, call.place), name, why))


def _first_place(call: Call, rule: Rule) -> Place:
    """Return where a call has an argument that a rule is for."""
    return next((call.places[name] for name in rule.names if name in call.places), call.place)


def _likely(step: dict[str, Any], chance: float) -> Step:
    (name, params), *_ = step.items()
    return {name: {"p": chance} | params}


def _checked(step: Step) -> Step:
    """Return a step that its declaration allows; UnturnedError where that does not."""
    try:
        built(step)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UnturnedError(f"{shown(step)}: {place}: {first['msg']}") from None
    return step


def built(step: Step) -> Transform:
    """Return the step that a recipe would have of this."""
    name, params = (step, {}) if isinstance(step, str) else next(iter(step.items()))
    cls = catalogue("image")[name]
    if issubclass(cls, Compound):
        params = params | {"steps": tuple(map(built, params["steps"]))}
    return cls.model_validate(params)


def shown(value: Any) -> str:
    """Return plain data as YAML in one line, as a person would write it."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {shown(item)}" for key, item in value.items())
        (first, only), *others = [*value.items(), ("", None)]
        is_step = not others[:-1] and isinstance(only, dict) and bool(others)
        return inner if is_step and first in catalogue("image") else f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(_within_list(item) for item in value)}]"
    if isinstance(value, str) and _IN_PLAIN_WORDS.fullmatch(value):
        return value
    return json.dumps(value)


def _within_list(value: Any) -> str:
    text = shown(value)
    return f"{{{text}}}" if isinstance(value, dict) and not text.startswith("{") else text
