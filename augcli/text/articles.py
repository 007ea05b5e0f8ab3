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
    behind = [edit for edit in edits if edit[0] in articles] if articles else ()
    return ordered([*edits, *_articles(document, edits, behind)]) if behind else ordered(edits)


def _articles(document: Document, edits: Sequence[Edit], behind: list[Edit]) -> Iterator[Edit]:
    """Yield the edits of the articles that some of the edits are behind."""
    articles = document.articles
    firsts = {articles[edit[0]]: edit for edit in reversed(ordered(behind))}
    for article, (start, end, new) in firsts.items():
        then = _WORD.match(new)
        old = article.word if start < end else None
        wanted = then and _instead(document, article.form, old, then[1])
        if wanted and not any(start == article.start < end for start, end, _ in edits):
            yield [article.start, article.end, wanted]


def _instead(document: Document, form: str, old: str | None, new: str) -> str | None:
    """Return what an article becomes, in its case; capitals spell no word where most are such."""
    known = document.reading.lexicon.articles
    loud = (form.isupper() or new.isupper()) and _is_loud(document.text)
    if loud:
        old, new = old and old.lower(), new.lower()
    wanted = known.instead(form.lower(), old, new)
    return wanted and (wanted.upper() if loud and form.isupper() else in_shape_of(wanted, form))


def _is_loud(text: str) -> bool:
    """Return whether most letters of a text are capitals."""
    return 2 * sum(map(str.isupper, text)) > sum(map(str.isalpha, text))


def with_moved(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Return edits of words that moved or went, with those of articles that fit no more."""
    own = {each.start: each for each in document.articles.values()} if document.articles else {}
    if not own:
        return [*edits]
    known, text = document.reading.lexicon.articles, document.text
    forms = {each.form.lower() for each in own.values()}
    found, origin = [*edits], _Origin(edits)
    for new in known.found(spliced(text, edits)):
        edit, start = origin.of(new.start)
        old = own.get(start)
        if edit is None and old:
            wanted = _instead(document, new.form, old.word, new.word)
            if wanted:
                found.append([start, old.end, wanted])
        elif edit is not None and new.form.lower() in forms and edits[edit][2] == new.form:
            wanted = _instead(document, new.form, None, new.word) or new.form
            found[edit] = [*edits[edit][:2], wanted]
    return ordered([each for each in found if text[each[0] : each[1]] != each[2]])


class _Origin:
    """Tells of places of a text after edits where they come from."""

    def __init__(self, edits: Sequence[Edit]):
        self._edits, by = edits, 0
        self._starts: list[int] = []
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
