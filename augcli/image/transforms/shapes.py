"""Pictures made of larger shapes: tiles, patches of one colour, grown or shrunk light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.resample import by_channel_groups
from augcli.image.kernels.seeded import numbers
from augcli.image.operations.ops import Op, Pixels
from augcli.image.operations.tiles import Tiles
from augcli.image.picture import Facts, PixelArray, Said, from_float, full_range
from augcli.image.transform import ImageTransform, Seeded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Labels = NDArray[np.intp]

_SHORTER = 96
"""Patches are found in a picture whose shorter side is not longer than this."""
_ROUNDS = 3
_COMPACT = 0.1
"""How different a colour (of full range) counts as much as a patch's width of distance."""


@register
class Morphology(ImageTransform):
    """Let light parts grow (dilate) or shrink (erode): the extreme of the square around a pixel."""

    operation: Literal["dilate", "erode"] = Field(
        "dilate", description="whether light parts grow or shrink"
    )
    size_px: Annotated[Spread, Whole(1, 100, "side of the square", "pixels", neutral=1)] = Uniform(
        2, 4, whole=True
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the extremes."""
        square = np.ones((params["size_px"],) * 2, np.uint8)
        extreme = cv2.dilate if params["operation"] == "dilate" else cv2.erode

        def change(part: PixelArray, _: slice) -> PixelArray:
            result: PixelArray = extreme(part, square)
            return result

        return [Pixels(lambda pixels: by_channel_groups(pixels, change), mixes=True)]


@register
class GridShuffle(Seeded):
    """Let the tiles of a grid change places. Exact; objects become the parts in their tiles.

    What is left at the right and the bottom, where the sides are no multiple, stays.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"sides", "heights"})

    rows: Annotated[Spread, Whole(1, 50, "number of tiles down", neutral=1)] = Constant(3)
    columns: Annotated[Spread, Whole(1, 50, "number of tiles across", neutral=1)] = Constant(3)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the exchange."""
        rows, columns = min(params["rows"], facts.height), min(params["columns"], facts.width)
        order = np.argsort(numbers(params["seed"], rows * columns), kind="stable")
        return [Tiles(order.reshape(rows, columns), facts.width, facts.height)]


@register
class Superpixels(Seeded):
    """Give patches that follow the edges one colour each, their mean.

    Patches by Achanta et al., SLIC Superpixels, 2012, in a picture made smaller.
    """

    patches: Annotated[Spread, Whole(1, 2000, "about how many patches there are")] = Uniform(
        100, 300, whole=True
    )
    share: Annotated[Spread, Real(0, 1, "share of the patches that get one colour", neutral=0)] = (
        Uniform(0.4, 0.9)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the patches."""
        count, share, seed = params["patches"], params["share"], params["seed"]
        return [Pixels(lambda pixels: patched(pixels, count, share, seed), mixes=True)]


def patched(pixels: PixelArray, count: int, share: float, seed: int) -> PixelArray:
    """Return pixels of which a share of about so many patches has one colour each."""
    height, width, channels = pixels.shape
    shrink = max(1.0, min(height, width) / _SHORTER)
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    small = by_channel_groups(
        pixels, lambda part, _: cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    )
    shares = small.astype(np.float32) / np.float32(full_range(pixels.dtype))
    found = patches(np.where(np.isfinite(shares), shares, 0), count)
    labels = cv2.resize(found.astype(np.int32), (width, height), interpolation=cv2.INTER_NEAREST)
    flat, numbered = labels.ravel(), int(labels.max()) + 1
    sums = [np.bincount(flat, pixels[:, :, i].ravel(), numbered) for i in range(channels)]
    counts = np.maximum(np.bincount(flat, minlength=numbered), 1)
    means = from_float(np.array(sums).T / counts[:, None], pixels.dtype)
    chosen = (numbers(seed, numbered) < share)[flat].reshape(height, width, 1)
    return np.where(chosen, means[flat].reshape(pixels.shape), pixels)


def patches(values: NDArray[np.float32], count: int) -> Labels:
    """Return H×W numbers of about so many patches of H×W×C fractions of full range.

    Each pixel joins the nearest, in colour and place, of the nine patches around it.
    """
    height, width = values.shape[:2]
    side = max(1.0, math.sqrt(height * width / count))
    rows, columns = (max(1, round(length / side)) for length in (height, width))
    y, x = (np.arange(height) * rows // height)[:, None], np.arange(width) * columns // width
    places = np.indices((height, width)).transpose(1, 2, 0).astype(np.float32)
    features = np.dstack([values / np.float32(_COMPACT), places / np.float32(side)])
    features = features.reshape(height * width, -1)
    labels: Labels = (y * columns + x).ravel()
    around = _neighbours(y, x, rows, columns)
    for _ in range(_ROUNDS):
        centres = _means(features, labels, rows * columns)
        distances = [((features - centres[near]) ** 2).sum(axis=1) for near in around]
        nearest = np.argmin(distances, axis=0)
        labels = np.choose(nearest, around)
    return labels.reshape(height, width)


def _neighbours(y: Labels, x: Labels, rows: int, columns: int) -> list[Labels]:
    """Return the numbers of the nine cells around each pixel; at the edges some are the same."""
    return [
        (np.clip(y + down, 0, rows - 1) * columns + np.clip(x + across, 0, columns - 1)).ravel()
        for down in (-1, 0, 1)
        for across in (-1, 0, 1)
    ]


def _means(features: NDArray[np.float32], labels: Labels, count: int) -> NDArray[np.float32]:
    sums = [np.bincount(labels, column, count) for column in features.T]
    counts = np.maximum(np.bincount(labels, minlength=count), 1)
    return np.asarray((np.array(sums) / counts).T.astype(np.float32))
