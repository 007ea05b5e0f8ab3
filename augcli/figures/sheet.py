"""A contact sheet: pictures in rows, with lines of text below each."""

from __future__ import annotations

import io
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from augcli.records.typed import Step
from augcli.system.terminal import escaped

PAPER, INK, FAINT = (255, 255, 255), (30, 30, 30), (110, 110, 110)
FRAME = (200, 200, 200)
GAP, LINE = 12, 16

Cell = tuple[Image.Image, list[str]]
Pixels = NDArray[np.uint8]
"""H×W×3, red first."""

_CHUNKS = re.compile(r"\s*\S+")
"""Words, each with the blanks before it."""
_WORDS = re.compile(r"[^\s=]*=|\s+|[^\s=]+")


@dataclass(frozen=True)
class Sheet:
    """How wide the cells of a sheet are."""

    width: int

    def named(self, name: str) -> str:
        """Return so much of the end of a name as two lines below a cell have room for."""
        return clipped(name, 2 * self.width - LINE)

    def drawn(self, rows: Sequence[Sequence[Cell]]) -> Pixels:
        """Return the sheet of some rows."""
        return self.stacked([self.strip(row) for row in rows])

    def stacked(self, strips: Sequence[Pixels], below: Sequence[str] = ()) -> Pixels:
        """Return strips below each other, and lines of text below them."""
        width = max(strip.shape[1] for strip in strips)
        last = _wrapped(below, width - 2 * GAP)
        foot = Image.new("RGB", (width, GAP + LINE * len(last)), PAPER)
        _write(foot, last, GAP, 0, INK)
        sheet = np.full((GAP + sum(map(len, strips)) + foot.height, width, 3), 255, np.uint8)
        top = GAP
        for strip in (*strips, np.asarray(foot)):
            sheet[top : top + len(strip), : strip.shape[1]] = strip
            top += len(strip)
        return sheet

    def strip(self, row: Sequence[Cell]) -> Pixels:
        """Return one row of a sheet; its first cell is told in faint letters."""
        wrapped = [_wrapped(text, self.width) for _, text in row]
        tallest = max(image.height for image, _ in row)
        height = tallest + LINE * max(map(len, wrapped)) + 2 * GAP
        strip = Image.new("RGB", (len(row) * (self.width + GAP) + GAP, height), PAPER)
        for column, ((image, _), lines) in enumerate(zip(row, wrapped, strict=True)):
            left = GAP + column * (self.width + GAP)
            x, y = left + (self.width - image.width) // 2, (tallest - image.height) // 2 + 1
            _framed(strip, image, x, y)
            _write(strip, lines, left, tallest + 4, INK if column else FAINT)
        return np.asarray(strip)


def _framed(strip: Image.Image, image: Image.Image, x: int, y: int) -> None:
    """Put a picture with a line around it, as a pale one has no edge of its own."""
    edge = (x - 1, y - 1, x + image.width, y + image.height)
    ImageDraw.Draw(strip).rectangle(edge, outline=FRAME)
    strip.paste(image, (x, y), image if image.mode == "RGBA" else None)


def clipped(name: str, room: float) -> str:
    """Return a name without its beginning, where it is too wide: its end tells files apart."""
    text, font = drawable(escaped(name)), _font()
    if font.getlength(text) <= room:
        return text
    return f"…{next(fitting(text[::-1], room - font.getlength('…'), font))[::-1]}"


_SQUEEZED = 1
"""How hard zlib tries: harder ones cost more than it takes to draw, and gain a few percent."""


def caption(step: Step, hidden: Collection[str] = ()) -> str:
    """Return a step with its params, but for those that are hidden, in few letters."""
    told = ((key, value) for key, value in step["params"].items() if key not in hidden)
    said = (f"{key}={_short(value)}" for key, value in told if value is not False)
    return " ".join([step["name"], *said])


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        return f"[{', '.join([*map(_short, value[:6]), *(['…'] if len(value) > 6 else [])])}]"
    return str(value)


def png(image: Image.Image) -> bytes:
    """Return an image as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=_SQUEEZED)
    return buffer.getvalue()


def _wrapped(lines: Sequence[str], room: float) -> list[str]:
    """Return lines broken at blanks to fit a width, and within words that are wider."""
    return [part for line in lines for part in _broken(drawable(escaped(line)), room)]


def _broken(line: str, room: float) -> Iterator[str]:
    part, width = "", 0.0
    for word in (each for whole in _CHUNKS.findall(line) for each in fitting(whole, room, _font())):
        if part and width + _width(word) > room:
            yield part
            part, width = "", 0.0
        added = word if part else word.lstrip()
        part, width = part + added, width + _width(added)
    yield from [part] if part else []


def _width(text: str) -> float:
    return sum(_drawn(word)[1] for word in _WORDS.findall(text))


def fitting(word: str, room: float, font: Any) -> Iterator[str]:
    """Yield a word, or its parts that fit a width."""
    while len(word) > 1 and font.getlength(word) > room:
        sizes = range(1, len(word) + 1)
        size = max(1, bisect_right(sizes, room, key=lambda to: font.getlength(word[:to])))
        yield word[:size]
        word = word[size:]
    yield word


def _write(
    sheet: Image.Image, lines: Sequence[str], left: int, top: int, colour: tuple[int, int, int]
) -> None:
    for number, line in enumerate(lines):
        at = float(left)
        for word in _WORDS.findall(line):
            mask, room = _drawn(word)
            sheet.paste(colour, (round(at), top + number * LINE), mask)
            at += room


@lru_cache(1024)
def _drawn(word: str) -> tuple[Image.Image, float]:
    """Return where a word leaves ink, and its room; most captions have the same words."""
    room = _font().getlength(word)
    mask = Image.new("L", (ceil(room) + 2, LINE))
    ImageDraw.Draw(mask).text((0, 0), word, fill=255, font=_font())
    return mask, room


def drawable(text: str) -> str:
    """Return a text with what the font has no sign for as its plain letters, or else as `?`."""
    return "".join(map(_drawable, unicodedata.normalize("NFC", text)))


@cache
def _drawable(character: str) -> str:
    if _has_sign(character):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(filter(_has_sign, plain)) or "?"


def _has_sign(character: str) -> bool:
    return has_sign(character, _font())


@cache
def has_sign(character: str, font: Any) -> bool:
    """Return whether a font has a sign of its own for a character."""
    if character.isascii():
        return True
    try:
        return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
    except UnicodeError:
        return False


@cache
def _font() -> Any:
    return ImageFont.load_default(size=12)
