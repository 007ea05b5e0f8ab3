"""Promises of steps for pictures: shape and type are kept, and targets move where pixels do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import numpy as np
from msgspec.structs import replace

from augcli.contract.trials import Breach, Trial, stream
from augcli.draws import Draws
from augcli.errors import RefusedError, SampleError
from augcli.image.operations.ops import Floats, apply, facts_after, points_after
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Picture, PixelArray, full_range
from augcli.image.targets import Target
from augcli.image.transform import ANY_DEPTH, ImageTransform
from augcli.steps.learned import models_of
from augcli.transform import Params

_WIDTH, _HEIGHT = 61, 47
_LAYOUTS = {"gray": (1, False), "colour": (3, False), "with alpha": (4, True), "bands": (6, False)}
_MOST = 1 << 24
"""Pixels of a picture that is made to be tried; of a larger one it is told what it would be."""
_SPOT = 13, 11
"""Where a spot is put, across and down."""
_FAR = 0.2
"""Of the shorter side: what is further away from where it should be is elsewhere."""


class PictureTrial(Trial):
    """Tries steps on pictures of soft waves, with an object and a spot."""

    def params(self, step: ImageTransform, draws: Draws) -> Params:
        """Return what a step draws for a picture."""
        picture = waves(*_LAYOUTS["colour"], "uint8")
        return step.make_params(draws, _drawn_from(step, picture))

    def made(self, step: ImageTransform, params: Params) -> bytes:
        """Return the pixels of a picture after a step; what it would be where they are many."""
        picture = waves(*_LAYOUTS["colour"], "uint8")
        ops = step.lower(params, _facts(step, picture))
        after = facts_after(ops, picture.facts)
        if after.width * after.height > _MOST:
            return repr(after).encode()
        return apply(ops, picture).pixels.tobytes()

    def more(self, step: ImageTransform) -> Iterator[Breach]:
        """Yield what a step does to pictures that it may not."""
        found: dict[str, list[str]] = defaultdict(list)
        for (name, (channels, alpha)), depth in product(_LAYOUTS.items(), ANY_DEPTH):
            for text in _of_form(step, waves(channels, alpha, depth)):
                found[text].append(f"{name} of {depth}")
        for text, where in found.items():
            yield Breach("keeps what a picture is", f"{text} ({', '.join(where)})")
        yield from _of_targets(step, self)


def waves(channels: int, alpha: bool, depth: str) -> Picture:
    """Return a picture of soft waves with an object in it."""
    x, y = np.meshgrid(np.arange(_WIDTH), np.arange(_HEIGHT))
    bands = [np.sin(x / (5 + n)) * np.cos(y / (7 - n / 2)) for n in range(channels)]
    values = np.stack(bands, axis=-1) / 2 + 0.5
    top = full_range(np.dtype(depth))
    pixels = (values if depth == "float32" else np.rint(values * top)).astype(depth)
    return with_targets(
        Picture(pixels, alpha), (Target(label="thing", box=(9.0, 8.0, 40.0, 38.0)),)
    )


def _drawn_from(step: ImageTransform, picture: Picture) -> Facts:
    """Return the facts that a step draws from: with the objects if it asks for them."""
    return replace(_facts(step, picture), objects=picture.objects if step.asks_objects else ())


def _facts(step: ImageTransform, picture: Picture) -> Facts:
    """Return the facts of a picture, by which a step finds what it has learned."""
    return replace(picture.facts, known=models_of([step]).__getitem__)


def _of_form(step: ImageTransform, picture: Picture) -> Iterator[str]:
    """Yield how a picture comes out otherwise than it may."""
    if step.refusal(picture.facts):
        return
    before = picture.pixels.copy()
    try:
        params = step.make_params(stream(1), _drawn_from(step, picture))
        ops = step.lower(params, _facts(step, picture))
        made = apply(ops, picture)
    except RefusedError:
        return
    depth = "float32" if any(isinstance(op, Floats) for op in ops) else picture.facts.depth
    if made.facts != facts_after(ops, picture.facts) or made.facts.depth != depth:
        yield f"came out as {made.facts}, and not as its operations say"
    if not np.isfinite(made.pixels).all():
        yield "came out with values that are no numbers"
    if not np.array_equal(before, picture.pixels):
        yield "the picture that it was given has changed"


def _of_targets(step: ImageTransform, trial: PictureTrial) -> Iterator[Breach]:
    """Yield that what is seen moves elsewhere than boxes, masks and points do."""
    seen = [_astray(step, trial.params(step, stream(seed))) for seed in range(8)]
    far = [each for each in seen if each is not None]
    if far and min(far) > _FAR * min(_WIDTH, _HEIGHT):
        text = f"a spot is {min(far):.0f} px or more from where its box is: move by a Warp or Field"
        yield Breach("targets move where pixels move", text)


def _astray(step: ImageTransform, params: Params) -> float | None:
    """Return how far a spot comes out from where operations take it, None if it cannot be seen."""
    plain = Picture(np.full((_HEIGHT, _WIDTH, 3), 120, np.uint8))
    x, y = _SPOT
    spotted = plain.pixels.copy()
    spotted[y - 2 : y + 3, x - 2 : x + 3] = (250, 40, 200)
    try:
        ops = step.lower(params, _facts(step, plain))
        change = _difference(apply(ops, plain).pixels, apply(ops, Picture(spotted)).pixels)
        (place,) = points_after(ops, np.array([[x + 0.5, y + 0.5]], np.float64))
    except SampleError:
        return None
    height, width = change.shape
    if not change.max() or not (0 <= place[0] < width and 0 <= place[1] < height):
        return None
    rows, columns = np.nonzero(change > change.max() / 2)
    return float(np.hypot(columns + 0.5 - place[0], rows + 0.5 - place[1]).min())


def _difference(one: PixelArray, other: PixelArray) -> PixelArray:
    apart: PixelArray = np.abs(one.astype(np.float64) - other.astype(np.float64)).max(axis=2)
    return apart


TRIAL = PictureTrial()
