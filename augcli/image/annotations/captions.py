"""What a caption says that a step would make untrue: sides by mirrors, colours by hues."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIDES = re.compile(
    r"\b(left|right)(most|ward|wards|side|hand|handed)?\b|\b(anti|counter)?-?clockwise\b",
    re.IGNORECASE,
)
_COLOURS = re.compile(
    r"\b(red|orange|yellow|green|blue|purple|violet|pink|brown|beige|turquoise|cyan|magenta"
    r"|crimson|scarlet|maroon|teal|indigo|gold|golden|silver|tan|khaki|navy|lavender)"
    r"(ish|s|-colou?red)?\b",
    re.IGNORECASE,
)


def names_side(texts: Iterable[str]) -> bool:
    """Return whether a text names a side, which a mirror swaps."""
    return any(map(_SIDES.search, texts))


def names_colour(texts: Iterable[str]) -> bool:
    """Return whether a text names a colour, which another hue changes."""
    return any(map(_COLOURS.search, texts))
