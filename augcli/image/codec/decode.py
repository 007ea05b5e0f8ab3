"""Bytes to Picture."""

from __future__ import annotations

from dataclasses import dataclass

from augcli.image.picture import Picture


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded picture and what is worth knowing of how it came about."""

    picture: Picture
    notes: tuple[str, ...]
    """What a person should know, such as `first of 12 frames`."""
    icc: bytes | None
    """The colour profile that the pixels are in."""
    format: str


def decode(data: bytes, max_pixels: int) -> Decoded:
    """Return the picture in a file's bytes; SampleError where it cannot be had whole."""
    raise NotImplementedError
