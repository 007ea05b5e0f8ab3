"""Tables looked up: what each value of a picture becomes, in one pass over its bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.image import opencv as cv2
from augcli.image.picture import PixelArray

Levels: TypeAlias = NDArray[Any]
"""1 or channels × levels: what each value becomes."""

_BLOCK = 1 << 18
"""Bytes that are looked up in several tables before the next ones are: they stay in the cache."""


def look_up(pixels: PixelArray, table: Levels) -> PixelArray:
    """Return a table's value for each pixel; one row serves all channels, or one row each."""
    rows = table.astype(pixels.dtype)
    if pixels.dtype == np.uint8 and _translate() is not None:
        return bytes_of(pixels, rows[0]) if len(rows) == 1 else _by_channel(pixels, rows)
    if pixels.dtype == np.uint8 and pixels.shape[2] <= 4:
        lut = rows[0] if len(rows) == 1 else np.ascontiguousarray(rows.T)[None]
        result: PixelArray = cv2.LUT(pixels, lut)
        return result.reshape(pixels.shape)
    if len(rows) == 1:
        return np.take(rows[0], pixels)
    return np.dstack([np.take(row, pixels[:, :, i]) for i, row in enumerate(rows)])


def bytes_of(values: NDArray[np.uint8], row: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a row's byte for each byte of an array of any shape."""
    translate = _translate()
    if translate is None:
        looked_up: NDArray[np.uint8] = cv2.LUT(values, row)
        return looked_up.reshape(values.shape)
    result = values.copy()
    translate(result.data, row.data, inplace=True)
    return result


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
    """Look up all channels in each row, and keep of that what is the row's own."""
    height, width, channels = pixels.shape
    flat = np.ascontiguousarray(pixels).reshape(height, width * channels)
    result = np.empty_like(flat)
    alike: dict[bytes, list[int]] = defaultdict(list)
    for channel, row in enumerate(rows):
        alike[row.tobytes()].append(channel)
    (first, _), *others = alike.items()
    step = max(1, _BLOCK // flat.shape[1])
    for top in range(0, height, step):
        part, into = flat[top : top + step], result[top : top + step]
        into[:] = bytes_of(part, np.frombuffer(first, np.uint8))
        for row, own in others:
            mask = _mask(step, width, channels, tuple(own))[: len(part)]
            cv2.copyTo(bytes_of(part, np.frombuffer(row, np.uint8)), mask, into)
    return result.reshape(pixels.shape)


@lru_cache(maxsize=16)
def _mask(height: int, width: int, channels: int, own: Sequence[int]) -> NDArray[np.uint8]:
    """Return rows of bytes that are 255 in some channels."""
    mask = np.zeros((height, width, channels), np.uint8)
    mask[:, :, own] = 255
    mask.flags.writeable = False
    return mask.reshape(height, width * channels)
