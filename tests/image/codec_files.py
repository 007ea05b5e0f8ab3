"""Small picture files of every format, made here, for the tests of the codec."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageCms

from augcli.image.codec import tiff
from augcli.image.kernels import opencv as cv2

MAX_PIXELS = 50_000_000


def pixels(channels: int = 3, dtype: str = "uint8", width: int = 32, height: int = 24):
    """Return smooth H×W×C samples over the whole range of a depth, so that codecs are kind."""
    noise = np.random.default_rng(7).random((height, width, channels), np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 2).reshape(height, width, channels)
    noise = (noise - noise.min()) / (noise.max() - noise.min())
    return noise if dtype == "float32" else (noise * np.iinfo(dtype).max).astype(dtype)


def image(mode: str = "RGB") -> Image.Image:
    return Image.fromarray(pixels(4)[:, :, [2, 1, 0, 3]]).convert(mode)


def file(picture: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format_, **options)
    return buffer.getvalue()


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def profile(space: bytes, size: int = 400) -> bytes:
    """Return a profile that is whole on the outside, for a colour space."""
    body = bytes(np.random.default_rng(1).integers(0, 256, size - 132, np.uint8))
    header = struct.pack(">I4s4s4s4s4s", size, b"lcms", b"\4\0\0\0", b"mntr", space, b"XYZ ")
    return (header + bytes(12) + b"acsp" + bytes(84) + bytes(8) + body)[:size].ljust(size, b"\0")


def cmyk_profile() -> bytes:
    """Return a printer profile that turns C into darkness and ignores the other inks."""
    ramp = bytes(range(256))
    lightness = bytes(255 - 255 * (i >> 3) for i in range(16))
    grid = b"".join(bytes([value, 128, 128]) for value in lightness)
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + ramp * 4 + grid + ramp * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    text = b"text" + bytes(4) + b"inks\0\0\0\0"
    parts = [(b"A2B0", table), (b"wtpt", white), (b"desc", text), (b"cprt", text)]
    at, entries, body = 128 + 4 + 12 * len(parts), b"", b""
    for name, part in parts:
        entries += name + struct.pack(">II", at + len(body), len(part))
        body += part + bytes(-len(part) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12x4s4xI4x4xII3i4x",
        at + len(body), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ", b"acsp",
        0, 0, 0, 63190, 65536, 54061,
    )  # fmt: skip
    header = header.ljust(128, b"\0")
    return header + struct.pack(">I", len(parts)) + entries + body


def png(size: tuple[int, int], bits: int, colour: int, raw: bytes, *chunks: tuple[bytes, bytes]):
    """Return a PNG of given scanlines; chunks stand before the data."""
    header = struct.pack(">IIBBBBB", *size, bits, colour, 0, 0, 0)
    every = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, every))


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    name, body = chunk
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def tiff_of(raw: bytes, tags: dict[int, object]) -> bytes:
    """Return a TIFF of one strip with these tags."""
    tags = {tiff.COMPRESSION: 1, tiff.BANDS: 1, tiff.STRIPS: 8, tiff.STRIP_SIZES: len(raw)} | tags
    return tiff._with_directory(b"II*\0\0\0\0\0" + raw, tags)


def rle_bmp(width: int = 32, height: int = 24) -> bytes:
    rows = b"".join(bytes([width, y, 0, 0]) for y in range(height)) + b"\0\1"
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    start = 54 + len(palette)
    file_header = b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(rows), 0, 0, 256, 0)
    return file_header + info + palette + rows


def cv2_file(extension: str, samples: np.ndarray, *options: int) -> bytes:
    done, encoded = cv2.imencode(extension, samples, options)
    assert done
    return bytes(encoded)


LOSSLESS: Iterable[tuple[str, dict[str, object], tuple[str, ...]]] = (
    ("PNG", {}, ("1", "L", "LA", "P", "RGB", "RGBA")),
    ("WEBP", {"lossless": True, "exact": True}, ("RGB", "RGBA")),
    ("BMP", {}, ("L", "P", "RGB", "RGBA")),
    ("TGA", {}, ("L", "LA", "P", "RGB", "RGBA")),
    ("PPM", {}, ("1", "L", "RGB")),
    ("JPEG2000", {}, ("L", "LA", "RGB", "RGBA")),
    ("TIFF", {}, ("1", "L", "P", "RGB", "RGBA")),
    ("TIFF", {"compression": "tiff_lzw"}, ("L", "LA", "RGB", "RGBA")),
    ("TIFF", {"compression": "tiff_adobe_deflate"}, ("RGB",)),
    ("TIFF", {"compression": "packbits"}, ("RGB",)),
    ("TIFF", {"compression": "jpeg"}, ("L", "RGB")),
)


def in_every_mode() -> dict[str, bytes]:
    """Return a file of each mode that a format keeps as it is."""
    files = {}
    for format_, options, modes in LOSSLESS:
        for mode in modes:
            compression = options.get("compression", "")
            name = f"{format_}-{mode}{'-' if compression else ''}{compression}".lower()
            files[name] = file(image(mode), format_, **options)
    return files


def every_file() -> dict[str, bytes]:
    """Return a file of each kind that the codec reads, by name."""
    rgb, rgba = image(), image("RGBA")
    frames = {"save_all": True, "append_images": [rgba.rotate(90)]}
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        **in_every_mode(),
        "jpeg": file(rgb, "JPEG"),
        "jpeg-progressive": file(rgb, "JPEG", progressive=True),
        "jpeg-gray": file(image("L"), "JPEG"),
        "jpeg-cmyk": file(image("CMYK"), "JPEG"),
        "jpeg-exif": file(rgb, "JPEG", exif=exif, icc_profile=srgb()),
        "mpo": file(rgb, "MPO", save_all=True, append_images=[rgb.rotate(90)]),
        "apng": file(rgba, "PNG", **frames),
        "webp-lossy": file(rgb, "WEBP"),
        "webp-animated": file(rgba, "WEBP", **frames),
        "gif": file(rgb, "GIF"),
        "gif-animated": file(rgb, "GIF", save_all=True, append_images=[rgb.rotate(90)]),
        "avif": file(rgba, "AVIF"),
        "j2k": file(rgb, "JPEG2000", no_jp2=True),
        "jp2-16": cv2_file(".jp2", pixels(3, "uint16", 64, 64)),
        "ico": file(rgba, "ICO", sizes=[(16, 16), (24, 24)]),
        "ico-bmp": file(rgba, "ICO", sizes=[(16, 16)], bitmap_format="bmp"),
        "tga-rle": file(rgba, "TGA", compression="tga_rle"),
        "bmp-rle": rle_bmp(),
        "bmp-1": file(image("1"), "BMP"),
        "pgm-16": b"P5 4 2 65535\n" + bytes(range(16)),
        "ppm-16": b"P6 4 2 65535\n" + bytes(range(48)),
        "pfm": b"PF\n4 2\n-1.0\n" + pixels(3, "float32", 4, 2).tobytes(),
        "tiff-fax": file(image("1"), "TIFF", compression="group4"),
        "tiff-palette": file(rgb.quantize(16), "TIFF", compression="tiff_lzw"),
        "tiff-pages": file(rgb, "TIFF", save_all=True, append_images=[rgb.rotate(90)]),
        "tiff-cmyk": file(image("CMYK"), "TIFF"),
        "tiff-float": tiff.encoded(pixels(3, "float32"), False, None),
        "tiff-bands": tiff.encoded(pixels(7, "uint16"), False, None),
    }
