"""Sources as learners see them: decoded no larger than is needed, and shrunk."""

from __future__ import annotations

from augcli.image.codec import Header, can_reduce, decoded, read_header
from augcli.image.config import ImageDatasetSettings
from augcli.image.picture import Picture, without_hidden
from augcli.task import Source

SIDE = 32
"""Pixels across and down that learners look at."""


def decoded_for(source: Source, settings: ImageDatasetSettings) -> Picture:
    """Return a source that is at least twice as large as learners look at, if it is that large."""
    data = bytes(source.data)
    header = read_header(data, settings.max_pixels)
    return without_hidden(decoded(data, header, _part(header)).picture)


def _part(header: Header) -> int:
    """Return to which part of its sides a picture is decoded to be shrunk further."""
    shorter = min(header.width, header.height)
    parts = (each for each in (8, 4, 2) if shorter >= 2 * SIDE * each)
    return next(parts, 1) if can_reduce(header) else 1
