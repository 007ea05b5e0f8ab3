"""A language is one folder: synonyms, small words, articles, abbreviations, keys, as far as known.

Those that come along lie in folders of their names; a dataset may bring one of its own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from augcli.text.beginnings import Articles
from augcli.text.language.negations import is_told_apart

SYNONYMS, NEGATIONS, STOP_WORDS, ARTICLES, ABBREVIATIONS, KEYBOARD = FILES = (
    "synonyms.tsv",
    "negations.txt",
    "stopwords.txt",
    "articles.txt",
    "abbreviations.txt",
    "keyboard.txt",
)
"""Of the folder, which has at least one; words stand in lines, or between spaces."""
TIE = "~"
"""Stands for a blank within an abbreviation."""
BUNDLED = Path(__file__).parents[1] / "data"
ENGLISH = "english"


@cache
def words_in(language: str, name: str) -> tuple[str, ...]:
    """Return the words of a file of a language that comes along, in their order."""
    return tuple((BUNDLED / language / name).read_text("utf-8").split())


@cache
def articles_of(language: str) -> Articles:
    """Return the articles of a language that comes along and has such."""
    return Articles.read((BUNDLED / language / ARTICLES).read_text("utf-8"))


@cache
def languages_with(name: str) -> tuple[str, ...]:
    """Return the languages that come along and have a file, in order."""
    return tuple(sorted(path.parent.name for path in BUNDLED.glob(f"*/{name}")))


@cache
def words_of_all(name: str) -> frozenset[str]:
    """Return the words of a file of any language that comes along."""
    return frozenset(word for each in languages_with(name) for word in words_in(each, name))


@cache
def negations_in(language: str | None) -> frozenset[str]:
    """Return what negates in texts of a language: words of all, but for its own small ones.

    Patterns that fit words of many languages are heeded in its own alone.
    """
    every = frozenset(filter(is_told_apart, words_of_all(NEGATIONS)))
    if language is None or language not in languages_with(STOP_WORDS):
        return every
    own = words_in(language, NEGATIONS) if language in languages_with(NEGATIONS) else ()
    return every.difference(words_in(language, STOP_WORDS)).union(own)


def with_blanks(abbreviation: str) -> str:
    """Return the pattern of an abbreviation, whose words may have a blank between them or none."""
    return "[ \u00a0\u202f]?".join(map(re.escape, abbreviation.split(TIE)))
