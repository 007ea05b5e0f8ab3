"""What a step may be called that nobody knows by the name that a recipe gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from augcli.errors import did_you_mean
from augcli.settings.base import KindName
from augcli.transform import REGISTRY, Transform

_MANY = 8
"""So many names or more in a message help nobody."""
_CAMEL = re.compile(r"[A-Z][a-z]+[A-Z]\w*")
_ELSEWHERE = (
    "; names of other libraries are in docs/from_others.md, and `augment init --from` turns them"
)


def meant(name: str, known: Mapping[str, type[Transform]]) -> str:
    """Return what a message on an unknown step adds: names, or where names are."""
    if ":" in name:
        return "; a ':' needs a blank behind it"
    kinds = [kind for kind in get_args(KindName) if (kind, name) in REGISTRY]
    near = _few([*_of_words(name.lower(), known)])
    if kinds:
        return f"; it is a step for {' and '.join(kinds)} datasets{near}"
    if near or (near := did_you_mean(name, known)):
        return near
    elsewhere = _ELSEWHERE if _CAMEL.fullmatch(name) else "; see `augment transforms`"
    return _few([*_described(name.lower(), known)]) or elsewhere


def _few(names: list[str]) -> str:
    return f"; did you mean {' or '.join(map(repr, names))}?" if 0 < len(names) < _MANY else ""


def _of_words(told: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the known names that have a name as a word, or are short for it, as hflip is."""
    return (each for each in known if told in each.split("_") or told == _shortened(each))


def _described(told: str, known: Mapping[str, type[Transform]]) -> Iterator[str]:
    """Yield the names of steps whose documentation has a name as a word, as that of Cutout."""
    word = re.compile(rf"\b{re.escape(told)}\b", re.IGNORECASE)
    return (name for name in known if word.search(known[name].__doc__ or ""))


def _shortened(name: str) -> str:
    *first, last = name.split("_")
    return "".join(word[0] for word in first) + last
