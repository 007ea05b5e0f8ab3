"""Steps that change the frame: resizing, cropping, padding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.errors import StepError
from augcli.image.kernels.resample import LONGEST_WARPED_SIDE, Border, Interpolation
from augcli.image.kernels.sampling import UNSAMPLED, Sampling, sampled
from augcli.image.operations.geometry import Warp, fixed, stretch
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import Geometry, ImageTransform
from augcli.ranges import Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_SHOWN = Field(examples=[224])
Width = Annotated[Spread, Whole(1, LONGEST_WARPED_SIDE, "width of the result", "pixels"), _SHOWN]
Height = Annotated[Spread, Whole(1, LONGEST_WARPED_SIDE, "height of the result", "pixels"), _SHOWN]

_ATTEMPTS = 10


class Resizing(ImageTransform):
    """A step that resamples but shows nothing outside the picture: it needs no border."""

    revision: ClassVar[int] = 2
    sizes: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    width: Width
    height: Height
    interpolation: Interpolation = Field("linear", description="what lies between pixels")


class Cropping(ImageTransform):
    """A step that cuts out a part of exactly this size."""

    sizes: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    width: Width
    height: Height


@register
class Resize(Resizing):
    """Stretch to exactly this size."""

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the stretch."""
        width, height = params["width"], params["height"]
        how = sampled(border=None, interpolation=params["interpolation"])
        return [stretch(facts, width, height, how)]


@register
class Letterbox(Geometry):
    """Make as large as fits into this size, centred, with bars at the sides.

    Unlike that of other steps the border is `constant` unless a recipe says otherwise: bars are
    what the word means, and what models trained on letterboxed pictures expect.
    """

    sizes: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    width: Width
    height: Height
    border: Border = Field("constant", description="what the bars are filled with")

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the stretch, which ends its run so that bars show nothing, and the bars."""
        width, height = params["width"], params["height"]
        scale = min(width / facts.width, height / facts.height)
        inner_width = max(1, min(width, round(facts.width * scale)))
        inner_height = max(1, min(height, round(facts.height * scale)))
        inner = sampled(border=None, interpolation=params["interpolation"])
        left, top = (width - inner_width) // 2, (height - inner_height) // 2
        return [
            stretch(facts, inner_width, inner_height, inner, window=True),
            window(-left, -top, width, height, cls.sampling(params)),
        ]


@register
class Pad(Geometry):
    """Add borders until at least this size, the picture in the middle. Exact."""

    sizes: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    width: Width
    height: Height

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the larger window."""
        width, height = max(params["width"], facts.width), max(params["height"], facts.height)
        left, top = (width - facts.width) // 2, (height - facts.height) // 2
        return [window(-left, -top, width, height, cls.sampling(params))]


def _border(side: str) -> Whole:
    return Whole(0, LONGEST_WARPED_SIDE, f"what is added at the {side}", "pixels")


_ADDED = Field(examples=[16])


@register
class PadBy(Geometry):
    """Add so many pixels at each side. Exact."""

    sizes: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    left_px: Annotated[Spread, _border("left"), _ADDED]
    top_px: Annotated[Spread, _border("top"), _ADDED]
    right_px: Annotated[Spread, _border("right"), _ADDED]
    bottom_px: Annotated[Spread, _border("bottom"), _ADDED]

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the larger window."""
        left, top = params["left_px"], params["top_px"]
        width = left + facts.width + params["right_px"]
        height = top + facts.height + params["bottom_px"]
        return [window(-left, -top, width, height, cls.sampling(params))]


@register
class CenterCrop(Cropping):
    """Cut this size out of the middle. Exact."""

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the window."""
        width, height = params["width"], params["height"]
        check_fit(cls.name, width, height, facts)
        left, top = (facts.width - width) // 2, (facts.height - height) // 2
        return [window(left, top, width, height)]


class CroppingAnywhere(Cropping):
    """A step that cuts this size out at a place that it draws."""

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the size, then the place of its top left corner in pixels."""
        params = super().make_params(draws, facts)
        width, height = params["width"], params["height"]
        check_fit(self.name, width, height, facts)
        x, y = self.corner(draws, facts.width - width, facts.height - height)
        return {"x": x, "y": y, "width": width, "height": height}

    def corner(self, draws: Draws, across: int, down: int) -> tuple[int, int]:
        """Draw the top left corner; so much of the picture is left beside the part."""
        raise NotImplementedError

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the window."""
        return [window(params["x"], params["y"], params["width"], params["height"])]


@register
class RandomCrop(CroppingAnywhere):
    """Cut this size out, each place equally likely. Exact."""

    def corner(self, draws: Draws, across: int, down: int) -> tuple[int, int]:
        """Draw it anywhere."""
        return draws.at("x").integer(0, across), draws.at("y").integer(0, down)


Part = Literal["any", "top_left", "top_right", "bottom_left", "bottom_right", "center"]
_PARTS: tuple[Part, ...] = ("top_left", "top_right", "bottom_left", "bottom_right", "center")


@register
class FiveCrop(CroppingAnywhere):
    """Cut this size out of one of the four corners or the middle, each equally likely. Exact.

    `branches` with a `part` each make all five of every picture.
    """

    part: Part = Field("any", description="which of them, or any")

    def corner(self, draws: Draws, across: int, down: int) -> tuple[int, int]:
        """Return that of the part."""
        part = _PARTS[draws.at("part").integer(0, 4)] if self.part == "any" else self.part
        if part == "center":
            return across // 2, down // 2
        return across * part.endswith("right"), down * part.startswith("bottom")


@register
class RandomResizedCrop(Resizing):
    """Cut out a part of random area and shape and stretch it to this size.

    The part is drawn up to ten times until it fits; after that it is the largest in the middle
    whose shape is allowed. Szegedy et al., Going Deeper with Convolutions, CVPR 2015, as defined
    by torchvision's RandomResizedCrop. Recorded is the part in whole pixels.
    """

    revision: ClassVar[int] = 3

    area: Annotated[Spread, Real(1e-4, 1, "area of the part", "of the picture's", neutral=1)] = (
        Uniform(0.08, 1)
    )
    ratio: Annotated[Spread, Real(0.01, 100, "width of the part by its height", log=True)] = (
        Uniform(0.75, 1.333)
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the part, in pixels, and the size of the result."""
        params = self._frame.make_params(draws, facts)
        for attempt in range(_ATTEMPTS):
            if part := self._part(draws.at(attempt), facts):
                break
        left, top, across, down = part or self._central(facts)
        return {"x": left, "y": top, "w": across, "h": down} | params

    @cached_property
    def _frame(self) -> Resize:
        """Return what draws the size alone: area and shape are those of the parts."""
        fields = {name: getattr(self, name) for name in ("width", "height", "interpolation")}
        return Resize.model_validate(fields)

    def _part(self, draws: Draws, facts: Facts) -> tuple[int, int, int, int] | None:
        """Return x, y, width and height of a part, or None where it is too wide or high."""
        area = draws.value("area", self.area) * facts.width * facts.height
        ratio = draws.value("ratio", self.ratio)
        width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if not (0 < width <= facts.width and 0 < height <= facts.height):
            return None
        x = draws.at("x").integer(0, facts.width - width)
        y = draws.at("y").integer(0, facts.height - height)
        return x, y, width, height

    def _central(self, facts: Facts) -> tuple[int, int, int, int]:
        """Return the largest part in the middle with the allowed shape nearest to the picture's."""
        lowest, highest = self.ratio.extent()
        ratio = min(max(facts.width / facts.height, lowest), highest)
        width = max(1, min(facts.width, round(facts.height * ratio)))
        height = max(1, min(facts.height, round(facts.width / ratio)))
        return (facts.width - width) // 2, (facts.height - height) // 2, width, height

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return one matrix for cutting out and stretching."""
        width, height = params["width"], params["height"]
        across, down = width / params["w"], height / params["h"]
        left, top = -params["x"] * across, -params["y"] * down
        matrix = np.array([[across, 0, left], [0, down, top], [0, 0, 1.0]])
        how = sampled(border=None, interpolation=params["interpolation"])
        return [Warp(matrix, width, height, how, window=True)]


def window(x: int, y: int, width: int, height: int, how: Sampling = UNSAMPLED) -> Warp:
    """Return the warp to a part of this size, whose first corner lies here."""
    return fixed((1, 0, -x, 0, 1, -y), width, height, how, window=True)


def check_fit(name: str, width: int, height: int, facts: Facts) -> None:
    """Refuse a crop that is larger than the picture."""
    if width > facts.width or height > facts.height:
        raise StepError(
            f"{name} of {width}×{height} px is larger than the picture "
            f"({facts.width}×{facts.height} px); put pad or resize before it"
        )
