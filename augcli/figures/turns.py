"""Some of each class, when there is no room for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_turn(items: Iterable[tuple[str | None, T]], key: Callable[[T], int]) -> Iterator[T]:
    """Yield items, which come with their classes, in the order of their keys, classes in turn."""
    classes: dict[str | None, list[T]] = defaultdict(list)
    for label, item in items:
        classes[label].append(item)
    return one_of_each([sorted(each, key=key) for each in classes.values()])


def one_of_each(lists: Collection[Sequence[T]]) -> Iterator[T]:
    """Yield the first of each list, then the second of each that has one, and so on."""
    for turn in range(max(map(len, lists), default=0)):
        yield from (each[turn] for each in lists if turn < len(each))
