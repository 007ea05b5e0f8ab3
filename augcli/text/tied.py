"""What is written together, so that nothing may be put in between: `10×20`, `m/s`, `<3`."""

from __future__ import annotations

import unicodedata

_OPENING = frozenset("\"'“”‘’«»‹›„‚¿¡([{")
"""What a word may have right before it and still begins by itself: `("word`, but not `word(s)`."""
_TYING = frozenset("-/\\&@#%_*^`$€£¥")


def is_tied(text: str, place: int) -> bool:
    """Return whether what begins at a place is written together with what stands before it."""
    start = place
    while start and text[start - 1] in _OPENING:
        start -= 1
    before = text[start - 1 : start]
    if not before or before.isspace():
        return False
    is_symbol = before in _TYING or unicodedata.category(before) == "Sm"
    return before.isalnum() or unicodedata.category(before)[0] == "M" or is_symbol


def are_tied(text: str, end: int, start: int) -> bool:
    """Return whether a sign ties a word that ends at a place to one that starts at another."""
    between = text[end:start]
    return between.split() == [between] and is_tied(text, start)
