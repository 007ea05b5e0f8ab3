"""The font of all sheets: one of the system that has many scripts, or else Pillow's own."""

from __future__ import annotations

from functools import cache
from typing import Any

from PIL import ImageFont

_FONTS = ("NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "DejaVuSans.ttf", "Arial.ttf")


@cache
def font_of(size: int) -> Any:
    """Return the font at a size in pixels."""
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size=size)


@cache
def has_sign(character: str, font: Any) -> bool:
    """Return whether a font has a sign of its own for a character."""
    if character.isascii():
        return True
    try:
        return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
    except UnicodeError:
        return False
