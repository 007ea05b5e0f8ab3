"""What a file says of its picture before any pixel is decoded."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.codec import pnm, tiff
from augcli.image.codec.complete import check_complete, png_chunks
from augcli.image.codec.guard import foreign, guarded, warned
from augcli.image.codec.jpeg import plain_frame
from augcli.image.codec.metadata import (
    fitting_icc,
    is_cmyk_icc,
    orientation_of,
    turned,
    valid_orientation,
)
from augcli.image.codec.source import check_size, opened, sniffed
from augcli.image.picture import Facts
from augcli.once import kept

if TYPE_CHECKING:
    from PIL import Image

_GRAY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
_DEPTHS = {"I": "uint16", "F": "float32"}
_PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_PLAIN_CHUNKS = {b"IHDR", b"IDAT", b"IEND", b"pHYs", b"tIME"}
"""With no others a PNG has no colours, profile, orientation or frames of its own."""
_PLAIN_FORMS = {(bits, colour) for bits in (8, 16) for colour in (0, 2, 4, 6)}


class Header(Struct, frozen=True, dict=True):
    """A picture's own word about itself."""

    format: str
    width: int
    """After EXIF orientation, as all sides here."""
    height: int
    mode: str
    """How the file stores pixels, in Pillow's words; `;16` where it has 16 bits."""
    channels: int
    """With `depth` and `alpha`: of the picture that decoding gives."""
    depth: str
    alpha: bool
    frames: int
    orientation: int
    """What decoding has to apply, 1 to 8."""
    icc: bytes | None
    """The profile of the picture that decoding gives; None where it does not fit that."""
    notes: tuple[str, ...] = ()
    """What a person should know of the decoding."""

    @kept
    def facts(self) -> Facts:
        """Return the facts of the picture that decoding gives."""
        return Facts(self.width, self.height, self.channels, self.depth, self.alpha)


def read_header(data: bytes, max_pixels: int) -> Header:
    """Return what a whole file says of itself; SampleError where it is no picture or too large."""
    format_ = sniffed(data)
    if (plain := _PLAIN.get(format_)) and (header := plain(data)):
        return _checked(header, data, format_, max_pixels)
    with guarded(format_.upper()) as words, warned(words):
        header = _READERS.get(format_, _read)(data, format_, max_pixels)
        return _checked(header, data, format_, max_pixels)


def _checked(header: Header, data: bytes, format_: str, max_pixels: int) -> Header:
    """Return the header of a file that is neither too large nor cut."""
    check_size(header.width, header.height, max_pixels)
    check_complete(data, format_)
    return header


def _read(data: bytes, format_: str, max_pixels: int) -> Header:
    """Return the header as Pillow reads it."""
    with opened(data, format_, max_pixels) as image:
        check_size(*image.size, max_pixels)
        return _described(image, format_)


def _described(image: Image.Image, format_: str) -> Header:
    mode = image.mode
    with foreign():
        alpha, frames = image.has_transparency_data, getattr(image, "n_frames", 1)
    tones = 1 if mode.split(";")[0] in _GRAY_MODES else 3
    orientation = orientation_of(image)
    icc = image.info.get("icc_profile")
    notes = [
        f"first of {frames} frames" if frames > 1 else "",
        "unreadable EXIF ignored" if orientation is None else "",
        _conversion(mode, icc),
    ]
    width, height = turned(*image.size, orientation or 1)
    return Header(
        format=(image.format or format_).lower(),
        width=width,
        height=height,
        mode=mode,
        channels=tones + alpha,
        depth=_DEPTHS.get(mode.split(";")[0], "uint8"),
        alpha=alpha,
        frames=frames,
        orientation=orientation or 1,
        icc=fitting_icc(icc, tones),
        notes=tuple(filter(None, notes)),
    )


def _conversion(mode: str, icc: object) -> str:
    """Return the note on a conversion of colours, if there is one."""
    if mode == "CMYK":
        how = "by its ICC profile" if is_cmyk_icc(icc) else "without a profile"
        return f"CMYK converted to RGB {how}"
    return "CIE Lab converted to sRGB" if mode == "LAB" else ""


def _plain_jpeg(data: bytes) -> Header | None:
    """Return a JPEG's header; None where there are riddles in it, which Pillow knows."""
    frame = plain_frame(data)
    if frame is None:
        return None
    _, _, channels, orientation = frame
    width, height = turned(frame.width, frame.height, orientation)
    mode = "L" if channels == 1 else "RGB"
    return Header("jpeg", width, height, mode, channels, "uint8", False, 1, orientation, None)


def _read_jpeg(data: bytes, format_: str, max_pixels: int) -> Header:
    header = _read(data, format_, max_pixels)
    if header.format == "mpo" and _is_cut_behind_first(data, max_pixels):
        return replace(header, notes=(*header.notes, "a picture behind the first is cut off"))
    return header


def _is_cut_behind_first(data: bytes, max_pixels: int) -> bool:
    """Return whether an MPO, its first picture whole, has lost the last one or its end."""
    with opened(data, "mpo", max_pixels) as opened_image:
        image: Any = opened_image
        try:
            with foreign():
                image.seek(image.n_frames - 1)
                return bool(image.offset + image.mpinfo[0xB002][-1]["Size"] > len(data))
        except (EOFError, OSError, SyntaxError, ValueError):
            return True


def _plain_png(data: bytes) -> Header | None:
    """Return a PNG's header; None where it has metadata, which Pillow knows."""
    names = {name for name, _, _ in png_chunks(data)}
    if not names <= _PLAIN_CHUNKS or not _is_stored_plainly(data):
        return None
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    bits, colour = data[24], data[25]
    mode = _PNG_MODES[colour] + (";16" if bits == 16 else "")
    tones = 1 if colour in (0, 4) else 3
    alpha = colour in (4, 6)
    return Header("png", width, height, mode, tones + alpha, f"uint{bits}", alpha, 1, 1, None)


def _is_stored_plainly(data: bytes) -> bool:
    """Return whether the first chunk is a whole IHDR of a form that is read as it is stored."""
    whole = zlib.crc32(data[12:29]) == int.from_bytes(data[29:33], "big")
    return data[8:16] == b"\0\0\0\x0dIHDR" and whole and (data[24], data[25]) in _PLAIN_FORMS


def _read_png(data: bytes, format_: str, max_pixels: int) -> Header:
    """Return a PNG's header with what Pillow leaves out: 16 bits, and EXIF behind the pixels."""
    with opened(data, format_, max_pixels) as image:
        check_size(*image.size, max_pixels)
        chunks = {name: data[at : at + size] for name, at, size in png_chunks(data)}
        if b"eXIf" in chunks:
            image.info.setdefault("exif", chunks[b"eXIf"])
        header = _described(image, format_)
    bits, colour = data[24], data[25]
    if data[12:16] != b"IHDR" or colour not in _PNG_MODES:
        raise SampleError("damaged PNG: its header is not where it must be")
    alpha = colour in (4, 6) or b"tRNS" in chunks
    mode = _PNG_MODES[colour] + ("+tRNS" if colour == 0 and alpha else "")
    tones = 1 if colour in (0, 4) else 3
    return replace(
        header,
        mode=f"{mode};16" if bits == 16 else mode,
        channels=tones + alpha,
        depth="uint16" if bits == 16 else "uint8",
        alpha=alpha,
        icc=fitting_icc(image.info.get("icc_profile"), tones),
    )


def _read_tiff(data: bytes, format_: str, max_pixels: int) -> Header:
    """Return a TIFF's header from its own directory where Pillow would not do."""
    pages = tiff.directories(data)
    page, form = pages[0], tiff.layout(pages[0])
    width, height = page[tiff.WIDTH], page[tiff.HEIGHT]
    check_size(width, height, max_pixels)
    tiff.refuse_unread(page)
    if not tiff.is_plain(page, form):
        return _read_odd_tiff(data, format_, max_pixels, form)
    cmyk = form.photometric == tiff.CMYK
    channels = form.bands - cmyk
    orientation = valid_orientation(page.get(tiff.ORIENTATION, 1))
    width, height = turned(width, height, orientation)
    icc = page.get(tiff.ICC)
    notes = [
        f"first of {len(pages)} frames" if len(pages) > 1 else "",
        _conversion("CMYK" if cmyk else "", icc),
    ]
    return Header(
        format=format_,
        width=width,
        height=height,
        mode="CMYK bands" if cmyk else "bands",
        channels=channels,
        depth=form.depth or "",
        alpha=form.alpha,
        frames=len(pages),
        orientation=orientation,
        icc=fitting_icc(icc, channels - form.alpha),
        notes=tuple(filter(None, notes)),
    )


def _read_odd_tiff(data: bytes, format_: str, max_pixels: int, form: tiff.Layout) -> Header:
    """Return what Pillow says of a TIFF (palettes, bits, JPEG, Lab); it applies orientation."""
    if form.bits > 16 or form.sample_format != 1:
        kind = {1: "unsigned", 2: "signed", 3: "float"}.get(form.sample_format, "complex")
        raise SampleError(
            f"unsupported TIFF: {form.bits}-bit {kind} samples"
            " (unsigned of up to 16 bits and float of 32 and 64 are read)"
        )
    header = _read(data, format_, max_pixels)
    if header.orientation in (5, 6, 7, 8):  # Pillow has the sides turned already
        header = replace(header, width=header.height, height=header.width)
    mode = "I;12" if form.bits == 12 else header.mode  # Pillow: I;16, not scaled
    return replace(header, mode=mode, orientation=1)


def _read_pfm(data: bytes, format_: str, max_pixels: int) -> Header:
    magic, width, height, _, _ = pnm.parsed(data)
    channels = 3 if magic == "PF" else 1
    return Header(format_, width, height, "F", channels, "float32", False, 1, 1, None)


def _read_ppm(data: bytes, format_: str, max_pixels: int) -> Header:
    """Return the header of a Netpbm file; Pillow would make 8 bits of 16-bit colour."""
    header = _read(data, format_, max_pixels)
    if data.startswith(b"P6") and pnm.parsed(data)[3] > 255:
        return replace(header, mode="RGB;16", depth="uint16")
    return header


def _read_jpeg2000(data: bytes, format_: str, max_pixels: int) -> Header:
    """Return the header of a JPEG 2000; Pillow would make 8 bits of deeper colour."""
    header = _read(data, format_, max_pixels)
    bits, signed = jpeg2000_bits(data)
    if signed:
        raise SampleError("unsupported JPEG2000: signed samples")
    if bits > 8 and header.mode in ("RGB", "RGBA"):
        return replace(header, mode=f"{header.mode};16", depth="uint16")
    return header


def jpeg2000_bits(data: bytes) -> tuple[int, bool]:
    """Return the bits of a JPEG 2000's first component and whether it is signed."""
    at = data.index(b"\xff\x4f\xff\x51") + 42
    precision = int.from_bytes(data[at : at + 1], "big")
    return (precision & 0x7F) + 1, precision > 0x7F


def _read_avif(data: bytes, format_: str, max_pixels: int) -> Header:
    """Return the header of an AVIF; Pillow makes 8 bits of 10 and 12."""
    header = _read(data, format_, max_pixels)
    at = data.find(b"pixi", 0, 4096)
    bits = int.from_bytes(data[at + 9 : at + 10], "big")
    if at < 0 or bits <= 8:
        return header
    return replace(header, notes=(*header.notes, f"{bits}-bit AVIF read as 8-bit"))


_PLAIN: dict[str, Callable[[bytes], Header | None]] = {"jpeg": _plain_jpeg, "png": _plain_png}
"""Formats whose files mostly say what they are without a library that may warn or fail."""
_READERS: dict[str, Callable[[bytes, str, int], Header]] = {
    "jpeg": _read_jpeg,
    "png": _read_png,
    "tiff": _read_tiff,
    "pfm": _read_pfm,
    "ppm": _read_ppm,
    "jpeg2000": _read_jpeg2000,
    "avif": _read_avif,
}
