"""What is drawn for the copies of one text, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from typing import NamedTuple

from augcli.draws import Draws
from augcli.errors import StepError
from augcli.recorded import step_named
from augcli.records.typed import Step
from augcli.redraws import REDRAWS, Distinct, tries
from augcli.text.joined import joined
from augcli.text.transform import TextTransform
from augcli.text.words import Document
from augcli.transform import Chooser, Label, Params, taken

_PARTS = "parts"
"""Of params: those of each text, where a sample has several."""

Steps = Sequence[tuple[str, TextTransform | Chooser]]
"""Steps with their keys, as `transform.keyed` gives them."""


class Drawn(NamedTuple):
    """One copy: the record's steps and the text that they make."""

    steps: list[Step]
    document: Document
    attempt: int
    row: str | None
    """How its file has it; None where it equals its source or another text, or cannot be written,
    in spite of drawing again: then there are no steps, and it is its source."""

    @property
    def repeats(self) -> int | None:
        """Return -1 for what is its source, as records have it."""
        return -1 if self.row is None else None


def draw_copies(  # noqa: PLR0913, PLR0917 – what a copy hangs on
    steps: Steps,
    seed: int,
    source: str,
    label: Label,
    document: Document,
    write: Callable[[Document], str | None],
) -> Iterator[Drawn | StepError]:
    """Yield copy 0, 1, 2 … of a text; `write` gives its row, or None where there must be none.

    Where a step fails on a copy each time that it is drawn, its fault comes in its place.
    """
    place, copies = Draws(seed).at(source), Distinct[Drawn](_mark, [document.text, None])
    most = REDRAWS + 1
    for copy in count():
        streams = islice(tries(place.at(copy)), most)
        try:
            picked = copies.pick(lambda at: _drawn(steps, at, label, document, write), streams)
        except StepError as error:
            yield error
            continue
        if picked.is_new:
            attempt = picked.attempt
            yield picked.drawn._replace(attempt=attempt) if attempt else picked.drawn
            continue
        yield Drawn([], document, picked.attempt, None)
        most = 1  # where one copy could not be had, the others will hardly be


def _mark(drawn: Drawn) -> str | None:
    return None if drawn.row is None else drawn.document.text


def _drawn(
    steps: Steps,
    draws: Draws,
    label: Label,
    document: Document,
    write: Callable[[Document], str | None],
) -> Drawn:
    records: list[Step] = []
    for step, here in taken(steps, draws, label, draws):
        params = params_of(step, here, document)
        document = _after(type(step), document, params)
        records.append(step.told(params))
    return Drawn(records, document, 0, write(document))


def applied(steps: Sequence[Step], document: Document) -> Document:
    """Return a text after recorded steps."""
    for step in steps:
        document = _after(step_named(TextTransform, step["name"]), document, step["params"])
    return document


def params_of(step: TextTransform, draws: Draws, document: Document) -> Params:
    """Return what is drawn for a text; for each of several by itself."""
    if not document.parts:
        return step.make_params(draws, document)
    parts = enumerate(document.parts)
    return {_PARTS: [step.make_params(draws.at(number), part) for number, part in parts]}


def _after(step: type[TextTransform], document: Document, params: Params) -> Document:
    """Return a text after a step; where it is several, after what was drawn for each."""
    if _PARTS not in params:
        return step.apply(document, params)
    made = map(step.apply, document.parts, params[_PARTS])
    return Document(joined(part.text for part in made), document.reading)
