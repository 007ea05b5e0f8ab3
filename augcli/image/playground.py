"""Every step of a recipe along its ranges, and the whole recipe on several pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from PIL import Image

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.augment import ImageProcessor
from augcli.image.codec import decode
from augcli.image.job import ImageJob
from augcli.image.modes import learned
from augcli.image.ops import apply
from augcli.image.peers import Neighbours
from augcli.image.picture import Facts, Picture
from augcli.image.preview import row, thumbnail
from augcli.image.transform import ImageTransform
from augcli.playground import Frame, Knob, Playground, Shown
from augcli.ranges import Choice, Spread, Uniform
from augcli.task import Source, Task
from augcli.transform import changed, declared_range, located, plain_step, rounded

_POINTS = 7
_QUALITY = 82


class _Subject(NamedTuple):
    """A picture that steps are tried on."""

    picture: Picture
    facts: Facts
    """With its class, and those that it may be mixed with."""


def playground(
    job: ImageJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int
) -> Playground:
    """Return what the page of a preview shows; SampleError where no picture can be used."""
    rows, reasons = [], []
    for task, files in sources:
        try:
            picture = decode(bytes(files[0].data), job.dataset.max_pixels).picture
            peers = Neighbours(task, files, ImageProcessor(job, {})) if task.partners else None
            facts = replace(picture.facts, peers=peers, label=task.label)
            subject = _Subject(picture, facts)
            cells = row(job, task, files, copies)
            rows.append((subject, [_frame("; ".join(told), image) for image, told in cells]))
        except SampleError as error:
            reasons.append(f"{task.source}: {error}")
    if not rows:
        raise SampleError("; ".join(["there is no picture to show", *reasons]))
    first, (original, *_) = rows[0]
    steps = [each for _, each in located(job.steps) if isinstance(each, ImageTransform)]
    known = dict(_learned(job, first, copies))
    shown = [replace(_shown(step, first), learned=known.get(step.name, ())) for step in steps]
    return Playground(original, shown, [frames for _, frames in rows])


def _learned(
    job: ImageJob, subject: _Subject, copies: int
) -> Iterator[tuple[str, list[list[Frame]]]]:
    """Yield the names of steps that have learned something, each with what to show of that."""
    for name, rows in learned(job.steps, subject.facts.label, subject.picture, copies):
        yield name, [[_frame(told, thumbnail(each)) for told, each in frames] for frames in rows]


def _shown(step: ImageTransform, subject: _Subject) -> Shown:
    told = (type(step).__doc__ or "").splitlines()[0]
    fields = _fields(step)
    try:
        knobs = list(_knobs(step, subject))
        alone = None if knobs else _made(step, {}, "", subject)
    except SampleError as error:
        return Shown(step.name, told, fields, [], None, str(error))
    return Shown(step.name, told, fields, knobs, alone)


def _fields(step: ImageTransform) -> dict[str, Any]:
    """Return what a recipe says of a step, and its ranges though they are left out."""
    plain = plain_step(step)[step.name]
    said = {*step.model_fields_set, *(name for name, _ in step.spreads)}
    aliases = {name: declared.alias or name for name, declared in type(step).model_fields.items()}
    return {key: plain[key] for key in (aliases[n] for n in aliases if n in said)}


def _knobs(step: ImageTransform, subject: _Subject) -> Iterator[Knob]:
    spreads = dict(step.spreads)
    for name, spread in spreads.items():
        others = {key: _points(each)[len(_points(each)) // 2] for key, each in spreads.items()}
        values = _points(spread)
        frames = [_made(step, others | {name: v}, f"{name} {v:g}", subject) for v in values]
        declared = declared_range(type(step), name)
        told = declared.describe() if declared else ""
        yield Knob(name, told, values, frames, not isinstance(spread, Choice))


def _points(spread: Spread) -> list[float]:
    """Return values from end to end of a range."""
    if isinstance(spread, Choice):
        return list(spread.values)
    low, high = spread.extent()
    shares = [place / (_POINTS - 1) for place in range(_POINTS)]
    if isinstance(spread, Uniform) and spread.log:
        return [rounded(low * (high / low) ** share) for share in shares]
    values = [low + (high - low) * share for share in shares]
    whole = isinstance(spread, Uniform) and spread.whole
    return list(dict.fromkeys(round(v) if whole else float(f"{v:.4g}") for v in values))


def _made(step: ImageTransform, values: dict[str, Any], told: str, subject: _Subject) -> Frame:
    """Return what a step makes of a picture with these values."""
    moved = changed(step, **values)
    if reason := moved.refusal(subject.facts):
        raise SampleError(reason)
    params = moved.make_params(Draws(0).at("preview"), subject.facts)
    return _frame(told, thumbnail(apply(moved.lower(params, subject.facts), subject.picture)))


def _frame(told: str, image: Image.Image) -> Frame:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    text = base64.b64encode(buffer.getvalue()).decode()
    return Frame(told, f"data:image/jpeg;base64,{text}")
