"""Pictures that a program of people's own makes; what it made lies in the output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.errors import SampleError, StepError
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels import opencv as cv2
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import INTEGER_DEPTHS, ImageTransform
from augcli.image.transforms.generated import OF_CLASSES
from augcli.records.typed import Step
from augcli.requests.programs import Answers, Programs, Request
from augcli.steps.generating import Generating
from augcli.transform import Params, register

_MORE = 1 << 20
"""Bytes that a file may have beyond those of its pixels."""


@register
class Generate(Generating, ImageTransform):
    """Have a program of your own make the picture: a diffusion model, a renderer, another tool.

    It is started once in each worker, told a picture a line on stdin, and writes another of equal
    size, bands and depth. What it made lies in the output, so that no later run asks again.
    """

    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS
    colours: ClassVar[bool] = True
    asks_class: ClassVar[bool] = True

    keeps: Literal["nothing", "places"] = Field(
        "nothing",
        description="`places`: what it makes has everything where it was, so that boxes, masks, "
        "points and captions of a picture are true of it, too",
    )

    def unfit(self, dataset: ImageDatasetSettings) -> str | None:
        """Return that places and words may not fit what a program makes."""
        if dataset.format in OF_CLASSES or self.keeps == "places":
            return None
        return (
            f"generate makes pictures anew, of which what {dataset.format} tells may not be true; "
            "if the program leaves everything where it was, say `keeps: places`"
        )

    def make_params(self, draws: Any, facts: Facts) -> Params:
        """Return a seed, and the hash of all that the program is asked."""
        params = super().make_params(draws, facts)
        hashes = [_hashes(step, facts) for step in facts.before]
        return self.drawn(params, facts.label, facts.sha256, list(facts.before), hashes)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return what the program makes, in the place of what there is."""
        return [Pixels(partial(_made, facts.answers, cls.request(params)))]


def _hashes(step: Step, facts: Facts) -> list[Any]:
    """Return the hashes of the files that a step took something from."""
    partners = step["params"].get("partners", ())
    return [facts.peers[each].hashes for each in partners if facts.peers]


def _made(answers: Answers | None, request: Request, pixels: PixelArray) -> PixelArray:
    if answers is None:
        raise SampleError("programs are asked by `run` and `preview` alone")
    return _read(answers.recalled(request.key, partial(_asked, request, pixels)), pixels)


def _asked(request: Request, pixels: PixelArray, programs: Programs) -> bytes:
    """Return the file that a program wrote, once it is seen that it can be used."""
    with programs.room() as start:
        source, target = Path(f"{start}.png"), Path(f"{start}-made.png")
        source.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        answer = programs.ask(request, source=str(source), output=str(target))
        written = Path(str(answer.get("file", target)))
        if written.with_suffix("") != target.with_suffix(""):
            raise StepError(f"the program wrote {written}, not {target}, or that with another end")
        data = programs.written(written, pixels.nbytes * 2 + _MORE)
    _read(data, pixels)
    return data


def _read(data: bytes, pixels: PixelArray) -> PixelArray:
    """Return a picture that takes the place of another; StepError where it cannot."""
    from augcli.image.codec import decode

    height, width, _ = pixels.shape
    try:
        made = np.asarray(decode(data, height * width).picture.pixels)
    except SampleError as error:
        raise StepError(f"what the program made cannot be used: {error}") from None
    if made.shape != pixels.shape or made.dtype != pixels.dtype:
        now, then = (_form(each) for each in (made, pixels))
        raise StepError(f"what the program made is {now}, and must be {then} as what it was told")
    return made


def _form(pixels: PixelArray) -> str:
    height, width, bands = pixels.shape
    return f"{width} × {height} px, {bands} bands of {pixels.dtype}"
