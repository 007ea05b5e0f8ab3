"""From what was drawn to series: pure functions of records of steps and of the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeAlias

from augcli.rows.tables import loaded
from augcli.steps.recorded import step_named
from augcli.task import Plain
from augcli.timeseries.formats.base import Stack
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.series import Partners, Series, unstacked
from augcli.timeseries.transform import SeriesTransform

Steps: TypeAlias = Sequence[Plain]
"""The records of the steps of one series."""

_NUMBERS = b"+-.0123456789eE"
"""What numbers in a record are written with."""


def made(library: Library, entries: Sequence[Entry], steps: Sequence[str]) -> list[Stack]:
    """Return new series of a file: the sources and the records of steps, as JSON, are all it takes.

    Those of one shape that go through the same steps are made together.
    """
    return [
        _made(library, [entries[number] for number in numbers], numbers, told)
        for numbers, told in _alike(entries, steps)
    ]


def made_alone(library: Library, entry: Entry, steps: str) -> Series:
    """Return one new series."""
    ((_, stack, _),) = made(library, [entry], [steps])
    return next(unstacked(stack))


def _made(
    library: Library, entries: Sequence[Entry], numbers: Sequence[int], told: Sequence[Steps]
) -> Stack:
    """Return a new series of each entry, by the same steps."""
    stack = library.stack(entries)
    for records in zip(*told, strict=True):
        stack = _after(library, stack, records, entries)
    amounts = [*map(partial(amount_of, library), entries, told)]
    return Stack(numbers, stack, amounts)


def _alike(
    entries: Sequence[Entry], steps: Sequence[str]
) -> Iterator[tuple[list[int], list[Steps]]]:
    """Yield those that can be made together, and their steps: these and all shapes are the same.

    Records that differ in nothing but their numbers have lists of the same lengths.
    """
    forms = "\n".join(steps).encode().translate(None, _NUMBERS).split(b"\n")
    shapes = [(entry.channels, entry.length) for entry in entries]
    for numbers in _together(zip(forms, shapes, strict=True)):
        told = loaded(f"[{','.join([steps[number] for number in numbers])}]".encode())
        for places in _together(_courses(entries[numbers[0]].length, told)):
            yield [numbers[place] for place in places], [told[place] for place in places]


def _together(keys: Iterable[Hashable]) -> Iterable[list[int]]:
    """Return the places of keys that are equal."""
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    return places.values()


def _courses(length: int, told: Sequence[Steps]) -> Sequence[Hashable]:
    """Return the names of the steps of each series, and how long it is after them."""
    names = [tuple([step["name"] for step in steps]) for steps in told]
    known = {name: step_named(SeriesTransform, name) for name in set(chain.from_iterable(names))}
    if not any(cls.resizes() for cls in known.values()):
        return names
    return [(*own, *_lengths(length, steps)) for own, steps in zip(names, told, strict=True)]


def _lengths(length: int, steps: Steps) -> Iterator[int]:
    """Yield how long a series is after each of some steps."""
    for step in steps:
        cls = step_named(SeriesTransform, step["name"])
        length = cls.length_after(step["params"], length)
        yield length


def amount_of(library: Library, entry: Entry, steps: Steps) -> str | None:
    """Return the number that a new series stands for, written as others are; None for a class."""
    if not entry.target:
        return None
    label = library.label(entry)
    value, decimals = float(label), [_decimals(label)]
    for step in steps:
        partners = (library.entries[each] for each in step["params"].get("partners", ()))
        others = [*map(library.label, partners)]
        decimals += map(_decimals, others)
        cls = step_named(SeriesTransform, step["name"])
        value = cls.target_after(step["params"], value, [*map(float, others)])
    return label if value == float(label) else f"{value:.{max(decimals)}f}"


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _after(library: Library, stack: Series, steps: Steps, entries: Sequence[Entry]) -> Series:
    """Return a stack after a step, which each of its series has its own record of.

    Sounds come with as many channels and points a second as the one that they are mixed with.
    """
    cls, params = step_named(SeriesTransform, steps[0]["name"]), [step["params"] for step in steps]
    partners: Partners = [()] * len(params)
    if cls.mixes:
        every = zip(params, entries, strict=True)
        partners = [[library.beside(i, own) for i in each["partners"]] for each, own in every]
    return cls.apply_all(stack, params, partners)
