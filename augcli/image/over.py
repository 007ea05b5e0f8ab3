"""Files over a picture that move with it, read: numbers as they are, and shades of the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.codec import (
    Header,
    MaskForm,
    decoded,
    encode,
    encode_mask,
    read_header,
    read_mask,
)
from augcli.image.config import ImageOutput
from augcli.image.drawing import lower
from augcli.image.formats import Encoding, encoding_for
from augcli.image.kernels.opencv import MAX_DECODED_PIXELS
from augcli.image.kernels.resample import Interpolation
from augcli.image.labelled.base import MaskFile
from augcli.image.listing.masked import means_labels
from augcli.image.operations import ops
from augcli.image.operations.geometry import Field, Warp
from augcli.image.operations.ops import Op, Stage
from augcli.image.operations.tiles import Tiles
from augcli.image.picture import Facts, Mask, Picture, PixelArray, full_range
from augcli.image.transform import ImageTransform
from augcli.records.typed import Step
from augcli.steps.recorded import step_named

_DEEP = ("uint16", "float32")
_STORED_AS_THEY_ARE = ("png", "tiff", "bmp")
_BILEVEL = "1"
_INDEXED = ("P", _BILEVEL)


class Done(NamedTuple):
    """What was done to a picture."""

    steps: Sequence[Step]
    stages: Sequence[Stage]
    """What these mean for it."""
    encoding: Encoding


class Numbers(Struct, frozen=True):
    """A mask, and how it is stored."""

    mask: Mask
    form: MaskForm

    def after(self, done: Done) -> PixelArray:
        """Return its numbers in a copy of its picture."""
        return ops.mask_through(done.stages, self.mask).values

    def made(self, done: Done) -> bytes:
        """Return its file beside a copy of its picture."""
        return encode_mask(self.after(done), self.form)


class Shades(Struct, frozen=True):
    """A picture that shows the same as another one."""

    picture: Picture
    icc: bytes | None
    name: str
    interpolation: Interpolation | None
    """What lies between its pixels; None for what each step says."""
    tones: tuple[str, ...]
    """The steps that it gets beside those that move pixels."""
    ignore: tuple[int, ...] | None
    """What fills a constant border, where that is told."""

    def after(self, done: Done) -> PixelArray:
        """Return its pixels in a copy of the other one."""
        return ops.apply(self._lowered(done.steps), self.picture).pixels

    def made(self, done: Done) -> bytes:
        """Return its file beside a copy of the other one."""
        encoding = form_of(self.name, done.encoding)
        return encode(replace(self.picture, pixels=self.after(done)), encoding, self.icc)

    def _lowered(self, steps: Iterable[Step]) -> list[Op]:
        """Return what steps mean for it."""
        lowered: list[Op] = []
        facts = self.picture.facts
        for step in steps:
            is_toned = step["name"] in self.tones
            self._refuse(step["name"], facts, is_toned=is_toned)
            new = lower([step], facts)
            lowered += (self._sampled(op) for op in new if is_toned or isinstance(op, _MOVES))
            facts = ops.facts_after(lowered, self.picture.facts)
        return lowered

    def _refuse(self, step: str, facts: Facts, *, is_toned: bool) -> None:
        kind = step_named(ImageTransform, step)
        reason = kind.refusal(facts) if is_toned else None
        if kind.mixes:
            reason = f"pictures of the same are not mixed with others, as {step} does"
        if reason:
            raise SampleError(f"{self.name}: {reason}")

    def _sampled(self, op: Op) -> Op:
        """Return a move by its own rule."""
        if not isinstance(op, Warp | Field):
            return op
        told = op.sampling
        between = told.interpolation and (self.interpolation or told.interpolation)
        fill = told.fill if self.ignore is None else tuple(map(self._part, self.ignore))
        return replace(op, sampling=told._replace(interpolation=between, fill=fill))

    def _part(self, number: int) -> float:
        return number / full_range(self.picture.pixels.dtype)


_MOVES = (Warp, Field, Tiles)


def form_of(name: str, encoding: Encoding) -> Encoding:
    """Return how a picture of the same is stored beside one that is stored so."""
    output = ImageOutput(quality=encoding.quality, convert=encoding.convert)
    return encoding_for(name, output)[0]


def name_of(name: str) -> str:
    """Return what a picture of the same is called, where copies need another container."""
    path = PurePosixPath(name)
    return str(path.with_suffix(encoding_for(name, ImageOutput())[1]))


def read(file: MaskFile, facts: Facts, number: int = 0) -> Numbers | Shades:
    """Return what lies over a picture with these facts; SampleError with its name if it cannot.

    `number` is its place among all that do.
    """
    data, name = bytes(file.source.data), file.source.name
    try:
        if file.pair is None or _are_numbers(file, read_header(data, MAX_DECODED_PIXELS)):
            values, form = read_mask(data, facts, MAX_DECODED_PIXELS)
            largest = 1 if form.mode == _BILEVEL else full_range(values.dtype)
            ignore = _unknown(file.ignore, values, largest)
            return Numbers(Mask(values, ignore, number=number), form)
        return _shades(file, data, facts)
    except SampleError as error:
        raise SampleError(f"{name}: {error}") from error


def _are_numbers(file: MaskFile, header: Header) -> bool:
    """Return whether a picture of the same is to keep its very numbers, and can."""
    assert file.pair, "not a mask"
    told = file.pair.interpolation
    if file.pair.tones or header.format not in _STORED_AS_THEY_ARE:
        return False
    gray = header.channels == 1
    named = any(map(means_labels, PurePosixPath(file.source.name).parts[:-1]))
    likely = header.mode in _INDEXED or (gray and (header.depth in _DEEP or named))
    return told == "nearest" or (told is None and likely)


def _shades(file: MaskFile, data: bytes, facts: Facts) -> Shades:
    assert file.pair, "not a mask"
    found = decoded(data, read_header(data, MAX_DECODED_PIXELS))
    own = found.picture.facts
    if (own.width, own.height) != (facts.width, facts.height):
        raise SampleError(
            f"it is {own.width} × {own.height} px and its picture {facts.width} × {facts.height}; "
            "pictures of the same must be of one size"
        )
    values = found.picture.pixels
    ignore = _unknown(file.ignore, values, full_range(values.dtype))
    pair = file.pair
    name = file.source.name
    return Shades(found.picture, found.icc, name, pair.interpolation, pair.tones, ignore)


def _unknown(
    numbers: tuple[int, ...] | None, values: PixelArray, largest: float
) -> tuple[int, ...] | None:
    """Return what stands for "unknown" in the order of a mask's channels: blue, green, red, alpha.

    A colour is opaque; 0 alone leaves what has alpha clear.
    """
    if numbers is None:
        return None
    if len(numbers) > 1 and values.shape[2] < 3:
        raise SampleError("targets.ignore is a colour, and the mask has none: give one number")
    if max(numbers) > largest:
        raise SampleError(f"targets.ignore is {max(numbers)}, more than the mask's bits can hold")
    if values.shape[2] == 4 and any(numbers):
        colour = numbers * 3 if len(numbers) == 1 else numbers
        return (*colour[::-1], int(largest))
    return numbers[::-1]
