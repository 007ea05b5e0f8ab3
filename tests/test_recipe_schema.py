"""The JSON Schema accepts recipes, refuses mistakes, and agrees with the loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta
from test_recipe import LONG, SMALL, load
from test_recipe_errors import PARTS, STEPS, TOP
from together import together

from augcli.errors import RecipeError
from augcli.kind import load_kind
from augcli.recipe import read_recipe
from augcli.recipe.reader import available_kind
from augcli.recipe.schema import recipe_schema
from augcli.recipe.yaml_text import parse
from augcli.settings.base import KindName
from augcli.transform import Compound, catalogue, declared_range

KINDS = get_args(KindName)
for each in KINDS:
    available_kind(each)
STEP_CLASSES = {(kind, name): cls for kind in KINDS for name, cls in catalogue(kind).items()}
PAIRS = {
    "image": ["brightness", "rotate"],
    "tabular": ["jitter", "scale"],
    "text": ["eda", "aeda"],
    "timeseries": ["jitter", "drift"],
}
RECIPES = sorted((Path(__file__).parent.parent / "recipes").glob("*.yaml"))
SCHEMA = recipe_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


UNKNOWN = (
    *("is no known encoding", "is no regular expression", "must be less than `bins`"),
    *("there is no program", "there is no file", "must not hold a zero byte"),
)
"""What JSON Schema cannot know."""


def data(text: str) -> dict[str, Any]:
    return parse(text, "r.yaml").data


def definition(kind: str, name: str) -> dict[str, Any]:
    """Return the schema of a step's parameters."""
    schema = SCHEMA["$defs"][f"{kind}_step"]["anyOf"][1]["properties"][name]
    reference = schema.get("anyOf", [schema])[0]["$ref"]
    return SCHEMA["$defs"][reference.removeprefix("#/$defs/")]


def accepts(recipe: dict[str, Any]) -> bool:
    """Return what both say; they must agree, but for what JSON Schema cannot know."""
    schema = VALIDATOR.is_valid(recipe)
    try:
        load(json.dumps(recipe).replace("Infinity", ".inf"))
        loader = True
    except RecipeError as error:
        loader = any(each in str(error) for each in UNKNOWN)
    assert schema == loader, f"schema {schema}, loader {loader}: {recipe}"
    return schema


def of_kind(kind: str, **parts: Any) -> dict[str, Any]:
    """Return a small recipe; one for pictures does not say so."""
    small = data(SMALL)
    said = {} if kind == "image" else {"kind": kind}
    return {**small, "dataset": {**small["dataset"], **said, **parts.pop("dataset", {})}, **parts}


def with_step(kind: str, step: Any) -> dict[str, Any]:
    return of_kind(kind, steps=[step])


def test_it_is_a_schema_whose_references_lead_somewhere():
    meta.validate(SCHEMA)
    text = json.dumps(SCHEMA)
    assert all(f'"#/$defs/{name}"' in text for name in SCHEMA["$defs"])
    assert text.count('"title"') == 1


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_accepted(path):
    assert accepts(data(path.read_text("utf-8")))
    assert accepts(read_recipe(str(path)).plain())


@pytest.mark.parametrize("text", [SMALL, LONG])
def test_more_recipes_are_accepted(text):
    assert accepts(data(text))
    assert accepts(load(text).plain())


BEYOND = (
    "must be in order",
    "'#'",
    "duplicate",
    "number of steps",
    "anchors",
    "tags",
    ".nan",
    ", too",
)
"""What JSON Schema cannot say, or what is no JSON."""

MISTAKES = [SMALL + line for line in TOP if not re.search(r"1\.0|\.nan|\.inf", line)]
MISTAKES += [f"{SMALL}{line}" for line in PARTS if line.startswith("version")]
MISTAKES += [
    f"{SMALL}steps:\n  {lines}\n"
    for lines, message in STEPS.items()
    if not any(word in message + lines for word in BEYOND)
]


@together("text", MISTAKES)
def test_mistakes_are_refused(text):
    lines = text.splitlines()
    keys = {line.split(":")[0]: line for line in lines[:4] if ":" in line}
    assert not accepts(data("\n".join([*keys.values(), *lines[4:]])))


@together("line", [line for line in PARTS if not line.startswith("version")])
def test_mistakes_in_parts_are_refused(line):
    key = line.split(":")[0]
    assert not accepts(data(SMALL) | data(line) | ({} if data(line)[key] else {key: None}))


every_step = together(("kind", "name"), STEP_CLASSES)


@every_step
def test_defaults_are_accepted(kind, name):
    cls = STEP_CLASSES[kind, name]
    required = {"steps": PAIRS[kind]} if issubclass(cls, Compound) else {}
    about = definition(kind, name)
    defaults = {
        field: schema["default"]
        for field, schema in about["properties"].items()
        if "default" in schema
    }
    needs = [field for field in about.get("required", []) if field != "steps"]
    params = {**required, **{field: needed(about, field) for field in needs}, **defaults}
    assert accepts(with_step(kind, {name: params}))
    assert accepts(with_step(kind, name)) == (not about.get("required"))


def needed(about: dict[str, Any], field: str) -> Any:
    """Return what a required parameter may be."""
    return {"string": "a/b", "array": [1]}.get(about["properties"][field].get("type"), 8)


def ranges():
    for (kind, name), cls in STEP_CLASSES.items():
        for field in cls.model_fields:
            if declared := declared_range(cls, field):
                yield kind, name, field, declared


def good(declared):
    low, high = bounds(declared)
    yield from (low, high, [low, high], {"choice": [low, high]})
    if not declared.whole:
        yield {"normal": [low, 1.5]}


def bad(declared):
    low, high = bounds(declared)
    for beyond in (low - 1, high + 1):
        yield from (beyond, [beyond, high], [low, beyond], {"choice": [low, beyond]})
    yield from (None, True, "x", str(low), [], [low], [low, low, high], {}, {"choice": []})
    yield from ({"choice": low}, {"choice": [low], "p": 1}, {"chioce": [low]}, [low, None])
    yield from ({"normal": [low, 0]}, {"normal": [low]}, {"normal": [low - 1, 1]})
    yield {"uniform": [low, high]}
    if declared.whole:
        yield from (low + 0.5, {"normal": [low, 1]})


def bounds(declared):
    low, high = max(declared.low, -1e9), min(declared.high, 1e9)
    return (int(low), int(high)) if declared.whole else (low, high)


def parameters(kind: str, name: str, field: str, value: Any) -> dict[str, Any]:
    return with_step(kind, {name: required_of(kind, name) | {field: value}})


def required_of(kind: str, name: str) -> dict[str, Any]:
    about = definition(kind, name)
    return {field: needed(about, field) for field in about.get("required", [])}


@together(("kind", "name", "field", "declared"), ranges())
def test_ranges_agree(kind, name, field, declared):
    for value in good(declared):
        assert accepts(parameters(kind, name, field, value)), value
    for value in bad(declared):
        assert not accepts(parameters(kind, name, field, value)), value


def enums():
    for kind, name in STEP_CLASSES:
        for field, schema in definition(kind, name)["properties"].items():
            if "enum" in schema:
                yield kind, name, field, schema["enum"]


@together(("kind", "name", "field", "members"), enums())
def test_enums_agree(kind, name, field, members):
    for member in members:
        assert accepts(parameters(kind, name, field, member))
    for other in ("hubbub", None, 1, [members[0]], str(members[0]).upper()):
        assert not accepts(parameters(kind, name, field, other))


@every_step
def test_unknown_parameters_are_refused(kind, name):
    assert not accepts(parameters(kind, name, "hubbub", 1))


@every_step
def test_steps_are_those_of_the_kind(kind, name):
    for control in (None, "one_of", "sequence"):
        check_kind_of(kind, name, control)


def check_kind_of(kind, name, control):
    params = required_of(kind, name)
    if "steps" in params:
        params["steps"] = PAIRS[kind]
    step = {name: params}
    if control:
        step = {control: {"steps": [step]}}
    assert accepts(with_step(kind, step))
    for other in set(KINDS) - {kind}:
        same = STEP_CLASSES.get((other, name))
        can = same is not None and "steps" not in params and set(params) <= set(same.model_fields)
        assert accepts(with_step(other, step)) == can, other


VALUES = [None, True, 0, 1, 2, 3, 5, 0.5, 1.5, -1, 1001, 100_000_001, "", "max", "min", "median"]
VALUES += ["all", [1], {}, {"a": 5}, {"a": -1}, {"ratio": 0.5, "to": "a"}, {"ratio": 0, "to": "a"}]
VALUES += [{"ratio": 0.5}, "exact", "combined", "raw"]
BALANCES = [(kind, name) for kind in KINDS for name in load_kind(kind).balances]
BALANCE_KEYS = {
    key for kind, name in BALANCES for key in load_kind(kind).balances[name].model_fields
}


@pytest.mark.parametrize(("kind", "name"), BALANCES)
def test_balances_agree(kind, name):
    fields = load_kind(kind).balances[name].model_fields
    known = set(fields)
    named = {"method": name} if "method" in known else {}
    if "target" in known and fields["target"].is_required():
        assert not accepts(of_kind(kind, balance=named))
        named["target"] = "max"
    assert accepts(of_kind(kind, balance=named))
    for key in sorted(BALANCE_KEYS - {"method"} | {"hubbub"}):
        values = VALUES if key in known else VALUES[:4]
        taken = [accepts(of_kind(kind, balance=named | {key: value})) for value in values]
        assert any(taken) == (key in known), key


@together("key", sorted(BALANCE_KEYS))
def test_without_a_method_it_is_the_first(key):
    known = next(iter(load_kind("tabular").balances.values())).model_fields
    taken = [accepts(of_kind("tabular", balance={key: value})) for value in VALUES]
    assert any(taken) == (key in known and key != "method")


@together("method", [None, True, 0, "", "smot", "SMOTE", "copies", [], ["smote"]])
@pytest.mark.parametrize("kind", KINDS)
def test_mistaken_methods_are_refused(kind, method):
    known = isinstance(method, str) and method in load_kind(kind).balances
    there = known and "method" in load_kind(kind).balances[method].model_fields
    assert accepts(of_kind(kind, balance={"method": method, "target": "max"})) == there


def test_balances_are_those_of_the_kind():
    assert accepts(of_kind("tabular", balance={}))
    assert not accepts(of_kind("image", balance={}))
    for kind in KINDS:
        assert accepts(of_kind(kind, balance=None))
        assert not accepts(of_kind(kind, balance="max"))
    for name in load_kind("tabular").balances:
        assert not accepts(of_kind("image", balance={"method": name}))
        assert not accepts(of_kind("image", balance={"method": name, "target": "max"}))


@pytest.mark.parametrize("kind", ["audio", "hubbub", "", None, 1, True, [], ["image"], {}])
def test_kinds_that_are_not_there_are_refused(kind):
    assert not accepts(of_kind("image", dataset={"kind": kind}))


@pytest.mark.parametrize("dataset", [None, [], "photos", 1])
def test_a_dataset_is_a_mapping(dataset):
    assert not accepts(of_kind("image") | {"dataset": dataset})


def settings_of(kind, part):
    return set(getattr(load_kind(kind), f"{part}_settings").model_fields) - {"path", "kind"}


SETTINGS = [
    (part, key)
    for part in ("dataset", "output")
    for kind in KINDS
    for key in sorted(settings_of(kind, part))
]
SAID = [None, True, 0, -1, 7, 1.5, "", "x", "xy", "copy", "link", "omit", "new", "free", "allow"]
SAID += ["folders", [], ["x"], [1], [1.5], [True], [None], [[]], {}, {"x": "number"}, {"x": 1}]
SAID += [{"test": 0.2}, {"test": 1}, {"test": 0.1, "val": 0.1, "group": -1}, {"test": 0.1, "a": 1}]
SAID += ["files", "refuse", "heed", "found", "ntc", "inside", {"follow": ["x"]}, {"follow": []}]
SAID += ["characters", {"format": "png", "quality": 3}, {"quality": 0}]
SAID += [{"test": None}, {"val": 0.3}]


@pytest.mark.parametrize("kind", KINDS)
@together(("part", "key"), dict.fromkeys(SETTINGS))
def test_settings_agree(kind, part, key):
    small = of_kind(kind)
    taken = [accepts(small | {part: {**small[part], key: value}}) for value in SAID]
    assert any(taken) == (key in settings_of(kind, part))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 400)
    | st.floats(-2, 2).filter(lambda number: number % 1)
    | st.sampled_from(["reflect", "x", ""])
)
in_order = st.lists(scalars, max_size=4).map(
    lambda items: sorted(items, key=lambda i: str(type(i)))
)
values = scalars | in_order | st.builds(lambda items: {"choice": items}, in_order)
fields = [
    (kind, name, field)
    for (kind, name), cls in STEP_CLASSES.items()
    if not issubclass(cls, Compound)
    for field in definition(kind, name)["properties"]
]
