"""Every step of a recipe along its ranges, and the whole recipe on several pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from PIL import Image

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.knobs import shown
from augcli.figures.playground import Frame, Playground, pictured
from augcli.image.augment import ImageProcessor, known_to
from augcli.image.codec import decode
from augcli.image.drawing import Drawn
from augcli.image.job import ImageJob
from augcli.image.labelled.schemes import tell_objects
from augcli.image.modes import learned
from augcli.image.objects import Objects
from augcli.image.peers import Neighbours
from augcli.image.picture import Facts, Picture
from augcli.image.preview import objects_of, row, thumbnail
from augcli.image.preview import shown as drawn_over
from augcli.image.transform import ImageTransform, beside_nothing
from augcli.task import Source, Task
from augcli.transform import located

_QUALITY = 82


class _Subject(NamedTuple):
    """A picture that steps are tried on."""

    picture: Picture
    facts: Facts
    """With its class, and those that it may be mixed with."""
    objects: Objects | None
    tells: bool
    """Whether labels tell of single objects."""


def playground(
    job: ImageJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, _shown: int
) -> Playground:
    """Return what the page of a preview shows; SampleError where no picture can be used."""
    rows, reasons = [], []
    for task, files in sources:
        try:
            picture = decode(bytes(files[0].data), job.dataset.max_pixels).picture
            maker = ImageProcessor(job, {})
            peers = Neighbours(task, files, maker) if task.partners else None
            facts = replace(
                picture.facts,
                peers=peers,
                label=task.label,
                known=known_to(job),
                answers=job.answers,
            )
            tells = tell_objects(job.dataset, [task])
            subject = _Subject(picture, facts, objects_of(maker, task, files), tells)
            cells = row(job, task, files, copies)
            rows.append((subject, [_frame("; ".join(told), image) for image, told in cells]))
        except SampleError as error:
            reasons.append(f"{task.source}: {error}")
    if not rows:
        raise SampleError("; ".join(["there is no picture to show", *reasons]))
    first, (original, *_) = rows[0]
    steps = [each for _, each in located(job.steps) if isinstance(each, ImageTransform)]
    known, shows = dict(_learned(job, first, copies)), partial(_made, subject=first)
    told = [replace(shown(step, shows), learned=known.get(step.name, ())) for step in steps]
    return Playground(original, told, [frames for _, frames in rows])


def _learned(
    job: ImageJob, subject: _Subject, copies: int
) -> Iterator[tuple[str, list[list[Frame]]]]:
    """Yield the names of steps that have learned something, each with what to show of that."""
    for name, rows in learned(job.steps, subject.facts.label, subject.picture, copies):
        yield name, [[_frame(told, thumbnail(each)) for told, each in frames] for frames in rows]


def _made(step: ImageTransform, told: str, subject: _Subject) -> Frame:
    """Return what a step makes of a picture."""
    picture, facts, objects, tells = subject
    step = beside_nothing(step) if tells else step
    if reason := step.refusal(facts):
        raise SampleError(reason)
    if objects and step.asks_objects:
        facts = replace(facts, objects=objects.seen)
    params = step.make_params(Draws(0).at("preview"), facts)
    drawn = Drawn([step.told(params)], [*step.lower(params, facts)], facts)
    return _frame(told, drawn_over(picture, objects, drawn))


def _frame(told: str, image: Image.Image) -> Frame:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    return pictured(told, buffer.getvalue(), "jpeg")
