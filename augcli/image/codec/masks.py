"""Masks: the numbers in a file as they are stored, and a file of the same form."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from augcli.errors import SampleError
from augcli.image.codec import pillow
from augcli.image.codec.decode import decoded
from augcli.image.codec.encode import encode
from augcli.image.codec.guard import foreign, guarded, warned
from augcli.image.codec.header import Header, read_header
from augcli.image.codec.metadata import upright
from augcli.image.codec.png import png_of
from augcli.image.codec.source import opened
from augcli.image.formats import Encoding
from augcli.image.picture import Facts, Picture, PixelArray

if TYPE_CHECKING:
    from PIL import Image

_LOSSY = ("jpeg", "mpo", "webp", "jpeg2000", "avif")
_WRITTEN_BY_PILLOW = {"gif": "GIF", "ppm": "PPM", "tga": "TGA"}
_INDEXED = ("P", "1")
"""Modes in which a number of a file is no shade: an index, or yes and no."""
_OPAQUE = b"\xff"


class MaskForm(Struct, frozen=True):
    """How a mask's numbers are stored."""

    format: str
    mode: str
    palette: bytes = b""
    """Red, green and blue of each index."""
    clear: bytes = b""
    """The opacity of each index, as a PNG tells it."""


def read_mask(data: bytes, facts: Facts, max_pixels: int) -> tuple[PixelArray, MaskForm]:
    """Return a mask's numbers as H×W×C and their form; SampleError where they would not be exact.

    `facts` are those of the picture that it lies over. Colours are in BGR order.
    """
    header = read_header(data, max_pixels)
    _check_exact(header.format)
    _check_size(header, facts)
    if header.mode not in _INDEXED and not _is_bilevel_png(data, header):
        return decoded(data, header).picture.pixels, MaskForm(header.format, header.mode)
    with (
        guarded(header.format.upper()) as words,
        warned(words),
        opened(data, header.format, max_pixels) as image,
    ):
        return _indices(image, header)


def _is_bilevel_png(data: bytes, header: Header) -> bool:
    return header.format == "png" and header.mode == "L" and data[24] == 1


def _check_exact(format_: str) -> None:
    if format_ in _LOSSY:
        raise SampleError(
            f"a mask must be exact, and {format_.upper()} puts other numbers between its classes: "
            "save it as PNG"
        )
    if format_ not in (*_WRITTEN_BY_PILLOW, "png", "tiff", "bmp"):
        raise SampleError(f"a mask is not written as {format_.upper()}: save it as PNG")


def _check_size(header: Header, facts: Facts) -> None:
    size, wanted = (header.width, header.height), (facts.width, facts.height)
    if size != wanted:
        turned = "; was it drawn on the picture as stored, not upright?"
        raise SampleError(
            f"the mask is {size[0]} × {size[1]} px and its picture {wanted[0]} × {wanted[1]}"
            + (turned if size[::-1] == wanted else "")
        )


def _indices(image: Image.Image, header: Header) -> tuple[PixelArray, MaskForm]:
    with foreign():
        image.load()
        palette = bytes(image.getpalette("RGB") or ())
        clear = image.info.get("transparency", b"")
    if isinstance(clear, int):
        clear = _OPAQUE * clear + b"\0"
    values = np.asarray(image).astype(np.uint8)[:, :, None]
    form = MaskForm(header.format, image.mode, palette, clear)
    return upright(values, header.orientation), form


def encode_mask(values: PixelArray, form: MaskForm) -> bytes:
    """Return a file of the same form with these numbers."""
    if (form.format, form.mode) == ("png", "P"):
        colours = form.palette.ljust(3 * (int(values.max()) + 1), b"\0")[:768]
        return png_of(values, palette=colours, clear=form.clear)
    if form.mode in _INDEXED or form.format in _WRITTEN_BY_PILLOW:
        return _by_pillow(values, form)
    if form.format == "png":
        return png_of(values)
    alpha = values.shape[2] in (2, 4)
    return encode(Picture(values, alpha), Encoding(form.format, 100, convert=False), None)


def _by_pillow(values: PixelArray, form: MaskForm) -> bytes:
    shown = values[:, :, 0] if values.shape[2] == 1 else values[:, :, ::-1]
    image = pillow.Image.fromarray(shown.astype(bool) if form.mode == "1" else shown)
    if form.mode == "P":
        image.putpalette(form.palette)
    file = io.BytesIO()
    name = _WRITTEN_BY_PILLOW.get(form.format, form.format.upper())
    options = {"optimize": False} if name == "GIF" else {}
    with guarded(f"{name} result") as words, warned(words), foreign():
        image.save(file, name, **options)
    return file.getvalue()
