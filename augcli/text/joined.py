"""Several texts of one sample as one: a pair of them, or the turns of a chat."""

from __future__ import annotations

from collections.abc import Iterable

WALL = "\ufdd0"
"""Stands between two of them; no character, and kept for such use by Unicode."""


def joined(texts: Iterable[str]) -> str:
    """Return texts as one; ValueError where they cannot be told apart then."""
    found = list(texts)
    if any(WALL in text for text in found):
        raise ValueError(f"a text has U+{ord(WALL):04X}, which is no character")
    return WALL.join(found)


def parted(text: str) -> list[str]:
    """Return the texts that are in one."""
    return text.split(WALL)
