"""A contact sheet: originals beside what a recipe makes of them, with the params under each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from typing import Any

import cv2
import numpy as np
from msgspec.structs import replace
from PIL import Image

from augcli.errors import SampleError
from augcli.figures.sheet import Cell, Pixels, Sheet, caption
from augcli.figures.tried import Tried, tried
from augcli.image.augment import ImageProcessor
from augcli.image.codec import png_of, read_header
from augcli.image.drawing import Drawn
from augcli.image.job import ImageJob
from augcli.image.kernels.sampling import Sampling
from augcli.image.labelled.schemes import labels_of
from augcli.image.listing.whole import Whole
from augcli.image.modes import learned
from augcli.image.objects import Objects
from augcli.image.operations import ops
from augcli.image.operations.geometry import stretch
from augcli.image.operations.ops import Colours, Op, Stage
from augcli.image.operations.tone import Table
from augcli.image.overlay import overlaid
from augcli.image.peers import Neighbours
from augcli.image.picture import Facts, Picture, PixelArray, full_range, known
from augcli.requests.asked import Copies
from augcli.requests.courses import shared_out
from augcli.task import Source, Task

Loaded = tuple[Task, Sequence[Source]]

_CELL = 200
"""Pixels that a picture gets on the sheet, across and down."""
_MANY, _LEAST = 10, 96
"""Sources from which on pictures get smaller, so that a sheet does not grow; and how small."""
_MOST = (0.005, 0.995)
"""Shares of the values that are darker than what is black and what is white."""
_BETWEEN = Sampling(border=None, interpolation="linear")
_NOT_SHOWN = frozenset(
    ("answer", "border", "code", "fill", "interpolation", "of", "pasted", "picture", "velocities")
)


def sheet(job: ImageJob, sources: Sequence[Loaded], copies: int, _shown: int) -> bytes:
    """Return a PNG with one row per source: the original, then copies 0, 1, 2 …

    Sources that cannot be used are told in words below; SampleError where there is no other.
    """
    room = max(_LEAST, round(_CELL * min(1, math.sqrt(_MANY / len(sources)))))
    frames, maker = Sheet(room), maker_of(job, sources, copies)

    def strip(source: Loaded) -> Pixels:
        return frames.strip(list(row(maker, source, room)))

    found = [*tried(job.spread, strip, sources)]
    (first, *_), reasons = usable(found)
    strips = [each.made for each in found if each.made is not None]
    strips += map(frames.strip, _learned(job, *first, copies, room))
    pixels = frames.stacked(strips, reasons)
    return png_of(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR, dst=pixels))


def usable(found: Sequence[Tried[Loaded, Any]]) -> tuple[list[Loaded], list[str]]:
    """Return the sources that could be drawn, and why others could not; SampleError if none."""
    reasons = [f"{each.item[0].source}: {each.reason}" for each in found if each.reason]
    sources = [each.item for each in found if not each.reason]
    if not sources:
        raise SampleError("; ".join(["there is no picture to show", *reasons]))
    return sources, reasons


def maker_of(job: ImageJob, sources: Sequence[Loaded], copies: int) -> ImageProcessor:
    """Return what makes so many copies of each source, which are drawn together."""
    counts = shared_out(copies, 0, [each.copies for each in job.courses])
    asked = {task.source: replace(task, request=Copies(counts)) for task, _ in sources}
    return ImageProcessor(job, {}).over([*asked.values()])


def row(maker: ImageProcessor, loaded: Loaded, room: int = _CELL) -> Iterator[Cell]:
    """Yield a source, so small as there is room, and its copies, each with what is told of it."""
    task, sources = loaded
    whole = Whole(bytes(sources[0].data), maker.max_pixels)
    header, objects = whole.header, objects_of(maker, task, sources)
    peers = Neighbours(task, sources, maker)
    facts = replace(header.facts, sha256=sources[0].sha256)
    copies = [*chain.from_iterable(maker.drawn(task, facts, objects, peers))]
    every = [Drawn([], [], [], header.facts), *copies]
    part = min(whole.part_for(_small(each, header.facts, room)) for each in every)
    title = [f"{task.label or ''}".strip(), f"{header.width} x {header.height}"]
    title += [Sheet(room).named(task.source)]
    captions = [_captions(each, room) for each in copies]
    for drawn, told in zip(every, [[*filter(None, title)], *captions], strict=True):
        yield shown(whole, objects, drawn, room, part), told


def _captions(drawn: Drawn, room: int) -> list[str]:
    """Return which steps were applied, with their params where there is room for them."""
    if not drawn.steps:
        return ["(no step applied)"]
    if room < _CELL:
        return [", ".join(step["name"] for step in drawn.steps)]
    return [caption(step, _NOT_SHOWN) for step in drawn.steps]


def objects_of(maker: ImageProcessor, task: Task, sources: Sequence[Source]) -> Objects | None:
    """Return the objects of a source; None where its dataset has but classes."""
    labels = labels_of(maker.job.dataset, task, sources[: len(task.inputs)])
    header = read_header(bytes(sources[0].data), maker.max_pixels)
    return Objects(labels, task.source, header, maker) if labels else None


def _learned(
    job: ImageJob, task: Task, sources: Sequence[Source], copies: int, room: int
) -> Iterator[list[Cell]]:
    """Yield rows of what steps have learned, for the class of a source."""
    whole = Whole(bytes(sources[0].data), job.dataset.max_pixels)
    for _, rows in learned(job.steps, task.label, whole, copies):
        for frames in rows:
            yield [(thumbnail(each, room=room), [told]) for told, each in frames]


def shown(
    whole: Whole, objects: Objects | None, drawn: Drawn, room: int = _CELL, part: int | None = None
) -> Image.Image:
    """Return a small picture of what was drawn for it, with all that belongs to it.

    It is made small as by one more step: a large one is decoded no larger than that needs, or to
    the part of its sides that all need who share it.
    """
    facts = ops.facts_after(drawn.ops, whole.header.facts)
    stages = _small(drawn, whole.header.facts, room)
    result = ops.applied(stages, whole.decoded(part or whole.part_for(stages)).picture)
    image = thumbnail(result, _window_of(whole), room)
    if not objects:
        return image
    size, done = (facts.width, facts.height), objects.done(drawn)
    targets = objects.after(drawn.stages).kept if drawn.ops else objects.targets
    shown = overlaid(image, size, targets, objects.masks_after(done))
    pairs = (thumbnail(_bright(each), room=room) for each in objects.pairs_after(done))
    return _beside([shown, *pairs], room)


def _small(drawn: Drawn, facts: Facts, room: int) -> list[Stage]:
    """Return what makes a small picture of what was drawn."""
    return ops.fuse(_made_small(drawn.ops, ops.facts_after(drawn.ops, facts), room))


def _made_small(lowered: Sequence[Op], facts: Facts, room: int) -> list[Op]:
    """Return operations and, before colours that change at last, what makes it as it is shown."""
    colours = [*takewhile(lambda op: isinstance(op, Table | Colours), reversed(lowered))]
    last = len(lowered) - len(colours)
    return [*lowered[:last], *_fit(facts, room), *lowered[last:]]


def _fit(facts: Facts, room: int) -> list[Op]:
    """Return what makes a picture no larger than it is shown."""
    scale = room / max(facts.width, facts.height)
    width, height = (max(1, round(side * scale)) for side in (facts.width, facts.height))
    return [stretch(facts, width, height, _BETWEEN)] if scale < 1 else []


def _window_of(whole: Whole) -> tuple[float, float]:
    """Return the values of a source that are to be black and white; it is read for deep ones."""
    if whole.header.facts.depth == "uint8":
        return 0.0, 255.0
    return window(whole.decoded(1).picture)


def _beside(images: Sequence[Image.Image], room: int) -> Image.Image:
    """Return pictures of one size beside each other, in the room of one."""
    if len(images) == 1:
        return images[0]
    strip = Image.new("RGB", (sum(each.width for each in images), images[0].height))
    at = 0
    for each in images:
        strip.paste(each.convert("RGB"), (at, 0))
        at += each.width
    strip.thumbnail((room, room), Image.Resampling.LANCZOS)
    return strip


def _bright(picture: Picture) -> Picture:
    """Return a deep picture, which rarely fills its range, with its largest value as white."""
    if picture.facts.depth == "uint8":
        return picture
    values = picture.pixels.astype(np.float32)
    return Picture(values / max(float(values.max()), 1e-9))


def thumbnail(
    picture: Picture, shown: tuple[float, float] | None = None, room: int = _CELL
) -> Image.Image:
    """Return a small 8-bit version of a picture of any depth; `shown` becomes black and white."""
    if picture.pixels.dtype == np.uint8:
        pixels = _smaller(picture.pixels, room)
    else:
        pixels = _within(picture, shown or window(picture))
    tones = pixels[:, :, : picture.facts.tones]
    colours = tones[:, :, 2::-1] if tones.shape[2] >= 3 else np.repeat(tones[:, :, :1], 3, axis=2)
    image = Image.fromarray(np.ascontiguousarray(colours))
    if picture.alpha:
        image.putalpha(Image.fromarray(pixels[:, :, -1]))
    image.thumbnail((room, room), Image.Resampling.LANCZOS)
    return image


def _smaller(pixels: PixelArray, room: int) -> PixelArray:
    """Return a large picture made smaller by whole pixels, and no smaller than it is shown."""
    factor = max(pixels.shape[:2]) // room
    if factor < 2:
        return pixels
    size = pixels.shape[1] // factor, pixels.shape[0] // factor
    small: PixelArray = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small.reshape(size[1], size[0], -1)


def _within(picture: Picture, shown: tuple[float, float]) -> PixelArray:
    """Return 8-bit values, black and white at what is shown so; alpha stays."""
    low, high = shown
    values = (picture.pixels.astype(np.float32) - np.float32(low)) * np.float32(255 / (high - low))
    if picture.alpha:
        values[:, :, -1] = picture.pixels[:, :, -1] * (255 / full_range(picture.pixels.dtype))
    within: PixelArray = np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)
    return within


def window(picture: Picture) -> tuple[float, float]:
    """Return the values that are to be black and white: full range, unless most of it is empty.

    Measurements in 16 bits and floats often fill a small part, or another one.
    """
    top = full_range(picture.pixels.dtype)
    if picture.pixels.dtype == np.uint8:
        return 0.0, top
    values = known(picture.pixels)[:, :, : min(3, picture.facts.tones)]
    low, high = np.nanquantile(values, _MOST).tolist()
    fills = low >= 0 and top / 2 <= high <= top
    return (0.0, top) if fills or not high > low else (low, high)
