"""TIFF, whose samples neither OpenCV nor Pillow reads in all layouts.

OpenCV drops bands of some files, premultiplies alpha and refuses more than four bands; Pillow has
no 16-bit colour. Both are good at one thing: a gray picture. Interleaved samples of a W×N band
picture are, byte for byte, those of a gray one that is W·N wide, and a plane of its own is a gray
picture anyway. So a directory that says so is put before the same data, and libtiff (in OpenCV)
does decompression and byte order alone; and the same backwards for writing.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.image.codec import pillow
from augcli.image.codec.guard import foreign
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray

if TYPE_CHECKING:
    from PIL.TiffImagePlugin import ImageFileDirectory_v2 as Directory

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIPS, ORIENTATION, BANDS, ROWS_PER_STRIP, STRIP_SIZES, PLANAR = 273, 274, 277, 278, 279, 284
PREDICTOR, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_SIZES = 317, 322, 323, 324, 325
EXTRA, SAMPLE_FORMAT, ICC = 338, 339, 34675

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, CMYK = 0, 1, 2, 5
ASSOCIATED_ALPHA, ALPHA = 1, 2
_UNSIGNED, _FLOAT = 1, 3
_LZW, _UNCOMPRESSED, _DIFFERENCES = 5, 1, 2

_NUMBERS = frozenset(
    {WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, FILL_ORDER, ORIENTATION, BANDS, ROWS_PER_STRIP}
    | {PLANAR, PREDICTOR, TILE_WIDTH, TILE_HEIGHT}
)
_LISTS = frozenset({BITS, SAMPLE_FORMAT, EXTRA, STRIPS, STRIP_SIZES, TILES, TILE_SIZES})
_DEPTHS = {(8, 1): "uint8", (16, 1): "uint16", (32, 3): "float32", (64, 3): "float32"}
_PLAIN_COMPRESSIONS = frozenset({1, 5, 8, 32773, 32946})
"""None, LZW, deflate (two numbers), PackBits: those that keep samples as they are."""
_COMPRESSIONS = {
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34661: "JBIG",
    34712: "JPEG 2000",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
"""Those that no library here reads."""
_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, CMYK: 4}


class Layout(NamedTuple):
    """What a directory says of its samples."""

    bands: int
    bits: int
    sample_format: int
    photometric: int
    extra: tuple[int, ...]

    @property
    def depth(self) -> str | None:
        """Return the dtype that holds the samples, or None where there is none."""
        return _DEPTHS.get((self.bits, self.sample_format))

    @property
    def alpha(self) -> bool:
        """Return whether the last band is alpha."""
        if not self.extra:  # OpenCV and others write RGBA without naming the fourth
            return self.photometric == RGB and self.bands == 4
        return self.extra[-1] in (ASSOCIATED_ALPHA, ALPHA)


def directories(data: bytes) -> list[Directory]:
    """Return the directory of each page; a page whose data lie outside the file is an error."""
    if len(data) < 8:
        raise SampleError("truncated TIFF: no directory")
    with foreign():
        first = _new_directory(data)
    pages, seen, at = [], set[int](), first.next
    while at:
        if at in seen or at >= len(data):
            raise SampleError("damaged TIFF: a directory is outside the file or repeated")
        seen.add(at)
        pages.append(_directory(data, at))
        at = pages[-1].next
    if not pages:
        raise SampleError("damaged TIFF: no directory")
    return pages


def _new_directory(data: bytes) -> Directory:
    """Return what reads a directory of a file that begins so; it knows where the first one is."""
    head = data[:16] if data[2] == 43 else data[:8]
    made: Directory = pillow.TiffImagePlugin.ImageFileDirectory_v2(head)
    return made


def _directory(data: bytes, at: int) -> Directory:
    page = _new_directory(data)
    file = io.BytesIO(data)
    file.seek(at)
    with foreign():
        page.load(file)
        values = {tag: page[tag] for tag in (*_NUMBERS, *_LISTS) if tag in page}
    _check_kinds(values)
    ends = map(sum, zip(*_segments(page), strict=False))
    if max(ends, default=0) > len(data):
        raise SampleError("truncated TIFF: pixel data lie past the end of the file")
    return page


def _check_kinds(values: Mapping[int, Any]) -> None:
    """Raise SampleError where a directory lacks what every picture has, or has other than numbers.

    Pillow hands out whatever type and count the file names.
    """
    for tag, value in values.items():
        numbers = value if tag in _LISTS else (value,)
        if (
            not isinstance(numbers, tuple | bytes)
            or not numbers
            or not all(isinstance(number, int) for number in numbers)
        ):
            raise SampleError(f"damaged TIFF: its tag {tag} is not what it must be")
    if WIDTH not in values or HEIGHT not in values:
        raise SampleError("damaged TIFF: it does not say how large it is")


def _segments(page: Directory) -> tuple[Sequence[int], Sequence[int]]:
    """Return offsets and sizes of a page's strips or tiles."""
    offsets, sizes = (TILES, TILE_SIZES) if TILES in page else (STRIPS, STRIP_SIZES)
    return page.get(offsets, ()), page.get(sizes, ())


def layout(page: Directory) -> Layout:
    """Return the layout of a page's samples; SampleError where bands differ."""
    bands = int(page.get(BANDS, 1))
    bits, formats = (tuple(page.get(tag, (1,))) for tag in (BITS, SAMPLE_FORMAT))
    if len(set(bits)) != 1 or len(set(formats)) != 1 or len(bits) not in (1, bands):
        raise SampleError("unsupported TIFF: bands of different kinds")
    photometric = int(page.get(PHOTOMETRIC, WHITE_IS_ZERO))
    return Layout(bands, bits[0], formats[0], photometric, tuple(page.get(EXTRA, ())))


def refuse_unread(page: Directory) -> None:
    """Raise SampleError for a compression that is not read."""
    number = page.get(COMPRESSION, _UNCOMPRESSED)
    if number in _COMPRESSIONS:
        raise SampleError(f"unsupported TIFF: {_COMPRESSIONS[number]} inside ({number})")


def is_plain(page: Directory, form: Layout) -> bool:
    """Return whether `samples` can read a page."""
    differences = page.get(PREDICTOR, 1) in (1, 2) or form.bands == 1
    return (
        form.depth is not None
        and page.get(COMPRESSION, 1) in _PLAIN_COMPRESSIONS
        and form.bands >= _COLOURS.get(form.photometric, form.bands + 1)
        and differences
    )


def samples(data: bytes, page: Directory) -> PixelArray:
    """Return H×W×bands samples of a plain page, in the file's band order and of its dtype."""
    form = layout(page)
    if page.get(PLANAR, 1) == 1 or form.bands == 1:
        return _interleaved(data, page, form.bands)
    offsets, sizes = _segments(page)
    each = len(offsets) // form.bands
    parts = [slice(i * each, (i + 1) * each) for i in range(form.bands)]
    return np.dstack([_gray(data, page, 1, offsets[part], sizes[part]) for part in parts])


def _interleaved(data: bytes, page: Directory, bands: int) -> PixelArray:
    flat = _gray(data, page, bands, *_segments(page))
    pixels = flat.reshape(page[HEIGHT], page[WIDTH], bands)
    if bands > 1 and page.get(PREDICTOR, 1) == _DIFFERENCES:
        return _summed(pixels, page.get(TILE_WIDTH, page[WIDTH]))
    return pixels


def _summed(differences: PixelArray, tile_width: int) -> PixelArray:
    """Undo horizontal differencing, which starts anew in each tile."""
    pixels = np.empty_like(differences)
    for left in range(0, differences.shape[1], tile_width):
        tile = np.s_[:, left : left + tile_width]
        np.cumsum(differences[tile], axis=1, dtype=pixels.dtype, out=pixels[tile])
    return pixels


def _gray(
    data: bytes, page: Directory, bands: int, offsets: Sequence[int], sizes: Sequence[int]
) -> PixelArray:
    """Return H×(W·bands) samples through a directory that tells of a gray picture."""
    if has_raw_tiles(page):
        return _raw_tiles(data, page, bands, offsets)
    tags: dict[int, Any] = {
        WIDTH: page[WIDTH] * bands,
        HEIGHT: page[HEIGHT],
        BITS: page[BITS][0],
        SAMPLE_FORMAT: page.get(SAMPLE_FORMAT, (_UNSIGNED,))[0],
        COMPRESSION: page.get(COMPRESSION, _UNCOMPRESSED),
        PHOTOMETRIC: BLACK_IS_ZERO,
        FILL_ORDER: page.get(FILL_ORDER, 1),
        BANDS: 1,
    }
    if bands == 1 and page.get(PREDICTOR, 1) != 1:
        tags[PREDICTOR] = page[PREDICTOR]
    if TILES in page:
        tags |= {TILE_WIDTH: page[TILE_WIDTH] * bands, TILE_HEIGHT: page[TILE_HEIGHT]}
        tags |= {TILES: offsets, TILE_SIZES: sizes}
    else:
        tags |= {ROWS_PER_STRIP: page.get(ROWS_PER_STRIP, page[HEIGHT])}
        tags |= {STRIPS: offsets, STRIP_SIZES: sizes}
    file = _with_directory(data, tags)
    pixels = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.shape != (tags[HEIGHT], tags[WIDTH]):
        raise SampleError("damaged TIFF: its data do not decode")
    gray: PixelArray = pixels
    return gray.astype(np.float32, copy=False) if gray.dtype.kind == "f" else gray


def has_raw_tiles(page: Directory) -> bool:
    """Return whether a page has tiles that are not compressed; SampleError where one is too short.

    OpenCV wants such tiles to be of a multiple of 1024 bytes, and refuses others.
    """
    raw = page.get(COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED and page.get(FILL_ORDER, 1) == 1
    if TILES not in page or not raw:
        return False
    if not page.get(TILE_WIDTH) or not page.get(TILE_HEIGHT):
        raise SampleError("damaged TIFF: it does not say how large its tiles are")
    form = layout(page)
    bands = form.bands if page.get(PLANAR, 1) == 1 else 1
    each = (page[TILE_WIDTH] * bands * form.bits + 7) // 8 * page[TILE_HEIGHT]
    across, down = (-(-page[a] // page[b]) for a, b in ((WIDTH, TILE_WIDTH), (HEIGHT, TILE_HEIGHT)))
    sizes = page.get(TILE_SIZES, ())
    if len(sizes) < across * down * form.bands // bands or min(sizes) < each:
        raise SampleError("truncated TIFF: a tile has too few bytes")
    return True


def _raw_tiles(data: bytes, page: Directory, bands: int, offsets: Sequence[int]) -> PixelArray:
    """Return H×(W·bands) samples of tiles that are not compressed."""
    form, order = layout(page), "<" if data[:2] == b"II" else ">"
    kind = "f" if form.sample_format == _FLOAT else "u"
    width, height = page[TILE_WIDTH] * bands, page[TILE_HEIGHT]
    across, down = -(-page[WIDTH] // page[TILE_WIDTH]), -(-page[HEIGHT] // height)
    pixels = np.empty((down * height, across * width), f"{order}{kind}{form.bits // 8}")
    for number, offset in enumerate(offsets[: across * down]):
        top, left = number // across * height, number % across * width
        tile = np.frombuffer(data, pixels.dtype, width * height, offset)
        pixels[top : top + height, left : left + width] = tile.reshape(height, width)
    cut = pixels[: page[HEIGHT], : page[WIDTH] * bands]
    return np.ascontiguousarray(cut, np.float32 if kind == "f" else pixels.dtype.newbyteorder("="))


def _with_directory(data: bytes, tags: Mapping[int, Any]) -> bytes:
    """Return the same file with another directory, put behind its data."""
    order = "<" if data[:2] == b"II" else ">"
    padding = b"\0" * (len(data) % 2)
    at = len(data) + len(padding)
    header = data[:2] + struct.pack(f"{order}HI", 42, at)
    return b"".join([header, data[8:], padding, _packed(tags, at, order)])


def _packed(tags: Mapping[int, Any], at: int, order: str) -> bytes:
    """Return a directory that will stand at `at`; values are ints, sequences of them, or bytes."""
    entries, values = [], b""
    values_at = at + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        kind, count, value = _field(tags[tag], order)
        if len(value) > 4:
            place = struct.pack(f"{order}I", values_at + len(values))
            values += value + b"\0" * (len(value) % 2)
        else:
            place = value.ljust(4, b"\0")
        entries.append(struct.pack(f"{order}HHI", tag, kind, count) + place)
    return struct.pack(f"{order}H", len(tags)) + b"".join(entries) + bytes(4) + values


def _field(value: Any, order: str) -> tuple[int, int, bytes]:
    """Return type, count and bytes: UNDEFINED for bytes, SHORT for small numbers, else LONG."""
    if isinstance(value, bytes):
        return 7, len(value), value
    numbers = [value] if isinstance(value, int) else list(value)
    kind, code = (3, "H") if max(numbers, default=0) < 1 << 16 else (4, "I")
    return kind, len(numbers), struct.pack(f"{order}{len(numbers)}{code}", *numbers)


def encoded(pixels: PixelArray, alpha: bool, icc: bytes | None) -> bytes:
    """Return a TIFF of H×W×bands samples in file order: LZW with differences, floats plain."""
    height, width, bands = pixels.shape
    tones = bands - alpha
    colour = RGB if tones == 3 else BLACK_IS_ZERO
    extra = [0] * (tones - _COLOURS[colour]) + [ALPHA] * alpha
    packed = _gray_file(pixels)
    page = _directory(packed, _new_directory(packed).next)
    strips = [packed[at : at + size] for at, size in zip(*_segments(page), strict=True)]
    tags: dict[int, Any] = {
        WIDTH: width,
        HEIGHT: height,
        BITS: [8 * pixels.dtype.itemsize] * bands,
        SAMPLE_FORMAT: [_FLOAT if pixels.dtype.kind == "f" else _UNSIGNED] * bands,
        COMPRESSION: page[COMPRESSION],
        PHOTOMETRIC: colour,
        BANDS: bands,
        PLANAR: 1,
        ROWS_PER_STRIP: page[ROWS_PER_STRIP],
        STRIPS: np.cumsum([8, *map(len, strips[:-1])]).tolist(),
        STRIP_SIZES: list(map(len, strips)),
    }
    tags |= {EXTRA: extra} if extra else {}
    tags |= {PREDICTOR: _DIFFERENCES} if pixels.dtype.kind == "u" else {}
    tags |= {ICC: icc} if icc else {}
    return _with_directory(b"".join([packed[:8], *strips]), tags)


def _gray_file(pixels: PixelArray) -> bytes:
    """Return OpenCV's file of the samples as a gray picture, differences taken before."""
    plain: NDArray[Any] = pixels
    if pixels.dtype.kind == "u":
        plain = pixels.copy()
        plain[:, 1:] -= pixels[:, :-1]
    compression = _LZW if pixels.dtype.kind == "u" else _UNCOMPRESSED
    options = [cv2.IMWRITE_TIFF_COMPRESSION, compression, cv2.IMWRITE_TIFF_PREDICTOR, 1]
    _, file = cv2.imencode(".tiff", plain.reshape(len(plain), -1), options)
    return bytes(file)
