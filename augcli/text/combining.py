"""Combining marks and joiners: what stands on the letter before it."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import chain, starmap

_HAVE_MARKS = ((0x300, 0x3100), (0xA600, 0xAC00), (0xFB00, 0x10000))
"""Where they are: none are among ideographs, Hangul and what is for private use."""
_JOINERS = (0x200C, 0x200D)


@cache
def marks() -> frozenset[str]:
    """Return all of them."""
    return frozenset(map(chr, (*_codes(), *_JOINERS)))


@cache
def among() -> str:
    """Return them as the inside of a pattern's set."""
    ranges: list[list[int]] = []
    for code in (*_codes(), *_JOINERS):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@cache
def _codes() -> list[int]:
    codes = chain.from_iterable(starmap(range, _HAVE_MARKS))
    return [code for code in codes if unicodedata.category(chr(code)).startswith("M")]
