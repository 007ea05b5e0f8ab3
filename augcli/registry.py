"""Steps by kind and name: the module that declares one is imported when the first asks for it.

Nobody keeps a list: which modules there are, their folders tell, and which steps each declares,
its text does. So a recipe costs the import of its own steps alone.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar, get_args

from augcli.foreign import is_plugin, load_packages, taken
from augcli.settings.base import KindName

ANY = "any"
"""The kind of steps that are for every kind of dataset."""

_PLACES = {
    **{kind: f"augcli.{kind}.transforms" for kind in get_args(KindName)},
    ANY: "augcli.steps.control",
}
"""Kind → the module that declares its steps, or the package of those that do."""
_DECLARED = re.compile(r"^@register\n(?:@.*\n)*class (\w+)", re.MULTILINE)

T = TypeVar("T", bound=type)
Key = tuple[str, str]
"""Kind and name."""


def name_of(cls: str) -> str:
    """Return what a class is called in recipes."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls).lower()


class Registry(Mapping[Key, T]):
    """All steps that there are, those of other people too once they are declared."""

    def __init__(self) -> None:
        self._known: dict[Key, T] = {}

    def add(self, key: Key, cls: T) -> None:
        """Take in a step; ValueError if there is one of this name, be it still to be imported.

        Of files that recipes name, the one that was read last says what a name means.
        """
        kind, name = key
        known = self._known.get(key)
        again = known in (None, cls) or (is_plugin(known) and is_plugin(cls))
        if not again or _modules(kind).get(name, cls.__module__) != cls.__module__:
            raise taken(f"step {name!r} for kind {kind!r}", known, cls)
        self._known[key] = cls

    def __getitem__(self, key: Key) -> T:
        kind, name = key
        if key not in self._known and (module := _modules(kind).get(name)):
            importlib.import_module(module)
        if key not in self._known and not any(name in _modules(each) for each in (kind, ANY)):
            load_packages()
        return self._known[key]

    def names(self, *kinds: str) -> list[Key]:
        """Return the keys of all steps of some kinds."""
        for module in {module: None for kind in kinds for module in _modules(kind).values()}:
            importlib.import_module(module)
        load_packages()
        return [key for key in self._known if key[0] in kinds]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.names(*_PLACES))

    def __len__(self) -> int:
        return len(self.names(*_PLACES))


class Catalogue(Mapping[str, T]):
    """The steps that a kind of dataset can use, by name."""

    def __init__(self, registry: Registry[T], kind: str):
        self._registry = registry
        self._kinds = (kind, ANY)

    def __getitem__(self, name: str) -> T:
        found = (self._registry.get((kind, name)) for kind in self._kinds)
        cls = next(filter(None, found), None)
        if cls is None:
            raise KeyError(name)
        return cls

    def __iter__(self) -> Iterator[str]:
        return (name for _, name in self._registry.names(*self._kinds))

    def __len__(self) -> int:
        return len(self._registry.names(*self._kinds))


@cache
def _modules(kind: str) -> dict[str, str]:
    """Return the name of each step that is declared for a kind, and where; nothing is imported."""
    place = _PLACES.get(kind)
    found = declared_in(place, _DECLARED) if place else {}
    return {name_of(cls): module for cls, module in found.items()}


def declared_in(place: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """Return what the text of a module, or of those of a package, declares: name → module."""
    spec = find_spec(place)
    if spec is None or spec.origin is None:
        return {}
    is_package = spec.submodule_search_locations is not None
    files = sorted(Path(spec.origin).parent.glob("*.py")) if is_package else [Path(spec.origin)]
    return {
        name: f"{place}.{file.stem}" if is_package else spec.name
        for file in files
        for name in pattern.findall(file.read_text("utf-8"))
    }
