"""Tiles of a picture that change places, with all that lies in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.image.kernels.clip import clipped
from augcli.image.kernels.regions import plane_of, region_of, shown_of
from augcli.image.operations.placed import extent
from augcli.image.picture import Barrier, Mask, Picture, PixelArray, Placed, Points

Places = NDArray[np.intp]


class Tiles(Barrier, Struct, frozen=True, eq=False, dict=True):
    """Puts equal tiles into other places; what is left at the far edges stays. Its own stage.

    An object becomes the parts of it that its tiles carry.
    """

    sources: Places
    """Rows × columns: the number of the tile, row by row, that comes to each place."""
    width: int
    height: int

    def apply(self, picture: Picture) -> Picture:
        """Move the pixels and every target of a picture."""
        moved = picture.with_pixels(self._copied(picture.pixels))
        if picture.is_bare:
            return moved
        masks = tuple(map(self.on_mask, picture.masks))
        return replace(moved, masks=masks, objects=self.on_objects(picture.objects))

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Move the parts of objects."""
        return tuple(map(self._moved, objects))

    def on_mask(self, mask: Mask) -> Mask:
        """Move a mask's tiles."""
        return replace(mask, values=self._copied(mask.values))

    @cached_property
    def _size(self) -> NDArray[np.intp]:
        """Return width and height of a tile."""
        rows, columns = self.sources.shape
        return np.array([self.width // columns, self.height // rows])

    @cached_property
    def _corners(self) -> tuple[Places, Places]:
        """Return the left top corner of each tile, and where it comes to lie."""
        numbers = np.arange(self.sources.size)
        columns = self.sources.shape[1]
        places = np.stack([numbers % columns, numbers // columns], axis=1) * self._size
        return places[self.sources.ravel()], places

    def _copied(self, values: PixelArray) -> PixelArray:
        result, (width, height) = values.copy(), self._size
        for (left, top), (x, y) in zip(*map(np.ndarray.tolist, self._corners), strict=True):
            result[y : y + height, x : x + width] = values[top : top + height, left : left + width]
        return result

    def _moved(self, each: Placed) -> Placed:
        rings = tuple(part for ring in each.rings for part in self._parts(ring))
        region = each.region and region_of(self._copied(plane_of(each.region)))
        points = self._points(each.keypoints)
        corners = _around(shown_of(rings)) if len(each.corners) else each.corners
        here = replace(each, rings=rings, region=region, keypoints=points, corners=corners)
        return replace(here, changed=True, share=each.share * _kept(rings, each))

    def _parts(self, ring: Points) -> Iterator[Points]:
        """Yield the parts of a ring, each where its tile takes it, and what no tile carries."""
        size: tuple[int, int] = tuple(self._size.tolist())
        for source, place in zip(*self._corners, strict=True):
            yield from (part + place for part in clipped(ring - source, size))
        right, bottom = self._size * self.sources.shape[::-1]
        for corner, rest in (
            ((right, 0), (self.width - right, self.height)),
            ((0, bottom), (right, self.height - bottom)),
        ):
            yield from (part + corner for part in clipped(ring - corner, rest))

    def _points(self, points: Points) -> Points:
        """Return points where the tiles that hold them take them; those in no tile stay."""
        rows, columns = self.sources.shape
        at = np.floor(points / self._size).astype(np.intp)
        held = np.all((at >= 0) & (at < (columns, rows)), axis=1)
        numbers = np.where(held, at[:, 1] * columns + at[:, 0], 0)
        order = np.argsort(self.sources.ravel())
        shifts = (self._corners[1] - self._corners[0])[order]
        moved: Points = points + np.where(held[:, None], shifts[numbers], 0)
        return moved


def _around(rings: tuple[Points, ...]) -> Points:
    """Return the corners of the upright box around rings."""
    points = np.concatenate(rings) if rings else np.zeros((1, 2))
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _kept(rings: tuple[Points, ...], each: Placed) -> Any:
    """Return how much of an object's area is left."""
    return extent(rings) / (extent(each.rings) or 1.0) if each.rings else 1.0
