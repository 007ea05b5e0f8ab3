"""COCO's run lengths: of 0 and 1 in turn down the columns, as numbers or packed into text.

Text is that of pycocotools: each number, from the third on less the one two before, in groups of
five bits from the lowest on, a sixth that says that more follow, and 48 added to make a character.
"""

from __future__ import annotations

from collections.abc import Sequence

_FIRST = 48
_MORE, _SIGN, _BITS = 0x20, 0x10, 0x1F
_LONGEST = 60
"""Bits of a number."""


def counts_of(text: str) -> tuple[int, ...]:
    """Return the run lengths that a text holds; ValueError where it holds none."""
    counts: list[int] = []
    number = shift = 0
    for character in text:
        group = ord(character) - _FIRST
        if not 0 <= group < 2 * _MORE or shift > _LONGEST:
            raise ValueError(f"{character!r} is no character of compressed run lengths")
        number |= (group & _BITS) << shift
        shift += 5
        if group & _MORE:
            continue
        number -= (1 << shift) if group & _SIGN else 0
        counts.append(number + (counts[-2] if len(counts) > 2 else 0))
        number = shift = 0
    if shift:
        raise ValueError("the compressed run lengths end in the middle of a number")
    return tuple(counts)


def text_of(counts: Sequence[int]) -> str:
    """Return run lengths as text."""
    before = (0, 0, 0, *counts[1:])
    return "".join(map(_packed, (now - then for now, then in zip(counts, before, strict=False))))


def _packed(number: int) -> str:
    characters = []
    while True:
        group = number & _BITS
        number >>= 5
        is_last = number == (-1 if group & _SIGN else 0)
        characters.append(chr(_FIRST + group + (0 if is_last else _MORE)))
        if is_last:
            return "".join(characters)


def checked(counts: Sequence[int], width: int, height: int) -> tuple[int, ...]:
    """Return run lengths of a mask of this size; ValueError where they are of none."""
    if any(type(count) is not int or count < 0 for count in counts):
        raise ValueError("run lengths are whole numbers from 0 on")
    if sum(counts) != width * height:
        told = f"{sum(counts):,} pixels, and not the {width * height:,}"
        raise ValueError(f"the run lengths have {told} of {width}x{height}")
    return tuple(counts)
