"""Words replaced, inserted, swapped and deleted (Wei & Zou 2019; Karimi et al. 2021)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from augcli.draws import Draws, ManyDraws
from augcli.ranges import Constant, Real, Spread
from augcli.text.articles import with_articles, with_moved
from augcli.text.edits import Edit, in_shape_of
from augcli.text.picks import Numbers, Pick, each_of_many, one_of, picked, picked_of_many
from augcli.text.recommended import recommended_alpha
from augcli.text.transform import Draft, Share, Sizes, TextTransform, counts_of, share, shares
from augcli.text.words import Document
from augcli.transform import Params, register

_BLANKS = " \t\u00a0\u202f\u3000"
"""What goes with a word that is deleted; the end of a line stays."""
_PUNCTUATION = (".", ",", "!", "?", ";", ":")

Edits = Callable[[int, Document], list[Edit]]
"""Gives the edits of one of many texts, from its place and itself."""
Operation = Literal["synonym_replace", "random_insert", "random_swap", "random_delete"]


@register
class SynonymReplace(Share):
    """Replace words by synonyms, as many different ones as `alpha` says.

    The synonyms are those of a word's likeliest part of speech, in its number and tense and in its
    case. Stop words, names, numbers and what is protected stay.
    """

    revision: ClassVar[int] = 10
    needs_words = True

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the replacements; all occurrences of a word get the same synonym."""
        return replacements(draws, document, self.count(draws, document))

    def sizes(self, document: Document) -> Sequence[int]:
        """Return how many words it has, and how many different ones have synonyms."""
        return len(document.words), len(document.replaceable)

    def draft(self, draws: ManyDraws, sizes: Sizes) -> Draft:
        """Return what replaces words of each text."""
        words, known = sizes.T
        return _edits_of(replacements_of_many(draws, known, self.counts(draws, words)))


@register
class RandomInsert(Share):
    """Insert synonyms of words of the text at random places."""

    revision: ClassVar[int] = 10
    needs_words = True

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the insertions."""
        return insertions(draws, document, self.count(draws, document))

    def sizes(self, document: Document) -> Sequence[int]:
        """Return how many words it has, how many different synonyms, and places between words."""
        return len(document.words), len(document.replaceable), len(document.gaps)

    def draft(self, draws: ManyDraws, sizes: Sizes) -> Draft:
        """Return what inserts words into each text."""
        words, known, gaps = sizes.T
        return _edits_of(insertions_of_many(draws, known, gaps, self.counts(draws, words)))


@register
class RandomSwap(Share):
    """Swap two words at random, as often as `alpha` says."""

    revision: ClassVar[int] = 7

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the words that ended up elsewhere."""
        return swaps(draws, document, self.count(draws, document))

    def sizes(self, document: Document) -> Sequence[int]:
        """Return how many words it has, and how many of them may move."""
        return len(document.words), len(document.movable)

    def draft(self, draws: ManyDraws, sizes: Sizes) -> Draft:
        """Return what swaps words of each text."""
        words, free = sizes.T
        return _edits_of(swaps_of_many(draws, free, self.counts(draws, words)))


@register
class RandomDelete(Share):
    """Delete each word with probability `alpha`, but never all of them."""

    revision: ClassVar[int] = 10

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

    revision: ClassVar[int] = 13
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

    def sizes(self, document: Document) -> Sequence[int]:
        """Return what the operations hang on, and how many texts there are to learn from."""
        known, gaps, free = document.replaceable, document.gaps, document.movable
        return len(document.words), len(known), len(gaps), len(free), document.reading.size

    def draft(self, draws: ManyDraws, sizes: Sizes) -> Draft:
        """Return what does one of the operations to each text."""
        import numpy as np

        words, known, gaps, free, size = sizes.T
        operations = np.array(self.operations)[draws.integer(0, len(self.operations) - 1)]
        recommended = np.array([recommended_alpha(each) for each in size.tolist()])
        alphas = np.broadcast_to(shares(self.alpha, draws, "alpha"), size.shape)
        alphas = np.where(alphas == 0, recommended, alphas)
        counts = counts_of(alphas, words)
        names, chances = operations.tolist(), alphas.tolist()

        def delete(place: int, document: Document) -> list[Edit]:
            here, chance = draws.one(place), chances[place]
            return deletions(here, document, chance, negations=self.negations)

        some = {name: counts * (operations == name) for name in get_args(Operation)}
        ways: dict[str, Edits] = {
            "synonym_replace": replacements_of_many(draws, known, some["synonym_replace"]),
            "random_insert": insertions_of_many(draws, known, gaps, some["random_insert"]),
            "random_swap": swaps_of_many(draws, free, some["random_swap"]),
            "random_delete": delete,
        }

        def params(place: int, document: Document) -> Params:
            operation = names[place]
            return {"operation": operation, "edits": ways[operation](place, document)}

        return params


@register
class Aeda(TextTransform):
    """Insert punctuation marks before random words (AEDA)."""

    ratio: Annotated[Spread, Real(0, 1, "most marks, as a share of the words", neutral=0)] = (
        Constant(0.3)
    )

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return 1 to ⌊ratio · words + 1⌋ insertions at different places."""
        places = [word.start for word in document.words if document.may_precede(word)]
        most = int(share(self.ratio, draws, "ratio") * len(document.words) + 1)
        count = draws.at("count").integer(1, most)
        chosen = sorted((places[p], here) for p, here in picked(draws, len(places), count))
        glue = document.glue
        return [[place, place, one_of(here, _PUNCTUATION) + glue] for place, here in chosen]


def _edits_of(edits: Edits) -> Draft:
    return lambda place, document: {"edits": edits(place, document)}


def replacements(draws: Draws, document: Document, count: int) -> list[Edit]:
    """Return synonyms for `count` different words."""
    return _replaced(document, picked(draws, len(document.replaceable), count))


def replacements_of_many(draws: ManyDraws, known: Numbers, counts: Numbers) -> Edits:
    """Return the same of many texts, of which so many words have synonyms."""
    picks = picked_of_many(draws, known, counts)
    return lambda place, document: _replaced(document, picks(place))


def _replaced(document: Document, picks: Iterable[Pick]) -> list[Edit]:
    words, known = document.words, document.replaceable
    found: list[Edit] = []
    for place, here in picks:
        indices, synonyms = known[place]
        new = one_of(here, synonyms)
        for index in indices:
            word = words[index]
            found.append([word.start, word.end, in_shape_of(new, word.text)])
    return with_articles(document, found)


def insertions(draws: Draws, document: Document, count: int) -> list[Edit]:
    """Return `count` synonyms of words of the text at random places between words."""
    known, gaps = len(document.replaceable), len(document.gaps)
    numbers = range(count if known else 0)
    return _inserted(document, (_insertion(draws.at(each), known, gaps) for each in numbers))


def insertions_of_many(draws: ManyDraws, known: Numbers, gaps: Numbers, counts: Numbers) -> Edits:
    """Return the same of many texts, with so many words of which synonyms are and gaps."""

    def draw(here: ManyDraws, rows: Numbers, _: Numbers) -> Any:
        return _insertion(here, known[rows], gaps[rows])

    drawn = each_of_many(draws, counts * (known > 0), draw)
    return lambda place, document: _inserted(document, drawn(place))


def _insertion(draws: Any, known: Any, gaps: Any) -> Any:
    """Return a word, a gap and what is left, of one text or of many."""
    word, here = draws.parted(known)
    return word, *here.parted(gaps)


def _inserted(document: Document, drawn: Iterable[tuple[int, int, Draws]]) -> list[Edit]:
    found = []
    for word, gap, here in drawn:
        place, before, after = document.gaps[gap]
        synonym = one_of(here, document.replaceable[word][1])
        found.append([place, place, before + synonym + after])
    return with_articles(document, found)


def swaps(draws: Draws, document: Document, count: int) -> list[Edit]:
    """Return what `count` exchanges of two words come to."""
    free = len(document.movable)
    numbers = range(count if free > 1 else 0)
    return _swapped(document, (_swap(draws.at(each), free) for each in numbers))


def swaps_of_many(draws: ManyDraws, free: Numbers, counts: Numbers) -> Edits:
    """Return the same of many texts, with so many words that may move."""

    def draw(here: ManyDraws, rows: Numbers, _: Numbers) -> Any:
        return _swap(here, free[rows])

    drawn = each_of_many(draws, counts * (free > 1), draw)
    return lambda place, document: _swapped(document, drawn(place))


def _swap(draws: Any, free: Any) -> Any:
    """Return the places of two words, of one text or of many."""
    one, here = draws.parted(free)
    other = here.integer(0, free - 2)
    return one, other + (other >= one)


def _swapped(document: Document, drawn: Iterable[tuple[int, int]]) -> list[Edit]:
    words, free = document.words, document.movable
    at = list(free)
    moved: set[int] = set()
    for one, other in drawn:
        at[one], at[other] = at[other], at[one]
        moved |= {one, other}
    pairs = ((words[free[place]], words[at[place]]) for place in sorted(moved))
    found = [[old.start, old.end, new.text] for old, new in pairs if old.text != new.text]
    return with_moved(document, found)


def deletions(draws: Draws, document: Document, alpha: float, *, negations: bool) -> list[Edit]:
    """Return the words that go, each with the space before it, the first with that after it."""
    may = document.movable if negations else document.deletable
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
