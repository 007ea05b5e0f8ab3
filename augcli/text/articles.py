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
    known, articles = document.reading.lexicon.articles, document.articles
    words = {start: new for start, _, new in reversed(edits)}
    for place in articles.keys() & words.keys():
        article, then = articles[place], _WORD.match(words[place])
        is_taken = any(start == article.start < end for start, end, _ in edits)
        if then and not is_taken:
            wanted = known.instead(article.form.lower(), article.word, then[1])
            if wanted:
                yield [article.start, article.end, in_shape_of(wanted, article.form)]
