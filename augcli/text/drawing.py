"""What is drawn for the copies of one text, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from augcli.draws import Draws
from augcli.task import Record
from augcli.text.transform import TextTransform
from augcli.text.words import Document
from augcli.transform import Label, Transform, step_named, taken

REDRAWS = 8
"""How often a copy that equals its source or another text is drawn again, until one of the source's
copies could not be had so."""

Steps = Sequence[tuple[str, Transform]]
"""Steps with their keys, as `transform.keyed` gives them."""


class Drawn(NamedTuple):
    """One copy: the record's steps and the text that they make."""

    steps: list[Record]
    document: Document
    attempt: int
    row: str | None
    """How its file has it; None where it equals its source or another text, or cannot be written,
    in spite of drawing again: then there are no steps, and it is its source."""


def draw_copies(  # noqa: PLR0913, PLR0917 – what a copy hangs on
    steps: Steps,
    seed: int,
    source: str,
    label: Label,
    document: Document,
    write: Callable[[Document], str | None],
) -> Iterator[Drawn]:
    """Yield copy 0, 1, 2 … of a text; `write` gives its row, or None where there must be none."""
    place = Draws(seed).at(source)
    seen = {document.text}
    tries = REDRAWS + 1
    for copy in count():
        drawn = _distinct(steps, place.at(copy), label, document, seen, write, tries)
        tries = 1 if drawn.row is None else tries
        seen.add(drawn.document.text)
        yield drawn


def _distinct(  # noqa: PLR0913, PLR0917 – what a copy hangs on
    steps: Steps,
    draws: Draws,
    label: Label,
    document: Document,
    seen: set[str],
    write: Callable[[Document], str | None],
    tries: int,
) -> Drawn:
    for attempt in range(tries):
        here = draws.at(attempt) if attempt else draws
        records, made = _drawn(steps, here, label, document)
        if made.text not in seen and (row := write(made)) is not None:
            return Drawn(records, made, attempt, row)
    return Drawn([], document, tries - 1, None)


def _drawn(
    steps: Steps, draws: Draws, label: Label, document: Document
) -> tuple[list[Record], Document]:
    records = []
    for step, here in taken(steps, draws, label, draws):
        assert isinstance(step, TextTransform)
        params = step.make_params(here, document)
        document = step.apply(document, params)
        records.append({"name": step.name, "params": params})
    return records, document


def applied(steps: Sequence[Record], document: Document) -> Document:
    """Return a text after recorded steps."""
    for step in steps:
        document = step_named(TextTransform, step["name"]).apply(document, step["params"])
    return document
