"""What all image transforms share: lowering, refusals, and how geometry samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial, wraps
from operator import index
from types import FunctionType, MethodType
from typing import Annotated, Any, ClassVar, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from pydantic import Field

from augcli.foreign import derived_from, is_foreign, telling
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels.resample import Border, Interpolation
from augcli.image.kernels.sampling import Sampling, sampled
from augcli.image.operations.geometry import Warp
from augcli.image.operations.ops import Op, Pixels
from augcli.image.operations.tone import Formula, Table
from augcli.image.picture import Facts, PixelArray, Said
from augcli.transform import Compound, Params, Transform, changed, walk

ANY_DEPTH = ("uint8", "uint16", "float32")
INTEGER_DEPTHS = ("uint8", "uint16")
GRAY_AND_COLOUR = (1, 3)

Fraction = Annotated[float, Field(ge=0, le=1)]
Colour = Fraction | tuple[Fraction, Fraction, Fraction]


@derived_from
class ImageTransform(Transform):
    """A transform of pictures: `make_params(draws, facts)`, then the pure `lower(params, facts)`.

    Params alone determine the output: `lower` sees no field of the step.
    """

    kind: ClassVar[str] = "image"
    depths: ClassVar[tuple[str, ...]] = ANY_DEPTH
    makes_floats: ClassVar[bool] = False
    """Whether values become float32, which TIFF can hold."""
    colours: ClassVar[bool] = False
    """Whether it only has a meaning for gray and for red, green, blue."""
    sizes: ClassVar[bool] = False
    """Whether it gives pictures a size of its own."""
    asks_objects: ClassVar[bool] = False
    """Whether its params depend on where objects lie."""
    asks_class: ClassVar[bool] = False
    """Whether its params depend on the class."""
    belies: ClassVar[frozenset[Said]] = frozenset()
    """What texts say of a picture that it makes untrue; such pictures do not get it."""

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the operations that these params mean for a picture with these facts."""
        raise NotImplementedError

    def beside_objects(self) -> Params:
        """Return what fields are where labels tell of objects, as far as a recipe is silent."""
        return {}

    @classmethod
    def refusal(cls, facts: Facts) -> str | None:
        """Return why a picture with these facts cannot have this transform, or None."""
        if facts.depth not in cls.depths:
            only = " and ".join(cls.depths)
            return f"{cls.name} does not take {facts.depth} pictures, only {only}"
        if cls.colours and facts.tones not in GRAY_AND_COLOUR:
            return f"{cls.name} takes gray and colour pictures, not {facts.tones} bands"
        return None

    @classmethod
    def checked(cls, method: str, told: Sequence[Any], made: Any) -> Any:
        """Return what a method of someone else's step made; operations tell its faults, too."""
        if method != "lower":
            return super().checked(method, told, made)
        return [_telling(cls, each) for each in made]


def _telling(cls: type, op: Any) -> Any:
    """Return an operation whose functions tell what they raise as a fault of a step."""
    if is_foreign(type(op)) or not isinstance(op, Struct):
        raise TypeError(f"lower returned {type(op).__name__}, which is no operation of augment's")
    if isinstance(op, Formula):
        op = Table(op.levels, op.on_float)  # tabulated alone, so that its faults are its own
    if isinstance(op, Warp):
        op = _movable(op)
    held = ((name, getattr(op, name)) for name in op.__struct_fields__)
    calls: dict[str, Callable[..., Any]] = {
        name: each for name, each in held if isinstance(each, FunctionType | MethodType | partial)
    }
    if isinstance(op, Pixels) and "change" in calls:
        calls["change"] = _of_one_form(op.change)
    return (
        replace(op, **{name: telling(cls, each) for name, each in calls.items()}) if calls else op
    )


def _movable(warp: Warp) -> Warp:
    """Return a warp that can be worked out with others; raises what it is no map by."""
    matrix, size = np.asarray(warp.matrix, float), (index(warp.width), index(warp.height))
    is_map = matrix.shape == (3, 3) and matrix[2, 2] and np.isfinite(np.linalg.inv(matrix)).all()
    if not is_map or min(size) < 1:
        raise ValueError(f"lower returned a warp to {size} px by {matrix.tolist()}")
    return replace(warp, matrix=matrix, width=size[0], height=size[1])


def _of_one_form(change: Callable[[PixelArray], PixelArray]) -> Callable[[PixelArray], PixelArray]:
    """Return a function of pixels that raises ValueError where it changes their shape or type."""

    @wraps(change)
    def changed(pixels: PixelArray) -> PixelArray:
        made = change(pixels)
        if made.shape != pixels.shape or made.dtype != pixels.dtype:
            now, then = (f"{each.dtype} of {each.shape}" for each in (made, pixels))
            raise ValueError(f"pixels came out as {now}, not {then}")
        return made

    return changed


class Seeded(ImageTransform):
    """A step whose params carry a seed, for as many numbers as the picture needs."""

    seeded: ClassVar[bool] = True


class Geometry(ImageTransform):
    """A transform that resamples: says how what lies outside and between pixels is filled."""

    revision: ClassVar[int] = 2

    border: Border | None = Field(
        None,
        description="what lies outside the picture; when left out reflect, and constant in "
        "datasets of objects",
    )
    fill: Colour = Field(
        0.0, description="value of a constant border: a fraction of full range, or [r, g, b]"
    )
    interpolation: Interpolation = Field("linear", description="what lies between pixels")

    def unfit(self, dataset: ImageDatasetSettings) -> str | None:
        """Return that masks have no number for a constant border."""
        return dataset.unfilled(self.border)

    def beside_objects(self) -> Params:
        """Return that nothing lies outside: objects that a border repeats would have no label."""
        return {"border": "constant"} if self.border is None else {}

    @cached_property
    def _declared(self) -> Params:
        return super()._declared | {"border": self.border or "reflect"}

    @staticmethod
    def sampling(params: Params) -> Sampling:
        """Return the sampling that params ask for."""
        fill = bgr(params["fill"]) if params["border"] == "constant" else (0.0,)
        return sampled(params["border"], fill, params["interpolation"])

    @classmethod
    def warp(cls, matrix: Any, facts: Facts, params: Params) -> Warp:
        """Return a warp that keeps the picture's size."""
        return Warp(matrix, facts.width, facts.height, cls.sampling(params))


def bgr(fill: Any) -> tuple[float, ...]:
    """Return a recorded fill as `Sampling` has it: one number, or blue, green, red."""
    return (float(fill),) if isinstance(fill, int | float) else tuple(reversed(fill))


def asks_objects(steps: Sequence[Transform]) -> bool:
    """Return whether any step depends on where objects lie, those inside controls too."""
    return any(isinstance(step, ImageTransform) and step.asks_objects for step in walk(steps))


S = TypeVar("S", bound=Transform)


def beside_nothing(step: S) -> S:
    """Return a step as it is where labels tell of objects, unless it is told otherwise."""
    if isinstance(step, Compound):
        return changed(step, steps=tuple(map(beside_nothing, step.steps)))
    told = step.beside_objects() if isinstance(step, ImageTransform) else {}
    return changed(step, **told) if told else step
