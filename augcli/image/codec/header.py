"""What a file says of its picture before any pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from augcli.image.picture import Facts


@dataclass(frozen=True)
class Header:
    """A picture's own word about itself."""

    format: str
    width: int
    """After EXIF orientation, as all sides here."""
    height: int
    mode: str
    frames: int
    orientation: int
    icc: bytes | None

    @property
    def facts(self) -> Facts:
        """Return the facts of the picture that decoding gives."""
        raise NotImplementedError


def read_header(data: bytes, max_pixels: int) -> Header:
    """Return what a file says of itself; SampleError where it is no picture or too large."""
    raise NotImplementedError
