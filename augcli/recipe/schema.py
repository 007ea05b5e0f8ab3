"""The recipe as JSON Schema, for editors: derived from the same declarations as its checks.

What a recipe may say hangs on its kind of dataset. `$defs` has `KIND_dataset`, `KIND_output`,
`KIND_balance` and `KIND_step` of each kind; `dataset.kind` picks among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from augcli.kind import AnyKind
from augcli.recipe import Recipe
from augcli.recipe.reader import KINDS, available_kind
from augcli.transform import CLASSES, RULES, Transform, catalogue

Schema = dict[str, Any]
Refs = dict[type[BaseModel], Schema]

_NAME = {"type": ["string", "number", "boolean"]}
"""A name in a list: what looks like a number there is taken as it was written."""

_NAMES = ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "integer"}]})
"""How names in lists are declared, and columns by name or number."""

_STEP = "#/$defs/step"
"""How a declaration that holds steps refers to them, whatever their kind."""


def recipe_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of recipes of every kind there is."""
    kinds = {name: kind for name in KINDS if (kind := available_kind(name))}
    definitions = {
        key: schema for name, kind in kinds.items() for key, schema in _of_kind(name, kind).items()
    }
    recipe = _tidy(Recipe.model_json_schema())
    definitions |= recipe.pop("$defs")
    recipe["properties"]["dataset"]["properties"] = {"kind": {"enum": [*kinds]}}
    choices = _choices("kind", {name: _parts(name) for name in kinds})
    for choice in choices:
        choice["if"] = {"required": ["dataset"], "properties": {"dataset": choice["if"]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "augment recipe",
        **recipe,
        "allOf": choices,
        "$defs": definitions,
    }


def _parts(kind: str) -> Schema:
    """Return what the parts of a recipe must be for a kind of dataset."""
    parts = {part: _ref(f"{kind}_{part}") for part in ("dataset", "output", "balance", "step")}
    steps = {"items": parts.pop("step")}
    balance = {"anyOf": [parts.pop("balance"), {"type": "null"}]}
    branches = {"additionalProperties": steps}
    return {"properties": {**parts, "balance": balance, "steps": steps, "branches": branches}}


def _choices(key: str, schemas: dict[str, Schema]) -> list[Schema]:
    """Return which schema holds for which value of a key; the first also where there is none."""
    first = next(iter(schemas))
    return [
        {
            "if": {"properties": {key: {"const": value}}}
            | ({} if value == first else {"required": [key]}),
            "then": schema,
        }
        for value, schema in schemas.items()
    ]


def _of_kind(name: str, kind: AnyKind) -> dict[str, Schema]:
    """Return the definitions of a kind; all their names begin with its name."""
    steps = catalogue(name).values()
    settings = (kind.dataset_settings, kind.output_settings)
    refs, definitions = _define(name, [*settings, *kind.balances.values(), *steps])
    own = {
        f"{name}_{part}": definitions.pop(_target(refs[model]))
        for part, model in zip(("dataset", "output"), settings, strict=True)
    }
    if name != KINDS[0]:
        _require(own[f"{name}_dataset"], "kind")
    own[f"{name}_balance"] = _balance(kind, refs, definitions)
    return own | {f"{name}_step": _step(steps, refs)} | definitions


def _balance(kind: AnyKind, refs: Refs, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of `balance:`: that of its method, if there are several."""
    first, *others = kind.balances
    if not others:
        return definitions.pop(_target(refs[kind.balances[first]]))
    for method in others:
        _require(definitions[_target(refs[kind.balances[method]])], "method")
    one: Schema = {
        "type": "object",
        "properties": {"method": {"enum": [*kind.balances], "default": first}},
        "allOf": _choices("method", {name: refs[cls] for name, cls in kind.balances.items()}),
    }
    return one if kind.chained is None else _one_or_more(one)


def _one_or_more(method: Schema) -> Schema:
    """Return the schema of a method, or of a list of such."""
    return {"if": {"type": "array"}, "then": {"items": method, "minItems": 1}, "else": method}


def _require(schema: Schema, key: str) -> None:
    schema["required"] = [*schema.get("required", ()), key]
    del schema["properties"][key]["default"]


def _define(kind: str, models: list[type[BaseModel]]) -> tuple[Refs, dict[str, Schema]]:
    """Return a reference to each model, and the definitions that these refer to."""
    refs, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template=f"#/$defs/{kind}_{{model}}"
    )
    named = {f"{kind}_{name}": definition for name, definition in schema["$defs"].items()}
    for model in models:
        _as_written(model, named[_target(refs[model, "validation"])])
    named.pop(f"{kind}_{Transform.__name__}", None)  # nothing but what steps have in common
    definitions = {name: _of_its_kind(_tidy(each), kind) for name, each in named.items()}
    return {model: refs[model, "validation"] for model in models}, definitions


def _of_its_kind(schema: Any, kind: str) -> Any:
    """Return a schema in which steps are those of the kind."""
    if isinstance(schema, list):
        return [_of_its_kind(item, kind) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$ref") == _STEP:
        return _ref(f"{kind}_step")
    return {key: _of_its_kind(value, kind) for key, value in schema.items()}


def _as_written(model: type[BaseModel], schema: Schema) -> None:
    """Say defaults as a recipe would, and that one class needs no list."""
    for name, field in model.model_fields.items():
        told = schema["properties"][field.alias or name]
        if CLASSES in field.metadata:
            several = {key: told.pop(key) for key in ("type", "items")}
            told["anyOf"] = [_NAME, several]


def _tidy(schema: Any) -> Any:
    """Return a schema without titles, which repeat names, and with names that may be numbers."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if not _is_title(key, value)}
    return tidy | {"items": _NAME} if tidy.get("items") in _NAMES else tidy


def _is_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)


def _step(steps: Iterable[type[Transform]], refs: Refs) -> Schema:
    """Return the schema of a step: a name, or one name with its parameters."""
    parameters = {step.name: _parameters(step, refs) for step in steps}
    named = dict(sorted(parameters.items()))
    mapping: Schema = {
        "type": "object",
        "properties": named,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    alone = {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}
    ruled = mapping | {
        "properties": named | dict.fromkeys(RULES, alone),
        "minProperties": 2,
        "maxProperties": 1 + len(RULES),
        "anyOf": [{"required": [rule]} for rule in RULES],
    }
    bare = sorted(step.name for step in steps if _may_be_bare(step))
    return {
        "description": "a step: its name, or its name with parameters; classes may stand beside",
        "anyOf": [{"enum": bare}, mapping, ruled],
    }


def _parameters(step: type[Transform], refs: Refs) -> Schema:
    return {"anyOf": [refs[step], {"type": "null"}]} if _may_be_bare(step) else refs[step]


def _may_be_bare(step: type[Transform]) -> bool:
    return not any(field.is_required() for field in step.model_fields.values())


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _target(reference: Schema) -> str:
    return str(reference["$ref"]).removeprefix("#/$defs/")
