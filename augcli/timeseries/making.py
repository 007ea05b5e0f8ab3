"""From what was drawn to series: pure functions of records of steps and of the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from augcli.rows.tables import loaded
from augcli.steps.recorded import step_named
from augcli.task import Plain
from augcli.timeseries.library import Library
from augcli.timeseries.series import Series, stacked, unstacked
from augcli.timeseries.transform import SeriesTransform


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
    told: list[list[Plain]] = loaded(f"[{','.join(each.steps for each in drawn)}]".encode())
    known = {step["name"] for steps in told for step in steps}
    classes = {name: step_named(SeriesTransform, name) for name in known}
    sources = [library.series(each.source) for each in drawn]
    alike: dict[Any, list[int]] = defaultdict(list)
    for number, (series, steps) in enumerate(zip(sources, told, strict=True)):
        alike[_form(series, steps, classes)].append(number)
    result: dict[int, Series] = {}
    for numbers in alike.values():
        stack = stacked([sources[number] for number in numbers])
        rates = [library.entries[drawn[number].source].rate for number in numbers]
        for records in zip(*(told[number] for number in numbers), strict=True):
            stack = _after(library, stack, records, rates)
        labels = [_label(library, drawn[n].source, sources[n].label, told[n]) for n in numbers]
        result |= zip(numbers, unstacked(stack, labels), strict=True)
    return [result[number] for number in range(len(drawn))]


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


def _form(
    series: Series, steps: Sequence[Plain], classes: Mapping[str, type[SeriesTransform]]
) -> Any:
    """Return what is the same for series that can be made together: steps, and all shapes."""
    form: list[Any] = [series.values.shape, series.marks is None, series.clock is None]
    length = series.length
    for step in steps:
        name, params = step["name"], step["params"]
        length = classes[name].length_after(params, length)
        form += name, length
        lists = [each for each in params.values() if isinstance(each, list)]
        while lists:
            form += map(len, lists)
            lists = [each[0] for each in lists if each and isinstance(each[0], list)]
    return tuple(form)


def _after(
    library: Library, stack: Series, steps: Sequence[Plain], rates: Sequence[int | None]
) -> Series:
    """Return a stack after a step, which each of its series has its own record of.

    Partners come with as many points a second as the series has that they are mixed with.
    """
    cls, params = step_named(SeriesTransform, steps[0]["name"]), [step["params"] for step in steps]
    idents = [each["partners"] if cls.mixes else () for each in params]
    every = zip(idents, rates, strict=True)
    partners = [[library.at_rate(each, rate) for each in some] for some, rate in every]
    return cls.apply_all(stack, params, partners)
