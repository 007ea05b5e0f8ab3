"""A decoded picture with its targets, and the facts that params may be made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.image.targets import Region, Target
from augcli.image.trail import Trail
from augcli.once import kept

if TYPE_CHECKING:
    from augcli.records.typed import Step
    from augcli.requests.programs import Answers
    from augcli.steps.learned import Model

PixelArray: TypeAlias = NDArray[Any]
"""H×W×C, C ≥ 1, BGR order as OpenCV has it; uint8, uint16, or float32 with 0..1 as full range."""

LUMA = (0.114, 0.587, 0.299)
"""Weights of blue, green and red in gray (ITU-R BT.601)."""

Points: TypeAlias = NDArray[Any]
"""N×2, x and y in pixels; (0, 0) is the outer corner of the first pixel, its centre (.5, .5)."""


Said: TypeAlias = Literal["sides", "heights", "colours"]
"""What a text may say of a picture and a step make untrue: left and right, up and down, colours."""


class Facts(Struct, frozen=True):
    """What `make_params` and `lower` may know of a picture after the steps before theirs."""

    width: int
    height: int
    channels: int
    depth: str
    """uint8, uint16 or float32."""
    alpha: bool
    """Whether the last channel is alpha."""
    objects: tuple[Placed, ...] = ()
    """Where objects lie, told only to steps that ask that."""
    says: frozenset[Said] = frozenset()
    """What texts say of the picture."""
    peers: Peers | None = None
    """The pictures that it may be mixed with."""
    label: str | None = None
    """Its class, told only to steps that ask that."""
    sha256: str = ""
    """The hash of its file, where that is known."""
    known: Callable[[str], Model] | None = None
    """Gives what steps have learned by its hash, where params but name that."""
    answers: Answers | None = None
    """What programs of people's own make, where they may be asked."""
    before: Sequence[Step] = ()
    """What was done to it, told only to steps that ask its class."""

    @property
    def shorter(self) -> int:
        """Return the shorter side in pixels, what lengths are fractions of."""
        return min(self.width, self.height)

    @property
    def tones(self) -> int:
        """Return the number of channels that are not alpha."""
        return self.channels - self.alpha


class Mask(Struct, frozen=True, eq=False):
    """Values over a picture that move with it and are never toned: classes, instances, depths."""

    values: PixelArray
    """H×W×C, most often with one channel."""
    ignore: tuple[int, ...] | None = None
    """What stands for "unknown", one number a channel: it fills a constant border, else 0 does."""
    interpolation: Literal["nearest", "linear"] = "nearest"
    number: int = 0
    """Which one it is of those of its picture."""
    trail: Trail | None = None
    """The runs of moves behind it."""

    def with_values(self, values: PixelArray, trail: Trail | None = None) -> Mask:
        """Return the same mask with other values, and what led to them."""
        return Mask(values, self.ignore, self.interpolation, self.number, trail)


class Placed(Struct, frozen=True, eq=False):
    """An object in a picture, where it lies now; what a step cut off does not come back."""

    target: Target
    """As it was read."""
    rings: tuple[Points, ...]
    """Its outlines, or that of its corners or its box where it has none."""
    corners: Points
    keypoints: Points
    visibility: tuple[int, ...]
    region: Region | None
    mates: tuple[int, ...]
    """Which of its points each one becomes in a mirror; none where that is not told."""
    share: float = 1.0
    """How much of it is left."""
    changed: bool = False
    """Whether it is not as it was read."""
    trail: Trail | None = None
    """The runs of moves behind its region."""


class Picture(Struct, frozen=True, eq=False, dict=True):
    """Pixels and everything that must move with them. Never changed, only replaced."""

    pixels: PixelArray
    alpha: bool = False
    masks: tuple[Mask, ...] = ()
    objects: tuple[Placed, ...] = ()
    reduced: int = 1
    """How many pixels of its file, across and down, are one of these."""

    @kept
    def facts(self) -> Facts:
        """Return the facts of this picture."""
        return _facts_of(self.pixels.shape, self.pixels.dtype, self.alpha)

    @kept
    def is_bare(self) -> bool:
        """Return whether there are pixels alone, as there mostly are: nothing moves with them."""
        return not self.masks and not self.objects

    @kept
    def smaller(self) -> dict[tuple[int, int], Picture]:
        """Return the same in means of blocks, by their size; whoever makes them keeps them here."""
        return {}

    def with_pixels(self, pixels: PixelArray) -> Picture:
        """Return the same picture with other pixels; a lost channel axis is put back."""
        pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
        if self.masks or self.objects:
            return replace(self, pixels=pixels)
        return Picture(pixels, self.alpha)


class Peer(Protocol):
    """Another picture of the split, that steps take something from."""

    @property
    def facts(self) -> Facts:
        """Return its facts."""
        ...

    def part_for(self, stages: Sequence[Any]) -> int:
        """Return to which part of its sides it is decoded for these stages of its own."""
        ...

    def picture(self, stages: Sequence[Any], part: int) -> Picture:
        """Return its pixels, for these stages decoded to such a part of its sides."""
        ...

    @property
    def label(self) -> str | None:
        """Return its class."""
        ...

    @property
    def hashes(self) -> Mapping[str, str]:
        """Return the hashes of the files that its pixels and masks are in, by name."""
        ...

    @property
    def objects(self) -> tuple[Placed, ...]:
        """Return the objects that its labels tell of."""
        ...

    @property
    def seen(self) -> tuple[Placed, ...]:
        """Return the same, or where labels tell of none the areas of its masks."""
        ...

    def mask(self, number: int) -> Mask:
        """Return one of its masks."""
        ...


class Peers(Protocol):
    """The pictures that one may be mixed with."""

    def pick(self, draws: Draws, count: int, pool: str) -> list[str]:
        """Return the ids of some of a pool, none twice as long as there are others."""
        ...

    def __getitem__(self, ident: str) -> Peer:
        """Return one of them; PartnerError where it cannot be used."""
        ...


class InPlace:
    """What an operation that moves nothing does to targets: they stay as they are."""

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Return the very objects."""
        return objects

    def on_mask(self, mask: Mask) -> Mask:
        """Return the very mask."""
        return mask


class Barrier:
    """An operation that is a stage of its own: no other joins it, and most leave the facts."""

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return facts

    def stage(self) -> Self:
        """Return itself."""
        return self

    def joined(self, op: object) -> None:
        """Never joins."""
        return


def luma(blue: float, green: float, red: float) -> float:
    """Return the gray of a colour."""
    return LUMA[0] * blue + LUMA[1] * green + LUMA[2] * red


@lru_cache(maxsize=64)
def _facts_of(shape: tuple[int, ...], dtype: np.dtype[Any], alpha: bool) -> Facts:
    """Return the facts of pixels, the very same for pictures of one form."""
    height, width, channels = shape
    return Facts(width, height, channels, dtype.name, alpha)


@lru_cache(maxsize=8)
def full_range(dtype: np.dtype[Any]) -> float:
    """Return the value of full intensity: 255, 65535, or 1 for float."""
    return float(np.iinfo(dtype).max) if dtype.kind == "u" else 1.0


def known(pixels: PixelArray) -> PixelArray:
    """Return the pixels that are numbers, as a row, where some of them are none; else all."""
    if pixels.dtype.kind != "f":
        return pixels
    are_numbers = np.isfinite(pixels).all(axis=2)
    some = are_numbers.any() and not are_numbers.all()
    return pixels[are_numbers][None] if some else pixels


def on_tones(picture: Picture, change: Callable[[PixelArray], PixelArray]) -> Picture:
    """Apply a function of H×W×C colour channels; alpha is carried over untouched."""
    if not picture.alpha:
        return picture.with_pixels(change(picture.pixels))
    tones = change(np.ascontiguousarray(picture.pixels[:, :, :-1]))
    tones = tones if tones.ndim == 3 else tones[:, :, None]
    return picture.with_pixels(np.dstack([tones, picture.pixels[:, :, -1]]))


def visible(picture: Picture) -> NDArray[Any] | None:
    """Return H×W, not 0 where a pixel can be seen; None where that is all of them, or none."""
    if not picture.alpha:
        return None
    seen = (picture.pixels[:, :, -1] > 0).view(np.uint8)
    return None if seen.all() or not seen.any() else seen


def without_hidden(picture: Picture) -> Picture:
    """Return the picture with the mean of its visible colours where it is fully transparent."""
    seen = visible(picture)
    if seen is None:
        return picture
    pixels, shown = picture.pixels.copy(), seen > 0
    mean = pixels[shown, :-1].mean(axis=0, dtype=np.float64)
    pixels[~shown, :-1] = from_float(mean, pixels.dtype)
    return picture.with_pixels(pixels)


def premultiplied(
    picture: Picture, change: Callable[[PixelArray], PixelArray], clears: bool = False
) -> Picture:
    """Apply a function that mixes neighbouring pixels so that invisible colours do not bleed.

    Colours are multiplied by alpha before and divided after, in float32. An opaque picture needs
    that only where the function brings in clear pixels (`clears`).
    """
    pixels = picture.pixels
    if not picture.alpha:
        return picture.with_pixels(change(pixels))
    top = full_range(pixels.dtype)
    if not clears and pixels[:, :, -1].min() >= top:
        return picture.with_pixels(change(pixels))
    values = pixels.astype(np.float32) / np.float32(top)
    values[:, :, :-1] *= values[:, :, -1:]
    values = change(values)
    alpha = np.clip(values[:, :, -1:], 0, 1, out=values[:, :, -1:])
    np.divide(values[:, :, :-1], alpha, out=values[:, :, :-1], where=alpha > 1 / 1024)
    return picture.with_pixels(from_float(values * np.float32(top), pixels.dtype))


def from_float(values: NDArray[Any], dtype: np.dtype[Any]) -> PixelArray:
    """Round and clip float values in a depth's own units to that depth."""
    if dtype.kind == "f":
        return values.astype(dtype)
    clipped: PixelArray = np.clip(np.rint(values), 0, full_range(dtype))
    return clipped.astype(dtype)


def opaque(picture: Picture) -> Picture:
    """Return a picture with alpha, which is all seen where there was none."""
    if picture.alpha:
        return picture
    seen = np.full(picture.pixels.shape[:2], full_range(picture.pixels.dtype), picture.pixels.dtype)
    return Picture(np.dstack([picture.pixels, seen]), alpha=True, reduced=picture.reduced)
