"""`a` and `an`: the article in front of a word that is new says how that one begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from augcli.text.beginnings import WORD
from augcli.text.edits import Edit, in_shape_of, ordered
from augcli.text.words import Document

_WORD = re.compile(WORD)


def with_articles(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Return edits in order, with those of articles that fit no more."""
    more = _articles(document, edits) if document.articles else ()
    return ordered([*edits, *more])


def _articles(document: Document, edits: Sequence[Edit]) -> Iterator[Edit]:
    known = document.reading.lexicon.articles
    taken = {start for start, end, _ in edits if start < end}
    for place, new in {start: new for start, _, new in reversed(edits)}.items():
        article = document.articles.get(place)
        then = _WORD.match(new) if article else None
        if article and then and article.start not in taken:
            wanted = known.instead(article.form.lower(), article.word, then[1])
            if wanted:
                yield [article.start, article.end, in_shape_of(wanted, article.form)]
