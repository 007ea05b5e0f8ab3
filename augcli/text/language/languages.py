"""Which language texts are in: that whose stop words they have most of.

It is a vote, not a detector: it knows the languages whose folders list stop words, which are those
that English words stray into, as their letters are the same. It says nothing where texts are short
of such; then the words of a lexicon tell whether texts may be of its language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from operator import itemgetter

from augcli.text.language.folders import STOP_WORDS, languages_with, words_in
from augcli.text.language.lexicon import Lexicon

ENGLISH = "English"

_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 30
"""Words that there must be to say anything."""
_DIFFERENT = 5
"""Small words of a language that there must be; one that comes again and again is a name."""
_SHARE = 0.12
"""Of the words, that are small words of a language that texts are in."""
_AHEAD = 1.8
"""Times the share of English that another language must have."""
_TELLING = 3
"""Letters of a word that says whether it is of a language."""
_LEAST = 8
"""Such words that there must be to say that texts are of another language."""
_KNOWN = 0.4
"""Of them, that a lexicon of the texts' language knows: 0.85 of English sets of texts, at most a
third of those of other languages; 0.44 of the hundredth of messages in which it knows least."""


@cache
def _votes() -> dict[str, list[str]]:
    """Return the languages that have each small word."""
    votes: dict[str, list[str]] = {}
    for language in languages_with(STOP_WORDS):
        for word in dict.fromkeys(words_in(language, STOP_WORDS)):
            votes.setdefault(word, []).append(language.capitalize())
    return votes


def language_of(texts: Iterable[str]) -> str | None:
    """Return the language that texts are in, None where that is not clear."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(_WORD.findall(text.lower()))
    votes, different = Counter[str](), Counter[str]()
    for word, times in found.items():
        for language in _votes().get(word, ()):
            votes[language] += times
            different[language] += 1
    language, most = max(votes.items(), key=itemgetter(1), default=("", 0))
    least = max(_SHARE * found.total(), 0 if language == ENGLISH else _AHEAD * votes[ENGLISH])
    clear = found.total() >= _FEWEST and different[language] >= _DIFFERENT and most >= least
    return language if clear else None


def folder_of(language: str | None) -> str | None:
    """Return what the folder of a language is called."""
    return language and language.lower()


def may_be_of(lexicon: Lexicon, texts: Iterable[str]) -> bool:
    """Return whether a lexicon knows so many words of texts, or these are so few, that it fits."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(word for word in _WORD.findall(text.lower()) if len(word) >= _TELLING)
    known = sum(times for word, times in found.items() if lexicon.knows(word))
    return found.total() < _LEAST or known >= _KNOWN * found.total()
