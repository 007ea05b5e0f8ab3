"""Texts with their edits in colour: what went is red and struck out, what came is green."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from augcli.draws import Draws
from augcli.figures.fonts import font_of
from augcli.figures.scripts import as_drawn, from_left, runs_left, script, stood_in, undrawn
from augcli.figures.sheet import FAINT, INK, PAPER, fitting, png
from augcli.figures.turns import in_turn
from augcli.kind import Shown
from augcli.requests.asked import Splits
from augcli.requests.courses import shared_out
from augcli.task import Source, Task
from augcli.text.asked import Asked
from augcli.text.augment import ProcessedCorpus, TextProcessor
from augcli.text.corpus import label_of
from augcli.text.differences import Fate, Piece, differences
from augcli.text.drawing import Drawn, Failed, Original, drawn_for
from augcli.text.job import TextJob
from augcli.text.single import opened
from augcli.text.words import Document
from augcli.transform import prepare

_WIDTH, _GAP, _LINE, _SIZE, _INDENT = 1000, 16, 22, 15, 24
_COLOURS = {"same": INK, "gone": (190, 30, 30), "new": (0, 120, 40), "faint": FAINT}
_LONGEST = 400


def sheet(job: TextJob, sources: Shown, copies: int, shown: int) -> bytes:
    """Return a PNG of texts with copies 0, 1, 2 … of each below it."""
    asked = TextProcessor(job, {}).asked
    prepare(job.steps)
    lines: list[list[Piece]] = []
    for task, files in sources:
        for sample in samples(asked, task, files, shown):
            lines.append([(f"{sample.id}  {sample.label or ''}", "faint")])
            text = sample.document.text[:_LONGEST]
            lines.append([*differences(text, text)])
            lines += [_line(sample.document, each) for each in copies_of(asked, sample, copies)]
    return _png(lines)


class Sample(NamedTuple):
    """A text that is shown with its copies."""

    id: str
    label: str | None
    document: Document


def copies_of(asked: Asked, sample: Sample, copies: int) -> Iterator[Drawn | Failed]:
    """Yield so many copies of a text, shared out among the stages."""
    job, label = asked.job, label_of(sample.label, asked.dataset)
    counts = shared_out(copies, 0, job.asked)
    told = Original(sample.id, counts, label, sample.document, lambda made: made.text)
    return drawn_for(job.courses, job.seed, told)


def samples(asked: Asked, task: Task, files: Sequence[Source], shown: int) -> Iterator[Sample]:
    """Yield a few samples of a task."""
    if not isinstance(task.request, Splits):
        text = opened(files[0], asked.dataset.encoding).content
        yield Sample(task.source, task.label, asked.read(text))
        return
    whole = ProcessedCorpus(asked, files)
    for row in islice(_in_turn(whole, asked.job.seed), shown):
        sample, document = whole.document(row)
        yield Sample(whole.corpus.row_id(row), sample.label, document)


def _in_turn(whole: ProcessedCorpus, seed: int) -> Iterator[int]:
    """Yield rows to be augmented in a drawn order, the classes in turn."""
    draws, corpus = Draws(seed).at("preview"), whole.corpus
    splits, rows = whole.planned.splits, range(len(corpus))
    ours = (r for r in rows if corpus.splits[r] in splits and r not in corpus.failures)
    return in_turn(((corpus.labels[row], row) for row in ours), lambda row: draws.at(row).key)


def told_of(drawn: Drawn) -> str:
    """Return which steps made a copy, in a few words."""
    names = "+".join(step["name"] for step in drawn.steps) or "no step"
    operation = [step["params"].get("operation") for step in drawn.steps]
    return " ".join(filter(None, [names, *operation])) if any(operation) else names


def _line(source: Document, drawn: Drawn | Failed) -> list[Piece]:
    if isinstance(drawn, Failed):
        return [(f"    {drawn.error}", "gone")]
    told = told_of(drawn)
    made = drawn.document.text[:_LONGEST]
    return [(f"    {told}: ", "faint"), *differences(source.text[:_LONGEST], made)]


def _png(lines: Sequence[Sequence[Piece]]) -> bytes:
    font = font_of(_SIZE)
    lines = [*lines, *_lacking(lines, font)]
    placed = [list(_placed(line, font)) for line in lines]
    heights = [(max(y for *_, y in line) + 1) * _LINE if line else _LINE for line in placed]
    image = Image.new("RGB", (_WIDTH, sum(heights) + 2 * _GAP), PAPER)
    draw = ImageDraw.Draw(image)
    top = _GAP
    for line, height in zip(placed, heights, strict=True):
        for text, fate, x, y in line:
            _drawn(draw, text, fate, (x, top + y * _LINE), font)
        top += height
    return png(image)


def _lacking(lines: Sequence[Sequence[Piece]], font: Any) -> Iterator[list[Piece]]:
    """Yield a word on scripts that the font has no signs for."""
    text = "".join(text for line in lines for text, _ in line)
    scripts = dict.fromkeys(map(script, undrawn(unicodedata.normalize("NFC", text), font)))
    if scripts:
        told = ", ".join(scripts).upper()
        text = f"No font here has all signs of {told}: install Noto Sans, or see the page (.html)."
        yield [(text, "same")]


def _placed(line: Sequence[Piece], font: Any) -> Iterator[tuple[str, Fate, float, int]]:
    """Yield words with the place that each gets when the line is broken.

    A line of a script that runs to the left does so from the right.
    """
    leftward = bool(runs_left("".join(text for text, fate in line if fate != "faint")))
    for y, words in enumerate(_broken(line, font)):
        left = _GAP + (_INDENT if y else 0)
        widths = [font.getlength(word) for word, _ in words]
        x = _WIDTH - left - sum(widths) if leftward else left
        places = {}
        for number in from_left([word for word, _ in words], leftward=leftward):
            places[number] = x
            x += widths[number]
        for number, (word, fate) in enumerate(words):
            yield as_drawn(word), fate, places[number], y


def _broken(line: Sequence[Piece], font: Any) -> Iterator[list[Piece]]:
    """Yield the words of each line that fits the sheet."""
    room, words = float(_WIDTH - 2 * _GAP), list[Piece]()
    for text, fate in line:
        for word in _words(stood_in(text, font), font):
            width = font.getlength(word)
            if words and width > room and word.strip():
                yield words
                room, words = float(_WIDTH - 2 * _GAP - _INDENT), []
            words.append((word, fate))
            room -= width
    yield words


def _words(text: str, font: Any) -> Iterator[str]:
    """Yield words, blanks, and parts of what is wider than a line; a sign of CJK is a word."""
    text = "".join(mark if mark.isprintable() else " " for mark in text)
    for _, marks in groupby(enumerate(text), key=_stands_alone):
        word = "".join(mark for _, mark in marks)
        yield from fitting(word, _WIDTH - 2 * _GAP - _INDENT, font.getlength)


def _stands_alone(place: tuple[int, str]) -> int:
    """Return the place of a blank or a sign of CJK, -1 for a letter of a word."""
    number, mark = place
    return number if mark == " " or unicodedata.east_asian_width(mark) in "WF" else -1


def _drawn(draw: Any, text: str, fate: Fate, place: tuple[float, float], font: Any) -> None:
    colour = _COLOURS[fate]
    draw.text(place, text, fill=colour, font=font)
    if fate == "gone":
        middle = place[1] + _SIZE * 0.7
        draw.line((place[0], middle, place[0] + font.getlength(text), middle), fill=colour)
