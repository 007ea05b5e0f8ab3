"""The types of what records tell, as they are checked on reading."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import make_dataclass
from functools import lru_cache
from importlib import import_module
from typing import Annotated, Any, NotRequired, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    InstanceOf,
    with_config,
)
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypedDict

EXACT = ConfigDict(extra="forbid")
"""The declared fields and no others."""
_LARGEST = 1e300
"""No number that a step drew is larger."""
_MOST = 2**40
"""No file has more samples, no picture more pixels."""
_NUMBERS = (int, float)


def _be_a_name(told: str) -> str:
    if not told or "\0" in told:
        raise ValueError("no name")
    return told


def _be_bounded(told: Mapping[str, Any]) -> Mapping[str, Any]:
    for number in told.values():
        if isinstance(number, _NUMBERS) and not -_LARGEST <= number <= _LARGEST:
            raise ValueError("a number without end")
    return told


def _be_an_id(told: str) -> str:
    if not told.rpartition("#")[2].isdecimal():
        raise ValueError("no file#row")
    return told


def of_kind(place: str) -> AfterValidator:
    """Have JSON be what the class at `module:name` takes by `again`: kinds stand above records."""

    def checked(told: Mapping[str, Any]) -> Mapping[str, Any]:
        _prove(place, json.dumps(told))
        return told

    return AfterValidator(checked)


@lru_cache(maxsize=256)
def _prove(place: str, text: str) -> None:
    """Raise ValueError unless a class takes this JSON, which many lines tell alike."""
    module, _, name = place.partition(":")
    getattr(import_module(module), name).again(json.loads(text))


class Checked(Struct, frozen=True):
    """Data that is checked on reading: the declared fields and no others."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        hints = get_type_hints(cls, include_extras=True)
        told = make_dataclass(
            cls.__name__,
            [(each.name, hints[each.name], _default_of(each)) for each in fields(cls)],
            namespace={"__doc__": cls.__doc__, "__pydantic_config__": EXACT},
            kw_only=True,
        )
        checked = handler(told)
        return core_schema.no_info_after_validator_function(lambda told: cls(**vars(told)), checked)


def _default_of(field: FieldInfo) -> Any:
    if field.default_factory is not NODEFAULT:
        return dataclasses.field(default_factory=field.default_factory)
    return dataclasses.field() if field.required else field.default


Text = InstanceOf[str]
"""A string that may hold bytes of names that are no text, which pydantic's own would refuse."""
Name = Annotated[Text, AfterValidator(_be_a_name), Field(min_length=1)]
Id = Annotated[Text, AfterValidator(_be_an_id)]
"""`file#row`"""
Whole = Annotated[int, Field(strict=True, ge=0, le=_MOST)]
Integer = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Share = Annotated[float, Field(strict=True, ge=-_LARGEST, le=_LARGEST)]
Label = Text | Annotated[dict[Text, Share], Field(min_length=1)] | None
"""A class; of a mixed sample the shares of all, its base's first; None where there is none."""
Attempt = Annotated[int, Field(strict=True, ge=1)] | None
"""How many times params were drawn anew, as what they make equalled another sample."""
Repeats = Annotated[int, Field(strict=True, ge=-1)] | None
"""The copy of the same source that this equals nonetheless; -1 for the source itself."""


@with_config(EXACT)
class Step(TypedDict):
    """A step that was applied, with what was drawn for it."""

    name: Text
    key: NotRequired[Text]
    """Names its columns in the provenance, where each row has what was drawn for it."""
    params: Annotated[dict[Text, Any], AfterValidator(_be_bounded)]
    plugin: NotRequired[Text]
    """Where the step comes from if it is none of augment's own, and what tells its content."""
