"""`a` and `an`: the article in front of a word that is new says how that one begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from augcli.text.edits import Edit, in_shape_of, ordered
from augcli.text.words import Document

_ARTICLE = re.compile(r"(?<![\w'’-])(an?)( +)$", re.IGNORECASE)
_LONGEST = 12
_NEXT = re.compile(r"[\"'“‘(]{0,8}([A-Za-z]+)")
_SILENT = re.compile(r"hono|hour|heir|honest")
_CONSONANT = re.compile(r"eu|ewe|on(?:e|ce)(?:\b|-)|uni(?!n|m)|u[fkrst][aeiou]|ubiq|ouija")
"""Letters that are vowels and are spoken otherwise at the beginning."""
_SPELT = "AEFHILMNORSX"
"""Letters whose names begin with a vowel."""


def article_for(word: str) -> str:
    """Return `a` or `an`, as a word is spoken."""
    if len(word) > 1 and word.isupper():
        return "an" if word[0] in _SPELT else "a"
    lower = word.lower()
    if _SILENT.match(lower):
        return "an"
    return "an" if lower[0] in "aeiou" and not _CONSONANT.match(lower) else "a"


def with_articles(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Return edits of English texts with those of articles that fit no more; others as they are."""
    if not document.reading.lexicon.keeps_names:
        return list(edits)
    taken = {start for start, end, _ in edits if start < end}
    more = (each for each in _articles(document, edits) if each[0] not in taken)
    return ordered([*edits, *more])


def _articles(document: Document, edits: Sequence[Edit]) -> Iterator[Edit]:
    text = document.text
    first = {start: new for start, _, new in reversed(edits)}
    for start, new in first.items():
        found = _ARTICLE.search(text, max(0, start - _LONGEST), start)
        old, then = _NEXT.match(text, start), _NEXT.match(new)
        if not (found and old and then) or document.kept.overlap(*found.span(1)):
            continue
        wanted = article_for(then[1])
        if found[1].lower() == article_for(old[1]) != wanted:
            yield [*found.span(1), in_shape_of(wanted, found[1])]
