"""What pydantic found wrong with a part of a recipe, in plain words at the right place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, get_args

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from augcli.errors import Problem, did_you_mean
from augcli.plural import several
from augcli.recipe.document import Document, KeyPath, holds
from augcli.transform import Transform, own_fields

_EXPECTED: dict[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "is_instance_of": "a mapping",
}
"""What the type should have been; for a value of several types they are joined."""

_NEVER_MEANT = frozenset(("kind", "method", "steps"))
"""Keys that nobody means who gives a value in place of a mapping."""
_TABLES = (".csv", ".tsv", ".parquet")
_PERCENTS = re.compile(r"(\d+(?:\.\d+)?) *%")

_MUST: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda ctx: f"must be at least {_short(ctx['ge'])}",
    "less_than_equal": lambda ctx: f"must be at most {_short(ctx['le'])}",
    "greater_than": lambda ctx: f"must be above {_short(ctx['gt'])}",
    "less_than": lambda ctx: f"must be below {_short(ctx['lt'])}",
    "finite_number": lambda _: "must be finite",
    "too_short": lambda ctx: f"must have at least {_items(ctx['min_length'])}",
    "too_long": lambda ctx: f"must have at most {_items(ctx['max_length'])}",
    "string_unicode": lambda _: "must be valid Unicode text",
    "string_too_short": lambda _: "must not be empty",
    "string_pattern_mismatch": lambda ctx: f"must look like {ctx['pattern']}",
}
"""What a value of the right type must also be."""


class _Fault(Struct, frozen=True):
    """One of pydantic's errors."""

    path: KeyPath
    kind: str
    context: Mapping[str, Any]
    message: str
    branched: bool
    """Whether the value may have several types, of which this is about one."""

    @property
    def expected(self) -> list[str]:
        """Return the types or values that were expected, none where the type was right."""
        if self.kind == "literal_error":
            return re.findall(r"'[^']*'", self.context["expected"])
        return [_EXPECTED[self.kind]] if self.kind in _EXPECTED else []


def problems(
    error: ValidationError, model: type[BaseModel], document: Document, path: KeyPath
) -> Iterator[Problem]:
    """Yield the problems in the part of the document at `path`, which was read as `model`."""
    faults = [_fault(detail, document, path) for detail in error.errors(include_url=False)]
    inner = {fault.path[:length] for fault in faults for length in range(len(fault.path))}
    # Where a value may have several types, the reading that got furthest says most.
    relevant = [fault for fault in faults if not (fault.branched and fault.path in inner)]
    for at, group in groupby(relevant, key=lambda fault: fault.path):
        first, *others = group
        if first.kind == "missing":
            yield _missing(at, document)
        elif first.kind == "extra_forbidden":
            known = _known_keys(model, at[len(path) : -1])
            text = unknown_key(str(at[-1]), known) + _for_untold_kind(document)
            yield document.key_place(at).problem(text)
        else:
            text = _describe([first, *others], document, at)
            if "a mapping" in first.expected:
                text += _for_lone(_model_at(model, at[len(path) :]), document.at(at))
            yield document.place(at).problem(about(at, text))


def _for_untold_kind(document: Document) -> str:
    """Return that a kind is to be told, where none is and the dataset is a table by its name."""
    recipe = document.data if isinstance(document.data, dict) else {}
    told = recipe.get("dataset")
    told = told if isinstance(told, dict) else {}
    if told.keys() & {"kind", "format"} or not str(told.get("path")).endswith(_TABLES):
        return ""
    return "; no `dataset.kind` is told, so it is image; for rows of a table say `kind: tabular`"


def about(path: KeyPath, text: str) -> str:
    """Return a message about the value at a path, which it names as a reader would."""
    steps = [i for i, part in enumerate(path) if part == "steps" and i + 1 < len(path)]
    tail = path[steps[-1] + 2 :] if steps else path
    name = ".".join(part for part in tail or path if isinstance(part, str))
    if not name:
        return text
    name = name if name.isprintable() else ascii(name)
    return f"`{name}` {text}" if text.startswith(("must ", "is ", "has ")) else f"`{name}`: {text}"


def unknown_key(key: str, known: Sequence[str]) -> str:
    """Return the message for a key that does not exist: the nearest one, or all."""
    return f"unknown key {shown(key)}" + (
        did_you_mean(key, known) or f"; known are {', '.join(known)}"
    )


def shown(value: Any, text: str | None = None) -> str:
    """Return a value from a recipe as a message says it."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            return repr(_cut(value))
        case bool():
            return str(value).lower()
    return _cut(text or str(value))


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def fault_path(detail: Any, document: Document, path: KeyPath) -> KeyPath:
    """Return where an error is; its own location also names the types a value may have."""
    value = document.at(path)
    for part in [*detail["loc"], *detail.get("ctx", {}).get("where", ())]:
        if holds(value, part):
            path, value = (*path, part), value[part]
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _fault(detail: Any, document: Document, path: KeyPath) -> _Fault:
    at, context = fault_path(detail, document, path), detail.get("ctx", {})
    places = len(path) + len(detail["loc"]) + len(context.get("where", ()))
    return _Fault(at, detail["type"], context, detail["msg"], branched=len(at) < places)


def _describe(faults: Sequence[_Fault], document: Document, path: KeyPath) -> str:
    """Return what is wrong with one value: a broken limit, or else its type."""
    value = document.at(path)
    got = f", got {shown(value, document.texts.get(path))}"
    for fault in faults:
        if not fault.expected:
            return _limit(fault, got)
    expected = list(dict.fromkeys(name for fault in faults for name in fault.expected))
    return f"expected {_either(expected)}{got}{_hint(expected, value)}"


def _limit(fault: _Fault, got: str) -> str:
    if fault.kind == "value_error":
        return str(fault.context["error"])
    if fault.kind not in _MUST:
        return fault.message
    countable = fault.kind in ("too_short", "too_long")
    return _MUST[fault.kind](fault.context) + ("" if countable else got)


def _hint(expected: Sequence[str], value: Any) -> str:
    if isinstance(value, dict) and "a list" in expected:
        return "; begin each item with `- `"
    if not isinstance(value, str):
        return ""
    if near := did_you_mean(value, [name.strip("'") for name in expected if "'" in name]):
        return near
    if "a number" in expected and (percents := _PERCENTS.fullmatch(value)):
        return f"; write {float(percents[1]) / 100:g}"
    return f"; write [{value}]" if "a list" in expected else ""


def _for_lone(model: type[BaseModel], value: Any) -> str:
    """Return the mapping that a value may stand for which was given in its place."""
    keys = own_fields(model) if issubclass(model, Transform) else model.model_fields
    key = next((each for each in keys if each not in _NEVER_MEANT), None)
    if key is None or value is None or isinstance(value, dict) or not _is_short(value):
        return ""
    return f"; write {{{key}: {value if isinstance(value, str) else json.dumps(value)}}}"


def _is_short(value: Any) -> bool:
    return len(str(value)) <= 40 and (not isinstance(value, str) or value.isprintable())


def _either(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _missing(path: KeyPath, document: Document) -> Problem:
    around = path[:-1]
    if isinstance(path[-1], int):
        return document.place(around).problem(about(around, "has too few items"))
    hint = "; add `version: 1`" if path == ("version",) else ""
    return document.key_place(around).problem(about(path, "is missing" + hint))


def _known_keys(model: type[BaseModel], keys: KeyPath) -> list[str]:
    fields = _model_at(model, keys).model_fields
    return [field.alias or name for name, field in fields.items()]


def _model_at(model: type[BaseModel], keys: KeyPath) -> type[BaseModel]:
    """Return what declares the mapping at these keys."""
    for key in keys:
        field = model.model_fields.get(str(key))
        model = next(_models(field.annotation), model) if field else model
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation such as `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _short(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def _items(count: int) -> str:
    return several(count, "item")
