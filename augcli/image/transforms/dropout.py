"""Steps that paint over many small parts of the picture; labels stay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.light import covered
from augcli.image.kernels.seeded import numbers, random_words
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts
from augcli.image.transform import Colour, ImageTransform, Seeded, bgr
from augcli.image.transforms.erasing import painted
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Mask = NDArray[np.uint8]

Ratio = Annotated[Spread, Real(0, 1, "side of a hole", "of a cell's", neutral=0)]
Offset = Annotated[Spread, Real(0, 1, "where the first hole begins", "of a cell's side")]
Cells = Annotated[Spread, Whole(1, 200, "number of cells along the shorter side")]


class Painting(ImageTransform):
    """A step that paints over parts of the picture."""

    fill: Colour = Field(0.0, description="what is painted: a fraction of full range, or [r, g, b]")


class Boxes(Seeded, Painting):
    """A step that paints over rectangles."""

    @classmethod
    def boxes(cls, params: Params, facts: Facts) -> list[list[int]]:
        """Return x, y, width and height of each, in pixels."""
        raise NotImplementedError

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the painting."""
        return [painted(cls.boxes(params, facts), bgr(params["fill"]))]


class Hiding(Painting):
    """A step that paints over what a mask shows."""

    @classmethod
    def hidden(cls, params: Params, facts: Facts) -> Mask:
        """Return H×W, 255 where something is painted."""
        raise NotImplementedError

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the painting."""
        fill = bgr(params["fill"])
        return [Pixels(lambda pixels: covered(pixels, cls.hidden(params, facts), fill))]


@register
class CoarseDropout(Boxes):
    """Paint over some rectangles of one size, each anywhere in the picture.

    DeVries and Taylor, Improved Regularization of Convolutional Neural Networks with Cutout, 2017.
    Recorded is the seed of their places.
    """

    holes: Annotated[Spread, Whole(0, 500, "number of rectangles")] = Uniform(1, 8, whole=True)
    width: Annotated[Spread, Real(0, 1, "width of each", "of the picture's", neutral=0)] = Uniform(
        0.1, 0.2
    )
    height: Annotated[Spread, Real(0, 1, "height of each", "of the picture's", neutral=0)] = (
        Uniform(0.1, 0.2)
    )

    @classmethod
    def boxes(cls, params: Params, facts: Facts) -> list[list[int]]:
        """Return the rectangles."""
        size = round(params["width"] * facts.width), round(params["height"] * facts.height)
        free = facts.width - size[0] + 1, facts.height - size[1] + 1
        places = (numbers(params["seed"], params["holes"], 2) * free).astype(int).tolist()
        return [[*place, *size] for place in places]


@register
class GridDropout(Hiding):
    """Paint over a square in each cell of a grid.

    Chen et al., GridMask Data Augmentation, 2020, upright.
    """

    cells: Cells = Uniform(4, 10, whole=True)
    ratio: Ratio = Constant(0.5)
    x: Offset = Uniform(0, 1)
    y: Offset = Uniform(0, 1)

    @classmethod
    def hidden(cls, params: Params, facts: Facts) -> Mask:
        """Return the squares."""
        return grid_of_holes(params, facts, facts.width, facts.height)


@register
class GridMask(Hiding):
    """Paint over a square in each cell of a turned grid.

    Chen et al., GridMask Data Augmentation, 2020.
    """

    cells: Cells = Uniform(3, 8, whole=True)
    ratio: Ratio = Uniform(0.4, 0.6)
    x: Offset = Uniform(0, 1)
    y: Offset = Uniform(0, 1)
    degrees: Annotated[Spread, Real(-360, 360, "how far the grid is turned", "degrees")] = Uniform(
        0, 90
    )

    @classmethod
    def hidden(cls, params: Params, facts: Facts) -> Mask:
        """Return the squares of an upright grid that covers the picture in any turn, turned."""
        side = math.ceil(math.hypot(facts.width, facts.height)) + 1
        upright = grid_of_holes(params, facts, side, side)
        middle = (side - 1) / 2
        turn = cv2.getRotationMatrix2D((middle, middle), params["degrees"], 1)
        turn[:, 2] += ((facts.width - side) / 2, (facts.height - side) / 2)
        size = facts.width, facts.height
        result: Mask = cv2.warpAffine(upright, turn, size, flags=cv2.INTER_NEAREST)
        return result


@register
class PixelDropout(Seeded, Hiding):
    """Paint over single pixels, each with the same probability."""

    fraction: Annotated[Spread, Real(0, 1, "of all pixels are painted", neutral=0)] = Uniform(
        0.01, 0.05
    )

    @classmethod
    def hidden(cls, params: Params, facts: Facts) -> Mask:
        """Return the pixels, chosen by a 16-bit number each."""
        drawn = random_words(params["seed"], facts.height, facts.width)
        limit = round(params["fraction"] * (1 << 16))
        mask: Mask = (drawn < limit).view(np.uint8) * np.uint8(255)
        return mask


@register
class XyMasking(Boxes):
    """Paint over some whole columns and rows, each run of them anywhere.

    Park et al., SpecAugment, Interspeech 2019. Recorded is the seed of their places.
    """

    columns: Annotated[Spread, Whole(0, 200, "number of upright stripes")] = Uniform(
        1, 3, whole=True
    )
    rows: Annotated[Spread, Whole(0, 200, "number of level stripes")] = Uniform(1, 3, whole=True)
    width: Annotated[
        Spread, Real(0, 1, "width of an upright stripe", "of the picture's", neutral=0)
    ] = Uniform(0.02, 0.1)
    height: Annotated[
        Spread, Real(0, 1, "height of a level stripe", "of the picture's", neutral=0)
    ] = Uniform(0.02, 0.1)

    @classmethod
    def boxes(cls, params: Params, facts: Facts) -> list[list[int]]:
        """Return the stripes."""
        width, height = round(params["width"] * facts.width), round(params["height"] * facts.height)
        places = numbers(params["seed"], params["columns"] + params["rows"])
        lefts = (places[: params["columns"]] * (facts.width - width + 1)).astype(int).tolist()
        tops = (places[params["columns"] :] * (facts.height - height + 1)).astype(int).tolist()
        upright = [[left, 0, width, facts.height] for left in lefts]
        return upright + [[0, top, facts.width, height] for top in tops]


def grid_of_holes(params: Params, facts: Facts, width: int, height: int) -> Mask:
    """Return a mask of this size with the squares of a grid."""
    cell = facts.shorter / params["cells"]
    across = _inside(width, cell, params["x"], params["ratio"])
    down = _inside(height, cell, params["y"], params["ratio"])
    return across & down[:, None]


def _inside(side: int, cell: float, offset: float, ratio: float) -> Mask:
    """Return 255 where a pixel's centre is in a hole, along one side."""
    place = ((np.arange(side) + 0.5) / cell - offset) % 1
    return np.where(place < ratio, 255, 0).astype(np.uint8)
