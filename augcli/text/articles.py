"""`a` and `an`: the article in front of a word that is new says how that one begins."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from augcli.text.beginnings import WORD
from augcli.text.edits import Edit, in_shape_of, ordered, spliced
from augcli.text.words import Document

_WORD = re.compile(WORD)


def with_articles(document: Document, edits: list[Edit]) -> list[Edit]:
    """Return edits in order, with those of articles that fit no more."""
    articles = document.articles
    if articles and not articles.keys().isdisjoint([start for start, _, _ in edits]):
        return ordered([*edits, *_articles(document, edits)])
    return ordered(edits)


def _articles(document: Document, edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield the edits of articles before those edits that are behind one."""
    known, articles = document.reading.lexicon.articles, document.articles
    news = {start: new for start, _, new in reversed(edits) if start in articles}
    for place, new in news.items():
        article, then = articles[place], _WORD.match(new)
        wanted = then and known.instead(article.form.lower(), article.word, then[1])
        if wanted and not any(start == article.start < end for start, end, _ in edits):
            yield [article.start, article.end, in_shape_of(wanted, article.form)]


def with_moved(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Return edits of words that moved or went, with those of articles that fit no more."""
    own = {each.start: each for each in document.articles.values()} if document.articles else {}
    if not own:
        return [*edits]
    known, text = document.reading.lexicon.articles, document.text
    forms = {each.form.lower() for each in own.values()}
    found, origin = [*edits], _Origin(edits)
    for _, new in known.found(spliced(text, edits)):
        edit, start = origin.of(new.start)
        form, old = new.form.lower(), own.get(start)
        if edit is None and old:
            wanted = known.instead(form, old.word, new.word)
            if wanted:
                found.append([start, old.end, in_shape_of(wanted, new.form)])
        elif edit is not None and form in forms and edits[edit][2] == new.form:
            wanted = known.instead(form, None, new.word) or form
            found[edit] = [*edits[edit][:2], in_shape_of(wanted, new.form)]
    return ordered([each for each in found if text[each[0] : each[1]] != each[2]])


class _Origin:
    """Tells of places of a text after edits where they come from."""

    def __init__(self, edits: Sequence[Edit]):
        self._edits, self._starts, by = edits, list[int](), 0
        for start, end, new in edits:
            self._starts.append(start + by)
            by += len(new) - (end - start)

    def of(self, place: int) -> tuple[int | None, int]:
        """Return the edit that wrote what is there, if any did, and where it stood before."""
        edit = bisect_right(self._starts, place) - 1
        if edit < 0:
            return None, place
        start, end, new = self._edits[edit]
        behind = place - self._starts[edit]
        return (edit, start) if behind < len(new) else (None, end + behind - len(new))
