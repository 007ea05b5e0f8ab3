"""Pictures of an output, for programs."""

from __future__ import annotations

import numpy as np

from augcli.errors import SampleError
from augcli.image import opencv as cv2
from augcli.image.codec import decode
from augcli.image.picture import PixelArray
from augcli.loaded import Content, Contents
from augcli.records.provenance import Record

_REVERSED = {3: [2, 1, 0], 4: [2, 1, 0, 3]}
"""Channels of colours, which OpenCV has the other way round."""


def contents(record: Record, data: bytes) -> Contents:
    """Return the picture of an output, as the only sample."""

    def read(_row: int) -> Content:
        try:
            return Content(_pixels(data), record.label, record.split)
        except SampleError as error:
            return Content(None, record.label, record.split, str(error))

    return Contents(1, read)


def _pixels(data: bytes) -> PixelArray:
    pixels = decode(data, cv2.MAX_DECODED_PIXELS).picture.pixels
    order = _REVERSED.get(pixels.shape[2])
    return np.ascontiguousarray(pixels if order is None else pixels[:, :, order])
