"""When points were: numbers that lie anywhere between, or texts that are only as many."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from augcli.rows.dates import date_format, dates_of
from augcli.timeseries.formats.grid import is_number
from augcli.timeseries.formats.numbers import Style, style_of

POINT = re.compile(r"\(([^()]*),([^(),]*)\)")
_CHANNEL_END = re.compile(r":(?![^()]*\))")
_MORE_DECIMALS = 6
_TIME = re.compile(r"\d\d:\d\d(:\d\d([.,]\d+)?)?")
_SAMPLE = 1000
"""Texts that show in which form dates are."""


def moments_of(texts: Sequence[str]) -> list[float | None]:
    """Return numbers in the order of texts that are all numbers, dates or times of day.

    Dates are as ISO 8601 has them, or in one form that leaves no doubt. What is neither has none.
    """
    for read in (float, _of_date, _of_month, _of_time):
        try:
            found = [read(text) for text in texts]
        except ValueError:
            continue
        return [each if math.isfinite(each) else None for each in found]
    form = date_format(texts[:_SAMPLE])
    read_all = dates_of(texts, form).tolist() if form else [math.nan] * len(texts)
    return [each if math.isfinite(each) else None for each in read_all]


def _of_date(text: str) -> float:
    """Return seconds since 1970, those of a date that tells no zone as of UTC."""
    date = datetime.fromisoformat(text)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _of_month(text: str) -> float:
    return _of_date(f"{text}-01")


def _of_time(text: str) -> float:
    """Return seconds since midnight; ValueError where it is no time of day."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return _of_date(f"1970-01-01T{text}")


def channels_of(line: str) -> list[str]:
    """Return what stands between colons that are in no brackets."""
    return _CHANNEL_END.split(line)


def timed(channels: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """Return the values of channels of `(time,value)`, and the times, which all must share."""
    points = [POINT.findall(channel) for channel in channels]
    times = [[time.strip() for time, _ in channel] for channel in points]
    if not times or any(each != times[0] for each in times):
        raise ValueError("its channels were not measured at the same times")
    if not times[0]:
        raise ValueError("it has no points such as (0,1.5)")
    return [[value.strip() for _, value in channel] for channel in points], times[0]


def clock_of(times: Sequence[str]) -> NDArray[np.float64]:
    """Return times as numbers; texts as their places."""
    if all(map(is_number, times)):
        return np.array([float(time) for time in times])
    return np.arange(len(times), dtype=np.float64)


def written(clock: NDArray[np.float64], times: Sequence[str]) -> list[str]:
    """Return times as those of a source are written."""
    if all(map(is_number, times)):
        return between(style_of(times), clock)
    return [times[place] for place in np.rint(clock).astype(int).tolist()]


def between(style: Style, clock: NDArray[np.float64]) -> list[str]:
    """Return numbers in a style; with more decimals where this would make one of two times."""
    texts = style.texts(clock)
    if len(set(texts)) == len(np.unique(clock)):
        return texts
    return Style(decimals=_MORE_DECIMALS).texts(clock)


def too_many(times: Sequence[str], length: int) -> str | None:
    """Return why there are no times for so many points, None if there are."""
    if length <= len(times) or all(map(is_number, times)):
        return None
    return f"its times are {len(times)} texts such as {times[0]!r}, too few for {length} points"
