"""Operations that move pixels, and the one resampling that a run of them becomes.

`Warp` is a 3×3 matrix, `Field` a dense displacement. Neighbours whose sampling agrees join into
one `Resample`: one map from the result back to the run's input, resampled once, its border
applied once. What is exact on the pixel grid is done without interpolation.

All coordinates are those of `picture.Points`: pixel i covers [i, i+1].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial, reduce
from typing import ClassVar, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.image.kernels.backward import Backward, Size
from augcli.image.kernels.matrices import Matrix, inverted, project, snapped
from augcli.image.kernels.places import (
    Places,
    between,
    grid,
    in_place,
    looked_up,
    steepest,
    through,
    unbent,
    upsampled,
)
from augcli.image.kernels.resample import (
    LONGEST_WARPED_SIDE,
    OnGrid,
    Sampler,
    displaced,
    is_within,
    move_on_grid,
    on_grid,
    warp,
)
from augcli.image.kernels.sampling import UNSAMPLED, Sampling
from augcli.image.kernels.shrinking import in_blocks, reduction, shrinkage, to_blocks
from augcli.image.operations import moving
from augcli.image.operations.views import depth, mirrors
from augcli.image.picture import (
    Facts,
    Mask,
    Picture,
    PixelArray,
    Placed,
    Points,
    full_range,
    premultiplied,
)
from augcli.once import kept

_COPIED = Sampling("constant", (0.0,), "nearest")
_UNMOVED = np.eye(3)
_UNMOVED.flags.writeable = False


class Warp(Struct, frozen=True, eq=False):
    """Moves the picture by a matrix from source to result coordinates."""

    matrix: Matrix
    width: int
    height: int
    sampling: Sampling = UNSAMPLED
    window: bool = False
    """A crop or pad: chooses the window and ends the run, so what it cut never comes back."""

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        if (facts.width, facts.height) == (self.width, self.height):
            return facts
        return replace(facts, width=self.width, height=self.height)

    def stage(self) -> Resample:
        """Return the resampling that does this alone."""
        return Resample((self,), self.sampling)

    straight: ClassVar[float] = math.inf
    """How long a line may be, in pixels, that stays as good as straight."""

    def forward(self, points: Points) -> Points:
        """Move points from source to result."""
        return project(self.matrix, points)

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from."""
        return project(inverted(self.matrix), points)


Six: TypeAlias = tuple[float, float, float, float, float, float]
"""a, b, x, c, d and y of the matrix [a b x; c d y; 0 0 1]."""


@lru_cache(maxsize=256)
def fixed(
    numbers: Six, width: int, height: int, sampling: Sampling = UNSAMPLED, *, window: bool = False
) -> Warp:
    """Return the warp of six numbers, the very same for the same ones.

    So what pictures of one size share is worked out once, not for each output.
    """
    return _Fixed(np.array([*numbers, 0, 0, 1.0]).reshape(3, 3), width, height, sampling, window)


def stretch(facts: Facts, width: int, height: int, how: Sampling, *, window: bool = False) -> Warp:
    """Return the warp that stretches the frame to a size."""
    numbers = width / facts.width, 0, 0, 0, height / facts.height, 0
    return fixed(numbers, width, height, how, window=window)


class _Fixed(Warp, frozen=True, eq=False):
    """A warp that many pictures share, as they do the run of it alone."""

    @lru_cache(maxsize=256)  # noqa: B019 – as long as `fixed` keeps them
    def stage(self) -> Resample:
        return Warp.stage(self)


class Field(Struct, frozen=True, eq=False):
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

    @property
    def straight(self) -> float:
        """Return how long a line may be, in pixels, that stays straight to a quarter of one."""
        return unbent(self.nodes, (self.width, self.height))

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from; outside the frame as at its edge."""
        result: Points = points + between(self.nodes, (self.width, self.height), points)
        return result

    def forward(self, points: Points) -> Points:
        """Move points from source to result: `backward` inverted by damped iteration."""
        moved, damping = points, 1 / steepest(self.nodes, (self.width, self.height))
        for _ in range(200):
            error = self.backward(moved) - points
            if not error.size or np.abs(error).max() < 1e-4:
                break
            moved = moved - damping * error
        return moved

    def bent(self, places: Places | None, matrix: Matrix, size: Size) -> Places:
        """Return `backward` of places (None: a result's pixels) taken through a matrix."""
        own = self.width, self.height
        if places is None and size == own and np.array_equal(matrix, _UNMOVED):
            return in_place(self.nodes, own)
        x, y = (upsampled(self.nodes[:, :, i], own) for i in (0, 1))
        there = grid(matrix, size) if places is None else through(matrix, places)
        return there[0] + looked_up(x, there), there[1] + looked_up(y, there)


_MOVES = Warp | Field  # which takes as long to be made as to be asked


class Resample(Struct, frozen=True, eq=False, dict=True):
    """A run of moves, done as one map from the result to the run's input."""

    moves: tuple[Warp | Field, ...]
    sampling: Sampling

    def joined(self, op: object) -> Resample | None:
        """Return the run with one more move, or None where it has to start a new run."""
        if not isinstance(op, _MOVES) or self.moves[-1].window:
            return None
        sampling = self.sampling.shared(op.sampling)
        return Resample((*self.moves, op), sampling) if sampling else None

    def apply(self, picture: Picture) -> Picture:
        """Move the pixels and every target of a picture."""
        facts = picture.facts
        if not self._on_grid and max(facts.width, facts.height, *self.size) > LONGEST_WARPED_SIDE:
            raise StepError(f"a side is longer than {LONGEST_WARPED_SIDE} px, too long to warp")
        moved = self._pixels(picture)
        if picture.is_bare:
            return moved
        masks = tuple(map(self.on_mask, picture.masks))
        return replace(moved, masks=masks, objects=self.on_objects(picture.objects))

    def forward(self, points: Points) -> Points:
        """Move points from the run's input to its result."""
        return reduce(lambda moved, move: move.forward(moved), self.moves, points)

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from in the run's input."""
        return reduce(lambda moved, move: move.backward(moved), reversed(self.moves), points)

    @kept
    def size(self) -> Size:
        """Return width and height of the result."""
        return self.moves[-1].width, self.moves[-1].height

    @kept
    def matrix(self) -> Matrix:
        """Return the product of the run's matrices; displacements count as identity."""
        product, *others = [each.matrix for each in self.moves if isinstance(each, Warp)] or [
            _UNMOVED
        ]
        for matrix in others:
            product = matrix @ product
        return snapped(product)

    @property
    def mirrors(self) -> bool:
        """Return whether left becomes right."""
        return mirrors(self.inverse, self.size)

    def depth(self, points: Points) -> NDArray[np.float64]:
        """Return how far points lie in front of the eye, negative where they cannot be seen."""
        return depth(self.matrix, self.inverse, self.size, points)

    @kept
    def straight(self) -> float:
        """Return how long a line may be, in pixels, that stays as good as straight."""
        return min(move.straight for move in self.moves)

    @kept
    def inverse(self) -> Matrix:
        """Return the inverse of its matrix."""
        return inverted(self.matrix)

    @kept
    def back(self) -> Backward:
        """Return the same with what is a whole number but for float error made whole."""
        return Backward(snapped(self.inverse), self.size)

    @kept
    def _has_field(self) -> bool:
        return Field in map(type, self.moves)

    @kept
    def _copies(self) -> bool:
        """Return whether values are only copied from one place to another."""
        return bool(self._on_grid) or self.sampling.interpolation == "nearest"

    @kept
    def blocks(self) -> Size:
        """Return how many pixels of the input, across and down, are averaged before the run."""
        return (1, 1) if self._copies else shrinkage(self.inverse, self.size)

    @property
    def reduction(self) -> int:
        """Return to which part of its sides the input can be decoded."""
        return 1 if self.blocks == (1, 1) else reduction(self.inverse, self.size)

    @kept
    def _on_grid(self) -> OnGrid | None:
        return None if self._has_field else on_grid(self.matrix)

    def _moved(self, pixels: PixelArray, how: Sampler, blocks: Size = (1, 1)) -> PixelArray:
        """Move pixels that are means of such blocks of the run's input."""
        if self._has_field:
            return displaced(pixels, *self._places(to_blocks(*blocks)), how)
        if blocks == (1, 1):
            return warp(pixels, self.back, how)
        back = Backward(snapped(to_blocks(*blocks) @ self.inverse), self.size)
        return warp(pixels, back, how)

    def _places(self, last: Matrix) -> Places:
        """Return where each pixel of the result comes from, taken through one more matrix."""
        places, matrix = None, _UNMOVED
        for move in reversed(self.moves):
            if isinstance(move, Warp):
                matrix = inverted(move.matrix) @ matrix
            else:
                places, matrix = move.bent(places, matrix, self.size), _UNMOVED
        assert places is not None, "a run with a field"
        return through(last @ matrix, places)

    def _pixels(self, picture: Picture) -> Picture:
        if self._copies:
            how = partial(self.sampling.on, picture.pixels, picture.alpha)
            return picture.with_pixels(self._copied(picture.pixels, how))
        part = picture.reduced
        rest = self.blocks[0] // part, self.blocks[1] // part
        blocks = rest[0] * part, rest[1] * part

        def change(pixels: PixelArray) -> PixelArray:
            return self._moved(pixels, self.sampling.on(pixels, picture.alpha), blocks)

        clears = picture.alpha and self.sampling.clears
        return premultiplied(in_blocks(picture, rest), change, clears=clears)

    def _copied(self, pixels: PixelArray, how: Callable[[], Sampler]) -> PixelArray:
        if self._on_grid:
            return move_on_grid(pixels, self._on_grid, self.size, how)
        return self._moved(pixels, how())

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Move objects; what the frame does not show is cut off."""
        return moving.moved(objects, self)

    def then(self, later: Resample) -> Resample:
        """Return this run with the moves of a later one, outside filled as by this."""
        return Resample((*self.moves, *later.moves), self.sampling)

    def on_mask(self, mask: Mask) -> Mask:
        """Move a mask, between values by its own rule, and outside as the picture or to unknown."""
        return moving.mask_moved(mask, self)

    def is_blank(self, pixels: PixelArray) -> bool:
        """Return whether nothing of its input is seen outside that."""
        is_told = self.sampling.border in (None, "constant")
        return is_told or (
            not self._has_field and is_within(Backward(self.inverse, self.size), pixels)
        )

    def numbers(self, mask: Mask) -> PixelArray:
        """Return what a mask's numbers become."""
        fill = tuple(value / full_range(mask.values.dtype) for value in mask.ignore or (0,))
        how = Sampling(self.sampling.border, fill, mask.interpolation)
        picture = Picture(mask.values, alpha=mask.values.shape[2] in (2, 4))
        if mask.interpolation == "nearest":
            return self._copied(mask.values, partial(how.on, mask.values, picture.alpha))
        return replace(self, sampling=how)._pixels(picture).pixels

    def copied(self, plane: PixelArray) -> PixelArray:
        """Move a plane by copying the nearest values, 0 where nothing comes from the input."""
        return self._copied(plane, partial(_COPIED.on, plane))
