"""The JSON Schema accepts recipes, refuses mistakes, and agrees with the loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_recipe import LONG, SMALL, load
from test_recipe_errors import PARTS, STEPS, TOP

from augcli.errors import RecipeError
from augcli.recipe.reader import available_kind
from augcli.recipe.schema import recipe_schema
from augcli.recipe.yaml_text import parse
from augcli.transform import Control, catalogue, declared_range

available_kind("image")
STEP_CLASSES = catalogue("image")
RECIPES = sorted((Path(__file__).parent.parent / "recipes").glob("*.yaml"))
SCHEMA = recipe_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def data(text: str) -> dict[str, Any]:
    return parse(text, "r.yaml").data


def definition(name: str) -> dict[str, Any]:
    """Return the schema of a step's parameters."""
    schema = SCHEMA["$defs"]["step"]["anyOf"][1]["properties"][name]
    reference = schema.get("anyOf", [schema])[0]["$ref"]
    return SCHEMA["$defs"][reference.removeprefix("#/$defs/")]


def accepts(recipe: dict[str, Any]) -> bool:
    """Return what both say; they must agree."""
    schema = VALIDATOR.is_valid(recipe)
    try:
        load(json.dumps(recipe).replace("Infinity", ".inf"))
        loader = True
    except RecipeError:
        loader = False
    assert schema == loader, f"schema {schema}, loader {loader}: {recipe}"
    return schema


def with_step(step: Any) -> dict[str, Any]:
    return {**data(SMALL), "steps": [step]}


def test_it_is_a_schema_whose_references_lead_somewhere():
    Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(SCHEMA)
    assert all(f'"#/$defs/{name}"' in text for name in SCHEMA["$defs"])
    assert text.count('"title"') == 1


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_accepted(path):
    text = path.read_text("utf-8")
    assert accepts(data(text))
    assert accepts(load(text).plain())


@pytest.mark.parametrize("text", [SMALL, LONG])
def test_more_recipes_are_accepted(text):
    assert accepts(data(text))
    assert accepts(load(text).plain())


BEYOND = ("must be in order", "'#'", "duplicate", "number of steps", "anchors", "tags", ".nan")
"""What JSON Schema cannot say, or what is no JSON."""

MISTAKES = [SMALL + line for line in TOP if not re.search(r"1\.0|\.nan|\.inf", line)]
MISTAKES += [f"{SMALL}{line}" for line in PARTS if line.startswith("version")]
MISTAKES += [
    f"{SMALL}steps:\n  {lines}\n"
    for lines, message in STEPS.items()
    if not any(word in message + lines for word in BEYOND)
]


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_refused(text):
    lines = text.splitlines()
    keys = {line.split(":")[0]: line for line in lines[:4] if ":" in line}
    assert not accepts(data("\n".join([*keys.values(), *lines[4:]])))


@pytest.mark.parametrize("line", [line for line in PARTS if not line.startswith("version")])
def test_mistakes_in_parts_are_refused(line):
    key = line.split(":")[0]
    assert not accepts(data(SMALL) | data(line) | ({} if data(line)[key] else {key: None}))


@pytest.mark.parametrize("name", STEP_CLASSES)
def test_defaults_are_accepted(name):
    cls = STEP_CLASSES[name]
    required = {"steps": ["brightness", "rotate"]} if issubclass(cls, Control) else {}
    about = definition(name)
    defaults = {
        field: schema["default"]
        for field, schema in about["properties"].items()
        if "default" in schema
    }
    needs = [field for field in about.get("required", []) if field != "steps"]
    sizes = dict.fromkeys(needs, 8)
    assert accepts(with_step({name: {**required, **sizes, **defaults}}))
    assert accepts(with_step(name)) == (not about.get("required"))


def ranges():
    for name, cls in STEP_CLASSES.items():
        for field in cls.model_fields:
            if declared := declared_range(cls, field):
                yield pytest.param(name, field, declared, id=f"{name}.{field}")


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
    low, high = max(declared.low, -1e6), min(declared.high, 1e6)
    return (int(low), int(high)) if declared.whole else (low, high)


def parameters(name: str, field: str, value: Any) -> dict[str, Any]:
    needs = definition(name).get("required", [])
    return with_step({name: {**dict.fromkeys(needs, 8), field: value}})


@pytest.mark.parametrize(("name", "field", "declared"), list(ranges()))
def test_ranges_agree(name, field, declared):
    for value in good(declared):
        assert accepts(parameters(name, field, value)), value
    for value in bad(declared):
        assert not accepts(parameters(name, field, value)), value


def enums():
    for name in STEP_CLASSES:
        for field, schema in definition(name)["properties"].items():
            if "enum" in schema:
                yield pytest.param(name, field, schema["enum"], id=f"{name}.{field}")


@pytest.mark.parametrize(("name", "field", "members"), list(enums()))
def test_enums_agree(name, field, members):
    for member in members:
        assert accepts(parameters(name, field, member))
    for other in ("hubbub", None, 1, [members[0]], members[0].upper()):
        assert not accepts(parameters(name, field, other))


@pytest.mark.parametrize("name", STEP_CLASSES)
def test_unknown_parameters_are_refused(name):
    assert not accepts(parameters(name, "hubbub", 1))


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
    (name, field)
    for name, cls in STEP_CLASSES.items()
    if not issubclass(cls, Control)
    for field in definition(name)["properties"]
]


def rises(value: Any) -> bool:
    """Return whether no pair of numbers is out of order, which a schema cannot say."""
    pair = isinstance(value, list) and len(value) == 2
    return not pair or not all(isinstance(v, int | float) for v in value) or value[0] <= value[1]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(fields), values.filter(rises))
def test_any_value_is_refused_by_both_or_by_neither(where, value):
    name, field = where
    accepts(parameters(name, field, value))
