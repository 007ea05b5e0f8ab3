"""Operations that put something of other pictures into one, each a barrier and its own stage.

A partner is first made to fit: scaled until it covers the picture's frame, its middle cut out, of
the same depth and bands. Labels follow as pixels do: what is hidden by a partner is cut off its
objects, what a partner brings in comes with its own, and masks take what is seen.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.sampling import Sampling
from augcli.image.operations import ops
from augcli.image.operations.alike import alike
from augcli.image.operations.geometry import Warp
from augcli.image.operations.ops import Op
from augcli.image.operations.sight import Shown, behind
from augcli.image.picture import (
    Barrier,
    Facts,
    InPlace,
    Mask,
    Peer,
    Picture,
    PixelArray,
    Placed,
    from_float,
    full_range,
)

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""
Plane = NDArray[np.float32]
"""H×W, how much of a partner is seen at each pixel, 0..1."""


class Mixture(Barrier):
    """What such an operation does beside mixing: nothing moves, and it stands alone."""

    def apply(self, picture: Picture) -> Picture:
        """Mix pixels and every target of a picture."""
        mixed = picture.with_pixels(self.pixels(picture))
        if picture.is_bare:
            return mixed
        masks = tuple(map(self.on_mask, picture.masks))
        return replace(mixed, masks=masks, objects=self.on_objects(picture.objects))

    @abstractmethod
    def pixels(self, picture: Picture) -> PixelArray:
        """Return the pixels of the mixture."""

    @abstractmethod
    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Return the objects of the mixture."""

    @abstractmethod
    def on_mask(self, mask: Mask) -> Mask:
        """Return a mask of the mixture."""


class Laid(Struct, frozen=True, eq=False):
    """A partner and where it comes to lie."""

    peer: Peer
    moves: Sequence[Op]
    part: int = 1
    """To which part of its sides it is decoded."""

    def under(self, picture: Picture) -> Picture:
        """Return its pixels there, of the depth and the bands of a picture."""
        stages = ops.fuse(self.moves)
        return ops.applied(stages, alike(self.peer.picture(stages, self.part), picture.facts))

    @property
    def objects(self) -> tuple[Placed, ...]:
        """Return its objects there."""
        return ops.objects_after(self.moves, self.peer.objects)


class Blend(Mixture, Struct, frozen=True, eq=False):
    """The weighted mean of a picture and a partner."""

    laid: Laid
    weight: float
    """Of the partner."""

    def pixels(self, picture: Picture) -> PixelArray:
        """Return the weighted mean; of colours only as far as they are seen."""
        return over(picture, self.laid.under(picture), self.weight)

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Return the objects of both, with their weights."""
        own = (weighted(each, 1 - self.weight) for each in objects)
        return (*own, *(weighted(each, self.weight) for each in self.laid.objects))

    def on_mask(self, mask: Mask) -> Mask:
        """Refuse: no number stands for a mean of two classes."""
        raise StepError("mixup has no meaning for masks: their numbers have no mean; use cutmix")


class Cut(Mixture, Struct, frozen=True, eq=False, dict=True):
    """A part of a partner laid over a picture."""

    laid: Laid
    part: Callable[[], Plane]
    """Gives where the partner is seen."""
    brings: Callable[[], tuple[Placed, ...]]
    """Gives the objects that come with it, where they come to lie."""

    @cached_property
    def _share(self) -> Plane:
        return self.part()

    @cached_property
    def _shown(self) -> Shown:
        shown: Shown = self._share >= np.float32(0.5)
        return shown

    def pixels(self, picture: Picture) -> PixelArray:
        """Return the partner where it is seen."""
        return over(picture, self.laid.under(picture), self._share)

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Return what is left of the picture's objects, then what is seen of the partner's."""
        own = (behind(each, ~self._shown) for each in objects)
        return (*own, *(behind(each, self._shown) for each in self.brings()))

    def on_mask(self, mask: Mask) -> Mask:
        """Return the partner's numbers where it is seen."""
        other = ops.mask_after(self.laid.moves, _mask_of(self.laid.peer, mask)).values
        return replace(mask, values=np.where(self._shown[:, :, None], other, mask.values))


class Tile(Struct, frozen=True, eq=False):
    """A window of a mosaic, and what lies in it."""

    window: Window
    laid: Laid | None
    """None for the picture itself."""
    moves: Sequence[Op]
    """Make it as large as the window."""


class Mosaic(Mixture, Struct, frozen=True, eq=False):
    """A picture and partners side by side, each in a window of the frame."""

    tiles: Sequence[Tile]

    def pixels(self, picture: Picture) -> PixelArray:
        """Return all windows put together."""
        canvas = np.empty_like(picture.pixels)
        for tile in self.tiles:
            left, top, right, bottom = tile.window
            bare = Picture(picture.pixels, picture.alpha)
            shown = tile.laid.under(picture) if tile.laid else ops.apply(tile.moves, bare)
            canvas[top:bottom, left:right] = shown.pixels
        return canvas

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Return the objects of all, the picture's own first, each cut by its window."""
        facts = self._size
        ordered = sorted(self.tiles, key=lambda tile: tile.laid is not None)
        laid = (
            ops.objects_after(
                [*t.moves, _into(t.window, facts)], t.laid.peer.objects if t.laid else objects
            )
            for t in ordered
        )
        return tuple(chain.from_iterable(laid))

    def on_mask(self, mask: Mask) -> Mask:
        """Return the numbers of all."""
        values = np.empty_like(mask.values)
        for tile in self.tiles:
            left, top, right, bottom = tile.window
            source = _mask_of(tile.laid.peer, mask) if tile.laid else mask
            values[top:bottom, left:right] = ops.mask_after(tile.moves, source).values
        return replace(mask, values=values)

    @property
    def _size(self) -> tuple[int, int]:
        return max(t.window[2] for t in self.tiles), max(t.window[3] for t in self.tiles)


class Styled(InPlace, Mixture, Struct, frozen=True, eq=False):
    """A picture with something of how a partner looks; all its targets stay as they are."""

    laid: Laid
    change: Callable[[PixelArray, PixelArray], PixelArray]
    """What becomes of the colours of a picture beside those of the partner."""

    def pixels(self, picture: Picture) -> PixelArray:
        """Return the picture's colours changed, its alpha as it was."""
        other, count = self.laid.under(picture), picture.facts.tones
        made = self.change(picture.pixels[:, :, :count], other.pixels[:, :, :count])
        return np.dstack([made, picture.pixels[:, :, -1]]) if picture.alpha else made


class Overlaid(InPlace, Mixture, Struct, frozen=True, eq=False):
    """A partner over a part of a picture, as far as its alpha lets it be seen; all targets stay."""

    laid: Laid
    place: tuple[int, int]
    """Where its top left corner lies, in pixels."""
    opacity: float

    def pixels(self, picture: Picture) -> PixelArray:
        """Return the partner where it is seen; its alpha is kept as it is moved."""
        stages = ops.fuse(self.laid.moves)
        shown = ops.applied(stages, self.laid.peer.picture(stages, self.laid.part))
        tones = Picture(np.ascontiguousarray(shown.pixels[:, :, : shown.facts.tones]))
        left, top = self.place
        at = np.s_[top : top + shown.facts.height, left : left + shown.facts.width]
        result = picture.pixels.copy()
        under = Picture(np.ascontiguousarray(result[at]), picture.alpha)
        result[at] = over(under, alike(tones, picture.facts), self._share(shown))
        return result

    def _share(self, shown: Picture) -> float | Plane:
        """Return how much of a partner is seen, one number where it has no alpha."""
        if not shown.alpha:
            return float(self.opacity)
        top = full_range(shown.pixels.dtype)
        share: Plane = shown.pixels[:, :, -1].astype(np.float32) * np.float32(self.opacity / top)
        return share


def covering(facts: Facts, width: int, height: int) -> list[Op]:
    """Return what makes a picture cover a frame: scaled, its middle cut out; nothing if it does."""
    if (facts.width, facts.height) == (width, height):
        return []
    scale = max(width / facts.width, height / facts.height)
    left, top = (facts.width * scale - width) / 2, (facts.height * scale - height) / 2
    matrix = np.array([[scale, 0, -left], [0, scale, -top], [0, 0, 1.0]])
    return [Warp(matrix, width, height, Sampling(border=None), window=True)]


def _into(window: Window, size: tuple[int, int]) -> Warp:
    """Return what puts a window where it lies in a frame."""
    matrix = np.array([[1, 0, window[0]], [0, 1, window[1]], [0, 0, 1.0]])
    return Warp(matrix, *size, Sampling("constant"), window=True)


def _mask_of(peer: Peer, mask: Mask) -> Mask:
    """Return the mask of a partner that goes with one; StepError where it is of another kind."""
    other = peer.mask(mask.number)
    (*_, ours), (*_, theirs) = mask.values.shape, other.values.shape
    if (ours, mask.values.dtype) != (theirs, other.values.dtype):
        raise StepError("the mask of its partner has other numbers, so they cannot be mixed")
    return other


def weighted(each: Placed, weight: float) -> Placed:
    """Return an object that is seen with so much less weight, which it tells."""
    known = float(each.target.extra.get("weight", 1.0))
    extra = {**each.target.extra, "weight": round(known * weight, 9)}
    return replace(each, target=replace(each.target, extra=extra))


def over(picture: Picture, other: Picture, share: float | Plane) -> PixelArray:
    """Return a picture with so much of another; colours weigh as much as they are seen."""
    if isinstance(share, float) and not picture.alpha:
        mixed: PixelArray = cv2.addWeighted(picture.pixels, 1 - share, other.pixels, share, 0)
        return mixed.reshape(picture.pixels.shape)
    size = picture.pixels.shape[:2]
    plane = np.full(size, share, np.float32) if isinstance(share, float) else share
    left, top, width, height = cv2.boundingRect((plane > 0).view(np.uint8))
    part = np.s_[top : top + height, left : left + width]
    result = picture.pixels.copy()
    _lay(result[part], other.pixels[part], plane[part], alpha=picture.alpha)
    return result


def _lay(ours: PixelArray, theirs: PixelArray, plane: Plane, *, alpha: bool) -> None:
    """Put so much of other pixels over some."""
    some = (plane > 0) & (plane < 1)
    if some.any():
        ours[some] = _mean(ours[some], theirs[some], plane[some][:, None], alpha=alpha)
    np.copyto(ours, theirs, where=(plane >= 1)[:, :, None])


def _mean(one: PixelArray, two: PixelArray, share: PixelArray, *, alpha: bool) -> PixelArray:
    """Return the weighted means of rows of pixels."""
    weights = [1 - share.astype(np.float64), share.astype(np.float64)]
    if alpha:
        seen = [w * each[:, -1:] for w, each in zip(weights, (one, two), strict=True)]
        total = seen[0] + seen[1]
        shares = [
            np.divide(s, total, out=w.copy(), where=total > 0)
            for s, w in zip(seen, weights, strict=True)
        ]
        tones = shares[0] * one[:, :-1] + shares[1] * two[:, :-1]
        return from_float(np.hstack([tones, total]), one.dtype)
    return from_float(weights[0] * one + weights[1] * two, one.dtype)
