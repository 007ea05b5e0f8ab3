"""From what was drawn to series: pure functions of records of steps and of the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from augcli.rows.tables import loaded
from augcli.steps.recorded import step_named
from augcli.task import Plain
from augcli.timeseries.library import Library
from augcli.timeseries.series import Series, stacked, unstacked
from augcli.timeseries.transform import SeriesTransform

_NUMBERS = b"+-.0123456789eE"
"""What numbers in a record are written with."""


class Drawn(NamedTuple):
    """What one new series is made of."""

    source: str
    row: int
    copy: int
    steps: str


def made(library: Library, drawn: Sequence[Drawn]) -> list[Series]:
    """Return new series: the records of their steps and the sources are all it takes.

    Those of one shape that go through the same steps are made together.
    """
    told: list[list[Plain]] = loaded(f"[{','.join([each.steps for each in drawn])}]".encode())
    sources = [library.series(each.source) for each in drawn]
    result: dict[int, Series] = {}
    for numbers in _alike(drawn, sources, told):
        stack = stacked([sources[number] for number in numbers])
        rates = [library.entries[drawn[number].source].rate for number in numbers]
        for records in zip(*(told[number] for number in numbers), strict=True):
            stack = _after(library, stack, records, rates)
        labels = [_label(library, drawn[n].source, sources[n].label, told[n]) for n in numbers]
        result |= zip(numbers, unstacked(stack, labels), strict=True)
    return [result[number] for number in range(len(drawn))]


def _alike(
    drawn: Sequence[Drawn], sources: Sequence[Series], told: Sequence[Sequence[Plain]]
) -> Iterable[list[int]]:
    """Return the numbers of those that can be made together: steps and all shapes are the same.

    Records that differ in nothing but their numbers have lists of the same lengths.
    """
    names = {step["name"] for steps in told for step in steps}
    classes = {name: step_named(SeriesTransform, name) for name in names}
    is_resized = any(cls.resizes() for cls in classes.values())
    alike: dict[Any, list[int]] = defaultdict(list)
    for number, (series, each) in enumerate(zip(sources, drawn, strict=True)):
        shape = series.values.shape, series.marks is None, series.clock is None
        lengths = tuple(_lengths(series, told[number], classes)) if is_resized else ()
        alike[shape, each.steps.encode().translate(None, _NUMBERS), lengths].append(number)
    return alike.values()


def _lengths(
    series: Series, steps: Sequence[Plain], classes: Mapping[str, type[SeriesTransform]]
) -> Iterator[int]:
    """Yield how long a series is after each of some steps."""
    length = series.length
    for step in steps:
        length = classes[step["name"]].length_after(step["params"], length)
        yield length


def _label(library: Library, ident: str, label: str | None, steps: Sequence[Plain]) -> str | None:
    """Return the class of a new series, or the number that it stands for, written as others are."""
    if label is None or not library.entries[ident].target:
        return label
    value, decimals = float(label), [_decimals(label)]
    for step in steps:
        others = [str(library.series(each).label) for each in step["params"].get("partners", ())]
        decimals += map(_decimals, others)
        cls = step_named(SeriesTransform, step["name"])
        value = cls.target_after(step["params"], value, [*map(float, others)])
    return label if value == float(label) else f"{value:.{max(decimals)}f}"


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _after(
    library: Library, stack: Series, steps: Sequence[Plain], rates: Sequence[int | None]
) -> Series:
    """Return a stack after a step, which each of its series has its own record of.

    Partners come with as many points a second as the series has that they are mixed with.
    """
    cls, params = step_named(SeriesTransform, steps[0]["name"]), [step["params"] for step in steps]
    idents = [each["partners"] for each in params] if cls.mixes else [()] * len(params)
    every = zip(idents, rates, strict=True)
    partners = [[library.at_rate(each, rate) for each in some] for some, rate in every]
    return cls.apply_all(stack, params, partners)
