"""Picture to bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from msgspec import Struct

from augcli.errors import SampleError
from augcli.image.codec import tiff
from augcli.image.codec.guard import mute
from augcli.image.codec.jpeg import with_icc
from augcli.image.codec.metadata import fitting_icc
from augcli.image.codec.png import pngs_of
from augcli.image.formats import LONGEST_JPEG_SIDE, Encoding
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Facts, Picture, PixelArray, from_float, full_range

Writer = Callable[[Sequence[Picture], Encoding, "bytes | None"], list[bytes]]
"""Writes pictures of one form."""

_DEPTH_NAMES = {"uint16": "16-bit samples", "float32": "float samples"}


class _Container(Struct, frozen=True):
    """What a format can hold, and how pictures that it can hold are written."""

    write: Writer
    depths: tuple[str, ...]
    """What is deeper becomes the last."""
    alpha: bool
    tones: tuple[int, ...] = (1, 3)
    longest_side: int = 1_000_000


def encode(picture: Picture, encoding: Encoding, icc: bytes | None) -> bytes:
    """Return a picture's file; SampleError where the container cannot hold it.

    A colour profile is kept where the container has a place for it and it fits the channels.
    """
    return encode_all([picture], encoding, icc)[0]


def encode_all(pictures: Sequence[Picture], encoding: Encoding, icc: bytes | None) -> list[bytes]:
    """Return the files of pictures that come of one; SampleError where it cannot hold one."""
    container = _CONTAINERS[encoding.format]
    files: list[bytes] = []
    for facts, alike in groupby(pictures, attrgetter("facts")):
        if reason := refusal(facts, encoding):
            raise SampleError(reason)
        held = container.alpha >= facts.alpha and facts.depth in container.depths
        fitted = [each if held else _converted(each, container) for each in alike]
        with mute(f"{encoding.format.upper()} result"):  # writers say nothing on stderr
            files += container.write(fitted, encoding, fitting_icc(icc, facts.tones))
    return files


def refusal(facts: Facts, encoding: Encoding) -> str | None:
    """Return why a picture with these facts cannot be encoded so, or None."""
    container, name = _CONTAINERS[encoding.format], encoding.format.upper
    if container.tones and facts.tones not in container.tones:
        return f"{name()} holds no {facts.tones} bands: set output.image.format to tiff"
    if max(facts.width, facts.height) > container.longest_side:
        return (
            f"{name()} holds no side above {container.longest_side} px, and this picture is"
            f" {facts.width} × {facts.height}: set output.image.format to png or tiff"
        )
    lost = None if encoding.convert else _lost(facts, container)
    if lost is None:
        return None
    formats = "tiff" if facts.depth == "float32" else "png or tiff"
    return (
        f"{name()} holds no {lost}: set output.image.format to {formats},"
        " or allow the loss by output.image.convert: true"
    )


def _lost(facts: Facts, container: _Container) -> str | None:
    """Return what of a picture a container has no place for, if anything."""
    if facts.alpha and not container.alpha:
        return "alpha"
    return None if facts.depth in container.depths else _DEPTH_NAMES[facts.depth]


def _converted(picture: Picture, container: _Container) -> Picture:
    """Return the picture as the container can hold it."""
    if picture.alpha and not container.alpha:
        picture = _on_white(picture)
    if picture.facts.depth not in container.depths:
        picture = picture.with_pixels(_to_depth(picture.pixels, np.dtype(container.depths[-1])))
    return picture


def _on_white(picture: Picture) -> Picture:
    """Return the picture without alpha, blended onto white as viewers show it."""
    top = np.float32(full_range(picture.pixels.dtype))
    values = picture.pixels.astype(np.float32)
    alpha = values[:, :, -1:] / top
    blended = from_float(values[:, :, :-1] * alpha + top * (1 - alpha), picture.pixels.dtype)
    return Picture(blended)


def _to_depth(pixels: PixelArray, dtype: np.dtype[Any]) -> PixelArray:
    """Return pixels rescaled from full range to full range; what is no number becomes 0."""
    scale = np.float32(full_range(dtype) / full_range(pixels.dtype))
    return from_float(np.nan_to_num(pixels.astype(np.float32)) * scale, dtype)


def _write_jpeg(picture: Picture, encoding: Encoding, icc: bytes | None) -> bytes:
    file = _imencode(".jpg", picture.pixels, [cv2.IMWRITE_JPEG_QUALITY, encoding.quality], None)
    return with_icc(file, icc) if icc else file


def _write_pngs(pictures: Sequence[Picture], _: Encoding, icc: bytes | None) -> list[bytes]:
    pixels = [each.pixels for each in pictures]
    return pngs_of(pixels[0][None] if len(pixels) == 1 else np.array(pixels), icc=icc)


def _write_webp(picture: Picture, encoding: Encoding, icc: bytes | None) -> bytes:
    options = [cv2.IMWRITE_WEBP_QUALITY, encoding.quality]
    profile = icc if picture.facts.tones == 3 else None
    return _imencode(".webp", _coloured(picture.pixels), options, profile)


def _write_bmp(picture: Picture, _: Encoding, icc: bytes | None) -> bytes:
    alpha = picture.pixels.shape[2] == 2
    return _imencode(".bmp", _coloured(picture.pixels) if alpha else picture.pixels, [], None)


def _coloured(pixels: PixelArray) -> PixelArray:
    """Return gray, with alpha or without, as BGR(A)."""
    if pixels.shape[2] > 2:
        return pixels
    return np.dstack([pixels[:, :, :1]] * 3 + [pixels[:, :, 1:]])


def _write_tiff(picture: Picture, _: Encoding, icc: bytes | None) -> bytes:
    pixels = picture.pixels
    if picture.facts.tones == 3:
        pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    return tiff.encoded(pixels, picture.alpha, icc)


def _imencode(extension: str, pixels: PixelArray, options: list[int], icc: bytes | None) -> bytes:
    """Return OpenCV's file, with a profile where there is one."""
    if icc is None:
        done, file = cv2.imencode(extension, pixels, options)
    else:
        profile = np.frombuffer(icc, np.uint8)
        kinds = [cv2.IMAGE_METADATA_ICCP]
        done, file = cv2.imencodeWithMetadata(extension, pixels, kinds, [profile], options)
    if not done:
        raise SampleError(f"cannot encode {extension[1:].upper()}")
    return bytes(file)


def _each(write: Callable[[Picture, Encoding, bytes | None], bytes]) -> Writer:
    """Return how many pictures are written, one after the other."""
    return lambda pictures, encoding, icc: [write(each, encoding, icc) for each in pictures]


_CONTAINERS = {
    "jpeg": _Container(_each(_write_jpeg), ("uint8",), alpha=False, longest_side=LONGEST_JPEG_SIDE),
    "png": _Container(_write_pngs, ("uint8", "uint16"), alpha=True),
    "webp": _Container(_each(_write_webp), ("uint8",), alpha=True, longest_side=16_383),
    "bmp": _Container(_each(_write_bmp), ("uint8",), alpha=True),
    "tiff": _Container(_each(_write_tiff), ("uint8", "uint16", "float32"), alpha=True, tones=()),
}
