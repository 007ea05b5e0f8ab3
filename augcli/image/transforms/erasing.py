"""Steps that take a part of the picture away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.resample import by_channel_groups, fill_values
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import Colour, ImageTransform, bgr
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register


@register
class RandomErasing(ImageTransform):
    """Paint over a rectangle of random area, shape and place; labels stay.

    Zhong et al., Random Erasing Data Augmentation, AAAI 2020. A rectangle higher or wider than
    the picture is cut to it. Recorded is the rectangle in whole pixels.
    """

    area: Annotated[Spread, Real(0, 1, "area of the rectangle", "of the picture's", neutral=0)] = (
        Uniform(0.02, 0.33)
    )
    ratio: Annotated[Spread, Real(0.01, 100, "width of the rectangle by its height", log=True)] = (
        Uniform(0.3, 3.3)
    )
    fill: Colour = Field(0.0, description="what is painted: a fraction of full range, or [r, g, b]")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the rectangle, in pixels."""
        params = super().make_params(draws, facts)
        area = params.pop("area") * facts.width * facts.height
        ratio = params.pop("ratio")
        width = min(facts.width, round(math.sqrt(area * ratio)))
        height = min(facts.height, round(math.sqrt(area / ratio)))
        x = draws.at("x").integer(0, facts.width - width)
        y = draws.at("y").integer(0, facts.height - height)
        return {"x": x, "y": y, "w": width, "h": height} | params

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the painting."""
        part = [params[side] for side in ("x", "y", "w", "h")]
        return [painted([part], bgr(params["fill"]))]


def painted(parts: Sequence[Sequence[int]], fill: tuple[float, ...]) -> Pixels:
    """Return the operation that paints over rectangles: x, y, width and height in pixels."""

    def change(pixels: PixelArray) -> PixelArray:
        values = _as_stored(fill_values(fill, pixels, alpha=False), pixels.dtype)
        return by_channel_groups(pixels, lambda part, at: _filled(part, values[at]))

    def _filled(part: PixelArray, values: Sequence[float]) -> PixelArray:
        result, is_one = part.copy(), len(set(values)) == 1
        for x, y, width, height in parts:
            if is_one:  # four times as fast as a rectangle is filled by OpenCV
                right, bottom = max(0, x + width), max(0, y + height)
                result[max(0, y) : bottom, max(0, x) : right] = values[0]
            elif min(width, height) > 0:
                cv2.rectangle(result, (x, y, width, height), values, cv2.FILLED)
        return result

    return Pixels(change)


@lru_cache(maxsize=64)
def _as_stored(values: tuple[float, ...], dtype: np.dtype[Any]) -> list[float]:
    """Return values as pixels of this depth hold them."""
    stored: list[float] = np.array(values).astype(dtype).tolist()
    return stored
