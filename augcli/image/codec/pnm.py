"""Netpbm files that Pillow reduces or refuses: 16-bit colour, and floats as they are stored."""

from __future__ import annotations

import re

import numpy as np

from augcli.errors import SampleError
from augcli.image.picture import PixelArray

_HEADER = re.compile(
    rb"(P[5-6Ff])(?:\s+|#[^\n]*\n)+(\d+)(?:\s+|#[^\n]*\n)+(\d+)(?:\s+|#[^\n]*\n)+"
    rb"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s"
)


def parsed(data: bytes) -> tuple[str, int, int, float, int]:
    """Return magic, width, height, scale or largest value, and where the samples start."""
    match = _HEADER.match(data[:4096])
    if not match:
        raise SampleError("damaged PPM: no readable header")
    magic, width, height, scale = match.groups()
    return magic.decode(), int(width), int(height), float(scale), match.end()


def floats(data: bytes) -> PixelArray:
    """Return H×W×1 or 3 float32 of a PFM, BGR; its scale's sign is the byte order, no more."""
    magic, width, height, scale, start = parsed(data)
    bands = 3 if magic == "PF" else 1
    samples = _samples(data, start, "<f4" if scale < 0 else ">f4", (height, width, bands))
    return samples[::-1, :, ::-1].astype(np.float32)


def deep_colour(data: bytes) -> PixelArray:
    """Return H×W×3 uint16 of a 16-bit PPM, BGR, its largest value made full range."""
    _, width, height, top, start = parsed(data)
    samples = _samples(data, start, ">u2", (height, width, 3))
    return to_full_range(samples[:, :, ::-1], int(top))


def to_full_range(samples: PixelArray, top: int) -> PixelArray:
    """Return uint16 in which what was `top` is 65535."""
    if top == 65535:
        return samples.astype(np.uint16)
    scaled = (samples.astype(np.uint32) * 65535 + top // 2) // top
    return np.minimum(scaled, 65535).astype(np.uint16)


def _samples(data: bytes, start: int, dtype: str, shape: tuple[int, int, int]) -> PixelArray:
    count = shape[0] * shape[1] * shape[2]
    if len(data) - start < count * np.dtype(dtype).itemsize:
        raise SampleError("truncated PPM: fewer samples than its header says")
    return np.frombuffer(data, dtype, count, start).reshape(shape)
