"""Which format a file is of, and opening it with the one Pillow plugin for that."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from augcli.errors import SampleError
from augcli.image.codec import pillow
from augcli.image.codec.guard import foreign
from augcli.image.formats import UNREADABLE_FORMATS, format_of

if TYPE_CHECKING:
    from PIL import Image

_PLUGINS = {
    "jpeg": ("JPEG", "JpegImagePlugin"),
    "mpo": ("JPEG", "JpegImagePlugin"),
    "png": ("PNG", "PngImagePlugin"),
    "webp": ("WEBP", "WebPImagePlugin"),
    "tiff": ("TIFF", "TiffImagePlugin"),
    "gif": ("GIF", "GifImagePlugin"),
    "bmp": ("BMP", "BmpImagePlugin"),
    "jpeg2000": ("JPEG2000", "Jpeg2KImagePlugin"),
    "ico": ("ICO", "IcoImagePlugin"),
    "ppm": ("PPM", "PpmImagePlugin"),
    "avif": ("AVIF", "AvifImagePlugin"),
    "tga": ("TGA", "TgaImagePlugin"),
}
"""Pillow's name and module of each format; no other plugin is ever asked (some interpret code)."""


def sniffed(data: bytes) -> str:
    """Return the format that the first bytes tell of; TGA has none and is what is left."""
    if not data:
        raise SampleError("empty file")
    format_ = format_of(data)
    if format_ in UNREADABLE_FORMATS:
        raise SampleError(f"unsupported: {UNREADABLE_FORMATS[format_]}")
    return format_ or "tga"


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Raise SampleError where a picture has no pixels or too many."""
    if width < 1 or height < 1:
        raise SampleError(f"damaged picture: its sides are {width} × {height} px")
    if width * height > max_pixels:
        raise SampleError(
            f"too large: {width} × {height} px is more than dataset.max_pixels ({max_pixels})"
        )


@contextmanager
def opened(data: bytes, format_: str, max_pixels: int) -> Iterator[Image.Image]:
    """Open a file with the one Pillow plugin for its format, pictures inside it bounded too."""
    name, module = _PLUGINS[format_]
    import_module(f"PIL.{module}")
    # An icon's bitmap is twice as high as the icon: its mask lies below.
    limit, pillow.Image.MAX_IMAGE_PIXELS = pillow.Image.MAX_IMAGE_PIXELS, max(2 * max_pixels, 1)
    try:
        with foreign():
            image = _open(data, name)
        yield image
    except pillow.Image.DecompressionBombError as error:
        words = str(error).split("(")[-1].split()
        pixels = next((word for word in words if word.isdigit()), "its number of")
        raise SampleError(
            f"too large: {pixels} pixels is more than dataset.max_pixels ({max_pixels})"
        ) from error
    finally:
        pillow.Image.MAX_IMAGE_PIXELS = limit


def _open(data: bytes, name: str) -> Image.Image:
    """Open with a plugin; where it refuses, let it say why."""
    try:
        image: Image.Image = pillow.Image.open(io.BytesIO(data), formats=[name])
    except pillow.Image.UnidentifiedImageError:
        if name == "TGA":
            raise SampleError(f"not a picture: starts with {data[:12]!r}") from None
        pillow.Image.OPEN[name][0](io.BytesIO(data), "")
        raise
    return image
