"""A contact sheet: pictures in rows, with lines of text below each."""

from __future__ import annotations

import io
import textwrap
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from augcli.records.typed import Step
from augcli.system.terminal import escaped

PAPER, INK, FAINT = (255, 255, 255), (30, 30, 30), (110, 110, 110)
FRAME = (200, 200, 200)
GAP, LINE = 12, 14

Cell = tuple[Image.Image, list[str]]


@dataclass(frozen=True)
class Sheet:
    """How wide the cells of a sheet are, and how many letters a line below one has."""

    width: int
    letters: int

    def drawn(self, rows: Sequence[Sequence[Cell]], below: Sequence[str] = ()) -> Image.Image:
        """Return the sheet; the first cell of a row is told in faint letters."""
        return self.stacked([self.strip(row) for row in rows], below)

    def stacked(self, strips: Sequence[Image.Image], below: Sequence[str] = ()) -> Image.Image:
        """Return strips below each other, and lines of text below them."""
        width, height = max(strip.width for strip in strips), sum(strip.height for strip in strips)
        last = _wrapped(below, self.letters * width // (self.width + GAP))
        sheet = Image.new("RGB", (width, GAP + height + LINE * len(last)), PAPER)
        top = GAP
        for strip in strips:
            sheet.paste(strip, (0, top))
            top += strip.height
        _write(sheet, last, GAP, top, INK)
        return sheet

    def strip(self, row: Sequence[Cell]) -> Image.Image:
        """Return one row of a sheet."""
        wrapped = [_wrapped(text, self.letters) for _, text in row]
        tallest = max(image.height for image, _ in row)
        height = tallest + LINE * max(map(len, wrapped)) + 2 * GAP
        strip = Image.new("RGB", (len(row) * (self.width + GAP) + GAP, height), PAPER)
        for column, ((image, _), lines) in enumerate(zip(row, wrapped, strict=True)):
            left = GAP + column * (self.width + GAP)
            x, y = left + (self.width - image.width) // 2, (tallest - image.height) // 2 + 1
            _framed(strip, image, x, y)
            _write(strip, lines, left, tallest + 4, INK if column else FAINT)
        return strip


def _framed(strip: Image.Image, image: Image.Image, x: int, y: int) -> None:
    """Put a picture with a line around it, as a pale one has no edge of its own."""
    edge = (x - 1, y - 1, x + image.width, y + image.height)
    ImageDraw.Draw(strip).rectangle(edge, outline=FRAME)
    strip.paste(image, (x, y), image if image.mode == "RGBA" else None)


def clipped(name: str, most: int) -> str:
    """Return a name without its beginning, where it is long: its end tells files apart."""
    return name if len(name) <= most else f"…{name[1 - most :]}"


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


def _wrapped(lines: Sequence[str], letters: int) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(drawable(escaped(line)), letters)]


def _write(
    sheet: Image.Image, lines: Sequence[str], left: int, top: int, colour: tuple[int, int, int]
) -> None:
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        draw.text((left, top + number * LINE), line, fill=colour, font=_font())


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
    return ImageFont.load_default(size=11)
