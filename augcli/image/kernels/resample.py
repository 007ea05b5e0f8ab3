"""The kernels of geometry: pixels moved through one map, whatever operations it came from.

Maps are 3×3 matrices from source to result in the coordinates of `picture.Points`, or dense
source coordinates. OpenCV's own coordinates have pixel centres at whole numbers; the half-pixel
shifts between the two are made here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.backward import Backward, Size
from augcli.image.kernels.matrices import Matrix, inverted, snapped
from augcli.image.picture import PixelArray, full_range, luma
from augcli.once import kept

Border = Literal["reflect", "constant", "replicate", "wrap"]
Interpolation = Literal["linear", "nearest", "cubic"]

LONGEST_WARPED_SIDE = 32_766
"""OpenCV addresses pixels of a warp with 16 bits (opencv #7544)."""

_REACH = 3
"""Pixels that interpolation may look at beyond the place it samples."""
_SMALL = 1 << 13
"""Pixels: up to here a border is looked up as fast as it is laid out."""
_MAPPED = 1 << 15
"""Pixels whose places are worked out in one go."""
_TO_CENTRES = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
_FROM_CENTRES = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])


class Sampler(Struct, frozen=True, dict=True):
    """How to fill what lies outside and between pixels, for one picture."""

    border: Border
    values: tuple[float, ...]
    """Fill of a constant border, one number a channel in the picture's own units."""
    interpolation: Interpolation

    @kept
    def mode(self) -> int:
        """Return OpenCV's number for the border."""
        return int(getattr(cv2, f"BORDER_{self.border.upper()}"))

    @kept
    def flag(self) -> int:
        """Return OpenCV's number for the interpolation."""
        return int(getattr(cv2, f"INTER_{self.interpolation.upper()}"))


class OnGrid(NamedTuple):
    """How whole pixels become whole pixels: exchanged, then mirrored, then shifted."""

    exchanged: bool
    """Whether rows and columns change places."""
    across: int
    """-1 where left becomes right, else 1."""
    down: int
    x: int
    y: int


def on_grid(matrix: Matrix) -> OnGrid | None:
    """Return how a snapped matrix takes whole pixels to whole pixels, None where it does not."""
    (a, b, x), (c, d, y), (g, h, _) = matrix.tolist()
    turns = (abs(a), abs(b), abs(c), abs(d)) in ((1, 0, 0, 1), (0, 1, 1, 0))
    if not (turns and g == h == 0 and x.is_integer() and y.is_integer()):
        return None
    return OnGrid(a == 0, *map(int, (a + b, c + d, x, y)))


def move_on_grid(
    pixels: PixelArray, moves: OnGrid, size: Size, how: Callable[[], Sampler]
) -> PixelArray:
    """Flip, turn, crop and pad H×W×C pixels, copying values exactly.

    How what lies outside is filled is asked only where that is seen.
    """
    exchanged, across, down, left, top = moves
    pixels = _turned(pixels, _FLIPS.get((across, down)), exchanged=exchanged)
    height, width = pixels.shape[:2]
    if across < 0:
        left -= width
    if down < 0:
        top -= height
    if not left and not top and size == (width, height):
        return pixels
    return _windowed(pixels, left, top, size, how)


_FLIPS = {(-1, 1): 1, (1, -1): 0, (-1, -1): -1}
"""Directions of rows and columns → OpenCV's code."""


def _turned(pixels: PixelArray, code: int | None, *, exchanged: bool) -> PixelArray:
    """Let rows and columns change places, then flip as OpenCV's code says."""
    if code is None and not exchanged:
        return pixels
    with cv2.EXACTLY:
        if exchanged:
            pixels = by_channel_groups(pixels, lambda part, _: cv2.transpose(part))
        if code is not None:
            pixels = by_channel_groups(pixels, lambda part, _: cv2.flip(part, code))
    return pixels


def _windowed(
    pixels: PixelArray, left: int, top: int, size: Size, how: Callable[[], Sampler]
) -> PixelArray:
    """Put the picture at (left, top) of a canvas; the border fills what it leaves open."""
    height, width = pixels.shape[:2]
    right, bottom = size[0] - width - left, size[1] - height - top
    if left > 0 or top > 0 or right > 0 or bottom > 0:
        filling = how()
        rows = _laid_out(height, top, bottom, filling.border)
        columns = _laid_out(width, left, right, filling.border)
        pixels, left, top = pixels[rows, columns], left + columns.start, top + rows.start
        pads = [max(0, side) for side in (top, bottom, left, right)]
        with cv2.EXACTLY:
            pixels = by_channel_groups(
                pixels,
                lambda part, at: cv2.copyMakeBorder(
                    part, *pads, filling.mode, value=filling.values[at]
                ),
            )
    x, y = max(0, -left), max(0, -top)
    return pixels[y : y + size[1], x : x + size[0]]


def _laid_out(side: int, before: int, behind: int, border: Border) -> slice:
    """Return which part of a side is laid out: what is shown, unless its border repeats others."""
    first, last = max(0, -before), side - max(0, -behind)
    repeated = {"constant": 1, "replicate": 1, "reflect": max(before, behind), "wrap": side}
    return slice(first, last) if last - first >= repeated[border] else slice(0, side)


def warp(pixels: PixelArray, back: Backward, how: Sampler) -> PixelArray:
    """Resample H×W×C pixels through the inverse of a matrix."""
    if not is_within(back, pixels):
        pixels, back = _with_border(pixels, back, how)
    elif how.interpolation != "nearest" and _is_stretch_of(back):
        left, top, right, bottom = (int(edge) for edge in back.shown)
        return stretched(pixels[top:bottom, left:right], back.size, how)
    else:
        pixels, back, how = _focused(pixels, back, how)
        if on_grid(back.matrix) and (moves := on_grid(snapped(inverted(back.matrix)))):
            return move_on_grid(pixels, moves, back.size, lambda: how)
    return _warped(pixels, back, how)


def stretched(pixels: PixelArray, size: Size, how: Sampler) -> PixelArray:
    """Stretch H×W×C pixels to a size."""
    if pixels.shape[1::-1] == size:
        return pixels
    return by_channel_groups(pixels, lambda part, _: cv2.resize(part, size, interpolation=how.flag))


def _with_border(pixels: PixelArray, back: Backward, how: Sampler) -> tuple[PixelArray, Backward]:
    """Lay out the border that the result shows, if that is not too much.

    OpenCV looks each of its pixels up one by one; the same values, laid out beforehand, cost a
    tenth less of the whole warp, but for a small picture, or one that becomes much smaller.
    """
    height, width = pixels.shape[:2]
    is_affine = back.between_centres is not None  # the same to the bit, laid out and without
    is_same = is_affine and how.interpolation == "linear" and pixels.dtype == np.uint8
    is_large = _SMALL < width * height <= 2 * back.size[0] * back.size[1]
    if not is_large if is_same else how.border == "constant":
        return pixels, back
    left, top, right, bottom = back.shown
    beyond = (-left, -top, right - width, bottom - height)
    if not _REACH < max(beyond) < max(width, height):
        return pixels, back
    pads = [max(0, math.ceil(side) + _REACH) for side in beyond]
    canvas = width + pads[0] + pads[2], height + pads[1] + pads[3]
    if canvas[0] * canvas[1] > 2 * width * height or max(canvas) > LONGEST_WARPED_SIDE:
        return pixels, back
    shift = np.array([[1, 0, pads[0]], [0, 1, pads[1]], [0, 0, 1.0]])
    laid_out = _windowed(pixels, pads[0], pads[1], canvas, lambda: how)
    return laid_out, Backward(shift @ back.matrix, back.size)


def _warped(pixels: PixelArray, back: Backward, how: Sampler) -> PixelArray:
    matrix = back.between_centres
    if matrix is None:
        return _projected(pixels, _TO_CENTRES @ back.matrix @ _FROM_CENTRES, back.size, how)
    flags, mode = how.flag | cv2.WARP_INVERSE_MAP, how.mode

    def change(part: PixelArray, at: slice) -> PixelArray:
        result: PixelArray = cv2.warpAffine(
            part, matrix, back.size, flags=flags, borderMode=mode, borderValue=how.values[at]
        )
        return result

    return by_channel_groups(pixels, change)


def _projected(pixels: PixelArray, inverse: Matrix, size: Size, how: Sampler) -> PixelArray:
    """Resample through a matrix that divides, some rows at a time: their map stays in the cache.

    OpenCV's own function works it out one by one, and takes a third longer.
    """
    columns = (inverse[:, :1] * np.arange(size[0])).astype(np.float32)[:, None]
    rows = (inverse[:, 1:2] * np.arange(size[1]) + inverse[:, 2:]).astype(np.float32)[:, :, None]
    step = max(1, _MAPPED // size[0])
    room = np.empty((3, step, size[0]), np.float32)

    def change(part: PixelArray, at: slice) -> PixelArray:
        result = np.empty((*size[::-1], part.shape[2]), part.dtype)
        for top in range(0, size[1], step):
            into = result[top : top + step]
            places = np.add(columns, rows[:, top : top + step], out=room[:, : len(into)])
            with np.errstate(divide="ignore", invalid="ignore"):  # what no view could show
                x, y = np.divide(places[:2], places[2], out=places[:2])
            cv2.remap(part, x, y, how.flag, into, how.mode, how.values[at])
        return result

    return by_channel_groups(pixels, change)


def displaced(
    pixels: PixelArray, x: NDArray[np.float32], y: NDArray[np.float32], how: Sampler
) -> PixelArray:
    """Resample H×W×C pixels at dense source coordinates, H'×W' each, which are used up."""
    x -= np.float32(0.5)
    y -= np.float32(0.5)
    told = how.flag, None, how.mode
    return by_channel_groups(pixels, lambda part, at: cv2.remap(part, x, y, *told, how.values[at]))


def _is_stretch_of(back: Backward) -> bool:
    """Return whether a result is whole pixels, only stretched."""
    (a, b, _), (c, d, _), (g, h, _) = back.matrix.tolist()
    is_whole = all(edge % 1 == 0 for edge in back.shown)
    return is_whole and a > 0 and d > 0 and not (b or c or g or h)


def is_within(back: Backward, pixels: PixelArray) -> bool:
    """Return whether a result shows nothing outside the picture."""
    left, top, right, bottom = back.shown
    return left >= 0 and top >= 0 and right <= pixels.shape[1] and bottom <= pixels.shape[0]


def _focused(
    pixels: PixelArray, back: Backward, how: Sampler
) -> tuple[PixelArray, Backward, Sampler]:
    """Cut out the part that the result shows, which is nothing outside the picture.

    Then no border is wanted either, not even by the half pixel that interpolation looks beyond
    the edge: the edge is replicated.
    """
    (left, top, right, bottom), size = back.shown, back.size
    reach = _REACH * max(1.0, (right - left) / size[0], (bottom - top) / size[1])
    if _is_stretch_of(back):
        reach = 0
    x, y = max(0, math.floor(left - reach)), max(0, math.floor(top - reach))
    part = pixels[y : math.ceil(bottom + reach), x : math.ceil(right + reach)]
    if x or y:
        shift = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1.0]])
        back = Backward(snapped(shift @ back.matrix), size)
    return part, back, Sampler("replicate", how.values, how.interpolation)


def by_channel_groups(
    pixels: PixelArray, change: Callable[[PixelArray, slice], PixelArray]
) -> PixelArray:
    """Apply an OpenCV function that knows at most four channels to any number of them."""
    channels = pixels.shape[2]
    if channels <= 4:
        result = change(pixels, slice(0, 4))
        return result if result.ndim == 3 else result[:, :, None]
    groups = (slice(i, i + 4) for i in range(0, channels, 4))
    return np.dstack([change(np.ascontiguousarray(pixels[:, :, at]), at) for at in groups])


def fill_values(fill: tuple[float, ...], pixels: PixelArray, alpha: bool) -> tuple[float, ...]:
    """Return a fill in a picture's own units, one number a channel.

    A number leaves the border of a picture with alpha clear; a colour (BGR) fills it. A colour
    given for a picture without colours becomes its gray.
    """
    return filling(fill, pixels.shape[2], full_range(pixels.dtype), alpha)


def filling(fill: tuple[float, ...], channels: int, top: float, alpha: bool) -> tuple[float, ...]:
    """Return the same for pictures of so many channels, with this value for full intensity."""
    tones = channels - alpha
    if len(fill) == 1:
        return (0.0,) * channels if alpha else (fill[0] * top,) * channels
    if tones != 3:
        fill = (luma(*fill),) * tones
    return tuple(value * top for value in (*fill, 1.0)[:channels])
