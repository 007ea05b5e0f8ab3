"""What is drawn for the copies of one text, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from augcli.draws import Draws, ManyDraws, repeated
from augcli.errors import StepError
from augcli.names import Spot
from augcli.records.typed import Step
from augcli.requests.courses import Stage, View
from augcli.requests.redraws import Distinct, Place, tries
from augcli.steps.recorded import step_named
from augcli.text.joined import joined
from augcli.text.transform import TextTransform
from augcli.text.words import Document
from augcli.transform import Chooser, Label, Params, taken

_PARTS = "parts"
"""Of params: those of each text, where a sample has several."""

Steps = Sequence[tuple[str, TextTransform | Chooser]]
"""Steps with their keys, as `transform.keyed` gives them."""
Views = Sequence[tuple[View[TextTransform], Steps]]
"""Views with their steps."""
Courses = Sequence[tuple[Stage[TextTransform], Views]]
"""Stages with their views."""


Made = tuple[Sequence[tuple[TextTransform, Params]], Document]
"""What a try at a copy comes to: the steps with what was drawn for them, and the text."""


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

    def mark(self, group: Sequence[Made]) -> tuple[str, ...] | None:
        """Return the texts of a group; None where two are the same, or one must not be there."""
        if len(group) == 1:
            ((_, made),) = group
            return None if self.of(made) is None else (made.text,)
        rows = {made.text: self.of(made) for _, made in group}
        return tuple(rows) if len(rows) == len(group) and None not in rows.values() else None


class Drawn(NamedTuple):
    """One copy: the record's steps and the text that they make."""

    steps: list[Step]
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
    def spot(self) -> Spot:
        """Return which of its source's copies it is."""
        return Spot(self.copy, self.stage, self.view)

    @property
    def repeats(self) -> int | None:
        """Return -1 for what is its source, as records have it."""
        return -1 if self.row is None else None


class Failed(NamedTuple):
    """A copy that a step fails on each time that it is drawn."""

    place: Place
    error: StepError


def courses_of(stages: Sequence[Stage[TextTransform]]) -> Courses:
    """Return stages as copies are drawn of them."""
    return [(stage, [(view, view.entries) for view in stage.views]) for stage in stages]


def streams_of(
    courses: Courses, seed: int, source: str, counts: Sequence[int]
) -> Sequence[Sequence[Draws]]:
    """Return where the draws of a text's copies hang, so many of each stage."""
    root = Draws(seed).at(source)
    places = ((stage.below(root), count) for (stage, _), count in zip(courses, counts, strict=True))
    return [[place.at(copy) for copy in range(count)] for place, count in places]


def streams_of_many(
    courses: Courses, seed: int, sources: Iterable[str], counts: Sequence[Sequence[int]]
) -> Iterator[Sequence[Sequence[Draws]]]:
    """Yield the same of each of many texts, which share their work."""
    root = Draws(seed)
    roots = ManyDraws.of(root.at(source) for source in sources)
    stages: list[Iterator[Draws]] = []
    for (stage, _), copies_each in zip(courses, zip(*counts, strict=True), strict=True):
        rows, copies = repeated(copies_each)
        stages.append(iter(stage.below(roots)[rows].at_each(copies)))
    for own in counts:
        yield [list(islice(*each)) for each in zip(stages, own, strict=True)]


def draw_copies(
    courses: Courses,
    streams: Sequence[Sequence[Draws]],
    label: Label,
    document: Document,
    write: Callable[[Document], str | None],
) -> Iterator[Drawn | Failed]:
    """Yield the copies of a text, those of one stage after those of another and view by view.

    `write` gives the row of one, or None where there must be none. A group is drawn again together.
    Where a step fails on a copy each time that it is drawn, its fault comes in its place.
    """
    rows = Rows(write)
    for (stage, views), some in zip(courses, streams, strict=True):
        tried: Callable[[Draws], Iterable[Draws]] = tries
        copies = Distinct[Sequence[Made]](rows.mark, [(document.text,), None])

        def draw(draws: Draws, views: Views = views) -> Sequence[Made]:
            return [_made(own, view.below(draws), label, document) for view, own in views]

        for copy, stream in enumerate(some):
            try:
                group, attempt, is_new, _ = copies.pick(draw, tried(stream))
            except StepError as error:
                yield Failed((stage.name, copy), error)
                continue
            for (view, _), (own, made) in zip(views, group, strict=True):
                if is_new:
                    steps = [step.told(params) for step, params in own]
                    yield Drawn(steps, made, attempt, rows.of(made), copy, stage.name, view.name)
                else:
                    yield Drawn([], document, attempt, None, copy, stage.name, view.name)
            if not is_new:
                tried = _once  # where one copy could not be had, the others will hardly be


def _once(stream: Draws) -> Iterable[Draws]:
    """Return a copy's stream alone: it is not drawn again."""
    return (stream,)


def _made(steps: Steps, draws: Draws, label: Label, document: Document) -> Made:
    drawn: list[tuple[TextTransform, Params]] = []
    for step, here in taken(steps, draws, label, draws):
        params, document = _stepped(step, here, document, label)
        drawn.append((step, params))
    return drawn, document


def _stepped(
    step: TextTransform, draws: Draws, document: Document, label: Label
) -> tuple[Params, Document]:
    """Return what a step draws for a text and the text after it; of several, for each by itself."""
    if document.parts:
        each = [
            _stepped(step, draws.at(number), part, label)
            for number, part in enumerate(document.parts)
        ]
        params = {_PARTS: [own for own, _ in each]}
        return params, Document(joined(made.text for _, made in each), document.reading)
    params = step.make_params(draws, document.of(label) if step.asks_class else document)
    return params, step.apply(document, params)


def applied(steps: Sequence[Step], document: Document) -> Document:
    """Return a text after recorded steps."""
    for step in steps:
        document = _after(step_named(TextTransform, step["name"]), document, step["params"])
    return document


def _after(step: type[TextTransform], document: Document, params: Params) -> Document:
    """Return a text after a step; where it is several, after what was drawn for each."""
    if _PARTS not in params:
        return step.apply(document, params)
    made = map(step.apply, document.parts, params[_PARTS])
    return Document(joined(part.text for part in made), document.reading)
