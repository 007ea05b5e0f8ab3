"""A try at a copy of a text: what its steps draw and make of it, first ones for many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json

from augcli.draws import Draws, ManyDraws
from augcli.records.typed import Step
from augcli.steps.recorded import step_named
from augcli.text.joined import WALL, joined
from augcli.text.transform import Sizes, TextTransform
from augcli.text.words import Document, Span
from augcli.transform import Chooser, Label, Params, taken

_PARTS = "parts"
"""Of params: those of each text, where a sample has several."""

Steps = Sequence[tuple[str, TextTransform | Chooser]]
"""Steps with their keys, as `transform.keyed` gives them."""
Made = tuple[Sequence[tuple[TextTransform, Params]], Document]
"""What a try at a copy comes to: the steps with what was drawn for them, and the text."""
First = Callable[[int, Label, Document], Made]
"""Makes the first try at one of many copies: its place, and its text with the class."""


def made(steps: Steps, draws: Draws, label: Label, document: Document) -> Made:
    """Return what steps make of a text, each with what it draws for it."""
    drawn: list[tuple[TextTransform, Params]] = []
    for step, here in taken(steps, draws, label, draws):
        params, document = _stepped(step, here, document, label)
        drawn.append((step, params))
    return drawn, document


def sizes_of(steps: Steps, document: Document) -> Sequence[int]:
    """Return what the first draws of many copies hang on of a text."""
    head = _head(steps)
    return head.sizes(document) if head else ()


def firsts_of(steps: Steps, draws: ManyDraws, sizes: Sizes) -> First:
    """Return the first try at many copies of texts of these sizes; it is `made` of each.

    What the first step draws is worked out for all of them at once.
    """
    head = _head(steps)
    if head is None:
        return lambda place, label, document: made(steps, draws.one(place), label, document)
    draft, rest = head.draft(draws.at(steps[0][0]), sizes), steps[1:]

    def first(place: int, label: Label, document: Document) -> Made:
        if document.parts:
            return made(steps, draws.one(place), label, document)
        params = draft(place, document)
        document = head.apply(document, params)
        if not rest:
            return ((head, params),), document
        more, document = made(rest, draws.one(place), label, document)
        return ((head, params), *more), document

    return first


def _head(steps: Steps) -> TextTransform | None:
    """Return the first step, if all copies get it and it draws for many at once.

    A class that is derived from one that does may draw otherwise.
    """
    step = steps[0][1] if steps else None
    if not isinstance(step, TextTransform) or "draft" not in vars(type(step)):
        return None
    return None if step.p < 1 or step.only or step.except_ else step


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
        return params, _as_one(document, [made for _, made in each])
    params = step.make_params(draws, document.of(label) if step.asks_class else document)
    return params, step.apply(document, params)


def record_of(step: TextTransform, params: Params) -> str:
    """Return what records tell of a step with these params, as JSON."""
    head, tail = _around(type(step))
    return f"{head}{to_json(params).decode()}{tail}"


@cache
def _around(cls: type[TextTransform]) -> tuple[str, str]:
    """Return what stands before and after the params in a record as JSON."""
    mark: Any = "\0"
    head, tail = to_json(cls.told(mark)).decode().split(to_json(mark).decode())
    return head, tail


def applied(steps: Sequence[Step], document: Document) -> Document:
    """Return a text after recorded steps."""
    for step in steps:
        document = _after(step_named(TextTransform, step["name"]), document, step["params"])
    return document


def _after(step: type[TextTransform], document: Document, params: Params) -> Document:
    """Return a text after a step; where it is several, after what was drawn for each."""
    if _PARTS not in params:
        return step.apply(document, params)
    return _as_one(document, [*map(step.apply, document.parts, params[_PARTS])])


def _as_one(document: Document, parts: Sequence[Document]) -> Document:
    """Return what a document of several texts is with others in their places."""
    spans, start = list[Span](), 0
    for part in parts:
        spans += [(a + start, b + start) for a, b in part.spans]
        start += len(part.text) + len(WALL)
    return Document(joined(part.text for part in parts), document.reading, tuple(spans))
