"""Frozen dataclasses that cost a start little.

`dataclasses` writes and compiles six methods for each class. A run declares two hundred classes,
and that is a fifth of what a short command costs. Here one is compiled, which takes the fields;
the others are the same for all, or closures. What classes then do is what theirs do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeVar

__all__ = ["dataclass"]

T = TypeVar("T")

if TYPE_CHECKING:  # which knows what becomes of it
    from dataclasses import dataclass
else:

    def dataclass(
        *, frozen: Literal[True], eq: bool = True, kw_only: bool = False
    ) -> Callable[[type[T]], type[T]]:
        """Return what declares a frozen dataclass; others are declared as ever."""

        def declared(cls: type[T]) -> type[T]:
            cls.__doc__ = cls.__doc__ or cls.__name__  # or its signature would be looked for
            made = dataclasses.dataclass(cls, init=False, repr=False, eq=False, kw_only=kw_only)
            fields = dataclasses.fields(made)
            told = {"__init__": _taking(made, fields), "__repr__": _shown, **_GUARDS}
            for name, method in (told | (_compared(fields) if eq else {})).items():
                if name not in cls.__dict__:
                    setattr(made, name, method)
            return made

        return declared


def _taking(cls: type[Any], fields: Iterable[Field[Any]]) -> Any:
    """Return the method that takes the fields of a new object, those by keyword last."""
    taken = [each for each in fields if each.init]
    places = [_argument(each) for each in taken if not each.kw_only]
    keys = [_argument(each) for each in taken if each.kw_only]
    head = ", ".join(["self", *places, *(["*", *keys] if keys else [])])
    lines = [f"put(self, {each.name!r}, {_value(each)})" for each in fields if _is_put(each)]
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    names: dict[str, Any] = {"put": object.__setattr__, "MISSING": MISSING}
    names |= {f"default_{each.name}": each.default for each in fields}
    names |= {f"new_{each.name}": each.default_factory for each in fields}
    exec(f"def __init__({head}):\n " + "\n ".join(lines or ["pass"]), names)  # noqa: S102 – as theirs
    method = names["__init__"]
    method.__qualname__ = f"{cls.__qualname__}.__init__"
    return method


def _argument(field: Field[Any]) -> str:
    if field.default_factory is not MISSING:
        return f"{field.name}=MISSING"
    return field.name if field.default is MISSING else f"{field.name}=default_{field.name}"


def _is_put(field: Field[Any]) -> bool:
    """Return whether objects have it by themselves, and not by their class alone."""
    return field.init or field.default_factory is not MISSING


def _value(field: Field[Any]) -> str:
    if field.default_factory is MISSING:
        return field.name
    new = f"new_{field.name}()"
    return f"{new} if {field.name} is MISSING else {field.name}" if field.init else new


def _compared(fields: Iterable[Field[Any]]) -> dict[str, Any]:
    """Return the methods that compare objects of one class by their fields."""
    names = [each.name for each in fields if each.compare]
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def equals(self: Any, other: Any) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    return {"__eq__": equals, "__hash__": lambda self: hash(values(self))}


def _shown(self: Any) -> str:
    told = (
        f"{each.name}={getattr(self, each.name)!r}"
        for each in dataclasses.fields(self)
        if each.repr
    )
    return f"{self.__class__.__qualname__}({', '.join(told)})"


def _set(_self: Any, name: str, _value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_GUARDS = {"__setattr__": _set, "__delattr__": _delete}
