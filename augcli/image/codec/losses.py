"""What a container loses of a picture that nobody may expect of it."""

from __future__ import annotations

from collections.abc import Iterator

from augcli.image.formats import Encoding
from augcli.image.picture import Picture

_DIM = 1 << 12
"""Of 16 bits: where all numbers are below, the picture is nearly black as it is."""
_OF_BYTES = ("jpeg", "webp")


def losses(data: bytes, picture: Picture, encoding: Encoding) -> Iterator[str]:
    """Yield what a result loses of a source with these bytes, that was decoded to a picture."""
    if encoding.format == "webp" and _is_lossless_webp(data):
        yield "a lossless WebP; copies are lossy ones: `output.image.format: png` keeps all"
    is_deep = picture.facts.depth == "uint16" and encoding.format in _OF_BYTES
    if is_deep and picture.pixels[:, :, : picture.facts.tones].max() < _DIM:
        yield "12 bits or fewer in 16: turned to 8 bits, copies are nearly black"


def _is_lossless_webp(data: bytes) -> bool:
    at = 12
    while data.startswith(b"RIFF") and at + 8 <= len(data):
        if data[at : at + 4] == b"VP8L":
            return True
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return False
