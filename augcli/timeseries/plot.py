"""Series as small line plots, or as pictures where they are spectrograms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from augcli.timeseries.series import Series, Values

_COLOURS = ((31, 119, 180), (214, 39, 40), (44, 160, 44), (148, 103, 189), (255, 127, 14))
_PAPER, _FRAME, _MARK, _GHOST = (255, 255, 255), (200, 200, 200), (250, 225, 160), (185, 185, 185)
_LINES = 8
"""More channels than this are shown as a picture."""
_MARGIN = 3
_POINTS = 600


def stretch(series: Series) -> Series:
    """Return so much of the beginning of a long series that its points can be told apart."""
    return series.cut(0, _POINTS) if series.length > 2 * _POINTS else series


def plotted(
    series: Series, size: tuple[int, int], extent: tuple[float, float], behind: Series | None = None
) -> Image.Image:
    """Return a plot of a series, pale behind it the one that it was made of.

    `extent` is the range of values from bottom to top.
    """
    if series.channels > _LINES:
        return _pictured(series.values, size, extent)
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    _shade(draw, series, size)
    for row in behind.values if behind else ():
        _line(draw, row, size, extent, _GHOST)
    for channel, row in enumerate(series.values):
        _line(draw, row, size, extent, _COLOURS[channel % len(_COLOURS)])
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=_FRAME)
    return image


def extent_of(series: Series) -> tuple[float, float]:
    """Return the smallest and the largest value."""
    known = series.values[~np.isnan(series.values)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    return (low, high) if high > low else (low - 1, high + 1)


def _places(length: int, width: int) -> NDArray[np.float64]:
    return np.linspace(_MARGIN, width - 1 - _MARGIN, length)


def _shade(draw: ImageDraw.ImageDraw, series: Series, size: tuple[int, int]) -> None:
    """Mark points whose first label is not the one that most points have."""
    if series.marks is None:
        return
    codes = series.marks[0]
    odd = np.flatnonzero(codes != np.bincount(codes).argmax())
    for x in _places(series.length, size[0])[odd].tolist():
        draw.line((x, 0, x, size[1]), fill=_MARK)


def _line(
    draw: ImageDraw.ImageDraw,
    row: Values,
    size: tuple[int, int],
    extent: tuple[float, float],
    colour: tuple[int, int, int],
) -> None:
    """Draw what is known of a channel; gaps stay open.

    Where there are many points to a pixel, each column has their lowest and their highest.
    """
    low, high = extent
    width = size[0] - 2 * _MARGIN
    if len(row) > 2 * width:
        starts = np.arange(width) * len(row) // width
        row = np.stack([np.fmin.reduceat(row, starts), np.fmax.reduceat(row, starts)], 1).ravel()
    xs = _places(len(row), size[0])
    ys = (high - row) / (high - low) * (size[1] - 1 - 2 * _MARGIN) + _MARGIN
    points = list(zip(xs.tolist(), ys.tolist(), strict=True))
    for (x0, y0), (x1, y1) in pairwise(points):
        if not np.isnan(y0) and not np.isnan(y1):
            draw.line((x0, y0, x1, y1), fill=colour)


def _pictured(values: Values, size: tuple[int, int], extent: tuple[float, float]) -> Image.Image:
    low, high = extent
    shares = np.nan_to_num((values - low) / (high - low))
    gray = np.clip(np.rint(255 * shares), 0, 255).astype(np.uint8)[::-1]
    return Image.fromarray(np.ascontiguousarray(gray)).resize(size).convert("RGB")
