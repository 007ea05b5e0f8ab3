"""Pictures in a few gray pixels, for what compares them."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.resample import by_channel_groups
from augcli.image.picture import LUMA, Picture, PixelArray, full_range


def small_gray(picture: Picture, side: int) -> NDArray[np.float32]:
    """Return side × side values, 1 for full range; of other than three bands their mean."""
    small = small_tones(picture, side)
    return small @ np.array(LUMA, np.float32) if small.shape[2] == 3 else small.mean(axis=2)


def small_tones(picture: Picture, side: int) -> NDArray[np.float32]:
    """Return side × side values of each band that is not alpha, 1 for full range."""
    pixels = picture.pixels[:, :, : picture.facts.tones]
    small = by_channel_groups(pixels, partial(_shrunk, side)).astype(np.float32)
    return np.asarray(small / np.float32(full_range(pixels.dtype)), np.float32)


def _shrunk(side: int, pixels: PixelArray, _channels: slice) -> PixelArray:
    shrunk: PixelArray = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    return shrunk
