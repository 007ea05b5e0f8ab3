"""Steps on some of the bands of a picture, as if it had no others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, ClassVar, Self

import numpy as np
from msgspec.structs import replace
from pydantic import Field, model_validator

from augcli.draws import Draws
from augcli.errors import RefusedError
from augcli.image.operations.ops import Op, Pixels, apply
from augcli.image.picture import Facts, Picture, PixelArray, Said
from augcli.image.transform import ImageTransform
from augcli.image.within import drawn_within, lowered_within
from augcli.plural import several
from augcli.transform import Compound, Params, Transform, register, walk

_MISFITS = {
    "only": "is for some classes: name them beside `on_bands`",
    "except_": "is not for some classes: name them beside `on_bands`",
    "mixes": "takes something of other pictures",
    "found_out": "needs what is found out before anything is drawn",
    "sizes": "gives pictures another size",
    "makes_floats": "makes floats, which other bands would not be",
    "asks_objects": "asks where objects lie",
    "asks_class": "asks the class",
}
"""What a step may not be that is to be on some bands → why."""


@register
class OnBands(Compound, ImageTransform):
    """Apply steps to some bands alone, as if there were no others; labels stay.

    So steps for colour pictures are for three bands of many, or noise for one sensor; bands moved
    by themselves are out of register. Alpha is no band.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})
    lists: ClassVar[frozenset[str]] = frozenset({"steps"})

    bands: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        min_length=1,
        description="which ones, counted from 0; three of them are red, green and blue to the "
        "steps, as bands 0, 1 and 2 of a colour picture are",
        examples=[[0]],
    )

    @model_validator(mode="after")
    def _can_be_on_bands(self) -> Self:
        if len(set(self.bands)) < len(self.bands):
            raise ValueError("`bands` names a band twice")
        for step in walk(self.steps):
            if reason := _misfit(step):
                raise ValueError(f"{step.name} cannot be on some bands: it {reason}")
        return self

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw what the steps need for a picture of these bands."""
        steps = drawn_within(self.steps, draws, _of(facts, self.bands))
        return {"bands": list(self.bands), "steps": steps}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the operations on these bands."""
        lowered = lowered_within(cls.name, params["steps"], _of(facts, params["bands"]))
        places = _places(params["bands"], facts.tones)
        return [Pixels(partial(_on_some, places=places, ops=lowered))] if lowered else []


def _misfit(step: Transform) -> str | None:
    return next((why for name, why in _MISFITS.items() if getattr(step, name, None)), None)


def _of(facts: Facts, bands: Sequence[int]) -> Facts:
    """Return the facts of a picture that has these bands alone; RefusedError where one has not."""
    if max(bands) >= facts.tones:
        count = several(facts.tones, "band")
        raise RefusedError(f"on_bands: of {count}, counted from 0, none is band {max(bands)}")
    return replace(facts, channels=len(bands), alpha=False)


def _places(bands: Sequence[int], count: int) -> list[int]:
    """Return where bands lie, in the order in which steps see them: three are blue, green, red."""
    places = [count - 1 - band if count == 3 else band for band in bands]
    return places[::-1] if len(places) == 3 else places


def _on_some(pixels: PixelArray, places: list[int], ops: Sequence[Op]) -> PixelArray:
    result = pixels.copy()
    some = np.ascontiguousarray(pixels[:, :, places])
    result[:, :, places] = apply(ops, Picture(some)).pixels
    return result
