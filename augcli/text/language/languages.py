"""Which language texts are in: that whose stop words they have most of.

It is a vote, not a detector: it knows the languages whose folders list stop words, which are those
that English words stray into, as their letters are the same. It says nothing where texts are short
of such; then the words of a lexicon tell whether texts may be of its language. A text among English
ones has a vote of its own: it needs less, since nothing hangs on it but its synonyms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from operator import itemgetter

from augcli.text.language.folders import ENGLISH as ENGLISH_FOLDER
from augcli.text.language.folders import STOP_WORDS, languages_with, words_in
from augcli.text.language.lexicon import Lexicon

ENGLISH = "English"

_WORD = re.compile(r"[^\W\d_]+")
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
"""A letter of another script."""
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
_FEW = 3
"""Those of one text that there must be, where its small words or its letters cast a doubt."""


@cache
def _english() -> frozenset[str]:
    return frozenset(words_in(ENGLISH_FOLDER, STOP_WORDS))


@cache
def _others() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return the small words that each other language does not share with English, and
    those of English that it does not have.
    """
    every = (frozenset(words_in(each, STOP_WORDS)) for each in languages_with(STOP_WORDS))
    english = _english()
    return tuple((own - english, english - own) for own in every if own != english)


@cache
def _telling() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the small words of other languages, those that are no single letters, and those
    that are English alone.
    """
    own = frozenset(word for own, _ in _others() for word in own)
    alone = _english().intersection(*(ours for _, ours in _others()))
    return own, frozenset(word for word in own if len(word) > 1), alone


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


def in_latin(texts: Iterable[str]) -> bool:
    """Return whether at least two thirds of the letters of texts are Latin ones."""
    joined = " ".join(texts)
    other = 0 if joined.isascii() else len(_NOT_LATIN.findall(joined))
    return not other or 3 * other <= sum(map(str.isalpha, joined))


def is_foreign(english: Lexicon, text: str) -> bool:
    """Return whether a text among English ones is of another language or in another script."""
    if not in_latin([text]):
        return True
    words = text.lower().split()
    if _telling()[1].isdisjoint(words):
        least = _LEAST if text.isascii() else _FEW
        return _english().isdisjoint(words) and not may_be_of(english, [text], least)
    return _is_outvoted(english, text)


def _is_outvoted(english: Lexicon, text: str) -> bool:
    """Return whether small words of another language outnumber those of English."""
    words = _WORD.findall(text.lower())
    own, _, alone = _telling()
    if sum(map(own.__contains__, words)) <= sum(map(alone.__contains__, words)):
        return False  # of most texts; no language can then be ahead
    found = Counter(words)
    ahead = [own & found.keys() for own, ours in _others() if _lead(found, own, ours) > 0]
    return any(map(_are_several, ahead)) or (bool(ahead) and not may_be_of(english, [text], _FEW))


def _lead(found: Counter[str], own: frozenset[str], ours: frozenset[str]) -> int:
    """Return how many more words there are of some than of others."""
    return sum(found[e] for e in own & found.keys()) - sum(found[e] for e in ours & found.keys())


def _are_several(words: Iterable[str]) -> bool:
    """Return whether several small words are no single letters, which stand for anything."""
    return sum(len(word) > 1 for word in words) > 1


def may_be_of(lexicon: Lexicon, texts: Iterable[str], least: int = _LEAST) -> bool:
    """Return whether a lexicon knows so many words of texts, or these are so few, that it fits."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(word for word in _WORD.findall(text.lower()) if len(word) >= _TELLING)
    known = sum(times for word, times in found.items() if lexicon.knows(word))
    return found.total() < least or known >= _KNOWN * found.total()
