"""What turns a sentence's meaning around: such words are never deleted unasked.

Languages that come along have theirs in their folders; a recipe adds its own by
`dataset.negations`.
"""

from __future__ import annotations

import re

NEGATING = re.compile(
    r"ไม่|ບໍ່|មិន|ない|なか|なく|ません|\bn ['’]t\b|[가-힣]*(?:않|없|아니|못하|말아|지 마)[가-힣]*"
    r"|\bنمی[\w\u200c]*|[\u0b80-\u0bff]*வில்லை"
)
"""Negations of several characters where words are read by character, or grow at their ends."""


def negates(word: str, known: frozenset[str]) -> bool:
    """Return whether a word turns a meaning around, as one that is known or by its end."""
    lower = word.lower()
    return lower in known or lower.endswith(("n't", "n’t")) or lower.startswith(("n'", "n’"))


def may_negate(text: str) -> bool:
    """Return whether a text may have negations that stand in no list of words."""
    return "'" in text or not text.isascii()
