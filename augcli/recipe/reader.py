"""Checks the parts of a recipe against what is declared for its kind of dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from augcli.errors import Problem, UsageError, did_you_mean
from augcli.kind import AnyKind, load_kind
from augcli.recipe.document import Document, KeyPath
from augcli.recipe.nearly import meant
from augcli.recipe.wording import about, fault_path, problems, shown
from augcli.registry import Key
from augcli.settings.balance import BalanceSettings
from augcli.settings.base import DatasetSettings, KindName, OutputSettings
from augcli.steps.plugins import load_below
from augcli.transform import CLASSES, RULES, Compound, Transform, catalogue

KINDS: tuple[str, ...] = get_args(KindName)

_UNKNOWN: dict[str, Any] = {
    "dataset": DatasetSettings.model_construct(path=""),
    "output": OutputSettings.model_construct(path=""),
    "balance": None,
    "steps": (),
    "branches": {},
}
"""Stand-ins for what cannot be checked without the kind of dataset."""

Model = TypeVar("Model", bound=BaseModel)


class Reader:
    """Builds the parts of one recipe; a part that is wrong leaves problems and a stand-in."""

    def __init__(self, document: Document, folder: Path):
        self.document = document
        self._folder = folder
        self._is_whole = True
        """Whether all files of steps could be read that are named."""
        self.problems: list[Problem] = list(document.problems)
        self._taken = {(p.file, p.line, p.column) for p in document.problems}
        self._ids: dict[str, KeyPath] = {}
        self._catalogue: Mapping[str, type[Transform]] = {}

    def recipe(self, model: type[Model]) -> Model:
        """Return the recipe; it is complete only if there are no problems."""
        self._load_plugins()
        name = self._kind_name()
        parts = self._parts(name, load_kind(name)) if name else dict(_UNKNOWN)
        given = {key: part for key, part in parts.items() if key in self.document.data}
        return self._validated(model, (), given)

    def _load_plugins(self) -> None:
        """Import the files of steps that the recipe names."""
        named = self.document.at(("plugins",))
        known: dict[Key, str] = {}
        for index, name in enumerate(named if isinstance(named, list) else ()):
            try:
                for kind, step in load_below(self._folder, str(name)):
                    first = known.setdefault((kind, step), str(name))
                    if first != name:
                        text = f"step {step!r} is declared in {first} and in {name}"
                        self._report(("plugins", index), text)
            except UsageError as error:
                self._is_whole = False
                self._report(("plugins", index), str(error))

    def _parts(self, name: str, kind: AnyKind) -> dict[str, Any]:
        self._catalogue = catalogue(name)
        dataset = {"kind": name} if self.document.at(("dataset", "kind")) is not None else {}
        parts: dict[str, Any] = {"steps": self._steps(("steps",))}
        if isinstance(branches := self.document.at(("branches",)), dict):
            parts["branches"] = {name: self._steps(("branches", name)) for name in branches}
        if "dataset" in self.document.data:
            parts["dataset"] = self._validated(kind.dataset_settings, ("dataset",), dataset)
        if "output" in self.document.data:
            parts["output"] = self._validated(kind.output_settings, ("output",), {})
        if self.document.data.get("balance") is not None:
            parts["balance"] = self._balance(kind)
        return parts

    def _balance(self, kind: AnyKind) -> BaseModel:
        """Return the settings of the method that is asked for, or of several in a list."""
        asked = self.document.at(("balance",))
        if not isinstance(asked, list):
            return self._method(kind, ("balance",))
        if kind.chained is None or not asked:
            text = "is one method" if asked else "lists methods, and this list is empty"
            self._report(("balance",), f"`balance` {text}")
            return BalanceSettings()
        methods = tuple(self._method(kind, ("balance", n)) for n in range(len(asked)))
        try:
            return kind.chained.model_validate({"chained": methods})
        except ValidationError as error:
            if not self.problems:
                told = error.errors()[0]["msg"].removeprefix("Value error, ")
                self._report(("balance",), f"`balance`: {told}")
        return BalanceSettings()

    def _method(self, kind: AnyKind, path: KeyPath) -> BaseModel:
        first, *others = kind.balances
        if not others or self.document.at((*path, "method")) is None:
            return self._validated(kind.balances[first], path, {})
        name = self._one_of((*path, "method"), list(kind.balances))
        if name is None:
            return BalanceSettings()
        return self._validated(kind.balances[name], path, {"method": name})

    def _kind_name(self) -> str | None:
        """Return the kind that is meant, None where it cannot be told or is not there."""
        path = ("dataset", "kind")
        default = DatasetSettings.model_fields["kind"].default
        name = default if self.document.at(path) is None else self._one_of(path, KINDS)
        if name and available_kind(name) is None:
            self._report(path, f"kind {name!r} is not available in this version")
            return None
        return name

    def _one_of(self, path: KeyPath, names: Sequence[str]) -> str | None:
        """Return the name at a path; where it is wrong, say so and go on with the nearest."""
        name = self.document.at(path)
        if name in names:
            return str(name)
        expected = f"expected one of {', '.join(names)}, got {shown(name)}"
        near = did_you_mean(name, names) if isinstance(name, str) else ""
        self._report(path, about(path, expected + near))
        return next((each for each in names if repr(each) in near), None)

    def _steps(self, path: KeyPath) -> Any:
        steps = self.document.at(path)
        if not isinstance(steps, list):
            return steps
        return tuple(self._step((*path, index)) for index in range(len(steps)))

    def _step(self, path: KeyPath) -> Transform:
        self._gather(path)
        name = self._step_name(path)
        if name is None:
            return Transform.model_construct()
        cls = self._catalogue[name]
        path = (*path, name)
        self._list_classes(cls, path)
        self._check_id(path)
        inner = {"steps": self._steps((*path, "steps"))} if self._has_steps(cls, path) else {}
        step = self._validated(cls, path, inner)
        if isinstance(step, Compound):
            self._check_n(step, path)
        return step

    def _gather(self, path: KeyPath) -> None:
        """Move the classes that stand beside a step's name to its parameters."""
        step = self.document.at(path)
        rules = [key for key in RULES if key in step] if isinstance(step, dict) else []
        names = [key for key in step if key not in RULES] if rules else []
        if len(names) != 1 or not isinstance(step[names[0]], dict | None):
            return
        inside = step[names[0]] = step[names[0]] or {}
        for rule in rules:
            if rule in inside:
                self._report((*path, rule), f"`{rule}` stands in {names[0]!r}, too", key=True)
            inside[rule] = None
            self.document.move((*path, rule), (*path, names[0], rule))

    def _list_classes(self, cls: type[Transform], path: KeyPath) -> None:
        """Make a list of one class where a parameter names some."""
        told = self.document.at(path)
        fields = cls.model_fields.items() if isinstance(told, dict) else ()
        for key in (each.alias or name for name, each in fields if CLASSES in each.metadata):
            if not isinstance(told.get(key), list | dict | None):
                self.document.put_in_list((*path, key))

    def _has_steps(self, cls: type[Transform], path: KeyPath) -> bool:
        return issubclass(cls, Compound) and self.document.at((*path, "steps")) is not None

    def _step_name(self, path: KeyPath) -> str | None:
        """Return the name of the transform that a step means, None where it is wrong."""
        step = self.document.at(path)
        names = list(step) if isinstance(step, dict) else [step]
        if len(names) > 1:
            self._refuse_names(path, names)
        elif not names or not isinstance(names[0], str):
            self._report(path, f"expected the name of a step, got {shown(step)}")
        elif names[0] not in self._catalogue:
            if not self._is_whole:
                return None  # it may be declared in what cannot be read
            near = meant(names[0], self._catalogue)
            self._report((*path, names[0]), f"unknown step {names[0]!r}{near}", key=True)
        else:
            return names[0]
        return None

    def _refuse_names(self, path: KeyPath, names: list[str]) -> None:
        hint = ""
        if self.document.at((*path, names[0])) is None:
            hint = f"; indent the parameters of {names[0]!r} deeper than its name"
        message = f"a step has one name, got {names[0]!r} and {names[1]!r}{hint}"
        self._report((*path, names[1]), message, key=True)

    def _validated(self, model: type[Model], path: KeyPath, built: dict[str, Any]) -> Model:
        """Return the model of the data at a path, with some of its values already built."""
        try:
            told = {"folder": self._folder}
            return model.model_validate(self._data(path, built), strict=True, context=told)
        except ValidationError as error:
            if self._names_from_numbers(error, path):
                return self._validated(model, path, built)
            for problem in problems(error, model, self.document, path):
                self._add(problem)
            return model.model_construct()

    def _data(self, path: KeyPath, built: dict[str, Any]) -> Any:
        data = self.document.at(path)
        if data is None and path[0] in ("steps", "branches"):
            data = {}
        return {**_tuples(data), **built} if isinstance(data, dict) else data

    def _names_from_numbers(self, error: ValidationError, path: KeyPath) -> bool:
        """Take numbers in lists of names as they were written, so that class 007 stays 007."""
        found = [
            at
            for detail in error.errors(include_url=False)
            if detail["type"] == "string_type"
            and isinstance((at := fault_path(detail, self.document, path))[-1], int)
            and at in self.document.texts
        ]
        for at in found:
            self.document.replace(at, self.document.texts[at])
        return bool(found)

    def _check_id(self, path: KeyPath) -> None:
        ident = self.document.at((*path, "id"))
        if not isinstance(ident, str):
            return
        if "#" in ident:  # keys of steps without one look like rotate#0
            self._report(
                (*path, "id"), about((*path, "id"), f"must not contain '#', got {ident!r}")
            )
        if (first := self._ids.setdefault(ident, path)) != path:
            place = self.document.place((*first, "id"))
            where = f"{place.line}:{place.column}" if place.line else place.file
            self._report((*path, "id"), f"duplicate id {ident!r}, first at {where}")

    def _check_n(self, step: Transform, path: KeyPath) -> None:
        count, n = len(getattr(step, "steps", ())), getattr(step, "n", 0)
        if n > count > 0:
            message = f"must be at most {count}, its number of steps, got {n}"
            self._report((*path, "n"), about((*path, "n"), message))

    def _report(self, path: KeyPath, message: str, key: bool = False) -> None:
        place = self.document.key_place(path) if key else self.document.place(path)
        self._add(place.problem(message))

    def _add(self, problem: Problem) -> None:
        """Keep a problem, unless the text at its place is already known to be broken."""
        if (problem.file, problem.line, problem.column) not in self._taken:
            self.problems.append(problem)


def available_kind(name: str) -> AnyKind | None:
    """Return the kind of this name, None if it is not there yet."""
    try:
        return load_kind(name)
    except ModuleNotFoundError as error:
        if str(error.name).startswith(f"augcli.{name}"):
            return None
        raise


def _tuples(value: Any) -> Any:
    """Return data with tuples for lists, as frozen models hold them."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
