"""A partner in the form of the picture that it goes into: its depth, its bands, its alpha."""

from __future__ import annotations

import numpy as np

from augcli.errors import StepError
from augcli.image.picture import LUMA, Facts, Picture, PixelArray, from_float, full_range, opaque


def alike(picture: Picture, facts: Facts) -> Picture:
    """Return a picture of the depth, bands and alpha of another; StepError where bands differ."""
    if (picture.facts.depth, picture.facts.channels, picture.alpha) == (
        facts.depth,
        facts.channels,
        facts.alpha,
    ):
        return picture
    own = picture.pixels[:, :, : picture.facts.tones]
    tones = _banded(own, facts.tones)
    seen = opaque(picture).pixels[:, :, -1:]
    pixels = np.dstack([tones, seen]) if facts.alpha else tones
    made = _of_depth(pixels, np.dtype(facts.depth))
    return Picture(made, facts.alpha, reduced=picture.reduced)


def _banded(tones: PixelArray, count: int) -> PixelArray:
    if tones.shape[2] == count:
        return tones
    if (tones.shape[2], count) == (1, 3):
        return np.repeat(tones, 3, axis=2)
    if (tones.shape[2], count) == (3, 1):
        return from_float(tones @ np.array(LUMA)[:, None], tones.dtype)
    raise StepError(f"its partner has {tones.shape[2]} bands and not {count}, as it has itself")


def _of_depth(pixels: PixelArray, dtype: np.dtype[np.generic]) -> PixelArray:
    if pixels.dtype == dtype:
        return np.ascontiguousarray(pixels)
    factor = full_range(dtype) / full_range(pixels.dtype)
    return from_float(pixels.astype(np.float64) * factor, dtype)
