"""Every step of a recipe along its ranges, and the whole recipe on several texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from html import escape

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.knobs import shown
from augcli.figures.playground import Frame, Playground
from augcli.requests.courses import shared_out
from augcli.task import Source, Task
from augcli.text.asked import Asked
from augcli.text.augment import TextProcessor
from augcli.text.corpus import label_of
from augcli.text.differences import marked
from augcli.text.drawing import Failed, courses_of, draw_copies
from augcli.text.job import TextJob
from augcli.text.preview import documents, told_of
from augcli.text.transform import TextTransform
from augcli.text.words import Document
from augcli.transform import located, prepare


def playground(
    job: TextJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, count: int
) -> Playground:
    """Return what the page of a preview shows; SampleError where no text can be used."""
    asked = TextProcessor(job, {}).asked
    prepare(job.steps)
    found = [each for task, files in sources for each in documents(asked, task, files, count)]
    if not found:
        raise SampleError("there is no text to show")
    rows = [list(_row(asked, *each, copies)) for each in found[:count]]
    shows = partial(_made, document=found[0][2])
    steps = [each for _, each in located(job.steps) if isinstance(each, TextTransform)]
    return Playground(rows[0][0], [shown(step, shows) for step in steps], rows)


def _row(
    asked: Asked, name: str, label: str | None, document: Document, copies: int
) -> Iterator[Frame]:
    """Yield a text and its copies, with what differs."""
    yield _frame("; ".join(filter(None, (label, name))), document, document)
    known, job = label_of(label, asked.dataset), asked.job
    courses, counts = courses_of(job.courses), shared_out(copies, 0, job.asked)
    drawn = draw_copies(courses, job.seed, name, counts, known, document, lambda made: made.text)
    for each in drawn:
        if isinstance(each, Failed):
            yield Frame("no copy", escape(str(each.error)))
        else:
            yield _frame(told_of(each), document, each.document)


def _made(step: TextTransform, told: str, document: Document) -> Frame:
    """Return what a step makes of a text."""
    params = step.make_params(Draws(0).at("preview"), document)
    return _frame(told, document, step.apply(document, params))


def _frame(told: str, source: Document, made: Document) -> Frame:
    return Frame(told, marked(source.text, made.text))
