"""Picture to bytes."""

from __future__ import annotations

from augcli.image.codec.formats import Encoding
from augcli.image.picture import Picture


def encode(picture: Picture, encoding: Encoding, icc: bytes | None) -> bytes:
    """Return a picture's file; SampleError where the container cannot hold it."""
    raise NotImplementedError
