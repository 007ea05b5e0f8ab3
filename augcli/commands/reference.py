"""The reference page of the recipe, made from its JSON Schema and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from augcli.recipe.schema import recipe_schema

Schema = dict[str, Any]

_INTRODUCTION = """\
# The recipe

Made from the declarations in the code by `make docs`. `augment schema` prints the same as JSON
Schema: with `# yaml-language-server: $schema=recipe.schema.json` as its first line, editors
complete and check a recipe.

Paths are relative to the recipe's own folder; `-i` and `-o` on the command line are relative to the
working directory. `--set dataset.leaks=allow` changes one key, one in a list is named by its
number: `--set steps.1.rotate.degrees=[-5,5]`. Only `true` and `false` are booleans, and class names
may be written without quotes. The steps are in [transforms.md](transforms.md).
"""


def recipe_page() -> str:
    """Return the reference of all keys of a recipe as Markdown."""
    schema = recipe_schema()
    parts = [_INTRODUCTION]
    for title, part in _parts("The recipe itself", schema, schema["$defs"]):
        rows = [
            _row(key, value, part, schema["$defs"]) for key, value in part["properties"].items()
        ]
        parts.append("\n".join([f"## {title}\n", *_HEAD, *rows, ""]))
    return "\n".join(parts)


_HEAD = ("| key | default | values | meaning |", "| --- | --- | --- | --- |")


def _parts(title: str, part: Schema, definitions: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield a mapping of the recipe and those inside it, with their paths as titles."""
    yield title, part
    for key, value in part["properties"].items():
        for inner in _mappings(value, definitions):
            path = f"{title.strip('`')}.{key}" if title.startswith("`") else key
            yield from _parts(f"`{path}`", inner, definitions)


def _mappings(value: Schema, definitions: Schema) -> Iterator[Schema]:
    """Yield the definitions of mappings with known keys that a value may be."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        yield from _mappings(definitions[name], definitions) if name != "step" else ()
    for option in (*value.get("anyOf", ()), *value.get("allOf", ())):
        yield from _mappings(option, definitions)
    if "properties" in value:
        yield value


def _row(key: str, value: Schema, part: Schema, definitions: Schema) -> str:
    default = "required" if key in part.get("required", ()) else _default(value)
    cells = (f"`{key}`", default, _values(value, definitions), value.get("description", ""))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(value: Schema) -> str:
    default = value.get("default")
    return "" if default in (None, []) else f"`{json.dumps(default)}`"


def _values(value: Schema, definitions: Schema) -> str:
    if "anyOf" in value:
        options = (_values(option, definitions) for option in value["anyOf"])
        return " or ".join(option for option in options if option)
    if "const" in value or "enum" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if next(_mappings(value, definitions), None):
        return "a mapping, see below"
    return _bounded(value)


def _bounded(value: Schema) -> str:
    names = {"string": "text", "null": "", "array": "a list", "object": "a mapping"}
    names |= {"integer": "whole number", "number": "number", "boolean": "`true`, `false`"}
    name = names[value["type"]]
    if value.get("pattern"):
        return "text such as `5%`"
    if {"minimum", "maximum"} <= value.keys():
        return f"{name}, {value['minimum']} to {value['maximum']}"
    if "minimum" in value:
        return f"{name}, at least {value['minimum']}"
    return f"{name}, above {value['exclusiveMinimum']}" if "exclusiveMinimum" in value else name


if __name__ == "__main__":
    sys.stdout.write(recipe_page())
