"""What is made once, however often it is asked for: items of an iterator, values of an object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from typing import Any, Generic, Self, TypeVar, overload

Item = TypeVar("Item")
Key = TypeVar("Key")
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


class Recent(Generic[Key, Value]):
    """The values that were asked for last, so many at most (None is no bound), by their keys.

    An `lru_cache` of a method refers to the object that has it: both, and what they hold, would
    stay till the collector runs.
    """

    def __init__(self, most: int | None):
        self._most = most
        self._made: dict[Key, Value] = {}

    def get(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """Return the value of a key, made if it is not at hand."""
        value = self._made.pop(key) if key in self._made else make(key)
        self._made[key] = value
        if self._most is not None and len(self._made) > self._most:
            del self._made[next(iter(self._made))]
        return value
