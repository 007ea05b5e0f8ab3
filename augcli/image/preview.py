"""A contact sheet: originals beside what a recipe makes of them, with the params under each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from PIL import Image

from augcli.errors import SampleError
from augcli.image.augment import draw_copies
from augcli.image.codec import decode
from augcli.image.job import ImageJob
from augcli.image.ops import apply
from augcli.image.picture import Picture, full_range
from augcli.sheet import Cell, Sheet, caption
from augcli.task import Source, Task

_CELL = 200
"""Pixels that a picture gets on the sheet, across and down."""
_LETTERS = 34
NOT_SHOWN = frozenset(("border", "fill", "interpolation"))


def sheet(
    job: ImageJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, _shown: int
) -> bytes:
    """Return a PNG with one row per source: the original, then copies 0, 1, 2 …

    Sources that cannot be used are told in words below; SampleError where there is no other.
    """
    rows: list[list[Cell]] = []
    reasons: list[str] = []
    for task, (source, *_) in sources:
        try:
            rows.append(list(_row(job, task, bytes(source.data), copies)))
        except SampleError as error:
            reasons.append(f"{task.source}: {error}")
    if not rows:
        raise SampleError("; ".join(["there is no picture to show", *reasons]))
    return Sheet(_CELL, _CELL, _LETTERS).drawn(rows, reasons)


def _row(job: ImageJob, task: Task, data: bytes, copies: int) -> Iterator[Cell]:
    picture = decode(data, job.dataset.max_pixels).picture
    facts = picture.facts
    title = [f"{task.label or ''}".strip(), f"{facts.width} x {facts.height}", task.source]
    yield thumbnail(picture), [line for line in title if line]
    for drawn in islice(draw_copies(job, task.source, task.label, facts), copies):
        captions = [caption(step, NOT_SHOWN) for step in drawn.steps] or ["(no step applied)"]
        yield thumbnail(apply(drawn.ops, picture)), captions


def thumbnail(picture: Picture) -> Image.Image:
    """Return a small 8-bit version of a picture of any depth."""
    values = picture.pixels.astype(np.float32) * (255 / full_range(picture.pixels.dtype))
    pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    tones = pixels[:, :, : picture.facts.tones]
    colours = tones[:, :, 2::-1] if tones.shape[2] >= 3 else np.repeat(tones[:, :, :1], 3, axis=2)
    image = Image.fromarray(np.ascontiguousarray(colours))
    if picture.alpha:
        image.putalpha(Image.fromarray(pixels[:, :, -1]))
    image.thumbnail((_CELL, _CELL), Image.Resampling.LANCZOS)
    return image
