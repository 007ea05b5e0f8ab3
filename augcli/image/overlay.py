"""Objects and masks drawn over a small picture, in one colour a class."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
from PIL import Image, ImageDraw

from augcli.image.kernels.regions import plane_of
from augcli.image.picture import PixelArray
from augcli.image.targets import Box, Point, Target

Colour = tuple[int, int, int]

_FILLED, _MASKED = 70, 110
"""How much of a colour is seen over the picture, of 255."""
_DOT = 2


def overlaid(
    image: Image.Image,
    size: tuple[int, int],
    targets: Iterable[Target],
    masks: Iterable[PixelArray] = (),
) -> Image.Image:
    """Return a small picture with what lies over it; `size` is that of the whole picture."""
    shown = image.convert("RGBA")
    for values in masks:
        shown.alpha_composite(_coloured(values).resize(image.size, Image.Resampling.NEAREST))
    drawn = _Drawing(shown, size)
    for target in targets:
        drawn.draw(target)
    return shown.convert("RGB")


class _Drawing:
    """A small picture, and how much smaller it is."""

    def __init__(self, image: Image.Image, size: tuple[int, int]):
        self._image = image
        self._scale = image.width / size[0], image.height / size[1]

    def draw(self, target: Target) -> None:
        """Draw one object."""
        colour = colour_of(target.label)
        if target.region:
            plane = Image.fromarray(plane_of(target.region)[:, :, 0] * np.uint8(_MASKED))
            fill = Image.new("RGBA", self._image.size, (*colour, 0))
            fill.putalpha(plane.resize(self._image.size, Image.Resampling.NEAREST))
            self._image.alpha_composite(fill)
        layer = Image.new("RGBA", self._image.size)
        pen = ImageDraw.Draw(layer)
        for line in _lines(target):
            pen.polygon(self._small(line), (*colour, _FILLED), (*colour, 255), 2)
        for point in target.keypoints:
            if point.visibility:
                ((x, y),) = self._small([(point.x, point.y)])
                pen.ellipse((x - _DOT, y - _DOT, x + _DOT, y + _DOT), (*colour, 255), (0, 0, 0))
        self._image.alpha_composite(layer)

    def _small(self, line: Sequence[Point]) -> list[Point]:
        across, down = self._scale
        return [(x * across, y * down) for x, y in line]


def _lines(target: Target) -> Iterator[Sequence[Point]]:
    """Yield the outlines of an object, or that of its box where it has none."""
    if target.rings or target.corners:
        yield from target.rings
        yield from [target.corners] if target.corners else []
    elif target.box:
        yield _around(target.box)


def _around(box: Box) -> Sequence[Point]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def colour_of(label: str) -> Colour:
    """Return the colour of a class, which hangs on its name alone."""
    hue = int.from_bytes(blake2b(label.encode("utf-8", "surrogatepass"), digest_size=2).digest())
    return _hued(hue / 65536)


def colour_at(number: int) -> Colour:
    """Return the colour of a number; those of numbers that follow each other are far apart."""
    return _hued(number * _GOLDEN % 1)


_GOLDEN = (math.sqrt(5) - 1) / 2
"""Of a turn: its multiples fall into the largest gaps that are left."""


def _hued(hue: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.85, 1)
    return round(255 * red), round(255 * green), round(255 * blue)


def _coloured(values: PixelArray) -> Image.Image:
    """Return the numbers of a mask as colours; 0 is clear."""
    numbers = values.reshape(*values.shape[:2], -1).astype(np.int64) @ _WEIGHTS[: values.shape[2]]
    known, places = np.unique(numbers, return_inverse=True)
    colours = [(*colour_at(number), _MASKED if number else 0) for number in known.tolist()]
    return Image.fromarray(np.array(colours, np.uint8)[places.reshape(numbers.shape)])


_WEIGHTS = np.array([1, 65_537, 257, 0])
"""By which the numbers of several channels become one."""
