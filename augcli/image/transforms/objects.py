"""Steps that look where the objects of a picture lie.

Where a picture has none, or none that `only` and `except` concern, they do the same at any place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from augcli.draws import Draws
from augcli.image.kernels.regions import pixels_of
from augcli.image.operations.geometry import Warp
from augcli.image.operations.ops import Op
from augcli.image.operations.placed import bounds
from augcli.image.picture import Facts, Placed
from augcli.image.targets import Box
from augcli.image.transform import Colour, ImageTransform, bgr
from augcli.image.transforms.erasing import painted
from augcli.image.transforms.size import RandomCrop, window
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""


class AmongObjects(ImageTransform):
    """A step whose params depend on where objects lie."""

    asks_objects: ClassVar[bool] = True

    def concerned(self, facts: Facts) -> list[tuple[Placed, Window]]:
        """Return the objects that the step is for, and the whole pixels that hold each."""
        found = ((each, bounds(each)) for each in facts.objects if self.concerns(each.target.label))
        return [(each, _whole(box)) for each, box in found if box]

    def one(self, draws: Draws, facts: Facts) -> tuple[Placed, Window] | None:
        """Return one of these objects, each equally likely."""
        found = self.concerned(facts)
        return found[draws.at("object").integer(0, len(found) - 1)] if found else None


def _whole(box: Box) -> Window:
    left, top, right, bottom = box
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def around(windows: Sequence[Window], facts: Facts) -> Window:
    """Return the window around windows; that of none has no place, so any other holds it."""
    lefts, tops, rights, bottoms = zip((facts.width, facts.height, 0, 0), *windows, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def beginning(draws: Draws, low: int, high: int, length: int, side: int) -> int:
    """Draw where a window of this length begins that holds low to high, or lies within them."""
    first, last = sorted((low, high - length))
    return draws.integer(max(0, first), min(last, side - length))


def cut_out(params: Params) -> Warp:
    """Return the window of recorded params."""
    return window(params["x"], params["y"], params["w"], params["h"])


@register
class BoxSafeCrop(AmongObjects):
    """Cut out a part of random area, shape and place that holds all objects whole.

    The part is larger than drawn where it has to be. Recorded is the part in whole pixels.
    """

    sizes: ClassVar[bool] = True

    area: Annotated[Spread, Real(1e-4, 1, "area of the part", "of the picture's")] = Uniform(0.4, 1)
    ratio: Annotated[Spread, Real(0.01, 100, "width of the part by its height", log=True)] = (
        Uniform(0.75, 1.333)
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the part, in pixels."""
        params = super().make_params(draws, facts)
        area, ratio = params["area"] * facts.width * facts.height, params["ratio"]
        held = around([window for _, window in self.concerned(facts)], facts)
        left, top, right, bottom = held
        width = min(facts.width, max(1, right - left, round(math.sqrt(area * ratio))))
        height = min(facts.height, max(1, bottom - top, round(math.sqrt(area / ratio))))
        x = beginning(draws.at("x"), left, right, width, facts.width)
        y = beginning(draws.at("y"), top, bottom, height, facts.height)
        return {"x": x, "y": y, "w": width, "h": height}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the window."""
        return [cut_out(params)]


@register
class CropToObject(AmongObjects):
    """Cut one object out, each equally likely, with a margin drawn for each side.

    No margin leads out of the picture. Recorded is the part in whole pixels.
    """

    sizes: ClassVar[bool] = True

    margin: Annotated[
        Spread, Real(-0.45, 10, "what is left at each side; below 0 is cut off", "of the object's")
    ] = Uniform(0, 0.3)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the object and the part, in pixels."""
        found = self.one(draws, facts)
        left, top, right, bottom = found[1] if found else (0, 0, facts.width, facts.height)
        x, across = self._part(draws.at("x"), left, right, facts.width)
        y, down = self._part(draws.at("y"), top, bottom, facts.height)
        return {"x": x, "y": y, "w": across, "h": down}

    def _part(self, draws: Draws, low: int, high: int, side: int) -> tuple[int, int]:
        """Return where a part begins and how long it is, of a pixel at least."""
        before, behind = (self.margin.draw(draws.at(end)) * (high - low) for end in ("low", "high"))
        first = min(max(0, round(low - before)), side - 1)
        return first, max(first + 1, min(side, round(high + behind))) - first

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the window."""
        return [cut_out(params)]


class ObjectCrop(AmongObjects, RandomCrop):
    """A step that cuts this size out at one object."""

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the size and the object, then the place of the top left corner in pixels."""
        params = super().make_params(draws, facts)
        left, top, right, bottom = around(self.wanted(draws, facts), facts)
        x = beginning(draws.at("x"), left, right, params["width"], facts.width)
        y = beginning(draws.at("y"), top, bottom, params["height"], facts.height)
        return params | {"x": x, "y": y}

    def wanted(self, draws: Draws, facts: Facts) -> Sequence[Window]:
        """Return what the part must hold, or lie in where it is smaller."""
        raise NotImplementedError


@register
class CropNearObject(ObjectCrop):
    """Cut this size out at an object, each equally likely. Exact.

    The part holds the object whole at any place that does, or lies within it where it is smaller.
    """

    def wanted(self, draws: Draws, facts: Facts) -> Sequence[Window]:
        """Return the pixels that hold one object."""
        found = self.one(draws, facts)
        return [found[1]] if found else []


@register
class MaskCrop(ObjectCrop):
    """Cut this size out where an object, or a class of a mask, has a pixel at least. Exact.

    An object is drawn, each equally likely, then a pixel of it, then a place that shows it.
    """

    def wanted(self, draws: Draws, facts: Facts) -> Sequence[Window]:
        """Return one pixel of one object."""
        found = self.one(draws, facts)
        if not found:
            return []
        rows, columns = pixels_of(found[0].rings, found[0].region, found[1])
        at = draws.at("pixel").integer(0, len(rows) - 1)
        x, y = int(columns[at]), int(rows[at])
        return [(x, y, x + 1, y + 1)]


@register
class ObjectErasing(AmongObjects):
    """Paint over a rectangle of random area, shape and place within each object; labels stay.

    The object-aware form of Zhong et al., Random Erasing Data Augmentation, AAAI 2020. A rectangle
    higher or wider than the object's box is cut to it. Recorded are the rectangles in whole pixels.
    """

    area: Annotated[
        Spread, Real(0, 1, "area of each rectangle", "of the object's box", neutral=0)
    ] = Uniform(0.02, 0.33)
    ratio: Annotated[Spread, Real(0.01, 100, "width of the rectangle by its height", log=True)] = (
        Uniform(0.3, 3.3)
    )
    fill: Colour = Field(0.0, description="what is painted: a fraction of full range, or [r, g, b]")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw a rectangle for each object, in pixels."""
        windows = [window for _, window in self.concerned(facts)]
        parts = [self._part(draws.at(at), window) for at, window in enumerate(windows)]
        return {"parts": parts, "fill": super().make_params(draws, facts)["fill"]}

    def _part(self, draws: Draws, window: Window) -> list[int]:
        """Return x, y, width and height of a rectangle within a window."""
        left, top, right, bottom = window
        area = self.area.draw(draws.at("area")) * (right - left) * (bottom - top)
        ratio = self.ratio.draw(draws.at("ratio"))
        width = min(right - left, round(math.sqrt(area * ratio)))
        height = min(bottom - top, round(math.sqrt(area / ratio)))
        x = draws.at("x").integer(left, right - width)
        y = draws.at("y").integer(top, bottom - height)
        return [x, y, width, height]

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the painting."""
        return [painted(params["parts"], bgr(params["fill"]))] if params["parts"] else []
