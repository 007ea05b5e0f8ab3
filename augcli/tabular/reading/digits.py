"""Dates that are written as digits alone, such as 202103 for March 2021, and read as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_PARTS = {
    **{"%Y": (4, 1900, 2100), "%y": (2, 0, 99), "%m": (2, 1, 12), "%d": (2, 1, 31)},
    **{"%j": (3, 1, 366), "%H": (2, 0, 23), "%M": (2, 0, 59), "%S": (2, 0, 59)},
}
"""Part of a form → its digits, its least and its greatest value."""
FORMS = (
    *("%Y%m%d", "%Y%m", "%Y%j", "%y%m%d", "%d%m%Y", "%m%d%Y", "%y%j"),
    *("%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"),
)
_WEAK = "%y%j"
"""A form that codes of five digits, such as those of post offices, may well have."""
_CHANCE = 1e-6
"""How likely amounts may be, by chance, to have nothing but digits of dates."""
_LOOKED_AT = 5000
"""Whole numbers that tell how many of a range are dates."""


def digits_format(cells: Sequence[str]) -> str | None:
    """Return the one form in which cells are dates, beyond doubt; None where there is none."""
    if not all(map(str.isdecimal, cells)):
        return None
    forms = forms_of(np.unique(np.array(cells, float))) if cells else []
    sizes = {*map(len, cells)}
    return forms[0] if len(forms) == 1 and forms != [_WEAK] and sizes == {_size(forms[0])} else None


def forms_of(numbers: NDArray[np.float64]) -> list[str]:
    """Return the forms in which different whole numbers are dates, all of them, beyond chance."""
    return [form for form in FORMS if _is_sure(numbers, form)]


def are_dates(numbers: NDArray[np.float64], form: str) -> NDArray[np.bool_]:
    """Return which whole numbers are dates of a form."""
    fits = np.ones(len(numbers), bool)
    rest = numbers
    for digits, low, high in reversed([_PARTS[part] for part in _parts(form)]):
        value, rest = rest % 10**digits, rest // 10**digits
        fits &= (value >= low) & (value <= high)
    fits &= rest == 0
    return fits


def _parts(form: str) -> list[str]:
    return re.findall("%.", form)


def _size(form: str) -> int:
    """Return how many digits dates of a form have."""
    return sum(_PARTS[part][0] for part in _parts(form))


def _is_sure(numbers: NDArray[np.float64], form: str) -> bool:
    """Return whether all are dates, and so many that as many others would hardly be so.

    Years of four digits are telling: what others would be is seen from all that begin alike.
    """
    if not len(numbers) or not are_dates(numbers, form).all():
        return False
    unit = 10 ** (_size(form) - 4) if form.startswith("%Y") else 1
    low, high = numbers.min() // unit * unit, numbers.max() // unit * unit + unit - 1
    others = np.unique(np.linspace(low, high, _LOOKED_AT).round())
    return bool(np.mean(are_dates(others, form)) ** len(numbers) < _CHANCE)
