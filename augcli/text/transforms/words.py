"""Words replaced, inserted, swapped and deleted (Wei & Zou 2019; Karimi et al. 2021)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Constant, Real, Spread
from augcli.text.articles import with_articles, with_moved
from augcli.text.edits import Edit, in_shape_of
from augcli.text.recommended import recommended_alpha
from augcli.text.transform import Share, TextTransform, one_of, picked, share
from augcli.text.words import Document
from augcli.transform import Params, register

_BLANKS = " \t\u00a0\u202f\u3000"
"""What goes with a word that is deleted; the end of a line stays."""
_PUNCTUATION = (".", ",", "!", "?", ";", ":")

Operation = Literal["synonym_replace", "random_insert", "random_swap", "random_delete"]


@register
class SynonymReplace(Share):
    """Replace words by synonyms, as many different ones as `alpha` says.

    The synonyms are those of a word's likeliest part of speech, in its number and tense and in its
    case. Stop words, names, numbers and what is protected stay.
    """

    revision: ClassVar[int] = 6
    needs_words = True

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the replacements; all occurrences of a word get the same synonym."""
        return replacements(draws, document, self.count(draws, document))


@register
class RandomInsert(Share):
    """Insert synonyms of words of the text at random places."""

    revision: ClassVar[int] = 6
    needs_words = True

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the insertions."""
        return insertions(draws, document, self.count(draws, document))


@register
class RandomSwap(Share):
    """Swap two words at random, as often as `alpha` says."""

    revision: ClassVar[int] = 4

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the words that ended up elsewhere."""
        return swaps(draws, document, self.count(draws, document))


@register
class RandomDelete(Share):
    """Delete each word with probability `alpha`, but never all of them."""

    revision: ClassVar[int] = 5

    alpha: Annotated[Spread, Real(0, 1, "probability that a word is deleted", neutral=0)] = (
        Constant(0.1)
    )
    negations: bool = Field(False, description="whether `not`, `never` and their like may go too")

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the deletions; a space goes with each word."""
        alpha = share(self.alpha, draws, "alpha")
        return deletions(draws, document, alpha, negations=self.negations)


@register
class Eda(TextTransform):
    """Do one of the four: replace synonyms, insert them, swap words, or delete words (EDA).

    How much of a text changes is `alpha` of its words; 0 takes what Wei & Zou recommend for the
    number of texts to learn from: 0.05 up to 2000, else 0.1. A recipe with neither
    `copies` nor `balance` makes as many copies as they recommend: 16 up to 500 texts, 8 up to
    2000, else 4.
    """

    revision: ClassVar[int] = 8
    needs_words = True
    recommends = "EDA"

    alpha: Annotated[Spread, Real(0, 1, "share of the words; 0 means the recommended one")] = (
        Constant(0.0)
    )
    operations: tuple[Operation, ...] = Field(
        ("synonym_replace", "random_insert", "random_swap", "random_delete"),
        min_length=1,
        description="which of them, each equally likely",
    )
    negations: bool = Field(
        False, description="whether `not`, `never` and their like may be deleted"
    )

    def make_params(self, draws: Draws, facts: Document) -> Params:
        """Draw the operation and its edits."""
        operation = one_of(draws, self.operations)
        alpha = share(self.alpha, draws, "alpha") or recommended_alpha(facts.reading.size)
        count = max(1, int(alpha * len(facts.words)))
        if operation == "synonym_replace":
            edits = replacements(draws, facts, count)
        elif operation == "random_insert":
            edits = insertions(draws, facts, count)
        elif operation == "random_swap":
            edits = swaps(draws, facts, count)
        else:
            edits = deletions(draws, facts, alpha, negations=self.negations)
        return {"operation": operation, "edits": edits}


@register
class Aeda(TextTransform):
    """Insert punctuation marks before random words (AEDA)."""

    ratio: Annotated[Spread, Real(0, 1, "most marks, as a share of the words", neutral=0)] = (
        Constant(0.3)
    )

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return 1 to ⌊ratio · words + 1⌋ insertions at different places."""
        places = [word.start for word in document.words if not word.inside]
        most = int(share(self.ratio, draws, "ratio") * len(document.words) + 1)
        count = draws.at("count").integer(1, most)
        chosen = sorted((places[p], here) for p, here in picked(draws, len(places), count))
        glue = document.glue
        return [[place, place, one_of(here, _PUNCTUATION) + glue] for place, here in chosen]


def replacements(draws: Draws, document: Document, count: int) -> list[Edit]:
    """Return synonyms for `count` different words."""
    words, found = document.words, []
    for place, here in picked(draws, len(document.replaceable), count):
        indices, synonyms = document.replaceable[place]
        new = one_of(here, synonyms)
        found += [[words[i].start, words[i].end, in_shape_of(new, words[i].text)] for i in indices]
    return with_articles(document, found)


def insertions(draws: Draws, document: Document, count: int) -> list[Edit]:
    """Return `count` synonyms of words of the text at random places between words."""
    known, gaps = document.replaceable, document.gaps
    found = []
    for number in range(count if known else 0):
        word, here = draws.at(number).parted(len(known))
        gap, here = here.parted(len(gaps))
        place, before, after = gaps[gap]
        synonym = one_of(here, known[word][1])
        found.append([place, place, before + synonym + after])
    return with_articles(document, found)


def swaps(draws: Draws, document: Document, count: int) -> list[Edit]:
    """Return what `count` exchanges of two words come to."""
    words, free = document.words, document.free
    if len(free) < 2:
        return []
    at, moved = list(free), set[int]()
    for number in range(count):
        one, here = draws.at(number).parted(len(at))
        other = here.integer(0, len(at) - 2)
        other += other >= one
        at[one], at[other] = at[other], at[one]
        moved |= {one, other}
    pairs = ((words[free[place]], words[at[place]]) for place in sorted(moved))
    found = [[old.start, old.end, new.text] for old, new in pairs if old.text != new.text]
    return with_moved(document, found)


def deletions(draws: Draws, document: Document, alpha: float, *, negations: bool) -> list[Edit]:
    """Return the words that go, each with the space before it, the first with that after it."""
    may = document.free if negations else document.deletable
    gone = [may[place] for place in hits(draws, len(may), alpha)]
    if len(gone) == len(document.words) and gone:
        gone.pop(draws.at("stays").integer(0, len(gone) - 1))
    return with_moved(document, _without(document, gone))


def hits(draws: Draws, count: int, chance: float) -> Iterator[int]:
    """Yield each number below `count` with this chance, by drawing how far it is to the next."""
    if chance <= 0:
        return
    scale = math.log1p(-chance) if chance < 1 else -math.inf
    place = number = 0
    while True:
        gap = math.log1p(-draws.at(number).uniform()) / scale
        if place + gap >= count:
            return
        place += int(gap)
        yield place
        place, number = place + 1, number + 1


def _without(document: Document, gone: list[int]) -> list[Edit]:
    text, words = document.text, document.words
    last, found = 0, []
    for index in gone:
        start, end = words[index].start, words[index].end
        first = start
        while first > last and text[first - 1] in _BLANKS and not _ends_span(document, first):
            first -= 1
        if first in (start, 0) or text[first - 1] in "\r\n":
            while end < len(text) and text[end] == " " and not _starts_span(document, end):
                end += 1
        found.append([first, end, ""])
        last = end
    return found


def _ends_span(document: Document, place: int) -> bool:
    return any(place == end for _, end in document.spans)


def _starts_span(document: Document, place: int) -> bool:
    return any(place == start for start, _ in document.spans)
