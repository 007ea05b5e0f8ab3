"""The copies of texts: drawn for many texts at once, and anew where they are not new."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, chain

from msgspec import Struct

from augcli.draws import Draws, ManyDraws, repeated
from augcli.errors import StepError
from augcli.names import Spot
from augcli.records.typed import Step
from augcli.requests.courses import Stage, View
from augcli.requests.redraws import TRIES, Distinct, Place, redrawn
from augcli.text.attempts import First, Made, Steps, firsts_of, made, record_of, sizes_of
from augcli.text.transform import Sizes, TextTransform
from augcli.text.words import Document
from augcli.transform import Label, Params

Views = Sequence[tuple[View[TextTransform], Steps]]
"""Views with their steps."""
Course = tuple[Stage[TextTransform], Views]
"""A stage with its views."""
Group = Sequence[Made]
"""What a try at a copy comes to, view by view."""


class Rows(dict[str, str | None]):
    """Text → how a file has it, None where it must not be there; each is written once."""

    def __init__(self, write: Callable[[Document], str | None]):
        super().__init__()
        self._write = write

    def of(self, document: Document) -> str | None:
        """Return how the file has a text."""
        text = document.text
        if text not in self:
            self[text] = self._write(document)
        return self[text]

    def mark(self, group: Group) -> Hashable:
        """Return the texts of a group; None where two are the same, or one must not be there."""
        if len(group) == 1:
            ((_, made),) = group
            return None if self.of(made) is None else made.text
        rows = {made.text: self.of(made) for _, made in group}
        return tuple(rows) if len(rows) == len(group) and None not in rows.values() else None


class Drawn(Struct, frozen=True):
    """One copy: the record's steps and the text that they make."""

    drawn: Sequence[tuple[TextTransform, Params]]
    """Its steps, each with its params."""
    document: Document
    attempt: int
    row: str | None
    """How its file has it; None where it equals its source or another text, or cannot be written,
    in spite of drawing again: then there are no steps, and it is its source."""
    copy: int
    """Its number in its stage."""
    stage: str | None
    view: str | None

    @property
    def steps(self) -> list[Step]:
        """Return its steps as records tell them."""
        return [step.told(params) for step, params in self.drawn]

    @property
    def record(self) -> str:
        """Return the same as JSON."""
        return f"[{','.join([record_of(step, params) for step, params in self.drawn])}]"

    @property
    def spot(self) -> Spot:
        """Return which of its source's copies it is."""
        return Spot(self.copy, self.stage, self.view)

    @property
    def repeats(self) -> int | None:
        """Return -1 for what is its source, as records have it."""
        return -1 if self.row is None else None


class Failed(Struct, frozen=True):
    """A copy that a step fails on each time that it is drawn."""

    place: Place
    error: StepError


class Original(Struct, frozen=True):
    """A text that is to have copies."""

    source: str
    """Its id."""
    counts: Sequence[int]
    """How many copies it is to have, stage by stage."""
    label: Label
    document: Document
    write: Callable[[Document], str | None]
    """Gives the row of a copy, or None where there must be none."""


def courses_of(stages: Sequence[Stage[TextTransform]]) -> Sequence[Course]:
    """Return stages as copies are drawn of them."""
    return [(stage, [(view, view.entries) for view in stage.views]) for stage in stages]


def draw_copies(
    courses: Sequence[Course], seed: int, originals: Iterable[Original]
) -> Iterator[Iterator[Drawn | Failed]]:
    """Yield the copies of each of many texts, which share their work.

    Those of one stage come after those of another, and view by view. A group is drawn again
    together. Where a step fails on a copy each time that it is drawn, its fault comes in its place.
    """
    import numpy as np

    every: list[Original] = []
    sizes: list[Sequence[Sequence[int]]] = []
    for each in originals:
        every.append(each)
        sizes.append([sizes_of(steps, each.document) for _, views in courses for _, steps in views])
    if not every:
        return
    root, columns = Draws(seed), map(np.array, zip(*sizes, strict=True))
    sources = ManyDraws.of(root.at(each.source) for each in every)
    stages = [
        _Copies(course, sources, [each.counts[at] for each in every], columns)
        for at, course in enumerate(courses)
    ]
    for number, each in enumerate(every):
        yield chain.from_iterable([stage.of(number, each) for stage in stages])


def drawn_for(
    stages: Sequence[Stage[TextTransform]], seed: int, original: Original
) -> Iterator[Drawn | Failed]:
    """Yield the copies of one text."""
    return chain.from_iterable(draw_copies(courses_of(stages), seed, [original]))


class _Copies:
    """The copies that many texts get of one stage."""

    def __init__(
        self, course: Course, sources: ManyDraws, counts: Sequence[int], sizes: Iterator[Sizes]
    ):
        self._stage, self._views = course
        rows, copies = repeated(counts)
        draws = self._stage.below(sources)[rows].at_each(copies)
        self._draws, self._ends = draws, [*accumulate(counts, initial=0)]
        self._firsts: Sequence[First] = [
            firsts_of(own, view.below(draws), next(sizes)[rows]) for view, own in self._views
        ]

    def of(self, number: int, original: Original) -> Iterator[Drawn | Failed]:
        """Yield the copies of one of the texts."""
        stage, document = self._stage.name, original.document
        names = [view.name for view, _ in self._views]
        rows = Rows(original.write)
        copies: Distinct[Group] = Distinct(rows.mark, [document.text, None])
        can_be_had = True
        for copy, place in enumerate(range(self._ends[number], self._ends[number + 1])):
            draw = partial(self._drawn, original, place)
            try:
                picked = copies.pick(draw, TRIES if can_be_had else TRIES[:1])
            except StepError as error:
                yield Failed((stage, copy), error)
                continue
            attempt = picked.attempt
            for view, (drawn, text) in zip(names, picked.drawn, strict=True):
                if picked.is_new:
                    yield Drawn(drawn, text, attempt, rows[text.text], copy, stage, view)
                else:
                    yield Drawn((), document, attempt, None, copy, stage, view)
            # where one could not be had, the others will hardly be: one try is enough
            can_be_had &= picked.is_new

    def _drawn(self, original: Original, place: int, attempt: int) -> Group:
        """Return what a try at a copy comes to; `place` is the copy's among those of all texts."""
        label, document = original.label, original.document
        if not attempt:
            return [first(place, label, document) for first in self._firsts]
        draws = redrawn(self._draws.one(place), attempt)
        return [made(own, view.below(draws), label, document) for view, own in self._views]
