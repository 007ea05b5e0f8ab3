"""Columns of long tables that are no channels: texts, and the times of points."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from augcli.timeseries.formats.grid import is_number
from augcli.timeseries.formats.numbers import style_of
from augcli.timeseries.formats.times import between, moments_of


class Texts:
    """A column of texts as numbers of the different ones."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._codes = array("q")

    def extend(self, cells: Iterable[str]) -> None:
        """Take in more of them."""
        numbers = self._numbers
        self._codes.extend([numbers.setdefault(cell, len(numbers)) for cell in cells])

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """Return the number of each."""
        return np.frombuffer(self._codes, np.int64)

    @cached_property
    def known(self) -> list[str]:
        """Return the text of each number."""
        return list(self._numbers)

    @property
    def numbers(self) -> NDArray[np.float64] | None:
        """Return them as numbers; None where some are none."""
        if not all(map(is_number, self.known)):
            return None
        return np.array([*map(float, self.known)])[self.codes]

    @property
    def moments(self) -> NDArray[np.float64] | None:
        """Return dates or times of day as numbers in their order; None where some are neither."""
        found = moments_of([text for text in self.known if text.strip()])
        if None in found or not found:
            return None
        times = iter(found)
        every = [next(times) if text.strip() else math.nan for text in self.known]
        return np.array(every, np.float64)[self.codes]


class Clock:
    """A column of times: numbers, or texts by their places among all in order.

    Which of these they are, and how numbers are written, is seen from our rows alone.
    """

    def __init__(self, column: Texts, ours: NDArray[np.bool_] | slice):
        known, codes = column.known, column.codes
        own = np.unique(codes[ours])
        texts = [known[code] for code in own.tolist()]
        self._style = style_of(texts) if all(map(is_number, texts)) else None
        self.is_known = bool(self._style) or None not in moments_of(texts)
        """Whether all texts are times; else they are kept as the numbers of their rows."""
        if self._style:
            times = [float(text) if is_number(text) else np.nan for text in known]
            self.times = np.array(times)[codes]
            self._known: list[str] = []
        elif self.is_known:
            others = np.setdiff1d(np.arange(len(known)), own)
            places = np.zeros(len(known))
            for some in (own, others):
                places[some] = _places([known[code] for code in some.tolist()])
            self.times = places[codes]
            self._known = [known[code] for code in own[np.argsort(places[own])].tolist()]
        else:
            self.times = np.arange(len(codes), dtype=np.float64)
            self._known = [known[code] for code in codes.tolist()]

    def texts(self, times: NDArray[np.float64]) -> list[str]:
        """Return times as they are written."""
        if self._style:
            return between(self._style, times)
        return [self._known[place] for place in np.rint(times).astype(np.int64).tolist()]


def _places(texts: Sequence[str]) -> NDArray[np.intp]:
    """Return which place each text has among all in time; as they come where they are no times."""
    moments = [np.nan if each is None else each for each in moments_of(texts)]
    return np.argsort(np.argsort(np.array(moments), kind="stable"), kind="stable")
