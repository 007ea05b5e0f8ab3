"""The catalogue of transforms as text, made from their declarations and nothing else.

`listing` and `describe` are for the terminal, `reference_page` is docs/transforms.md.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from augcli.errors import AugmentError, did_you_mean
from augcli.transform import REGISTRY, Compound, Transform, declared_range, own_fields

Class = type[Transform]

TITLES = {
    "image": "Images",
    "tabular": "Tables",
    "text": "Text",
    "timeseries": "Time series",
    "any": "Choosing among steps",
}
_INNER_STEPS = """\
      - gaussian_noise
      - brightness: {delta: [-0.1, 0.1]}"""
_INTRODUCTION = """\
# Transforms

Made from the declarations in the code by `make docs`; `augment transforms NAME`
shows the same in the terminal.

A step of a recipe is a name, or a name with its parameters. Where a range is given below, a
parameter can be a number, `[low, high]` (uniform between them; whole numbers include both ends),
`{choice: [...]}`, or, unless it counts something, `{normal: [mean, std]}` (cut off at the range).
"""


def listing() -> str:
    """Return every transform with its summary, by kind of dataset."""
    lines: list[str | None] = []
    for kind, classes in _by_kind():
        lines += ["" if lines else None, TITLES[kind]]
        width = max(len(cls.name) for cls in classes) + 1
        lines += [f"  {cls.name:<{width}}{_summary(cls)}" for cls in classes]
    return "\n".join(line for line in lines if line is not None)


def describe(name: str) -> str:
    """Return what there is to know of the transforms of this name; refuses unknown ones."""
    found = [(kind, cls) for kind, classes in _by_kind() for cls in classes if cls.name == name]
    if not found:
        known = {cls.name for _, classes in _by_kind() for cls in classes}
        raise AugmentError(f"there is no transform {name!r}{did_you_mean(name, known)}")
    return "\n\n".join(_description(kind, cls) for kind, cls in found)


def reference_page() -> str:
    """Return the reference of all transforms as Markdown."""
    kinds = [_section(kind, list(classes)) for kind, classes in _by_kind()]
    return "\n".join([_INTRODUCTION, _common_table(), *kinds])


def _by_kind() -> Iterator[tuple[str, list[Class]]]:
    """Yield each kind that has transforms with them, by module and name; controls come last."""
    for kind in TITLES:
        classes = [cls for (of, _), cls in REGISTRY.items() if of == kind]
        if classes:
            yield kind, sorted(classes, key=lambda cls: (cls.__module__, cls.name))


def _summary(cls: Class) -> str:
    return (inspect.getdoc(cls) or "").splitlines()[0]


def _description(kind: str, cls: Class) -> str:
    rows = [(field, *_facts(cls, field)) for field in own_fields(cls)]
    common = [(_key(info, field), *_common(field)) for field, info in _common_fields()]
    parts = [f"{cls.name} ({TITLES[kind].lower()})", inspect.getdoc(cls) or "", *_limits(cls)]
    parts += ["Parameters: default, range, meaning\n" + _columns(rows)] if rows else []
    parts += ["Every step also takes\n" + _columns(common)]
    parts += ["Example\n" + _indented(example(cls))]
    return "\n\n".join(part for part in parts if part)


def _columns(rows: Iterable[tuple[str, ...]]) -> str:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    cells = ([c.ljust(w) for c, w in zip(row, widths, strict=True)] for row in table)
    return "\n".join(("  " + "  ".join(row)).rstrip() for row in cells)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _section(kind: str, classes: list[Class]) -> str:
    parts = [f"## {TITLES[kind]}\n"]
    for module, members in groupby(classes, key=lambda cls: cls.__module__):
        if kind != "any":
            parts.append(f"### {_title(module)}\n")
        parts += [_entry(kind, cls) for cls in members]
    return "\n".join(parts)


def _title(module: str) -> str:
    return (inspect.getdoc(sys.modules[module]) or module).splitlines()[0].rstrip(".")


def _entry(kind: str, cls: Class) -> str:
    picture = f"![{cls.name}](pictures/{cls.name}.jpg)\n\n" if kind == "image" else ""
    rows = [(f"`{field}`", *_facts(cls, field)) for field in own_fields(cls)]
    table = [_markdown(("parameter", "default", "range", "meaning"), rows)] if rows else []
    code = f"```yaml\n{example(cls)}\n```\n"
    text = inspect.getdoc(cls)
    parts = [f"#### {cls.name}\n", f"{picture}{text}\n", *(f"{x}\n" for x in _limits(cls))]
    return "\n".join([*parts, *table, code])


def _common_table() -> str:
    rows = [(f"`{_key(info, field)}`", *_common(field)) for field, info in _common_fields()]
    return "Every step also takes:\n\n" + _markdown(("key", "default", "values", "meaning"), rows)


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)


def _common_fields() -> list[tuple[str, FieldInfo]]:
    return list(Transform.model_fields.items())


def _key(info: FieldInfo, field: str) -> str:
    return info.alias or field


def _common(field: str) -> tuple[str, str, str]:
    return _facts(Transform, field)


def _facts(cls: Class, field: str) -> tuple[str, str, str]:
    """Return default, range and meaning of a parameter."""
    info, declared = cls.model_fields[field], declared_range(cls, field)
    default = "required" if info.is_required() else yaml_of(_default(info))
    if declared is None:
        values = "a list of steps" if field == "steps" else _values(info)
        return default, values, info.description or ""
    log = ", uniform in the logarithm" if declared.log else ""
    return default, declared.span(), declared.about + log


def _values(info: FieldInfo) -> str:
    schema = TypeAdapter(info.rebuild_annotation()).json_schema()
    return _allowed(schema)


def _allowed(schema: dict[str, Any]) -> str:
    """Return a JSON Schema of a parameter in words."""
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        options = (_allowed(option) for option in schema["anyOf"] if option.get("type") != "null")
        return " or ".join(options)
    if "prefixItems" in schema:
        return f"a list of {len(schema['prefixItems'])}"
    if schema.get("type") == "array":
        return "a list"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return "text" if schema.get("type") == "string" else ""
    return f"{low:g} to {high:g}" if high is not None else f"{low:g} or more"


def _limits(cls: Class) -> list[str]:
    """Return in sentences which pictures a step does not take."""
    depths, colours = getattr(cls, "depths", ()), getattr(cls, "colours", False)
    few = depths and "float32" not in depths
    limits = [f"Takes {' and '.join(depths)} pictures only."] if few else []
    return limits + ["Takes gray and colour pictures, no other bands."] * colours


def example(cls: Class) -> str:
    """Return a step of a recipe with every parameter of its own that is anything."""
    if issubclass(cls, Compound):
        needed = [field for field in own_fields(cls) if field != "steps" and _needed(cls, field)]
        others = (f"    {field}: {yaml_of(_shown(cls.model_fields[field]))}\n" for field in needed)
        return f"- {cls.name}:\n{''.join(others)}    steps:\n{_INNER_STEPS}"
    own = cls.__annotations__
    shown = [field for field in own_fields(cls) if field in own or _needed(cls, field)]
    told = ((field, _shown(cls.model_fields[field])) for field in shown)
    values = {field: value for field, value in told if value is not None}
    return f"- {cls.name}" + (f": {yaml_of(values)}" if values else "")


def _needed(cls: Class, field: str) -> bool:
    return cls.model_fields[field].is_required()


def _shown(info: FieldInfo) -> Any:
    return info.examples[0] if info.examples else _default(info)


def _default(info: FieldInfo) -> Any:
    value = info.get_default(call_default_factory=True)
    return value.plain() if hasattr(value, "plain") else value


def yaml_of(value: Any) -> str:
    """Return plain data in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(yaml_of, value)) + "]"
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    print(reference_page(), end="")
