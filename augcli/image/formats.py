"""Which file names mean which container, and what a result is encoded as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import asdict

from augcli.dataset.formats import Format, format_at, formats_of, register_format
from augcli.disk.inside import suffix_of
from augcli.image.config import ImageOutput


class ImageFormat(Format, frozen=True):
    """A container of pictures; the codec has a way to decode each."""

    kind: ClassVar[str] = "image"

    magic: tuple[bytes, ...] = ()
    """What its files may begin with; TGA has nothing of the kind."""
    is_sure: Callable[[bytes], bool] = lambda _head: True
    """Tells of a file that may be anything and begins so whether it is one."""
    results: str = "png"
    """The container of results whose source has this one and keeps it; where none is written as
    it is, the nearest that is."""


_BMP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))


def _is_netpbm(head: bytes) -> bool:
    return head[2:3].isspace() and head[3:4] in b"#0123456789"


for _form in (
    ImageFormat(
        "jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), magic=(b"\xff\xd8\xff",), results="jpeg"
    ),
    ImageFormat("png", (".png", ".apng"), magic=(b"\x89PNG\r\n\x1a\n",)),
    ImageFormat(
        "webp",
        (".webp",),
        magic=(b"RIFF",),
        is_sure=lambda head: head[8:12] == b"WEBP",
        results="webp",
    ),
    ImageFormat("tiff", (".tiff", ".tif"), magic=(b"II*\0", b"MM\0*", b"II+\0"), results="tiff"),
    ImageFormat(
        "bmp",
        (".bmp", ".dib"),
        magic=(b"BM",),
        is_sure=lambda head: head[6:10] == bytes(4) and head[14:18] in _BMP_HEADERS,
        results="bmp",
    ),
    ImageFormat("gif", (".gif",), magic=(b"GIF8",)),
    ImageFormat("avif", (".avif",)),
    ImageFormat(
        "jpeg2000",
        (".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".jpc"),
        magic=(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    ),
    ImageFormat(
        "ppm",
        (".ppm", ".pgm", ".pbm", ".pnm"),
        magic=tuple(b"P%d" % number for number in range(1, 7)),
        is_sure=_is_netpbm,
    ),
    ImageFormat("pfm", (".pfm",), magic=(b"Pf", b"PF"), is_sure=_is_netpbm, results="tiff"),
    ImageFormat("tga", (".tga",)),
    ImageFormat(
        "ico",
        (".ico",),
        magic=(b"\0\0\1\0",),
        is_sure=lambda head: 0 < head[4] < 32 and head[5] == head[9] == 0,
    ),
    ImageFormat("mpo", (".mpo",)),
):
    register_format(_form)

IMAGE_EXTENSIONS = frozenset(
    each for form in formats_of(ImageFormat).values() for each in form.extensions
)
"""What a walk over a dataset takes for pictures; lower case."""

UNREADABLE_EXTENSIONS = frozenset(
    (
        *(".heic", ".heif", ".hif", ".jxl", ".psd", ".psb", ".svg", ".eps", ".raw"),
        *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"),
        *(".dcm", ".dicom", ".nii", ".mha", ".mhd", ".nrrd"),
    )
)
"""Of pictures that are not read; lower case."""

_JXL_BOX = b"\0\0\0\x0cJXL "
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})

_ADVICE = "convert it to JPEG or PNG first"
UNREADABLE_FORMATS = {
    "heif": f"a HEIF picture, as phones make them (HEIC); {_ADVICE}",
    "jxl": f"a JPEG XL picture; {_ADVICE}",
    "video": "a video or another kind of recording",
}
"""What is known of formats that are not read."""

_MAGIC = (
    *((magic, form.name) for form in formats_of(ImageFormat).values() for magic in form.magic),
    (b"\xff\x0a", "jxl"),
    (_JXL_BOX, "jxl"),
)
"""What files of a format begin with."""


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
    name = format_of(head) if len(head) >= HEAD else None
    form = formats_of(ImageFormat).get(name or "")
    sure = form.is_sure(head) if form else name == "heif" or head.startswith(_JXL_BOX)
    return name if sure else None


HEAD = 20
"""So many first bytes tell a format."""


def extension_of(format_: str) -> str:
    """Return what the files of a format are usually called."""
    return formats_of(ImageFormat)[format_].extensions[0]


LONGEST_JPEG_SIDE = 65_500
"""What libjpeg allows."""


class Encoding(Struct, frozen=True):
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
    extension = suffix_of(name)
    source = format_at(ImageFormat, name)
    kept = source.results if source else "png"
    target = kept if settings.format == "keep" else settings.format
    encoding = Encoding(target, settings.quality, settings.convert)
    own = source is not None and source.name == target
    return encoding, extension if own else extension_of(target)
