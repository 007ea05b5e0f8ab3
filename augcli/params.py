"""Params of many outputs at once: columns, with a number or lists of numbers for each of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

Columns = Mapping[str, "NDArray[Any]"]
"""Params by name; the first axis is that of the outputs."""

_NUMBER = "\0"
"""Has the place of a number that is drawn."""
_DIGITS = 9
_TENS = [float(f"1e{power}") for power in range(23)]
"""The powers of ten that are floats."""


def rounded(value: float | int) -> float | int:
    """Round to 9 significant digits, so that a printed param is the param that was used."""
    return value if isinstance(value, int) or not math.isfinite(value) else float(f"{value:.9g}")


def rounded_many(values: NDArray[Any]) -> NDArray[Any]:
    """Round to 9 significant digits, so that what is printed is what was used."""
    import numpy as np

    if values.dtype.kind != "f":
        return values
    flat = values.ravel()
    sizes = np.abs(flat)
    usual = (sizes > 1e-12) & (sizes < 1e12)
    power = _DIGITS - 1 - np.floor(np.log10(np.where(usual, sizes, 1))).astype(np.int64)
    scale, known = np.array(_TENS)[np.abs(power)], np.where(usual, flat, 1)
    moved = np.where(power < 0, known / scale, known * scale)
    whole = np.rint(moved)
    made: NDArray[Any] = np.where(power < 0, whole * scale, whole / scale)
    doubtful = ~usual | (np.abs(np.abs(moved - whole) - 0.5) < 1e-5)
    made[doubtful] = [float(f"{value:.{_DIGITS}g}") for value in flat[doubtful].tolist()]
    return made.reshape(values.shape)


def rows_of(declared: dict[str, Any], columns: Columns, size: int) -> Iterator[tuple[Any, str]]:
    """Yield the params of each output, and the same as JSON; columns hide what is declared."""
    params = [{**declared} for _ in range(size)]
    for name, column in columns.items():
        for each, value in zip(params, column.tolist(), strict=True):
            each[name] = value
    return zip(params, texts_of(declared, columns, size), strict=True)


def texts_of(declared: Mapping[str, Any], columns: Columns, size: int) -> Iterator[str]:
    """Yield the params of each output as JSON alone."""
    blanks = {name: _blank(each.shape[1:]) for name, each in columns.items()}
    form = json.dumps({**declared, **blanks}).replace("%", "%%")
    form = form.replace(json.dumps(_NUMBER), "%s")
    told = [columns[name] for name in {**declared, **columns} if name in columns]
    return map(form.__mod__, _numbers(told, size) if told else repeat((), size))


def _numbers(columns: Sequence[NDArray[Any]], size: int) -> Iterator[tuple[str, ...]]:
    """Yield all numbers of each output as JSON; it is written at once, eight times as fast.

    Those that Python writes with an exponent are written by it.
    """
    import numpy as np

    flat = [each.reshape(size, math.prod(each.shape[1:])).astype(object) for each in columns]
    rows = np.concatenate(flat, axis=1)
    told = to_json(rows.ravel().tolist()).decode()[1:-1]
    texts = told.split(",")
    if "e" in told or "0.0000" in told:
        texts = [repr(float(t)) if "e" in t or "0.0000" in t else t for t in texts]
    return zip(*[iter(texts)] * rows.shape[1], strict=True)


def _blank(shape: tuple[int, ...]) -> Any:
    return [_blank(shape[1:])] * shape[0] if shape else _NUMBER
