"""A contact sheet: originals beside what a recipe makes of them, with the params under each."""

from __future__ import annotations

import io
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from augcli.errors import SampleError
from augcli.image.augment import draw_copies
from augcli.image.codec import decode
from augcli.image.job import ImageJob
from augcli.image.ops import apply
from augcli.image.picture import Picture, full_range
from augcli.task import Record, Source, Task
from augcli.terminal import escaped

_CELL = 200
"""Pixels that a picture gets on the sheet, across and down."""
_GAP = 12
_LINE = 14
_COLUMNS_OF_TEXT = 34
_PAPER, _INK, _FAINT = (255, 255, 255), (30, 30, 30), (130, 130, 130)
_NOT_SHOWN = frozenset(("border", "fill", "interpolation"))

Cell = tuple[Image.Image, list[str]]


def contact_sheet(
    job: ImageJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int
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
    return _png(_sheet(rows, reasons))


def _row(job: ImageJob, task: Task, data: bytes, copies: int) -> Iterator[Cell]:
    picture = decode(data, job.dataset.max_pixels).picture
    facts = picture.facts
    title = [f"{task.label or ''}".strip(), f"{facts.width} x {facts.height}", task.source]
    yield thumbnail(picture), [line for line in title if line]
    for drawn in islice(draw_copies(job, task.source, task.label, facts), copies):
        captions = [_caption(step) for step in drawn.steps] or ["(no step applied)"]
        yield thumbnail(apply(drawn.ops, picture)), captions


def _caption(step: Record) -> str:
    params = {key: value for key, value in step["params"].items() if key not in _NOT_SHOWN}
    return " ".join([step["name"], *(f"{key}={_short(value)}" for key, value in params.items())])


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        return "[" + " ".join(map(_short, value)) + "]"
    return str(value)


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


def _sheet(rows: Sequence[Sequence[Cell]], reasons: Sequence[str]) -> Image.Image:
    wrapped = [[(image, _wrapped(text)) for image, text in row] for row in rows]
    heights = [_CELL + _LINE * max(len(text) for _, text in row) + 2 * _GAP for row in wrapped]
    width = max(map(len, rows)) * (_CELL + _GAP) + _GAP
    below = _wrapped(reasons, _COLUMNS_OF_TEXT * max(map(len, rows)))
    sheet = Image.new("RGB", (width, sum(heights) + _LINE * len(below) + _GAP), _PAPER)
    top = _GAP
    for row, height in zip(wrapped, heights, strict=True):
        for column, cell in enumerate(row):
            _paste(sheet, cell, _GAP + column * (_CELL + _GAP), top, faint=column == 0)
        top += height
    _write(sheet, below, _GAP, top, _INK)
    return sheet


def _wrapped(lines: Sequence[str], columns: int = _COLUMNS_OF_TEXT) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(drawable(escaped(line)), columns)]


def _paste(sheet: Image.Image, cell: Cell, left: int, top: int, *, faint: bool) -> None:
    image, lines = cell
    x = left + (_CELL - image.width) // 2
    y = top + (_CELL - image.height) // 2
    sheet.paste(image, (x, y), image if image.mode == "RGBA" else None)
    _write(sheet, lines, left, top + _CELL + 4, _FAINT if faint else _INK)


def _write(
    sheet: Image.Image, lines: Sequence[str], left: int, top: int, colour: tuple[int, int, int]
) -> None:
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        draw.text((left, top + number * _LINE), line, fill=colour, font=_font())


def drawable(text: str) -> str:
    """Return a text with what the font has no sign for as its plain letters, or else as `?`."""
    return "".join(map(_drawable, unicodedata.normalize("NFC", text)))


@cache
def _drawable(character: str) -> str:
    if _has_sign(character):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(filter(_has_sign, plain)) or "?"


@cache
def _has_sign(character: str) -> bool:
    if character.isascii():
        return True
    try:
        return bytes(_font().getmask(character)) != bytes(_font().getmask("\uffff"))
    except UnicodeError:
        return False


@cache
def _font() -> Any:
    return ImageFont.load_default(size=11)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
