"""What is made once, however often it is asked for: items of an iterator, values of an object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from typing import Any, Generic, Self, TypeVar, overload

Item = TypeVar("Item")
Value = TypeVar("Value")


class Once(Generic[Item]):
    """Items that are made when they are first asked for, and are the same ever after."""

    def __init__(self, items: Iterable[Item]):
        self._made: list[Item] = []
        self._rest = iter(items)

    def __iter__(self) -> Iterator[Item]:
        for place in count():
            if place == len(self._made):
                self._made += islice(self._rest, 1)
            if place == len(self._made):
                return
            yield self._made[place]


class kept(Generic[Value]):  # noqa: N801 – used as `property` is
    """A property that is worked out at its first use; functools' own takes a lock for that."""

    def __init__(self, work: Callable[[Any], Value]):
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> Self | Value:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work(instance)
        return value
