"""The formats of files, by kind: each is declared once, where it is read, and found here.

What a recipe may say, which files are taken and how they are opened follow from that alone.
"""

from __future__ import annotations

import importlib
from types import FunctionType
from typing import Any, ClassVar, TypeVar

from msgspec import Struct
from pydantic_core import CoreSchema, core_schema

from augcli.disk.inside import suffix_of
from augcli.errors import UsageError
from augcli.foreign import is_foreign

FORMATS: dict[tuple[str, str], Format] = {}
"""(kind, name) → format."""

_BY_EXTENSION: dict[tuple[str, str], Format] = {}
"""(kind, extension) → format."""


class Format(Struct, frozen=True):
    """What is known of every format; kinds add how its files are opened."""

    kind: ClassVar[str]

    name: str
    extensions: tuple[str, ...]
    """How the names of its files end, in lower case; the first is the usual one."""


F = TypeVar("F", bound=Format)


def register_format(form: F) -> F:
    """Put a format of ours into FORMATS.

    UsageError for one that other people's code opens: no key and no record tells of whose it is.
    """
    opened_by = (getattr(form, field) for field in form.__struct_fields__)
    if any(isinstance(each, type | FunctionType) and is_foreign(each) for each in opened_by):
        text = f"format {form.name!r} is not augment's own: a plug-in declares steps and methods"
        raise UsageError(f"{text}; convert files of it, or add it to augment")
    ends = [(form.kind, extension) for extension in form.extensions]
    if (form.kind, form.name) in FORMATS or any(each in _BY_EXTENSION for each in ends):
        raise ValueError(f"format {form.kind, form.name} is registered twice")
    FORMATS[form.kind, form.name] = form
    _BY_EXTENSION.update(dict.fromkeys(ends, form))
    return form


def formats_of(base: type[F]) -> dict[str, F]:
    """Return name → format of all that a kind has."""
    return {name: form for (_, name), form in FORMATS.items() if isinstance(form, base)}


def format_at(base: type[F], path: str) -> F | None:
    """Return the format that the name of a file tells."""
    form = _BY_EXTENSION.get((base.kind, suffix_of(path).lower()))
    return form if isinstance(form, base) else None


class FormatName(Struct, frozen=True):
    """Marks a setting that names a format of a kind; its model is built when it is first needed."""

    kind: str
    others: tuple[str, ...] = ()
    """What may be said instead."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        """Return the schema of the names that are registered."""
        importlib.import_module(f"augcli.{self.kind}.kind")
        names = sorted(name for kind, name in FORMATS if kind == self.kind)
        return core_schema.literal_schema([*self.others, *names])
