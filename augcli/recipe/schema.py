"""The recipe as JSON Schema, for editors: derived from the same declarations as its checks."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from augcli.dataset import BalanceSettings, DatasetSettings, OutputSettings
from augcli.recipe import Recipe
from augcli.recipe.reader import KINDS, available_kind
from augcli.transform import Transform, catalogue

Schema = dict[str, Any]
Refs = dict[type[BaseModel], Schema]

_NAME = {"type": ["string", "number", "boolean"]}
"""A name in a list: what looks like a number there is taken as it was written."""


def recipe_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of recipes of every kind there is."""
    kinds = {name: kind for name in KINDS if (kind := available_kind(name))}
    steps = [step for name in kinds for step in catalogue(name).values()]
    datasets = [kind.dataset_settings for kind in kinds.values()]
    outputs = [kind.output_settings for kind in kinds.values()]
    balances = [model for kind in kinds.values() for model in kind.balances.values()]
    refs, definitions = _define([Recipe, *datasets, *outputs, *balances, *dict.fromkeys(steps)])
    bases = (DatasetSettings, OutputSettings, BalanceSettings, Transform)
    for base in (base for base in bases if base not in refs):
        definitions.pop(base.__name__)
    definitions |= {
        "dataset": _any_of([refs[model] for model in datasets]),
        "output": _any_of([refs[model] for model in outputs]),
        "balance": _any_of([refs[model] for model in balances]),
        "step": _step(steps, refs),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "augment recipe",
        **definitions.pop("Recipe"),
        "$defs": definitions,
    }


def _define(models: list[type[BaseModel]]) -> tuple[Refs, dict[str, Schema]]:
    """Return a reference to each model, and the definitions that these refer to."""
    refs, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/$defs/{model}"
    )
    for model in models:
        _name_defaults(model, schema["$defs"][_target(refs[model, "validation"])])
    definitions = {name: _tidy(definition) for name, definition in schema["$defs"].items()}
    return {model: refs[model, "validation"] for model in models}, definitions


def _name_defaults(model: type[BaseModel], schema: Schema) -> None:
    """Say defaults as a recipe would."""
    for name, field in model.model_fields.items():
        if hasattr(field.default, "plain"):
            schema["properties"][field.alias or name]["default"] = field.default.plain()


def _tidy(schema: Any) -> Any:
    """Return a schema without titles, which repeat names, and with names that may be numbers."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if not _is_title(key, value)}
    return tidy | {"items": _NAME} if tidy.get("items") == {"type": "string"} else tidy


def _is_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)


def _step(steps: list[type[Transform]], refs: Refs) -> Schema:
    """Return the schema of a step: a name, or one name with its parameters."""
    alike: dict[str, list[type[Transform]]] = {}
    for step in steps:
        alike.setdefault(step.name, []).append(step)
    bare = [name for name, classes in alike.items() if any(map(_may_be_bare, classes))]
    parameters = {name: _parameters(classes, refs) for name, classes in alike.items()}
    mapping = {
        "type": "object",
        "properties": dict(sorted(parameters.items())),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {
        "description": "a step: its name, or its name with parameters",
        "anyOf": [{"enum": sorted(bare)}, mapping],
    }


def _parameters(classes: list[type[Transform]], refs: Refs) -> Schema:
    choices = [refs[cls] for cls in dict.fromkeys(classes)]
    if any(map(_may_be_bare, classes)):
        choices.append({"type": "null"})
    return _any_of(choices)


def _may_be_bare(step: type[Transform]) -> bool:
    return not any(field.is_required() for field in step.model_fields.values())


def _any_of(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _target(reference: Schema) -> str:
    return str(reference["$ref"]).removeprefix("#/$defs/")
