"""Steps that change the frame relative to the picture: parts, margins, scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from augcli.image.kernels.resample import LONGEST_WARPED_SIDE, Interpolation
from augcli.image.kernels.sampling import sampled
from augcli.image.operations.geometry import Warp, stretch
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import Geometry, ImageTransform
from augcli.image.transforms.geometry import Factor
from augcli.image.transforms.size import Cropping, check_fit, window
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_SIDES = LONGEST_WARPED_SIDE
_CUT = "what is added at the {}; what is below 0 is cut away"
_MARGIN = Uniform(-0.1, 0.1)


class Scaling(ImageTransform):
    """A step that makes the picture as much larger or smaller across as down."""

    sizes: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    interpolation: Interpolation = Field("linear", description="what lies between pixels")

    @classmethod
    def times(cls, params: Params, facts: Facts) -> float:
        """Return how many times as long the sides become."""
        raise NotImplementedError

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the stretch to whole pixels."""
        factor = cls.times(params, facts)
        width, height = (max(1, round(side * factor)) for side in (facts.width, facts.height))
        how = sampled(border=None, interpolation=params["interpolation"])
        return [stretch(facts, width, height, how)]


@register
class LongestSide(Scaling):
    """Make the longer side this long; the shape stays."""

    length: Annotated[
        Spread, Whole(1, _SIDES, "length of the longer side", "pixels"), Field(examples=[256])
    ]

    @classmethod
    def times(cls, params: Params, facts: Facts) -> float:
        """Return the ratio of the longer sides."""
        return float(params["length"] / max(facts.width, facts.height))


@register
class ShortestSide(Scaling):
    """Make the shorter side this long; the shape stays."""

    length: Annotated[
        Spread, Whole(1, _SIDES, "length of the shorter side", "pixels"), Field(examples=[256])
    ]

    @classmethod
    def times(cls, params: Params, facts: Facts) -> float:
        """Return the ratio of the shorter sides."""
        return float(params["length"] / facts.shorter)


@register
class RandomScale(Scaling):
    """Make the picture larger or smaller, and the frame with it; the shape stays."""

    lasting: ClassVar[bool] = False

    factor: Factor = Uniform(0.9, 1.1)

    @classmethod
    def times(cls, params: Params, facts: Facts) -> float:
        """Return the factor."""
        return float(params["factor"])


@register
class Crop(Cropping):
    """Cut a part of this size out at this place. Exact."""

    x: Annotated[Spread, Whole(0, _SIDES, "left edge of the part", "pixels")] = Constant(0)
    y: Annotated[Spread, Whole(0, _SIDES, "top edge of the part", "pixels")] = Constant(0)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the window."""
        x, y, width, height = (params[field] for field in ("x", "y", "width", "height"))
        check_fit(f"{cls.name} at {x}, {y}", x + width, y + height, facts)
        return [window(x, y, width, height)]


def _side(name: str, of: str) -> Real:
    return Real(-0.45, 1, _CUT.format(name), of, neutral=0)


@register
class CropAndPad(Geometry):
    """Cut some away or add some at each side, then stretch to the size that the picture had.

    The sides are rounded to whole pixels.
    """

    left: Annotated[Spread, _side("left", "of the width")] = _MARGIN
    top: Annotated[Spread, _side("top", "of the height")] = _MARGIN
    right: Annotated[Spread, _side("right", "of the width")] = _MARGIN
    bottom: Annotated[Spread, _side("bottom", "of the height")] = _MARGIN

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the new window, exact, and the stretch."""
        left, right = (round(params[side] * facts.width) for side in ("left", "right"))
        top, bottom = (round(params[side] * facts.height) for side in ("top", "bottom"))
        width, height = facts.width + left + right, facts.height + top + bottom
        between = sampled(border=None, interpolation=params["interpolation"])
        matrix = np.diag([facts.width / width, facts.height / height, 1.0])
        return [
            window(-left, -top, width, height, cls.sampling(params)),
            Warp(matrix, facts.width, facts.height, between),
        ]
