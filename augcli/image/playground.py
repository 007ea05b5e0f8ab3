"""Every step of a recipe along its ranges, and the whole recipe on several pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace
from PIL import Image

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.knobs import shown
from augcli.figures.playground import Frame, Playground, pictured
from augcli.figures.tried import tried
from augcli.image.augment import ImageProcessor
from augcli.image.drawing import Drawn
from augcli.image.job import ImageJob, known_to
from augcli.image.labelled.schemes import tell_objects
from augcli.image.listing.whole import Whole
from augcli.image.modes import learned
from augcli.image.objects import Objects
from augcli.image.operations import ops
from augcli.image.peers import Neighbours
from augcli.image.picture import Facts
from augcli.image.preview import Loaded, maker_of, objects_of, row, thumbnail, usable
from augcli.image.preview import shown as drawn_over
from augcli.image.transform import ImageTransform, beside_nothing
from augcli.task import Source, Task
from augcli.transform import located

_QUALITY = 82


class _Subject(NamedTuple):
    """A picture that steps are tried on."""

    whole: Whole
    facts: Facts
    """With its class, and those that it may be mixed with."""
    objects: Objects | None
    tells: bool
    """Whether labels tell of single objects."""


def playground(job: ImageJob, sources: Sequence[Loaded], copies: int, _shown: int) -> Playground:
    """Return what the page of a preview shows; SampleError where no picture can be used."""
    maker = maker_of(job, sources, copies)
    found = [*tried(job.spread, partial(_row, maker), sources)]
    (used, *_), _ = usable(found)
    first = _subject(job, *used)
    steps = [each for _, each in located(job.steps) if isinstance(each, ImageTransform)]
    known, shows = dict(_learned(job, first, copies)), partial(_made, subject=first)
    told = (
        replace(each, learned=known.get(each.name, ())) for each in shown(job.spread, steps, shows)
    )
    frames = [each.made for each in found if each.made]
    return Playground(frames[0][0], [*told], frames)


def _row(maker: ImageProcessor, source: Loaded) -> list[Frame]:
    """Return a picture and its copies, with what was done to each."""
    return [_frame("; ".join(told), image) for image, told in row(maker, source)]


def _subject(job: ImageJob, task: Task, files: Sequence[Source]) -> _Subject:
    """Return a picture for steps to be tried on."""
    whole, maker = Whole(bytes(files[0].data), job.dataset.max_pixels), ImageProcessor(job, {})
    facts = replace(
        whole.header.facts,
        peers=Neighbours(task, files, maker) if task.partners else None,
        label=task.label,
        known=known_to(job),
        answers=job.answers,
    )
    objects, tells = objects_of(maker, task, files), tell_objects(job.dataset, [task])
    return _Subject(whole, facts, objects, tells)


def _learned(
    job: ImageJob, subject: _Subject, copies: int
) -> Iterator[tuple[str, list[list[Frame]]]]:
    """Yield the names of steps that have learned something, each with what to show of that."""
    for name, rows in learned(job.steps, subject.facts.label, subject.whole, copies):
        yield name, [[_frame(told, thumbnail(each)) for told, each in frames] for frames in rows]


def _made(step: ImageTransform, told: str, subject: _Subject) -> Frame:
    """Return what a step makes of a picture."""
    whole, facts, objects, tells = subject
    step = beside_nothing(step) if tells else step
    if reason := step.refusal(facts):
        raise SampleError(reason)
    if objects and step.asks_objects:
        facts = replace(facts, objects=objects.seen)
    params = step.make_params(Draws(0).at("preview"), facts)
    lowered = [*step.lower(params, facts)]
    drawn = Drawn([step.told(params)], lowered, ops.fuse(lowered), facts)
    return _frame(told, drawn_over(whole, objects, drawn))


def _frame(told: str, image: Image.Image) -> Frame:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    return pictured(told, buffer.getvalue(), "jpeg")
