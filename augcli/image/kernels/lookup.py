"""Tables looked up: what each value of a picture becomes, in one pass over its bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray

Levels: TypeAlias = NDArray[Any]
"""1 or channels × levels: what each value becomes."""

_SAME, _INVERTED = bytes(range(256)), bytes(range(255, -1, -1))

_LEVELS = np.arange(256)
_LEVELS.flags.writeable = False

_BLOCK = 1 << 18
"""Bytes that are looked up in several tables before the next ones are: they stay in the cache."""


def look_up(pixels: PixelArray, table: Levels) -> PixelArray:
    """Return a table's value for each pixel; one row serves all channels, or one row each."""
    rows = table.astype(pixels.dtype, order="C")
    if pixels.dtype == np.uint8:
        return bytes_of(pixels, rows[0]) if len(rows) == 1 else _by_channel(pixels, rows)
    if len(rows) == 1:
        return np.take(rows[0], pixels)
    return np.dstack([np.take(row, pixels[:, :, i]) for i, row in enumerate(rows)])


def bytes_of(values: NDArray[np.uint8], row: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a row's byte for each byte of an array of any shape."""
    translate, result = _translate(), values
    if row.tobytes() == _INVERTED:
        result = np.invert(values)
    elif translate is None:
        result = cv2.LUT(values, row)
    else:
        result = np.empty(values.shape, np.uint8)
        translate(np.ascontiguousarray(values).data, row.data, out=result.data)
    return result.reshape(values.shape)


@cache
def _translate() -> Callable[..., Any] | None:
    """Return what looks up 64 bytes at a time; None where there is no such library."""
    try:
        from stringzilla import translate
    except ImportError:
        return None
    found: Callable[..., Any] = translate
    return found


def _by_channel(pixels: PixelArray, rows: NDArray[np.uint8]) -> PixelArray:
    """Look up all channels in each of few rows, and keep of that what is the row's own.

    Rows that add a number to each channel do it at once.
    """
    result: PixelArray
    if (added := _added(rows)) is not None:
        more, less = (tuple(max(0, sign * each) for each in added) for sign in (1, -1))
        result = cv2.add(pixels, more) if any(more) else pixels
        return cv2.subtract(result, less) if any(less) else result
    if _translate() is None and len(rows) <= 4:
        result = cv2.LUT(pixels, np.ascontiguousarray(rows.T)[None])
        return result.reshape(pixels.shape)
    alike: dict[bytes, list[int]] = defaultdict(list)
    for channel, row in enumerate(rows):
        alike[row.tobytes()].append(channel)
    if len(alike) > 2:
        return _by_plane(pixels, rows)
    (first, _), *others = sorted(alike.items(), key=lambda each: each[0] != _SAME)
    result = np.empty(pixels.shape, pixels.dtype)
    for part, into in _blocks(pixels, result):
        into[:] = part if first == _SAME else bytes_of(part, np.frombuffer(first, np.uint8))
        for row, own in others:
            _put(part, row, _mask(pixels.shape, tuple(own))[: len(part)], into)
    return result


def _by_plane(pixels: PixelArray, rows: NDArray[np.uint8]) -> PixelArray:
    """Look up each channel by itself, which takes less where many rows differ."""
    planes = [*map(bytes_of, cv2.split(pixels), rows)]
    merged: PixelArray = cv2.merge(planes)
    return merged.reshape(pixels.shape)


def _added(rows: NDArray[np.uint8]) -> list[int] | None:
    """Return the four numbers that rows add to values, cut to bytes; None where they do not."""
    if len(rows) > 4:
        return None
    numbers = []
    for first, middle, last in rows[:, [0, 128, 255]].tolist():
        numbers.append(first or last - 255)
        if middle != min(max(128 + numbers[-1], 0), 255):
            return None
    sums = np.minimum(np.maximum(_LEVELS + np.array(numbers)[:, None], 0), 255)
    return numbers + [0] * (4 - len(rows)) if np.array_equal(sums, rows) else None


def _put(part: PixelArray, row: bytes, mask: PixelArray, into: PixelArray) -> None:
    """Write what a row makes of bytes where a mask is 255."""
    if any(row):
        cv2.copyTo(bytes_of(part, np.frombuffer(row, np.uint8)), mask, into)
    else:
        cv2.subtract(into, mask, into)


def summed(
    pixels: PixelArray, row: NDArray[np.uint8], into: PixelArray, other: NDArray[np.uint8]
) -> None:
    """Make of bytes what a row makes of others, and what another row makes of them, added."""
    for part, here in _blocks(pixels, into):
        cv2.add(bytes_of(part, row), bytes_of(here, other), dst=here)


def reordered(pixels: PixelArray, order: Sequence[int]) -> PixelArray:
    """Return pixels whose channels are taken from these: all moved, and kept of that their own."""
    alike: dict[int, list[int]] = defaultdict(list)
    for channel, source in enumerate(order):
        alike[source - channel].append(channel)
    result = np.empty(pixels.shape, pixels.dtype)
    for part, into in _blocks(pixels, result):
        for number, (shift, own) in enumerate(alike.items()):
            first, last = max(0, -shift), part.size - max(0, shift)
            moved, here = part.ravel()[first + shift : last + shift], into.ravel()[first:last]
            if number:
                mask = _mask(pixels.shape, tuple(own))[: len(part)]
                cv2.copyTo(moved, mask.ravel()[first:last], here)
            else:
                here[:] = moved
    return result


def _blocks(pixels: PixelArray, result: PixelArray) -> Iterator[tuple[PixelArray, PixelArray]]:
    """Yield some rows at a time, of values and of their result, channels side by side."""
    height, width, channels = pixels.shape
    flat, into = (
        np.ascontiguousarray(each).reshape(height, width * channels) for each in (pixels, result)
    )
    step = _rows_of(pixels.shape)
    for top in range(0, height, step):
        yield flat[top : top + step], into[top : top + step]


def _rows_of(shape: tuple[int, ...]) -> int:
    """Return how many rows are worked on at once."""
    return max(1, _BLOCK // (shape[1] * shape[2]))


@lru_cache(maxsize=16)
def _mask(shape: tuple[int, ...], own: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return some rows of bytes that are 255 in some channels."""
    mask = np.zeros((_rows_of(shape), *shape[1:]), np.uint8)
    mask[:, :, own] = 255
    mask.flags.writeable = False
    return mask.reshape(len(mask), -1)
