"""Pictures of an output, for programs, and pictures of programs as files."""

from __future__ import annotations

from typing import Any

import numpy as np

from augcli.errors import SampleError
from augcli.image.codec import decode, encode
from augcli.image.formats import Encoding
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Picture, PixelArray
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


def filed(value: Any) -> tuple[str, bytes]:
    """Return name and bytes of a file with a picture: H×W or H×W×C, RGB, bands or RGB with alpha.

    Raises SampleError for what is no picture.
    """
    if isinstance(value, str):
        raise SampleError(f"a picture is a file, or its pixels; a file is told by Path({value!r})")
    pixels = np.asarray(value)
    if pixels.dtype.name not in _DEPTHS or pixels.ndim not in (2, 3) or not pixels.size:
        told = f"{pixels.dtype} of shape {pixels.shape}"
        raise SampleError(f"a picture is a file (Path), or H×W×C {', '.join(_DEPTHS)}; not {told}")
    pixels = _turned(pixels if pixels.ndim == 3 else pixels[:, :, None])
    is_usual = pixels.dtype != np.float32 and pixels.shape[2] in (1, 3, 4)
    form = "png" if is_usual else "tiff"
    picture = Picture(pixels, alpha=pixels.shape[2] == 4)
    return f"sample.{form}", encode(picture, Encoding(form, 100, convert=False), None)


_DEPTHS = ("uint8", "uint16", "float32")


def _pixels(data: bytes) -> PixelArray:
    return _turned(decode(data, cv2.MAX_DECODED_PIXELS).picture.pixels)


def _turned(pixels: PixelArray) -> PixelArray:
    """Return colours in the other order."""
    order = _REVERSED.get(pixels.shape[2])
    return np.ascontiguousarray(pixels if order is None else pixels[:, :, order])
