"""Dates: the forms that they are written in, and the numbers that they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from augcli.lazily import Lazily

if TYPE_CHECKING:
    import polars as pl
else:
    pl = Lazily("polars")

_WITH_NAMES = (
    *("%d-%b-%Y", "%-d-%b-%Y", "%d-%b-%y", "%-d-%b-%y", "%d%b%Y", "%Y-%b-%d"),
    *("%d %b %Y", "%-d %b %Y", "%b %d, %Y", "%b %-d, %Y", "%b %Y", "%b-%Y"),
)
_DAYS = (
    *("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%-d.%-m.%Y"),
    *(*_WITH_NAMES, *(form.replace("%b", "%^b") for form in _WITH_NAMES)),
    *("%d/%m/%Y", "%m/%d/%Y", "%-d/%-m/%Y", "%-m/%-d/%Y"),
    *("%d/%m/%y", "%m/%d/%y", "%-d/%-m/%y", "%-m/%-d/%y"),
    *("%d %B %Y", "%-d %B %Y", "%a, %d %b %Y", "%d.%m.%y", "%a %d %b %Y", "%a %-d %b %Y"),
    *("%B %d, %Y", "%B %-d, %Y", "%B %Y", "%Y-%m", "%Y/%m", "%m/%Y"),
)
"""strftime formats of days, or of months alone; `%^b` is a month in capitals."""
_CLOCKS = (
    *("", " %H:%M", "T%H:%M", "T%H%M"),
    *(" %I:%M %p", " %-I:%M %p", " %I:%M:%S %p", " %-I:%M:%S %p"),
)
"""What may follow a day."""
_EXACT = (" %H:%M:%S", "T%H:%M:%S", "%H%M%S", "T%H%M%S")
"""The same, with fractions of a second and a zone behind it where there are any."""
_NUMBER, _WORD = r"\d\d", "[A-Z][a-z]{2}"
_LOOKS = {
    **{"%Y%m%d": r"(?:19|20)\d{6}", "%Y": r"\d{4}", "%p": "[AP]M", "%B": "[A-Z][a-z]{2,8}"},
    "%^b": "[A-Z]{3}",
    **dict.fromkeys(("%y", "%m", "%d", "%H", "%I", "%M", "%S"), _NUMBER),
    **dict.fromkeys(("%-m", "%-d", "%-I"), r"[1-9]\d?"),
    **dict.fromkeys(("%b", "%a"), _WORD),
}
"""What each part of a format looks like."""
_LOOK = re.compile(f"({'|'.join(map(re.escape, _LOOKS))})|(.)")
_ZONE = re.compile(r"(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?$")
_END = re.compile(rf"(?:\.\d{{1,6}})?{_ZONE.pattern}")
"""Fractions of a second and a zone."""
_PARTS = (("%d", "01", "djDFsxc"), ("%m", "01", "mbBhjDFsxc"), ("%Y", "1970", "YyDFsxcGC"))
"""Each part of a day, its first value, and the letters of formats that tell it."""
_CLOCK = (("%H", "00", "HIklcsrRTX"), ("%M", "00", "McsrRTX"))
"""The same of parts of a time that cannot be told alone."""


def date_format(values: Sequence[str]) -> str | None:
    """Return the one format in which all are dates; None where there are none, or two meanings."""
    if not values:
        return None
    forms = [form for form, pattern in _likely(values) if all(map(pattern.fullmatch, values))]
    forms = [form for form in forms if _are_dates(values, form) and not _are_seasons(values)]
    return forms[0] if len({_meaning(form).replace("%B", "%b") for form in forms}) == 1 else None


def _likely(values: Sequence[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the formats that fit the first value, with what they look like."""
    end, ends = _end(values)
    clocks = [(form, _look(form)) for form in _CLOCKS]
    clocks += [(form + end, _look(form) + ends) for form in _EXACT]
    for day in _DAYS:
        found = re.match(_look(day), values[0])
        rest = values[0][found.end() :] if found else None
        for clock, look in clocks if rest is not None else ():
            if re.fullmatch(look, rest or ""):
                yield day + clock, re.compile(_look(day) + look)


@cache
def _look(form: str) -> str:
    """Return the pattern of what has a format."""
    return _LOOK.sub(lambda part: _LOOKS[part[1]] if part[1] else re.escape(part[2]), form)


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
    return re.sub(r"%\.\d?f", ".%f", re.sub("%[-^]", "%", form))


def _are_seasons(values: Sequence[str]) -> bool:
    """Return whether all are a year and the last digits of the next, such as 2009-10."""
    found = (_SEASON.fullmatch(value) for value in values)
    return all(each and (int(each[1]) + 1 - int(each[2])) % 100 == 0 for each in found)


_SEASON = re.compile(r"(\d{4})[-/](\d\d)")


def _are_dates(values: Sequence[str], form: str) -> bool:
    try:
        return all(datetime.strptime(value, _meaning(form)) for value in values)
    except ValueError:
        return False


def told_format(form: str, values: Sequence[str]) -> str:
    """Return a format that a recipe tells, with digits as the values have them.

    These are those of a second, and zeros before days, months and hours; names may be in capitals.
    """
    if any(map(str.upper, values)) and all(value == value.upper() for value in values):
        form = re.sub("%([abAB])", r"%^\1", form)
    digits = max((len(found[1]) for each in values if (found := _FRACTION.search(each))), default=6)
    return _unpadded(form, values).replace(".%f", f"%.{digits}f")


def _unpadded(form: str, values: Sequence[str]) -> str:
    """Return a format without zeros before those of its parts that have none in any value."""
    parts = _PART.split(form)
    pattern = "".join(_digits(part) if at % 2 else re.escape(part) for at, part in enumerate(parts))
    found = [match.groups() for each in values if (match := re.fullmatch(pattern, each))]
    padded = [part for part in parts[1::2] if part in _PADDED]
    for part, digits in zip(padded, zip(*found, strict=True), strict=False):
        longer = [each for each in digits if len(each) > 1]
        if len(longer) < len(digits) and not any(each[0] == "0" for each in longer):
            form = form.replace(part, f"%-{part[1]}")
    return form


def _digits(part: str) -> str:
    return r"(\d\d?)" if part in _PADDED else ".+?"


_PART = re.compile("(%[-^]?[A-Za-z])")
_PADDED = ("%d", "%m", "%H", "%I")
_FRACTION = re.compile(r":\d\d\.(\d{1,6})")


def fraction_digits(form: str) -> int:
    """Return how many digits of a second a format has."""
    found = re.search(r"%\.(\d)f", form)
    return int(found[1]) if found else 0


def dates(texts: pl.Series, form: str) -> NDArray[np.float64]:
    """Return dates as days, or as seconds where they have a time; NaN where missing."""
    form = form.replace("%^", "%")
    missing = [each for each in _PARTS if not _tells(form, each[-1])]
    missing += [each for each in _CLOCK if has_time(form) and not _tells(form, each[-1])]
    start = "".join(f"{first} " for _, first, _ in missing)
    form = "".join(f"{part} " for part, _, _ in missing) + re.sub(r"%\.\df", "%.f", form)
    whole = pl.lit(start) + pl.col("texts")
    frame = (
        texts.alias("texts")
        .to_frame()
        .select(whole.str.to_datetime(form, strict=False, time_unit="us"))
    )
    known = frame.to_series().to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy()
    days: NDArray[np.float64] = known / (1e6 if has_time(form) else 86_400e6)
    return days


def dates_of(texts: Sequence[str], form: str) -> NDArray[np.float64]:
    """Return the same of texts that are in no table."""
    return dates(pl.Series(texts, dtype=pl.String), form)


def _tells(form: str, letters: str) -> bool:
    return any(f"%{sign}{letter}" in form for letter in letters for sign in ("", "-", "^"))


def has_time(form: str) -> bool:
    """Return whether a format tells the time of day."""
    return _tells(form, "HIklMSTRXsrc")


def as_written(values: NDArray[np.float64], form: str) -> NDArray[np.float64]:
    """Return days or seconds without what a format leaves out: the day, minutes, seconds."""
    if has_time(form):
        unit = 10.0 ** -fraction_digits(form) if _tells(form, "ScsrTX") else 60.0
        unit = unit if _tells(form, _CLOCK[1][2]) else 3600.0
        return np.floor(np.round(values / unit, 6)) * unit
    part = next((each for letters, each in _COARSE if not _tells(form, letters)), "D")
    known = ~np.isnan(values)
    days = np.where(known, values, 0).astype("M8[D]")
    return np.where(known, days.astype(f"M8[{part}]").astype("M8[D]").astype(float), np.nan)


_COARSE = ((_PARTS[1][2], "Y"), (_PARTS[0][2], "M"))
"""Letters of which a format has one, and the unit of dates where it has none."""


def date_cells(values: pl.Series, form: str) -> pl.Series:
    """Return days or seconds as they are written."""
    scale = 1_000_000 if has_time(form) else 86_400_000_000
    stamps = (values * scale).round().cast(pl.Int64).cast(pl.Datetime("us"))
    cells = stamps.dt.strftime(form.replace("%^", "%"))
    return cells.str.to_uppercase() if "%^" in form else cells
