"""What turns a sentence's meaning around: such words are never deleted unasked.

Languages that come along have theirs in their folders; a recipe adds its own by
`dataset.negations`.
"""

from __future__ import annotations

import re

_CUT = r"\bn ['’]t\b"
_BEGUN = (
    r"\b[وفأبل]{1,2}(?:لا|لم|لن|ليس\w{0,3}|لست\w{0,2}|غير|بدون|دون|ما)\b",
    r"\b(?:ו?(?:[שה]|כש)?|שה)(?:לא|אין|אינ(?:ו|ה|ם|ן|ני|נו|ך)|בלי|ללא)\b|\bוא[לף]\b",
    r"\bن\w+[دت](?:م|یم|ید|ند)\b",
    r"\bن(?:خواند|دید|رفت|گفت|شنید|خورد|داد|زد|یامد|گرفت|خرید|خواست|توانست|دانست|ماند|رسید|فهمید|یافت"
    r"|یفتاد|یاورد|ساخت|پسندید|برد|گذاشت|نوشت|نشست|بود|شد|کرد|داشت)(?:ه(?:\u200c?\w{2,4})?|ی)?\b",
    r"\bن(?:کن|باش|شو|رو|گو|خور|ده|زن|بین|خوان|دان|توان|خواه|یا|گیر|مان|رس)(?:م|ی|د|یم|ید|ند)?\b",
)
"""Arabic and Hebrew ones behind `and`, `so` and the like; Persian verbs, as all persons' past ends,
and stems of common ones."""
NEGATING = re.compile(
    rf"ไม่|ບໍ່|មិន|ない|なか|なく|ません|{_CUT}|[가-힣]*(?:않|없|아니|못하|말아|지 마)[가-힣]*"
    r"|\bنمی[\w\u200c]*|[\u0b80-\u0bff]*வில்லை|\b\w+гүй\b"
    rf"|{'|'.join(_BEGUN)}"
)
_CUT_ALONE = re.compile(_CUT)
_MARKS = "'", "’"


def negates(lower: str, known: frozenset[str]) -> bool:
    """Return whether a word in small letters turns a meaning around: it is known, or by its end."""
    if lower in known:
        return True
    marked = any(mark in lower for mark in _MARKS)
    return marked and (lower.endswith(("n't", "n’t")) or lower.startswith(("n'", "n’")))


def may_negate(text: str) -> bool:
    """Return whether a text may have negations that stand in no list of words."""
    return "'" in text or not text.isascii()


def negations_in(text: str) -> list[tuple[int, int]]:
    """Return start and end of negations of several characters: of words read by character, of such
    as grow at their ends, and of `n 't`.
    """
    if not may_negate(text):
        return []
    pattern = _CUT_ALONE if text.isascii() else NEGATING
    return [match.span() for match in pattern.finditer(text)]
