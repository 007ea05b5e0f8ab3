"""What judges look at in a picture: fixed features, nothing of which is trained."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.resample import by_channel_groups
from augcli.image.picture import Picture, PixelArray, full_range

SIDE = 64
_EDGES = 48
_COLOUR_WEIGHT = 3
_SMALL = 32
_SEED = 0
_FILTERS = 16
"""Of each size."""
_SIZES = (3, 5, 7)
_PARTS = 3
"""Into which responses are averaged, across and down."""

Vector = NDArray[np.float32]


def small(picture: Picture) -> PixelArray:
    """Return 64×64 BGR bytes of any picture; of many bands their mean."""
    pixels = picture.pixels[:, :, : picture.facts.tones]
    tones = by_channel_groups(pixels, _small).astype(np.float32)
    tones = np.clip(tones / np.float32(full_range(pixels.dtype)), 0, 1)
    if tones.shape[2] != 3:
        tones = np.repeat(tones.mean(axis=2, keepdims=True), 3, axis=2)
    return np.rint(tones * 255).astype(np.uint8)


def _small(pixels: PixelArray, _channels: slice) -> PixelArray:
    return _shrunk(pixels, SIDE)


def _shrunk(pixels: PixelArray, side: int) -> PixelArray:
    shrunk: PixelArray = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    return shrunk


def as_it_is(pixels: PixelArray) -> Vector:
    """Return 32×32 colours as fractions of full range."""
    return _shrunk(pixels, _SMALL).astype(np.float32) / np.float32(255)


def edges_and_colours(pixels: PixelArray) -> Vector:
    """Return histograms of oriented gradients (Dalal, Triggs 2005), and Lab's means and spreads."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    edges = _descriptor().compute(_shrunk(gray, _EDGES)).ravel()
    return np.concatenate([edges, _COLOUR_WEIGHT * _colours(pixels)]).astype(np.float32)


@cache
def _descriptor() -> cv2.HOGDescriptor:
    return cv2.HOGDescriptor((_EDGES, _EDGES), (16, 16), (8, 8), (8, 8), 9)


def _colours(pixels: PixelArray) -> Vector:
    """Return mean and standard deviation of Lab on 4 × 4 parts."""
    lab = cv2.cvtColor(_shrunk(pixels, _SMALL), cv2.COLOR_BGR2LAB).astype(np.float32) / 255
    parts = lab.reshape(4, _SMALL // 4, 4, _SMALL // 4, 3)
    return np.concatenate([parts.mean(axis=(1, 3)).ravel(), parts.std(axis=(1, 3)).ravel()])


def random_convolutions(pixels: PixelArray) -> Vector:
    """Return what random filters without a mean respond: how much above zero, and how often."""
    tones = _shrunk(pixels, _SMALL).astype(np.float32) / 255
    tones = (tones - tones.mean()) / (tones.std() + np.float32(0.05))
    return np.concatenate([each.ravel() for each in _responses(tones)])


def _responses(tones: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for size, (filters, bias) in zip(_SIZES, _filters(), strict=True):
        windows = sliding_window_view(tones, (size, size), axis=(0, 1)).transpose(0, 1, 3, 4, 2)
        count = len(windows)
        found = windows.reshape(count * count, -1) @ filters - bias
        ends = np.linspace(0, count, _PARTS + 1).astype(int)[:-1]
        for values in (np.maximum(found, 0), (found > 0).astype(np.float32)):
            rows = np.add.reduceat(values.reshape(count, count, -1), ends, axis=0)
            sums = np.add.reduceat(rows, ends, axis=1)
            lengths = np.diff([*ends, count])
            yield (sums / np.multiply.outer(lengths, lengths)[:, :, None]).astype(np.float32)


@cache
def _filters() -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return filters of each size, flat, with the level that a response must pass."""
    generator = np.random.Generator(np.random.PCG64(_SEED))
    return [_of_size(size, generator) for size in _SIZES]


def _of_size(
    size: int, generator: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    filters = generator.normal(size=(size * size, 3, _FILTERS))
    filters -= filters.mean(axis=0, keepdims=True)
    flat = (filters * generator.normal(size=(1, 3, _FILTERS))).reshape(-1, _FILTERS)
    flat /= np.sqrt((flat**2).sum(axis=0))
    bias = generator.uniform(-0.5, 1, _FILTERS)
    return flat.astype(np.float32), bias.astype(np.float32)
