"""Dates: the forms that they are written in, and the numbers that they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

_DATES = {
    "%Y-%m-%d": re.compile(r"\d{4}-\d\d-\d\d"),
    "%Y%m%d": re.compile(r"(19|20)\d{6}"),
    "%Y/%m/%d": re.compile(r"\d{4}/\d\d/\d\d"),
    "%d.%m.%Y": re.compile(r"\d\d\.\d\d\.\d{4}"),
    "%d/%m/%Y": re.compile(r"\d\d/\d\d/\d{4}"),
    "%m/%d/%Y": re.compile(r"\d\d/\d\d/\d{4}"),
    "%-d/%-m/%Y": re.compile(r"[1-9]\d?/[1-9]\d?/\d{4}"),
    "%-m/%-d/%Y": re.compile(r"[1-9]\d?/[1-9]\d?/\d{4}"),
    "%d-%b-%Y": re.compile(r"\d\d-[A-Za-z]{3}-\d{4}"),
    "%d %b %Y": re.compile(r"\d\d [A-Za-z]{3} \d{4}"),
    "%b %d, %Y": re.compile(r"[A-Za-z]{3} \d\d, \d{4}"),
}
"""strftime formats, each with what it looks like."""
_TIMES = {
    " %H:%M": re.compile(r" \d\d:\d\d"),
    " %H:%M:%S": re.compile(r" \d\d:\d\d:\d\d"),
    "T%H:%M": re.compile(r"T\d\d:\d\d"),
    "T%H:%M:%S": re.compile(r"T\d\d:\d\d:\d\d"),
}
"""The same of what may follow a day."""
_END = re.compile(r"(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?$")
"""Fractions of a second and a zone."""
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)?$")
_PARTS = (("%d", "djDFsxc"), ("%m", "mbBhjDFsxc"), ("%Y", "YyDFsxcGC"))
"""Each part of a day, and the letters of formats that tell it."""


def date_format(values: Sequence[str]) -> str | None:
    """Return the one format in which all are dates; None where there are none, or two meanings."""
    if not values:
        return None
    forms = [form for form, pattern in _likely(values) if all(map(pattern.fullmatch, values))]
    forms = [form for form in forms if _are_dates(values, form)]
    return forms[0] if len(set(map(_meaning, forms))) == 1 else None


def _likely(values: Sequence[str]) -> list[tuple[str, re.Pattern[str]]]:
    """Return formats and patterns, with times and the zone that all values share if they have."""
    if len(values[0]) <= len("dd MMM yyyy") + 1:
        return list(_DATES.items())
    found = []
    for time, clock in _TIMES.items():
        end, rest = _end(values) if "%S" in time else ("", "")
        for day, pattern in _DATES.items():
            found.append((day + time + end, re.compile(pattern.pattern + clock.pattern + rest)))
    return found


def _end(values: Sequence[str]) -> tuple[str, str]:
    """Return format and pattern of fractions of seconds and of the zone, the same in all values."""
    end = _END.search(values[0])
    zone = _ZONE.search(values[0])
    assert end
    assert zone
    digits = len(end[0]) - len(zone[0]) - 1
    if digits < 1:
        return zone[0], re.escape(zone[0])
    return f"%.{digits}f{zone[0]}", rf"\.\d{{{digits}}}{re.escape(zone[0])}"


def _meaning(form: str) -> str:
    """Return a format whose numbers have as many digits as they please when they are read."""
    return re.sub(r"%\.\d?f", ".%f", form.replace("%-", "%"))


def _are_dates(values: Sequence[str], form: str) -> bool:
    try:
        return all(datetime.strptime(value, _meaning(form)) for value in values)
    except ValueError:
        return False


def told_format(form: str, values: Sequence[str]) -> str:
    """Return a format that a recipe tells, with as many digits of a second as the values have."""
    digits = max((len(found[1]) for each in values if (found := _FRACTION.search(each))), default=6)
    return form.replace(".%f", f"%.{digits}f")


_FRACTION = re.compile(r":\d\d\.(\d{1,6})")


def fraction_digits(form: str) -> int:
    """Return how many digits of a second a format has."""
    found = re.search(r"%\.(\d)f", form)
    return int(found[1]) if found else 0


def dates(texts: pl.Series, form: str) -> NDArray[np.float64]:
    """Return dates as days, or as seconds where they have a time; NaN where missing."""
    missing = [part for part, letters in _PARTS if not _tells(form, letters)]
    start = "".join(f"{'1970' if part == '%Y' else '01'} " for part in missing)
    form = "".join(f"{part} " for part in missing) + re.sub(r"%\.\df", "%.f", form)
    whole = pl.lit(start) + pl.col("texts")
    frame = (
        texts.alias("texts")
        .to_frame()
        .select(whole.str.to_datetime(form, strict=False, time_unit="us"))
    )
    known = frame.to_series().to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy()
    days: NDArray[np.float64] = known / (1e6 if has_time(form) else 86_400e6)
    return days


def _tells(form: str, letters: str) -> bool:
    return any(f"%{letter}" in form or f"%-{letter}" in form for letter in letters)


def has_time(form: str) -> bool:
    """Return whether a format tells the time of day."""
    return _tells(form, "HIMSTRXsc")


def date_cells(values: pl.Series, form: str) -> pl.Series:
    """Return days or seconds as they are written."""
    scale = 1_000_000 if has_time(form) else 86_400_000_000
    stamps = (values * scale).round().cast(pl.Int64).cast(pl.Datetime("us"))
    return stamps.dt.strftime(form)
