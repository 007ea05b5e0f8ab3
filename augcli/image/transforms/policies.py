"""Policies: steps that were searched for, or are drawn at a common strength."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from msgspec import Struct
from pydantic import Field, model_validator

from augcli.draws import LISTED, Lots
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels.resample import Border, Interpolation
from augcli.image.published import Chance, pairs
from augcli.image.transform import Colour, ImageTransform
from augcli.image.transforms.colour import Saturation
from augcli.image.transforms.enhancing import Identity, Pan, Sharpness, Slant
from augcli.image.transforms.geometry import Rotate
from augcli.image.transforms.intensity import IntensityScale
from augcli.image.transforms.tone import (
    Autocontrast,
    Contrast,
    Equalize,
    Invert,
    Posterize,
    Solarize,
)
from augcli.ranges import Choice
from augcli.steps import control
from augcli.transform import Chooser, Transform, changed, register

Shares = Sequence[float]
"""How strong an operation may be, each equally likely: 0 is the weakest bin, 1 the strongest."""
Sampling = Mapping[str, Any]
"""The fields of geometry."""

_AUTO_BINS = 10


class Space(Struct, frozen=True):
    """How far the operations of a policy go."""

    slope: float = 0.3
    degrees: float = 30
    factor: float = 0.9
    """How far from 1, up and down."""
    bits: tuple[int, int] = (8, 4)
    shift: float = 150 / 331
    """Of each side."""
    shift_px: int = 0

    def step(self, name: str, shares: Shares, sampling: Sampling, p: float = 1) -> ImageTransform:
        """Return an operation, whose magnitude is one of these shares of the way."""
        return OPERATIONS[name](self, shares, sampling).model_copy(update={"p": p})

    def steps(
        self, names: Sequence[str], shares: Shares, sampling: Sampling
    ) -> tuple[ImageTransform, ...]:
        """Return some operations."""
        return tuple(self.step(name, shares, sampling) for name in names)

    def shifts(self, axis: str, shares: Shares) -> dict[str, Any]:
        """Return the parameters of a shift along an axis."""
        pixels = tuple(int(each) for each in _signed(self.shift_px, shares).values)
        others = {"x": 0, "y": 0}
        return others | {axis: _signed(self.shift, shares), f"{axis}_px": Choice(pixels)}

    def bits_kept(self, shares: Shares) -> Choice:
        """Return the numbers of bits."""
        most, least = self.bits
        return Choice(tuple(round(most - (most - least) * share) for share in shares))


def _signed(top: float, shares: Shares) -> Choice:
    """Return shares of a value, each as often below 0 as above."""
    return Choice(tuple(0.0 + sign * top * share for share in shares for sign in (-1, 1)))


def _factors(space: Space, shares: Shares) -> Choice:
    return Choice(tuple(1 + each for each in _signed(space.factor, shares).values))


OPERATIONS: Mapping[str, Callable[[Space, Shares, Sampling], ImageTransform]] = {
    "identity": lambda *_: Identity(),
    "shear_x": lambda space, shares, how: Slant(x=_signed(space.slope, shares), y=0, **how),
    "shear_y": lambda space, shares, how: Slant(x=0, y=_signed(space.slope, shares), **how),
    "translate_x": lambda space, shares, how: Pan(**space.shifts("x", shares), **how),
    "translate_y": lambda space, shares, how: Pan(**space.shifts("y", shares), **how),
    "rotate": lambda space, shares, how: Rotate(degrees=_signed(space.degrees, shares), **how),
    "brightness": lambda space, shares, _: IntensityScale(factor=_factors(space, shares), offset=0),
    "color": lambda space, shares, _: Saturation(factor=_factors(space, shares)),
    "contrast": lambda space, shares, _: Contrast(factor=_factors(space, shares)),
    "sharpness": lambda space, shares, _: Sharpness(factor=_factors(space, shares)),
    "posterize": lambda space, shares, _: Posterize(bits=space.bits_kept(shares)),
    "solarize": lambda _, shares, __: Solarize(threshold=Choice(tuple(1 - s for s in shares))),
    "autocontrast": lambda *_: Autocontrast(),
    "equalize": lambda *_: Equalize(),
    "invert": lambda *_: Invert(),
}
"""Under the names that torchvision has for them, in small letters."""

MOVING = ("shear_x", "shear_y", "translate_x", "translate_y", "rotate")
STAYING = (
    *("brightness", "color", "contrast", "sharpness"),
    *("posterize", "solarize", "autocontrast", "equalize"),
)
DRAWN = ("identity", *MOVING, *STAYING)
"""What `randaugment` and `trivialaugment` draw from."""

AUTO = Space()
WIDE = Space(slope=0.99, degrees=135, factor=0.99, bits=(8, 2), shift=0, shift_px=32)


class OfPolicy(Transform):
    """What policies say of the steps that they choose."""

    kind: ClassVar[str] = "image"

    border: Border = Field("constant", description="what lies outside the picture")
    fill: Colour = Field(
        0.0, description="value of a constant border: a fraction of full range, or [r, g, b]"
    )
    interpolation: Interpolation = Field("nearest", description="what lies between pixels")
    strength: float = Field(
        1.0, ge=0, le=1, description="moves all magnitudes towards neutral, and scales every p"
    )

    def unfit(self, dataset: ImageDatasetSettings) -> str | None:
        """Return that masks have no number for a constant border."""
        return dataset.unfilled(self.border)

    @property
    def sampling(self) -> Sampling:
        """Return how the steps that move pixels fill what lies outside and between them."""
        return {name: getattr(self, name) for name in ("border", "fill", "interpolation")}

    def _weaker(self, strength: float) -> Self:
        """Return the policy with weaker steps."""
        return changed(self, strength=self.strength * strength)


class Policy(OfPolicy, Chooser):
    """A step that chooses among steps of its own, all of whose parts have their turn."""

    drawn_by: ClassVar[Lots] = LISTED

    def turn(self, index: int, lot: int) -> int:
        """Return its index."""
        return index

    @cached_property
    def parts(self) -> Sequence[Transform]:
        """Return what has its turn, one after the other, at the policy's strength."""
        return [step.at_strength(self.strength) for step in self.whole()]

    def whole(self) -> Iterator[Transform]:
        """Yield the same at full strength."""
        raise NotImplementedError


@register
class Autoaugment(Policy):
    """Apply one of 25 pairs of operations that were searched for on a dataset.

    Each operation has a probability and a magnitude of its own; shifts, turns and factors go
    either way. Cubuk et al., AutoAugment, CVPR 2019; the spaces are those of torchvision, and so
    are border, fill and interpolation unless a recipe says otherwise.
    """

    policy: Literal["imagenet", "cifar10", "svhn"] = Field(
        "imagenet", description="the dataset that it was searched for"
    )

    def whole(self) -> Iterator[Transform]:
        """Yield the choice among the pairs."""
        steps = tuple(control.Sequence(steps=tuple(map(self._step, p))) for p in pairs(self.policy))
        yield control.OneOf(steps=steps)

    def _step(self, chance: Chance) -> ImageTransform:
        share = chance.bin / (_AUTO_BINS - 1)
        return AUTO.step(chance.name, [share], self.sampling, chance.p)


@register
class Randaugment(Policy):
    """Apply `n` operations of 14, drawn with replacement, all at one magnitude.

    Cubuk et al., RandAugment, CVPR Workshops 2020; the spaces are those of torchvision, and so are
    border, fill and interpolation unless a recipe says otherwise.
    """

    n: int = Field(2, ge=1, le=100, description="how many operations are applied")
    m: int = Field(9, ge=0, description="the magnitude: which of the bins, from 0, the weakest")
    bins: int = Field(31, ge=2, le=1000, description="how many magnitudes there are")

    @model_validator(mode="after")
    def _m_is_a_bin(self) -> Self:
        if self.m >= self.bins:
            raise ValueError(f"`m` must be less than `bins`, {self.bins}")
        return self

    def whole(self) -> Iterator[Transform]:
        """Yield the choice among all operations, n times."""
        steps = AUTO.steps(DRAWN, [self.m / (self.bins - 1)], self.sampling)
        for _ in range(self.n):
            yield control.OneOf(steps=steps)


@register
class Trivialaugment(Policy):
    """Apply one operation of 14, at a magnitude drawn from a wide range.

    Müller and Hutter, TrivialAugment, ICCV 2021; the spaces are those of torchvision's
    TrivialAugmentWide, and so are border, fill and interpolation unless a recipe says otherwise.
    """

    bins: int = Field(31, ge=2, le=1000, description="how many magnitudes there are")

    def whole(self) -> Iterator[Transform]:
        """Yield the choice among all operations."""
        shares = [number / (self.bins - 1) for number in range(self.bins)]
        yield control.OneOf(steps=WIDE.steps(DRAWN, shares, self.sampling))
