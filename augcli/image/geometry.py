"""Operations that move pixels, and the one resampling that a run of them becomes.

`Warp` is a 3×3 matrix, `Field` a dense displacement. Neighbours with equal sampling join into one
`Resample`: one map from the result back to the run's input, resampled once, its border applied
once. What is exact on the pixel grid is done without interpolation.

All coordinates are those of `picture.Points`: pixel i covers [i, i+1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.image import opencv as cv2
from augcli.image.picture import Facts, Picture, PixelArray, Points, full_range, premultiplied

Border = Literal["reflect", "constant", "replicate", "wrap"]
Interpolation = Literal["linear", "nearest", "cubic"]
Matrix = NDArray[Any]

LONGEST_WARPED_SIDE = 32_766
"""OpenCV addresses pixels of a warp with 16 bits (opencv #7544)."""
_PREFILTER_BELOW = 0.5
_TO_CENTRES = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
_FROM_CENTRES = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])


@dataclass(frozen=True)
class Sampling:
    """How a resampling fills what lies outside and what lies between pixels."""

    border: Border = "reflect"
    fill: tuple[float, ...] = (0.0,)
    """Fractions of full range: one number for all channels, or one each in BGR order."""
    interpolation: Interpolation = "linear"


@dataclass(frozen=True, eq=False)
class Warp:
    """Moves the picture by a matrix from source to result coordinates."""

    matrix: Matrix
    width: int
    height: int
    sampling: Sampling | None = None
    """None for what needs none (flips, crops): it joins any run."""
    window: bool = False
    """A crop or pad: chooses the window and ends the run, so what it cut never comes back."""

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return replace(facts, width=self.width, height=self.height)

    def stage(self) -> Resample:
        """Return the resampling that does this alone."""
        return Resample((self,), self.sampling)

    def forward(self, points: Points) -> Points:
        """Move points from source to result."""
        return project(self.matrix, points)

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from."""
        return project(np.linalg.inv(self.matrix), points)


@dataclass(frozen=True, eq=False)
class Field:
    """Takes each result pixel from where it is plus a displacement; the size stays.

    `nodes` is rows×columns×2, dx and dy in pixels, bilinear between nodes that lie evenly from
    corner to corner of the frame.
    """

    nodes: NDArray[np.float64]
    width: int
    height: int
    sampling: Sampling
    window: bool = False

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return facts

    def stage(self) -> Resample:
        """Return the resampling that does this alone."""
        return Resample((self,), self.sampling)

    def displacement(self, points: Points) -> Points:
        """Return dx, dy at points of the result; outside the frame that of its edge."""
        rows, columns = self.nodes.shape[:2]
        x = np.clip(points[:, 0] / self.width, 0, 1) * (columns - 1)
        y = np.clip(points[:, 1] / self.height, 0, 1) * (rows - 1)
        left = np.minimum(x.astype(np.intp), columns - 2)
        top = np.minimum(y.astype(np.intp), rows - 2)
        u, v = (x - left)[:, None], (y - top)[:, None]
        upper = self.nodes[top, left] * (1 - u) + self.nodes[top, left + 1] * u
        lower = self.nodes[top + 1, left] * (1 - u) + self.nodes[top + 1, left + 1] * u
        between: Points = upper * (1 - v) + lower * v
        return between

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from."""
        return points + self.displacement(points)

    def forward(self, points: Points) -> Points:
        """Move points from source to result, by fixed-point iteration of `backward`."""
        moved = points
        for _ in range(30):
            moved = points - self.displacement(moved)
        return moved


@dataclass(frozen=True, eq=False)
class Resample:
    """A run of moves, done as one map from the result to the run's input."""

    moves: tuple[Warp | Field, ...]
    sampling: Sampling | None

    def joined(self, op: object) -> Resample | None:
        """Return the run with one more move, or None where it has to start a new run."""
        if not isinstance(op, Warp | Field) or self.moves[-1].window:
            return None
        if None not in (op.sampling, self.sampling) and op.sampling != self.sampling:
            return None
        return Resample((*self.moves, op), self.sampling or op.sampling)

    def apply(self, picture: Picture) -> Picture:
        """Move the pixels and every target of a picture."""
        move = self._mover(picture.facts)
        sampling = self.sampling or Sampling()
        moved = premultiplied(picture, lambda pixels: move(pixels, sampling))
        return replace(
            moved,
            mask=None if picture.mask is None else self._mask(picture, move, sampling),
            boxes=None if picture.boxes is None else self._boxes(picture.boxes),
            polygons=tuple(map(self.forward, picture.polygons)),
            keypoints=None if picture.keypoints is None else self.forward(picture.keypoints),
        )

    def forward(self, points: Points) -> Points:
        """Move points from the run's input to its result."""
        return reduce(lambda moved, move: move.forward(moved), self.moves, points)

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from in the run's input."""
        return reduce(lambda moved, move: move.backward(moved), reversed(self.moves), points)

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the result."""
        return self.moves[-1].width, self.moves[-1].height

    def matrix(self) -> Matrix:
        """Return the product of the run's matrices; displacements count as identity."""
        matrices = (move.matrix for move in self.moves if isinstance(move, Warp))
        return snapped(reduce(lambda product, matrix: matrix @ product, matrices, np.eye(3)))

    def _mover(self, facts: Facts) -> Callable[[PixelArray, Sampling], PixelArray]:
        matrix = self.matrix()
        has_field = any(isinstance(move, Field) for move in self.moves)
        if not has_field and is_on_grid(matrix):
            return lambda pixels, how: move_on_grid(pixels, matrix, self.size, how)
        if max(facts.width, facts.height, *self.size) > LONGEST_WARPED_SIDE:
            raise SampleError(f"a side is longer than {LONGEST_WARPED_SIDE} px, too long to warp")
        if not has_field:
            return lambda pixels, how: warp(pixels, matrix, self.size, how)
        return lambda pixels, how: self._displace(pixels, matrix, how)

    def _displace(self, pixels: PixelArray, matrix: Matrix, how: Sampling) -> PixelArray:
        small, shrink = prefiltered(pixels, matrix, how)
        sources = dense(self.backward, self.size, lattice_step(self.size))
        sources = sources * np.array([shrink[0, 0], shrink[1, 1]], np.float32) - np.float32(0.5)
        border = _border(how, small)
        interpolation = _interpolation(how)
        return by_channel_groups(
            small, lambda part: cv2.remap(part, sources, None, interpolation, **border)
        )

    def _mask(
        self,
        picture: Picture,
        move: Callable[[PixelArray, Sampling], PixelArray],
        sampling: Sampling,
    ) -> NDArray[Any]:
        assert picture.mask is not None
        how = Sampling(sampling.border, (0.0,), "nearest")
        if picture.ignore is not None:
            fill = picture.ignore / full_range(picture.mask.dtype)
            how = Sampling("constant", (fill,), "nearest")
        return move(picture.mask[:, :, None], how).reshape(self.size[::-1])

    def _boxes(self, boxes: Points) -> Points:
        return np.array([self._box(*box) for box in boxes]).reshape(-1, 4)

    def _box(self, left: float, top: float, right: float, bottom: float) -> Points:
        """Return the upright box around a moved box, followed along its edges."""
        along = np.linspace(0, 1, 9)[:, None]
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        sides = zip(corners, np.roll(corners, -1, axis=0), strict=True)
        outline = np.concatenate([start + (end - start) * along for start, end in sides])
        moved = self.forward(outline)
        return np.concatenate([moved.min(axis=0), moved.max(axis=0)])


def project(matrix: Matrix, points: Points) -> Points:
    """Apply a 3×3 matrix to N×2 points."""
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    flat: Points = homogeneous[:, :2] / homogeneous[:, 2:]
    return flat


def snapped(matrix: Matrix) -> Matrix:
    """Return the matrix with what is a whole number but for float error made whole."""
    matrix = matrix / matrix[2, 2]
    whole = np.rint(matrix)
    return np.where(np.abs(matrix - whole) < 1e-9, whole, matrix)


def is_on_grid(matrix: Matrix) -> bool:
    """Return whether a matrix takes whole pixels to whole pixels."""
    turn = np.abs(matrix[:2, :2])
    is_permutation = bool(np.array_equal(turn, np.eye(2)) or np.array_equal(turn, np.eye(2)[::-1]))
    is_flat = matrix[2, 0] == 0 and matrix[2, 1] == 0
    return is_permutation and is_flat and bool(np.all(matrix[:2, 2] == np.rint(matrix[:2, 2])))


def move_on_grid(
    pixels: PixelArray, matrix: Matrix, size: tuple[int, int], how: Sampling
) -> PixelArray:
    """Flip, turn, crop and pad H×W×C pixels by an on-grid matrix, copying values exactly."""
    if matrix[0, 0] == 0:
        pixels = pixels.transpose(1, 0, 2)
    signs = matrix[:2, :2].sum(axis=1)
    pixels = pixels[:: int(signs[1]), :: int(signs[0])]
    height, width = pixels.shape[:2]
    left = int(matrix[0, 2]) - (width if signs[0] < 0 else 0)
    top = int(matrix[1, 2]) - (height if signs[1] < 0 else 0)
    return _windowed(pixels, left, top, size, how)


def _windowed(
    pixels: PixelArray, left: int, top: int, size: tuple[int, int], how: Sampling
) -> PixelArray:
    """Put the picture at (left, top) of a canvas; the border fills what it leaves open."""
    height, width = pixels.shape[:2]
    right, bottom = size[0] - width - left, size[1] - height - top
    pads = [max(0, side) for side in (top, bottom, left, right)]
    pixels = np.ascontiguousarray(pixels)
    if any(pads):
        mode, fill = _border(how, pixels).values()
        pixels = by_channel_groups(
            pixels, lambda part: cv2.copyMakeBorder(part, *pads, mode, value=fill)
        )
    x, y = max(0, -left), max(0, -top)
    return np.ascontiguousarray(pixels[y : y + size[1], x : x + size[0]])


def warp(pixels: PixelArray, matrix: Matrix, size: tuple[int, int], how: Sampling) -> PixelArray:
    """Resample H×W×C pixels through a matrix, prefiltered where it shrinks below one half."""
    pixels, shrink = prefiltered(pixels, matrix, how)
    matrix = snapped(matrix @ np.linalg.inv(shrink))
    if is_on_grid(matrix):
        return move_on_grid(pixels, matrix, size, how)
    inverse = _TO_CENTRES @ np.linalg.inv(matrix) @ _FROM_CENTRES
    if matrix[2, 0] == 0 and matrix[2, 1] == 0:
        kernel, inverse = cv2.warpAffine, inverse[:2] / inverse[2, 2]
    else:
        kernel = cv2.warpPerspective
    flags = _interpolation(how) | cv2.WARP_INVERSE_MAP
    border = _border(how, pixels)
    return by_channel_groups(
        pixels, lambda part: kernel(part, inverse, size, flags=flags, **border)
    )


def prefiltered(pixels: PixelArray, matrix: Matrix, how: Sampling) -> tuple[PixelArray, Matrix]:
    """Average areas along each axis that the matrix shrinks below one half at the centre.

    Returns the smaller picture and the matrix that leads to it.
    """
    height, width = pixels.shape[:2]
    across, down = _scales(matrix, width, height)
    small_width = _small(width, across)
    small_height = _small(height, down)
    if how.interpolation == "nearest" or (small_width, small_height) == (width, height):
        return pixels, np.eye(3)
    size = (small_width, small_height)
    pixels = by_channel_groups(
        pixels, lambda part: cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    )
    return pixels, np.diag([small_width / width, small_height / height, 1.0])


def _small(side: int, scale: float) -> int:
    return max(1, round(side * scale)) if scale < _PREFILTER_BELOW else side


def _scales(matrix: Matrix, width: int, height: int) -> tuple[float, float]:
    """Return how long a pixel's width and height become at the picture's centre."""
    x, y, depth = matrix @ np.array([width / 2, height / 2, 1.0])
    jacobian = (matrix[:2, :2] - np.outer([x / depth, y / depth], matrix[2, :2])) / depth
    across, down = np.linalg.norm(jacobian, axis=0)
    return float(across), float(down)


def lattice_step(size: tuple[int, int]) -> int:
    """Return the spacing in pixels at which a displacement map is computed before upsampling."""
    return max(1, min(8, min(size) // 16))


def dense(
    backward: Callable[[Points], Points], size: tuple[int, int], step: int
) -> NDArray[np.float32]:
    """Return H×W×2 source coordinates, computed every `step` pixels and bilinear between."""
    columns, rows = (-(-side // step) + 2 for side in size)
    x = (np.arange(columns) - 0.5) * step
    y = (np.arange(rows) - 0.5) * step
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    coarse = backward(points).reshape(rows, columns, 2).astype(np.float32)
    if step == 1:
        fine = coarse
    else:
        fine = cv2.resize(coarse, (columns * step, rows * step), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[step : step + size[1], step : step + size[0]])


def by_channel_groups(pixels: PixelArray, change: Callable[[PixelArray], PixelArray]) -> PixelArray:
    """Apply an OpenCV function that knows at most four channels to any number of them."""
    channels = pixels.shape[2]
    if channels <= 4:
        result = change(pixels)
        return result if result.ndim == 3 else result[:, :, None]
    parts = (np.ascontiguousarray(pixels[:, :, i : i + 4]) for i in range(0, channels, 4))
    return np.dstack([change(part) for part in parts])


def fill_value(fill: tuple[float, ...], pixels: PixelArray) -> list[float]:
    """Return a fill in a picture's own units: a lone number leaves alpha clear, a colour fills it.

    A colour given for a gray picture becomes its gray.
    """
    channels = pixels.shape[2]
    if len(fill) == 1:
        values = [*fill * min(channels, 4)]
        values[-1] = 0.0 if channels in (2, 4) else values[-1]
    elif channels <= 2:
        blue, green, red = fill[:3]
        values = [0.114 * blue + 0.587 * green + 0.299 * red, 1.0][:channels]
    else:
        values = [*fill, 1.0][:4]
    top = full_range(pixels.dtype)
    return [value * top for value in values]


def _border(how: Sampling, pixels: PixelArray) -> dict[str, Any]:
    modes = {
        "reflect": cv2.BORDER_REFLECT,
        "constant": cv2.BORDER_CONSTANT,
        "replicate": cv2.BORDER_REPLICATE,
        "wrap": cv2.BORDER_WRAP,
    }
    return {"borderMode": modes[how.border], "borderValue": fill_value(how.fill, pixels)}


def _interpolation(how: Sampling) -> int:
    names = {"linear": cv2.INTER_LINEAR, "nearest": cv2.INTER_NEAREST, "cubic": cv2.INTER_CUBIC}
    return int(names[how.interpolation])
