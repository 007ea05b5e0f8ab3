"""Numbers as a file writes them: found out from its own, for new ones to look alike."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_NUMBER = re.compile(r"\s*[+-]?(\d*)(?:\.(\d*))?(?:[eE][+-]?\d+)?\s*")
_ENOUGH = 2000
_MOST = 15
_ALL = 16
"""Digits that tell one number from any other."""


class Style(Struct, frozen=True):
    """How numbers are written."""

    decimals: int | None = None
    """How many digits follow the point; None where the number of all digits counts."""
    digits: int = 17
    padded: bool = False
    """Whether zeros fill up the decimals."""
    exponent: str = ""
    """What stands before exponents, where all numbers have one as programs write it."""

    def texts(self, values: Sequence[float] | NDArray[np.float64]) -> list[str]:
        """Return numbers as texts."""
        plain = np.asarray(values, np.float64) + 0.0
        if self.exponent:
            return [f"{value:.{self.digits - 1}{self.exponent}}" for value in plain.tolist()]
        if self.decimals is None:
            few = self.digits < _ALL
            return [f"{v:.{self.digits}g}" if few else repr(v) for v in plain.tolist()]
        texts = [f"{value:.{self.decimals}f}" for value in self.rounded(plain).tolist()]
        if self.padded or not self.decimals:
            return texts
        return [text.rstrip("0").rstrip(".") for text in texts]

    def rounded(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers as they are once they are written."""
        if self.decimals is not None:
            return np.round(values, self.decimals) + 0.0
        if self.digits >= _ALL:
            return values
        size = np.floor(np.log10(np.abs(np.where(values == 0, 1.0, values))))
        unit = 10.0 ** (size + 1 - self.digits)
        return np.rint(values / unit) * unit + 0.0


def style_of(texts: Sequence[str]) -> Style:
    """Return the style of some numbers: decimals or digits, whichever most of them share."""
    step = max(1, len(texts) // _ENOUGH)
    matches = map(_NUMBER.fullmatch, texts[::step])
    found = [each for each in matches if each and (each[1] or each[2])]
    if not found:
        return Style()
    decimals = Counter(len(each[2] or "") for each in found)
    digits = Counter(len((each[1] + (each[2] or "")).lstrip("0")) for each in found)
    scientific = any("e" in each[0].lower() for each in found)
    most_decimals, most_digits = max(decimals), max(digits)
    for mark in "eE" if scientific else "":
        if all(f"{float(each[0]):.{most_decimals}{mark}}" == each[0].strip() for each in found):
            return Style(None, most_decimals + 1, exponent=mark)
    if scientific or digits[most_digits] > decimals[most_decimals] or most_decimals > _MOST:
        return Style(None, most_digits)
    return Style(most_decimals, padded=len(decimals) == 1)


def parsed(cells: Sequence[str], missing: frozenset[str]) -> NDArray[np.float64]:
    """Return numbers, NaN where a cell means that there is none; ValueError for other texts."""
    try:
        values = np.array(cells, np.float64)
    except ValueError:
        values = np.array([_number(cell, missing) for cell in cells])
    if np.isinf(values).any():
        raise ValueError("a number is not finite")
    return values


def _number(cell: str, missing: frozenset[str]) -> float:
    return np.nan if cell.strip() in missing else float(cell)


def is_odd(cell: str, missing: frozenset[str]) -> bool:
    """Return whether `parsed` refuses a cell."""
    try:
        return math.isinf(_number(cell, missing))
    except ValueError:
        return True


def first_odd(cells: Sequence[str], missing: frozenset[str]) -> int | None:
    """Return the place of the first cell that `parsed` refuses, None where there is none."""
    return next((place for place, cell in enumerate(cells) if is_odd(cell, missing)), None)
