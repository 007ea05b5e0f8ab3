"""What lies on the lens or before it: splashes, gravel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.image.kernels.resample import by_channel_groups
from augcli.image.kernels.seeded import Plane, cloud, numbers
from augcli.image.kernels.strokes import polygons
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray, Points, full_range
from augcli.image.transform import Colour, Seeded, bgr
from augcli.image.transforms.weather import Veil
from augcli.ranges import Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_EDGE = 0.04
"""How far above the level of a splash's outline it hides everything."""
_LOOKED_AT = 4
"""Every fourth row and column tell how high the outline lies."""
_GRAYS, _CORNERS = 8, 7


@register
class Spatter(Veil):
    """Splash mud, or with another colour water, on the lens.

    The highest parts of fractal noise, so high that together they cover the share.
    """

    cover: Annotated[Spread, Real(0, 1, "share of the picture that is covered")] = Uniform(
        0.05, 0.2
    )
    cells: Annotated[Spread, Whole(1, 64, "number of splashes along the shorter side")] = Uniform(
        6, 16, whole=True
    )
    opacity: Annotated[Spread, Real(0, 1, "how much they hide", neutral=0)] = Uniform(0.7, 1)
    colour: Colour = Field(
        (0.26, 0.19, 0.13), description="of the splashes: a fraction of full range, or [r, g, b]"
    )

    @classmethod
    def tint(cls, params: Params) -> tuple[float, ...]:
        """Return the splashes' colour."""
        return bgr(params["colour"])

    @classmethod
    def share(cls, params: Params, facts: Facts) -> Plane:
        """Return the splashes."""
        noise = cloud(params["seed"], facts, params["cells"], 0.5)
        outline = np.quantile(noise[::_LOOKED_AT, ::_LOOKED_AT], 1 - params["cover"])
        above = (noise - np.float32(outline)) * np.float32(1 / _EDGE) + np.float32(0.5)
        shown = np.clip(above, 0, 1) * np.float32(params["opacity"])
        return shown if params["cover"] > 0 else np.zeros_like(shown)


@register
class Gravel(Seeded):
    """Throw small stones of different grays and sizes before the scene."""

    stones: Annotated[Spread, Whole(0, 5000, "number of stones", neutral=0)] = Uniform(
        50, 300, whole=True
    )
    size: Annotated[Spread, Real(0, 0.2, "diameter of the largest", "of the shorter side")] = (
        Uniform(0.01, 0.02)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the stones, drawn over the picture."""
        drawn = numbers(params["seed"], params["stones"], 4 + _CORNERS)
        largest = params["size"] * facts.shorter / 2
        outlines = drawn[:, None, :2] * (facts.width, facts.height) + stones(drawn[:, 3:]) * largest
        grays = np.floor(drawn[:, 2] * _GRAYS)

        def change(part: PixelArray, _: slice) -> PixelArray:
            result, top = part.copy(), full_range(part.dtype)
            for gray in np.unique(grays).tolist():
                polygons(result, outlines[grays == gray], ((0.15 + 0.7 * gray / _GRAYS) * top,) * 4)
            return result

        return [Pixels(lambda pixels: by_channel_groups(pixels, change))]


def stones(drawn: NDArray[np.float64]) -> Points:
    """Return outlines about 0: the first number is how large each is, the others its corners."""
    angles = np.arange(_CORNERS) / _CORNERS * 2 * math.pi
    radii = (0.3 + 0.7 * drawn[:, :1]) * (0.7 + 0.3 * drawn[:, 1:])
    return np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=-1)
