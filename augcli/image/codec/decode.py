"""Bytes to Picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.image.codec import pillow, plain_png, pnm, tiff
from augcli.image.codec.complete import png_chunks, without_animation
from augcli.image.codec.guard import foreign, guarded, warned
from augcli.image.codec.header import Header, jpeg2000_bits, read_header
from augcli.image.codec.metadata import is_cmyk_icc, upright
from augcli.image.codec.source import opened, sniffed
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Facts, Picture, PixelArray, from_float, full_range

if TYPE_CHECKING:
    from PIL import Image

Samples = NDArray[Any]
"""H×W or H×W×C."""


class Decoded(Struct, frozen=True, eq=False):
    """A decoded picture and what is worth knowing of how it came about."""

    picture: Picture
    notes: tuple[str, ...]
    """What a person should know, such as `first of 12 frames`."""
    icc: bytes | None
    """The colour profile that the pixels are in."""
    format: str


def decode(data: bytes, max_pixels: int) -> Decoded:
    """Return the picture in a file's bytes; SampleError where it cannot be had whole."""
    return decoded(data, read_header(data, max_pixels))


def decoded(data: bytes, header: Header, part: int = 1) -> Decoded:
    """Return the picture in a file whose header was read; SampleError where it is not whole.

    Its sides are but a `part` of the file's, which must be one that `can_reduce`.
    """
    with guarded(sniffed(data).upper()) as words, warned(words):
        stored = _decoder(header)(data, header) if part == 1 else _reduced(data, header, part)
    height, width = stored.shape[:2]
    pixels = upright(stored.reshape(height, width, -1), header.orientation)
    picture = Picture(pixels, header.alpha, reduced=part)
    if picture.facts != _facts_of(header, part):
        raise SampleError(f"damaged {header.format.upper()}: its data do not match its header")
    return Decoded(picture, header.notes, header.icc, header.format)


def _facts_of(header: Header, part: int) -> Facts:
    """Return the facts of the picture, decoded to such a part of its sides."""
    if part == 1:
        return header.facts
    width, height = (-(-side // part) for side in (header.width, header.height))
    return replace(header.facts, width=width, height=height)


_REDUCIBLE = frozenset((("jpeg", "L"), ("jpeg", "RGB")))
"""Formats and modes whose files have means of their pixels ready."""


def can_reduce(header: Header) -> bool:
    """Return whether a file can be decoded to a half, quarter or eighth of its sides.

    Then each pixel is the mean of as many of the file's, but for a little of the finest detail. A
    picture that is turned must end with whole pixels: else it would begin with less than one.
    """
    is_plain = (header.format, header.mode) in _REDUCIBLE
    return is_plain and (header.orientation == 1 or header.width % 8 == header.height % 8 == 0)


def _decoder(header: Header) -> Callable[[bytes, Header], Samples]:
    by_format = _BY_FORMAT.get(header.format, _by_pillow)
    return _BY_MODE.get((header.format, header.mode), by_format)


def _by_opencv(data: bytes, header: Header, flag: int | None = None) -> Samples:
    """Return 8- or 16-bit samples as stored, BGR(A), or as a flag of OpenCV's asks."""
    flag = cv2.IMREAD_UNCHANGED if flag is None else flag
    pixels: Samples | None = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    if pixels is None:
        raise SampleError(f"damaged {header.format.upper()}: {_second_opinion(data, header)}")
    return pixels


def _jpeg(data: bytes, header: Header) -> Samples:
    return _by_opencv(_without_padding(data), header)


def _without_padding(data: bytes) -> bytes:
    """Return a JPEG without the zeros that cameras put before the end of the picture.

    One stays: it may be the last byte of the picture's own. So does one that says that the 0xff
    before it is data.
    """
    end = data.rfind(b"\xff\xd9")
    if data[end - 2 : end] != b"\0\0":
        return data
    own = data[:end].rstrip(b"\0")
    return own + (b"\0\0" if own.endswith(b"\xff") else b"\0") + data[end:]


def _reduced(data: bytes, header: Header, part: int) -> Samples:
    """Decode a JPEG to a part of its sides: less is computed of each of its blocks."""
    how = "GRAYSCALE" if header.channels == 1 else "COLOR"
    flag = getattr(cv2, f"IMREAD_REDUCED_{how}_{part}") | cv2.IMREAD_IGNORE_ORIENTATION
    return _by_opencv(_without_padding(data), header, flag)


def _second_opinion(data: bytes, header: Header) -> str:
    """Return what Pillow says of a file that OpenCV gave up without a word."""
    try:
        _by_pillow(data, header)
    except (OSError, SyntaxError, ValueError) as error:
        return str(error)
    return "cannot be decoded"


def _by_pillow(data: bytes, header: Header) -> Samples:
    """Return samples of whatever Pillow opens, in BGR(A) order."""
    with opened(data, header.format, header.width * header.height) as image:
        return _from_pillow(image, header)


def _from_pillow(image: Image.Image, header: Header) -> Samples:
    with foreign():
        image.load()
    if header.depth == "float32":
        return np.asarray(image, np.float32)
    if header.depth == "uint16":
        return _deep_gray(np.asarray(image))
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[header.channels]
    with foreign():
        colours = _CONVERSIONS.get(image.mode, _converted)(image, mode)
    return _bgr(np.asarray(colours))


def _deep_gray(samples: Samples) -> Samples:
    if samples.min() < 0 or samples.max() > 65535:
        raise SampleError("unsupported: samples beyond 16 bits")
    return samples.astype(np.uint16)


def _converted(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


def _from_cmyk(image: Image.Image, mode: str) -> Image.Image:
    """Convert CMYK by its profile where it has one for CMYK, otherwise by the plain formula."""
    icc = image.info.get("icc_profile")
    if not is_cmyk_icc(icc):
        return image.convert(mode)
    return _by_profiles(image, pillow.ImageCms.ImageCmsProfile(io.BytesIO(icc)), mode)


def _from_lab(image: Image.Image, mode: str) -> Image.Image:
    return _by_profiles(image, pillow.ImageCms.createProfile("LAB"), mode)


def _by_profiles(image: Image.Image, profile: Any, mode: str) -> Image.Image:
    srgb = pillow.ImageCms.createProfile("sRGB")
    converted: Image.Image = pillow.ImageCms.profileToProfile(image, profile, srgb, outputMode=mode)
    return converted


_CONVERSIONS: dict[str, Callable[[Image.Image, str], Image.Image]] = {
    "CMYK": _from_cmyk,
    "LAB": _from_lab,
}


def _bgr(pixels: Samples) -> Samples:
    """Return RGB(A) as BGR(A); gray, with alpha or without, as it is."""
    if pixels.ndim == 2 or pixels.shape[2] == 2:
        return pixels
    swapped: Samples = cv2.cvtColor(
        np.ascontiguousarray(pixels),
        cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA,
    )
    return swapped


def _by_pillow_heard(data: bytes, header: Header) -> Samples:
    """Decode with Pillow, whose libjpeg and libtiff are mute, after OpenCV's had their say."""
    if header.format == "tiff" and tiff.has_raw_tiles(tiff.directories(data)[0]):
        return _by_pillow(data, header)
    with suppress(cv2.error):
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return _by_pillow(data, header)


def _twelve_bits(data: bytes, header: Header) -> Samples:
    return pnm.to_full_range(_by_pillow_heard(data, header), 4095)


def _bmp(data: bytes, header: Header) -> Samples:
    """Decode with Pillow, which lets bad compressed rows pass; those must please OpenCV too."""
    compression = int.from_bytes(data[30:34], "little")
    if compression in (1, 2):
        _by_opencv(data, header)
    return _by_pillow(data, header)


def _png(data: bytes, header: Header) -> Samples:
    """Decode what is plain at once, else with OpenCV, which never sees an animation.

    Damaged ones have crashed it.
    """
    plain = plain_png.samples(data)
    if plain is not None:
        return _bgr(plain)
    animated = b"acTL" in data and any(name == b"acTL" for name, _, _ in png_chunks(data))
    return _by_opencv(without_animation(data) if animated else data, header)


def _gray_alpha_png(data: bytes, header: Header) -> Samples:
    """Return gray and alpha of what OpenCV makes BGRA."""
    return np.ascontiguousarray(_png(data, header)[:, :, 2:])


def _gray_png_with_key(data: bytes, header: Header) -> Samples:
    """Return gray and an alpha that is 0 at the value that the tRNS chunk names."""
    gray = _png(data, header)
    at = next(at for name, at, _ in png_chunks(data) if name == b"tRNS")
    key = int.from_bytes(data[at : at + 2], "big") * (255 // (2 ** min(data[24], 8) - 1))
    top = int(full_range(gray.dtype))
    return np.dstack([gray, np.where(gray == key, 0, top).astype(gray.dtype)])


def _deep_jpeg2000(data: bytes, header: Header) -> Samples:
    """Return 9- to 16-bit colour as 16-bit full range."""
    bits, _ = jpeg2000_bits(data)
    return pnm.to_full_range(_by_opencv(data, header), (1 << bits) - 1)


def _tiff_bands(data: bytes, header: Header) -> Samples:
    """Return a plain TIFF's samples; three tones, whatever they are called, are red to blue."""
    page = tiff.directories(data)[0]
    form, pixels = tiff.layout(page), tiff.samples(data, page)
    tones = form.bands - form.alpha
    if form.photometric == tiff.WHITE_IS_ZERO and pixels.dtype.kind == "u":
        pixels[:, :, :tones] = int(full_range(pixels.dtype)) - pixels[:, :, :tones]
    if form.extra and form.extra[-1] == tiff.ASSOCIATED_ALPHA:
        pixels = _divided_by_alpha(pixels)
    return _bgr(pixels) if tones == 3 else pixels


def _divided_by_alpha(pixels: PixelArray) -> PixelArray:
    """Return colours that were stored multiplied by alpha as they are without it."""
    top = full_range(pixels.dtype)
    alpha = pixels[:, :, -1:] / np.float32(top)
    divided = pixels.astype(np.float32)
    np.divide(divided[:, :, :-1], alpha, out=divided[:, :, :-1], where=alpha > 0)
    return from_float(divided, pixels.dtype)


def _tiff_cmyk(data: bytes, header: Header) -> Samples:
    """Return a plain CMYK TIFF as BGR(A)."""
    page = tiff.directories(data)[0]
    bands = tiff.samples(data, page)
    if bands.dtype != np.uint8:
        raise SampleError("unsupported TIFF: CMYK with more than 8 bits")
    image = pillow.Image.frombytes("CMYK", bands.shape[1::-1], bands[:, :, :4].tobytes())
    image.info["icc_profile"] = page.get(tiff.ICC)
    with foreign():
        colours = np.asarray(_from_cmyk(image, "RGB"))
    return np.dstack([_bgr(colours), bands[:, :, 4:]])


def _pfm(data: bytes, _: Header) -> Samples:
    return pnm.floats(data)


def _deep_ppm(data: bytes, _: Header) -> Samples:
    return pnm.deep_colour(data)


_BY_FORMAT: dict[str, Callable[[bytes, Header], Samples]] = {
    "jpeg": _jpeg,
    "mpo": _by_opencv,
    "png": _png,
    "webp": _by_opencv,
    "bmp": _bmp,
    "tiff": _by_pillow_heard,
    "pfm": _pfm,
}
"""What is not here is Pillow's."""

_BY_MODE: dict[tuple[str, str], Callable[[bytes, Header], Samples]] = {
    ("jpeg", "CMYK"): _by_pillow_heard,
    ("mpo", "CMYK"): _by_pillow_heard,
    ("png", "LA"): _gray_alpha_png,
    ("png", "LA;16"): _gray_alpha_png,
    ("png", "L+tRNS"): _gray_png_with_key,
    ("png", "L+tRNS;16"): _gray_png_with_key,
    ("tiff", "bands"): _tiff_bands,
    ("tiff", "CMYK bands"): _tiff_cmyk,
    ("tiff", "I;12"): _twelve_bits,
    ("ppm", "RGB;16"): _deep_ppm,
    ("jpeg2000", "RGB;16"): _deep_jpeg2000,
    ("jpeg2000", "RGBA;16"): _deep_jpeg2000,
}
