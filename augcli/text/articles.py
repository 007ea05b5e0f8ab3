"""`a` and `an`: the article in front of a word that is new says how that one begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from augcli.text.edits import Edit, in_shape_of, ordered
from augcli.text.words import Document

_LONGEST = 12
_NEXT = re.compile(r"[\"'“‘«(]{0,8}([^\W\d_]+)")


def with_articles(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Return edits with those of articles that fit no more, where the language has such."""
    if not document.reading.lexicon.articles.blocks:
        return list(edits)
    taken = {start for start, end, _ in edits if start < end}
    more = (each for each in _articles(document, edits) if each[0] not in taken)
    return ordered([*edits, *more])


def _articles(document: Document, edits: Sequence[Edit]) -> Iterator[Edit]:
    text, known = document.text, document.reading.lexicon.articles
    first = {start: new for start, _, new in reversed(edits)}
    for start, new in first.items():
        found = known.before.search(text, max(0, start - _LONGEST), start)
        old, then = _NEXT.match(text, start), _NEXT.match(new)
        if not (found and old and then) or document.kept.overlap(*found.span(1)):
            continue
        wanted = known.instead(found[1].lower(), old[1], then[1])
        if wanted:
            yield [*found.span(1), in_shape_of(wanted, found[1])]
