"""Numbers of things in words, and many remarks in few."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

Remark = TypeVar("Remark")

_ABOUT = re.compile(r"\b(class|column) (?:'([^']*)'|\"([^\"]*)\")")
_PLURALS = {"class": "classes", "column": "columns"}
_NUMBER = re.compile(r"\d[\d.,]*")
_MANY = 5


def several(count: int, one: str, many: str = "") -> str:
    """Return `1 picture is`, or `3 pictures are`; `many` where that is more than an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def gathered(remarks: Iterable[str]) -> Iterator[str]:
    """Yield remarks, but of many that say the same of a class or column each the first alone.

    It tells how many others there are. Numbers in them may be others.
    """
    yield from (f"{first}{others}" for first, others in told_once(remarks))


def told_once(remarks: Iterable[Remark]) -> Iterator[tuple[Remark, str]]:
    """Yield the same, each with what tells of the others."""
    alike: dict[str, list[Remark]] = {}
    for each in remarks:
        alike.setdefault(_said(str(each)), []).append(each)
    for first, *others in alike.values():
        about = _ABOUT.search(str(first))
        if about and len(others) >= _MANY:
            more = several(len(others), f"more {about[1]}", f"more {_PLURALS[about[1]]}")
            yield first, f"; the same goes for {more}"
        else:
            yield from ((each, "") for each in (first, *others))


def _said(remark: str) -> str:
    """Return what a remark says without what it is about."""
    about = _ABOUT.search(remark)
    if not about:
        return remark
    name = re.escape(about[2] or about[3] or "")
    return _NUMBER.sub("#", re.sub(f"(?<=['\"{{]){name}(?=['\":])", "", remark))


def few(names: Iterable[str], most: int = 5) -> str:
    """Return the first of some names in words, and how many more there are."""
    named = list(names)
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more
