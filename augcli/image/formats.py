"""Which file names mean which container, and what a result is encoded as."""

from __future__ import annotations

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
