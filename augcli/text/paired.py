"""Columns of texts that belong to each other, such as a premise and its hypothesis."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from statistics import fmean

from augcli.settings.base import ColumnRef
from augcli.text.language.lexicon import Lexicon
from augcli.text.words import Document, Reading

_SENTENCE = 4
"""Words that a cell has at least, on average, where a column is taken for texts."""
_LIKE = 3
"""How many times longer texts may be than those that belong to them, whatever they are called."""
_ASKED = """
premise question query context instruction prompt article document dialogue source src anchor chosen
input passage
"""
_ANSWERED = """
hypothesis answer passage response completion summary highlights target tgt positive negative
rejected output context reference
"""
_FIRST, _SECOND = frozenset(_ASKED.split()), frozenset(_ANSWERED.split())
"""What columns of texts are called that belong together though one is far longer."""
_WORDS = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]{2}|[^\W\d_a-z]", re.IGNORECASE)
"""Letters of a word, and no exponent of a number."""


def among(cells: Mapping[ColumnRef, Sequence[str]]) -> list[ColumnRef]:
    """Return the columns of sentences that belong to the longest ones, and these."""
    sizes = {name: words for name, some in cells.items() if (words := words_of(some))}
    longest = max(sizes, key=lambda each: sizes[each], default=None)
    if longest is None:
        return []
    is_like = {each for each, size in sizes.items() if _LIKE * size >= sizes[longest]}
    return [each for each in sizes if each in is_like or _name_two(each, longest)]


def _name_two(one: ColumnRef, other: ColumnRef) -> bool:
    """Return whether columns are called as two texts are that belong together."""
    first, second = ({*_WORDS.findall(str(each).lower())} for each in (one, other))
    return any(a & _FIRST and b & _SECOND for a, b in ((first, second), (second, first)))


def words_of(texts: Collection[str]) -> float:
    """Return how many words texts have on average; 0 where these are few, or texts repeat."""
    worded = [text for text in texts if _LETTER.search(text)]
    if not texts or min(len(worded), len(set(texts))) <= len(texts) / 2:
        return 0
    if any("\0" in text for text in texts):
        return 0
    reading = Reading(Lexicon(()))
    words = fmean(len(Document(text, reading).words) for text in texts)
    return words if words >= _SENTENCE else 0
