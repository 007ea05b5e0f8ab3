"""Moves of the whole picture, each a matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, TypeAlias

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import ManyDraws
from augcli.errors import StepError
from augcli.image.kernels.matrices import Matrix, inverted
from augcli.image.operations.geometry import Warp, fixed
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts, Said
from augcli.image.transform import Geometry, ImageTransform
from augcli.params import Columns, rounded_many
from augcli.ranges import Choice, Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Linear: TypeAlias = tuple[float, float, float, float]
Quad: TypeAlias = list[list[float]]
"""x, y of four corners, clockwise from the top left."""

Degrees = Annotated[
    Spread, Real(-360, 360, "angle, positive is counter-clockwise", "degrees", neutral=0)
]
Factor = Annotated[Spread, Real(0.05, 20, "above 1 enlarges, below 1 shrinks", neutral=1)]
ShiftX = Annotated[Spread, Real(-1, 1, "shift to the right", "of the width", neutral=0)]
ShiftY = Annotated[Spread, Real(-1, 1, "shift downwards", "of the height", neutral=0)]
SlantX = Annotated[
    Spread,
    Real(-80, 80, "slant of upright lines, positive leans the top left", "degrees", neutral=0),
]
SlantY = Annotated[
    Spread,
    Real(-80, 80, "slant of level lines, positive lowers the right side", "degrees", neutral=0),
]
_DEGREES, _FACTOR, _SHIFT = Uniform(-15, 15), Uniform(0.9, 1.1), Uniform(-0.1, 0.1)
_SLANT_X, _SLANT_Y = Uniform(-10, 10), Constant(0)

_FLATTEST = 0.01
"""How much of its area a shear must leave a picture, and a view's corner of its square."""
_ATTEMPTS = 20
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
"""x, y of the frame's corners, clockwise from the top left."""
_INWARD = 1 - 2 * _CORNERS
"""The signs that lead inwards from them."""


@register
class HorizontalFlip(ImageTransform):
    """Mirror left and right. Exact."""

    belies: ClassVar[frozenset[Said]] = frozenset({"sides"})

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mirror."""
        return [fixed((-1, 0, facts.width, 0, 1, 0), facts.width, facts.height)]


@register
class VerticalFlip(ImageTransform):
    """Mirror top and bottom. Exact."""

    belies: ClassVar[frozenset[Said]] = frozenset({"heights"})

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mirror."""
        return [fixed((1, 0, 0, 0, -1, facts.height), facts.width, facts.height)]


@register
class Transpose(ImageTransform):
    """Mirror in the diagonal from the top left: rows become columns. Exact."""

    belies: ClassVar[frozenset[Said]] = frozenset({"sides", "heights"})

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the exchange of x and y."""
        return [fixed((0, 1, 0, 1, 0, 0), facts.height, facts.width)]


@register
class Rotate90(ImageTransform):
    """Turn by quarters, counter-clockwise; the frame turns along. Exact."""

    belies: ClassVar[frozenset[Said]] = frozenset({"sides", "heights"})

    turns: Annotated[Spread, Whole(0, 3, "number of quarter turns")] = Choice((1, 2, 3))

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the turn."""
        width, height = facts.width, facts.height
        matrices = (
            (1, 0, 0, 0, 1, 0),
            (0, 1, 0, -1, 0, width),
            (-1, 0, width, 0, -1, height),
            (0, -1, height, 1, 0, 0),
        )
        turns = params["turns"]
        size = (height, width) if turns % 2 else (width, height)
        return [fixed(matrices[turns], *size)]


@register
class D4(ImageTransform):
    """Turn by quarters and mirror: the eight symmetries of a square. Exact."""

    belies: ClassVar[frozenset[Said]] = frozenset({"sides", "heights"})

    symmetry: Annotated[
        Spread, Whole(0, 7, "quarter turns; from 4 on that less 4, of the picture mirrored")
    ] = Uniform(0, 7, whole=True)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mirror, if any, and the turn."""
        mirrored, turns = divmod(params["symmetry"], 4)
        mirror = HorizontalFlip.lower({}, facts) if mirrored else ()
        return [*mirror, *Rotate90.lower({"turns": turns}, facts)]


class Centred(Geometry):
    """A move about the centre; the frame stays."""

    @classmethod
    def moved(
        cls, linear: Linear, params: Params, facts: Facts, x: float = 0.0, y: float = 0.0
    ) -> Warp:
        """Return the warp by [a b; c d] about the centre, then a shift in shares of the sides."""
        a, b, c, d = linear
        width, height = facts.width, facts.height
        u, v = width / 2, height / 2
        left, top = u - a * u - b * v + x * width, v - c * u - d * v + y * height
        matrix = np.array([[a, b, left], [c, d, top], [0.0, 0.0, 1.0]])
        return Warp(matrix, width, height, cls.sampling(params))


@register
class Rotate(Centred):
    """Turn about the centre; the size stays, or becomes what holds the whole picture."""

    degrees: Degrees = _DEGREES
    expand: bool = Field(False, description="make the frame as large as the turned picture")

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the turn."""
        turn = cls.moved(linear(turn=params["degrees"]), params, facts)
        return [expanded(turn) if params.get("expand") else turn]


@register
class Scale(Centred):
    """Make the content larger or smaller about the centre; the frame stays."""

    revision: ClassVar[int] = 3

    factor: Factor = _FACTOR

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the enlargement."""
        return [cls.moved(linear(scale=params["factor"]), params, facts)]


@register
class Zoom(Centred):
    """Make the content wider and higher, each by a factor of its own, about the centre.

    The frame stays. This is what `zoom_range` of Keras' ImageDataGenerator does.
    """

    revision: ClassVar[int] = 3

    x: Factor = _FACTOR
    y: Factor = _FACTOR

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the stretch."""
        return [cls.moved((params["x"], 0.0, 0.0, params["y"]), params, facts)]


@register
class Translate(Centred):
    """Shift the content."""

    x: ShiftX = _SHIFT
    y: ShiftY = _SHIFT

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the shift."""
        return [cls.moved(linear(), params, facts, params["x"], params["y"])]


@register
class Shear(Centred):
    """Slant about the centre."""

    x: SlantX = _SLANT_X
    y: SlantY = _SLANT_Y

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the slant."""
        return [cls.moved(linear(shear_x=params["x"], shear_y=params["y"]), params, facts)]


@register
class Affine(Centred):
    """Shear, scale, turn and then shift, in one step about the centre.

    What a recipe leaves out has the range of the step of its own name.
    """

    revision: ClassVar[int] = 3

    rotate: Degrees = _DEGREES
    scale: Factor = _FACTOR
    translate_x: ShiftX = _SHIFT
    translate_y: ShiftY = _SHIFT
    shear_x: SlantX = _SLANT_X
    shear_y: SlantY = _SLANT_Y

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the one matrix of all of them."""
        shape = linear(params["rotate"], params["scale"], params["shear_x"], params["shear_y"])
        return [cls.moved(shape, params, facts, params["translate_x"], params["translate_y"])]


@register
class Perspective(Geometry):
    """Look from another angle: corners move inwards and what is left is stretched.

    Recorded are the four places, as fractions of the frame, clockwise from the top left, that
    become the corners. Places that no view can have (one within the triangle of the others) are
    drawn again.
    """

    revision: ClassVar[int] = 3

    distortion: Annotated[
        Spread,
        Real(0, 0.4, "how far each corner moves, across and down", "of each side", neutral=0),
    ] = Uniform(0.05, 0.1)

    @cached_property
    def _declared(self) -> Params:
        return {"corners": None} | {k: v for k, v in super()._declared.items() if k != "distortion"}

    def _drawn(self, draws: ManyDraws) -> Columns:
        """Draw two distances for each corner until a view has such corners; at last one for all."""
        here = draws.at("distortion")
        corners = self._moved(here.each_below(8))
        for attempt in range(1, _ATTEMPTS + 1):
            rows = np.flatnonzero(~is_convex([*corners.transpose(1, 2, 0)]))
            if not rows.size:
                break
            at, is_last = here[rows], attempt == _ATTEMPTS
            again = at.across()[:, [0] * 8] if is_last else at.at("attempt", attempt).each_below(8)
            corners[rows] = self._moved(again)
        return {"corners": corners}

    def _moved(self, draws: ManyDraws) -> NDArray[np.float64]:
        """Return the corners of a view for each row of eight places."""
        moves = self.distortion.draw_many(draws).astype(np.float64).reshape(-1, 4, 2)
        return rounded_many(_CORNERS + _INWARD * moves)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the matrix that stretches the quadrilateral to the frame."""
        if not is_convex(params["corners"]):
            raise StepError(f"perspective: no view has the corners {params['corners']}")
        size = np.array([facts.width, facts.height, 1.0])
        inverse = square_to_quad(params["corners"]) * size[:, None] / size
        return [cls.warp(inverted(inverse), facts, params)]


def linear(
    turn: float = 0.0, scale: float = 1.0, shear_x: float = 0.0, shear_y: float = 0.0
) -> Linear:
    """Return a, b, c, d of the matrix [a b; c d] of shear, scale, turn in this order.

    Angles are in degrees; y points down and a positive turn is counter-clockwise to the eye.
    StepError where both shears together leave next to nothing of the picture's area.
    """
    angle = math.radians(turn)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    across = math.tan(math.radians(shear_x)) if shear_x else shear_x
    down = math.tan(math.radians(shear_y)) if shear_y else shear_y
    if abs(1 - across * down) < _FLATTEST:
        raise StepError(
            f"shear of {shear_x:g} degrees across and {shear_y:g} down folds the picture flat"
        )
    return cos + sin * down, cos * across + sin, cos * down - sin, cos - sin * across


def expanded(warp: Warp) -> Warp:
    """Return a warp with the smallest frame that holds the whole picture, in the middle of it."""
    width, height = warp.width, warp.height
    corners = warp.forward(np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    size = np.ceil(np.ptp(corners, axis=0) - 1e-6).astype(int).tolist()
    left, top = (size - np.ptp(corners, axis=0)) / 2 - corners.min(axis=0)
    matrix = np.array([[1, 0, left], [0, 1, top], [0, 0, 1.0]]) @ warp.matrix
    return replace(warp, matrix=matrix, width=size[0], height=size[1])


def is_convex(corners: Sequence[Any]) -> Any:
    """Return whether each corner, taken clockwise, turns right, and not by next to nothing.

    Each is x and y: numbers or, of many views, columns.
    """
    ahead, behind = [*corners[1:], corners[0]], [corners[-1], *corners[:-1]]
    turns = [
        (x - u) * (q - y) - (y - v) * (p - x) >= _FLATTEST
        for (u, v), (x, y), (p, q) in zip(behind, corners, ahead, strict=True)
    ]
    return sum(turns) == len(turns)


def square_to_quad(corners: Quad) -> Matrix:
    """Return the matrix from the unit square to a quadrilateral, clockwise from the top left.

    Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, section 2.2.3.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    area = dx1 * dy2 - dx2 * dy1
    g, h = (dx3 * dy2 - dx2 * dy3) / area, (dx1 * dy3 - dx3 * dy1) / area
    return np.array(
        [
            [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
            [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
            [g, h, 1.0],
        ]
    )
