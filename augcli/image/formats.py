"""Which file names mean which container, and what a result is encoded as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from augcli.image.config import ImageOutput

_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "png": (".png", ".apng"),
    "webp": (".webp",),
    "tiff": (".tiff", ".tif"),
    "bmp": (".bmp", ".dib"),
    "gif": (".gif",),
    "avif": (".avif",),
    "jpeg2000": (".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".jpc"),
    "ppm": (".ppm", ".pgm", ".pbm", ".pnm"),
    "pfm": (".pfm",),
    "tga": (".tga",),
    "ico": (".ico",),
    "mpo": (".mpo",),
}
"""The first of each is what results get when their container changes."""

_FORMAT_OF = {ext: format_ for format_, exts in _EXTENSIONS.items() for ext in exts}
_WRITTEN = frozenset({"jpeg", "png", "webp", "tiff", "bmp"})
_KEEPS_FLOAT = frozenset({"pfm"})

IMAGE_EXTENSIONS: frozenset[str] = frozenset(_FORMAT_OF)
"""What a walk over a dataset takes for pictures; lower case."""

UNREADABLE_EXTENSIONS = frozenset(
    (
        *(".heic", ".heif", ".hif", ".jxl", ".psd", ".psb", ".svg", ".eps", ".raw"),
        *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"),
    )
)
"""Of pictures that are not read; lower case."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"RIFF", "webp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"\0\0\0\x0cjP  ", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"\0\0\1\0", "ico"),
    (b"Pf", "pfm"),
    (b"PF", "pfm"),
    *((b"P%d" % number, "ppm") for number in range(1, 7)),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL ", "jxl"),
)
"""What files of a format begin with; TGA has nothing of the kind."""

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})

_ADVICE = "convert it to JPEG or PNG first"
UNREADABLE_FORMATS = {
    "heif": f"a HEIF picture, as phones make them (HEIC); {_ADVICE}",
    "jxl": f"a JPEG XL picture; {_ADVICE}",
    "video": "a video or another kind of recording",
}
"""What is known of formats that are not read."""

_BMP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))
_SURE: dict[str, Callable[[bytes], bool]] = {
    "webp": lambda head: head[8:12] == b"WEBP",
    "bmp": lambda head: head[6:10] == bytes(4) and head[14:18] in _BMP_HEADERS,
    "ico": lambda head: 0 < head[4] < 32 and head[5] == head[9] == 0,
    "ppm": lambda head: head[2:3].isspace() and head[3:4] in b"#0123456789",
    "pfm": lambda head: head[2:3].isspace() and head[3:4] in b"#0123456789",
    "jxl": lambda head: head[:2] != b"\xff\x0a",
}


def format_of(head: bytes) -> str | None:
    """Return the format that a picture's first bytes tell of; None where they tell of none."""
    if head[4:8] == b"ftyp":
        brands = {head[8:12], head[16:20]}
        if brands & _AVIF_BRANDS:
            return "avif"
        return "heif" if brands & _HEIF_BRANDS else "video"
    return next((format_ for magic, format_ in _MAGIC if head.startswith(magic)), None)


def surely_of(head: bytes) -> str | None:
    """Return the same of a file that may be anything; more than two letters must tell of it."""
    format_ = format_of(head) if len(head) >= HEAD else None
    if format_ == "video" or (format_ in _SURE and not _SURE[format_](head)):
        return None
    return format_


HEAD = 20
"""So many first bytes tell a format."""


def extension_of(format_: str) -> str:
    """Return what the files of a format are usually called."""
    return _EXTENSIONS[format_][0]


LONGEST_JPEG_SIDE = 65_500
"""What libjpeg allows."""


@dataclass(frozen=True)
class Encoding:
    """How a result is encoded; recorded for each output, and enough to encode it again."""

    format: str
    quality: int
    convert: bool

    def to_json(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Encoding:
        """Return the encoding that `to_json` gave."""
        return cls(record["format"], record["quality"], record["convert"])


def encoding_for(name: str, settings: ImageOutput) -> tuple[Encoding, str]:
    """Return encoding and output extension for a source, from its file name alone."""
    extension = PurePosixPath(name).suffix
    source = _FORMAT_OF.get(extension.lower(), "")
    target = _kept(source) if settings.format == "keep" else settings.format
    encoding = Encoding(target, settings.quality, settings.convert)
    return encoding, extension if source == target else _EXTENSIONS[target][0]


def _kept(source: str) -> str:
    """Return the container of a source that keeps its own, or the nearest that is written."""
    if source in _WRITTEN:
        return source
    return "tiff" if source in _KEEPS_FLOAT else "png"
