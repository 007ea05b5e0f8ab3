"""What turns a sentence's meaning around: such words are never deleted unasked.

A language has them in a file, and a recipe adds its own by `dataset.negations`: words, and patterns
with `*`, `?` and `[…]` where words negate by how they begin or end. `!` before either says that it
does not negate, though a pattern fits. What is no word by itself, as in scripts without spaces and
with `~` for a blank, is looked for as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fnmatch import translate
from functools import cached_property, lru_cache

from msgspec import Struct

from augcli.text.protected import SPACELESS

_NOT = "!"
_TIE = "~"
_PATTERN = re.compile(r"[*?[]")
_NO_WORD = re.compile(f"[{_TIE}‘`{SPACELESS}]")
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_MARKS = "'", "’"
_AROUND = '.,;:!?…"“”«»()[]'
_NOTHING = "(?!)"


def is_told_apart(entry: str) -> bool:
    """Return whether an entry counts in texts of all languages.

    A pattern of Latin letters without a mark does not, as it fits words of many.
    """
    is_marked = any(mark in entry for mark in _MARKS)
    return is_marked or not (_PATTERN.search(entry) and _LATIN.search(entry))


class Negations(Struct, frozen=True, dict=True):
    """Words, patterns of words and stretches of texts that turn a meaning around."""

    words: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    """Words and patterns of what does not, though a pattern fits."""
    stretches: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Collection[str]) -> Negations:
        """Return them as files have them, in small letters."""
        others = frozenset(each for each in entries if each.startswith(_NOT))
        stretches = frozenset(filter(_NO_WORD.search, entries)) - others
        patterns = frozenset(filter(_PATTERN.search, entries)) - others - stretches
        words = frozenset(entries) - others - stretches - patterns
        return cls(words, patterns, frozenset(e.removeprefix(_NOT) for e in others), stretches)

    @cached_property
    def has(self) -> Callable[[str], bool]:
        """Return what tells whether a word in small letters negates; it remembers the last ones."""
        fits, is_other = _any_of(self.patterns), _any_of(self.others)

        def has(lower: str) -> bool:
            word = lower.strip(_AROUND)
            return word in self.words or bool(fits(word) and not is_other(word))

        return lru_cache(1 << 14)(has)

    @cached_property
    def _fits_any(self) -> bool:
        """Return whether a pattern fits words of plain letters."""
        return any(each.isascii() and not is_told_apart(each) for each in self.patterns)

    def may_be_in(self, text: str, lowers: Collection[str]) -> bool:
        """Return whether some of a text's words may negate; of most texts none does."""
        return self._fits_any or not _is_plain(text) or not self.words.isdisjoint(lowers)

    @cached_property
    def _stretch(self) -> re.Pattern[str]:
        found = (re.escape(each).replace(_TIE, " ") for each in self.stretches)
        return re.compile("|".join(sorted(found, reverse=True)) or _NOTHING, re.IGNORECASE)

    def stretches_of(self, text: str) -> list[tuple[int, int]]:
        """Return start and end of what negates in a text and is no word by itself."""
        return [] if _is_plain(text) else [match.span() for match in self._stretch.finditer(text)]


def _is_plain(text: str) -> bool:
    """Return whether a text has words of plain letters alone."""
    return "'" not in text and "`" not in text and text.isascii()


def _any_of(patterns: Collection[str]) -> Callable[[str], object]:
    """Return what tells whether any of some patterns fits a whole word."""
    return re.compile("|".join(map(translate, sorted(patterns))) or _NOTHING).match
