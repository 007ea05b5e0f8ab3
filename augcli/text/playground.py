"""Every step of a recipe along its ranges, and the whole recipe on several texts."""

from __future__ import annotations

from functools import partial
from html import escape

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.knobs import shown
from augcli.figures.playground import Frame, Playground
from augcli.figures.tried import tried
from augcli.kind import Shown
from augcli.text.asked import Asked
from augcli.text.augment import TextProcessor
from augcli.text.differences import marked
from augcli.text.drawing import Drawn, Failed
from augcli.text.job import TextJob
from augcli.text.preview import Sample, copies_of, samples, told_of
from augcli.text.transform import TextTransform
from augcli.text.words import Document
from augcli.transform import located, prepare


def playground(job: TextJob, sources: Shown, copies: int, count: int) -> Playground:
    """Return what the page of a preview shows; SampleError where no text can be used."""
    asked = TextProcessor(job, {}).asked
    prepare(job.steps)
    found = [each for task, files in sources for each in samples(asked, task, files, count)]
    if not found:
        raise SampleError("there is no text to show")
    drawn = tried(job.spread, lambda sample: _row(asked, sample, copies), found[:count])
    rows = [each.made or [_as_it_is(each.item), _no_copy(each.reason)] for each in drawn]
    shows = partial(_made, document=found[0].document)
    steps = [each for _, each in located(job.steps) if isinstance(each, TextTransform)]
    return Playground(rows[0][0], shown(job.spread, steps, shows), rows)


def _row(asked: Asked, sample: Sample, copies: int) -> list[Frame]:
    """Return a text and its copies, with what differs."""
    drawn = copies_of(asked, sample, copies)
    return [_as_it_is(sample), *(_copy(each, sample.document) for each in drawn)]


def _as_it_is(sample: Sample) -> Frame:
    told = "; ".join(filter(None, (sample.label, sample.id)))
    return _frame(told, sample.document, sample.document)


def _copy(drawn: Drawn | Failed, document: Document) -> Frame:
    """Return a copy with what differs, or why there is none."""
    if isinstance(drawn, Failed):
        return _no_copy(str(drawn.error))
    return _frame(told_of(drawn), document, drawn.document)


def _no_copy(reason: str) -> Frame:
    return Frame("no copy", escape(reason))


def _made(step: TextTransform, told: str, document: Document) -> Frame:
    """Return what a step makes of a text."""
    params = step.make_params(Draws(0).at("preview"), document)
    return _frame(told, document, step.apply(document, params))


def _frame(told: str, source: Document, made: Document) -> Frame:
    return Frame(told, marked(source.text, made.text))
