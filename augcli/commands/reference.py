"""The reference page of the recipe, made from its JSON Schema and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from augcli.commands.catalogue import TITLES, yaml_of
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
may be written without quotes. The steps are in [transforms.md](transforms.md). What `dataset`,
`output` and `balance` may say hangs on `dataset.kind`: pictures, where it says nothing.
"""


def recipe_page() -> str:
    """Return the reference of all keys of a recipe as Markdown."""
    schema = recipe_schema()
    definitions = schema["$defs"]
    parts = [_INTRODUCTION, "## The recipe itself\n", _keys(schema, definitions)]
    for kind in schema["properties"]["dataset"]["properties"]["kind"]["enum"]:
        parts.append(f"## {TITLES[kind]}\n")
        for key in ("dataset", "output", "balance"):
            parts += _sections(key, definitions[f"{kind}_{key}"], definitions)
    return "\n".join(parts)


def _sections(path: str, part: Schema, definitions: Schema) -> Iterator[str]:
    """Yield the tables of a mapping of the recipe and of those inside it."""
    yield f"### `{path}`\n"
    part = part.get("else", part)  # a list has no more keys than each of its methods
    yield from _methods(part, definitions) if "allOf" in part else (_keys(part, definitions),)
    inside: dict[str, Schema] = {}
    for option in _options(part, definitions):
        for key, value in option["properties"].items():
            inside |= {f"{path}.{key}": inner for inner in _mappings(value, definitions)}
    for inner_path, inner in inside.items():
        yield from _sections(inner_path, inner, definitions)


def _keys(part: Schema, definitions: Schema) -> str:
    rows = [_row(key, value, part, definitions) for key, value in part["properties"].items()]
    return _table(("key", "default", "values", "meaning"), rows)


def _methods(part: Schema, definitions: Schema) -> Iterator[str]:
    """Yield a table of the methods with their defaults, and one of all their keys."""
    methods = {_method(option): option for option in _options(part, definitions)}
    default = part["properties"]["method"]["default"]
    yield f"`method` is `{default}` where none is named. The methods, with their keys' defaults:\n"
    rows = [
        (f"`{name}`", _defaults(option), _summary(option["description"]))
        for name, option in methods.items()
    ]
    yield _table(("method", "keys", "what it is"), rows)
    meanings: dict[tuple[str, str, str], list[str]] = {}
    for name, option in methods.items():
        for key, value in _own(option).items():
            meaning = (f"`{key}`", _values(value, definitions), value.get("description", ""))
            meanings.setdefault(meaning, []).append(f"`{name}`")
    keys = [
        (key, _few(names, methods), values, text) for (key, values, text), names in meanings.items()
    ]
    yield _table(("key", "methods", "values", "meaning"), sorted(keys))


def _few(names: list[str], every: Iterable[str]) -> str:
    """Return the methods that have a key, or those that do not have it."""
    others = [f"`{name}`" for name in every if f"`{name}`" not in names]
    return ", ".join(names) if len(names) <= 8 else f"all but {', '.join(others)}"


def _method(option: Schema) -> str:
    return str(option["properties"]["method"]["const"])


def _own(option: Schema) -> Schema:
    return {key: value for key, value in option["properties"].items() if key != "method"}


def _defaults(option: Schema) -> str:
    return ", ".join(f"`{_with_default(*each)}`" for each in _own(option).items())


def _with_default(key: str, value: Schema) -> str:
    return f"{key}: {yaml_of(value['default'])}" if "default" in value else key


def _summary(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ")


def _options(part: Schema, definitions: Schema) -> Iterator[Schema]:
    """Yield what a mapping can be: itself, or one of several."""
    if "allOf" not in part:
        yield part
    for choice in part.get("allOf", ()):
        yield from _mappings(choice["then"], definitions)


def _mappings(value: Schema, definitions: Schema) -> Iterator[Schema]:
    """Yield the definitions of mappings with known keys that a value may be."""
    if "$ref" in value:
        yield from _mappings(definitions[_name(value)], definitions)
    for option in value.get("anyOf", ()):
        yield from _mappings(option, definitions)
    if "properties" in value:
        yield value


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    escaped = ((cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _row(key: str, value: Schema, part: Schema, definitions: Schema) -> tuple[str, ...]:
    default = "required" if key in part.get("required", ()) else _default(value)
    return f"`{key}`", default, _values(value, definitions), value.get("description", "")


def _default(value: Schema) -> str:
    default = value.get("default")
    return "" if default in (None, []) else f"`{json.dumps(default)}`"


def _values(value: Schema, definitions: Schema) -> str:
    if "anyOf" in value:
        options = (_values(option, definitions) for option in value["anyOf"])
        return " or ".join(dict.fromkeys(option for option in options if option))
    if "const" in value or "enum" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    return "a mapping, see below" if "$ref" in value else _bounded(value)


_TYPES = {
    "string": "text",
    "null": "",
    "array": "a list",
    "object": "a mapping",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true`, `false`",
}
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def _bounded(value: Schema) -> str:
    types = value["type"] if isinstance(value["type"], list) else [value["type"]]
    name = " or ".join(filter(None, map(_TYPES.__getitem__, types)))
    if value.get("pattern"):
        return "text such as `5%`"
    if value.get("maxLength") == 1:
        return "one character"
    if {"minimum", "maximum"} <= value.keys():
        return f"{name}, {value['minimum']} to {value['maximum']}"
    return ", ".join(
        [name, *(f"{word} {value[key]}" for key, word in _LIMITS.items() if key in value)]
    )


if __name__ == "__main__":
    sys.stdout.write(recipe_page())
