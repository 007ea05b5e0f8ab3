"""A contact sheet: pictures in rows, with lines of text below each."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from augcli.figures.fonts import font_of
from augcli.figures.scripts import as_drawn, from_left, runs_left, stood_in
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
_PIECES = re.compile(r"[0-9=]|\s+|[^\s0-9=]+")
"""What is drawn once and kept: digits by themselves, as most numbers come once."""
_WORDS = re.compile(r"\s+|\S+")
_SIZE = 11


class Sheet(Struct, frozen=True):
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
        height = GAP + sum(map(len, strips))
        sheet = _paper(height + GAP + LINE * len(last), width)
        top = GAP
        for strip in strips:
            sheet[top : top + len(strip), : strip.shape[1]] = strip
            top += len(strip)
        _write(sheet, last, GAP, height, INK)
        return sheet

    def strip(self, row: Sequence[Cell]) -> Pixels:
        """Return one row of a sheet; its first cell is told in faint letters."""
        wrapped = [_wrapped(text, self.width) for _, text in row]
        tallest = max(image.height for image, _ in row)
        height = tallest + LINE * max(map(len, wrapped)) + 2 * GAP
        strip = _paper(height, len(row) * (self.width + GAP) + GAP)
        for column, ((image, _), lines) in enumerate(zip(row, wrapped, strict=True)):
            left = GAP + column * (self.width + GAP)
            x, y = left + (self.width - image.width) // 2, (tallest - image.height) // 2 + 1
            _framed(strip, image, x, y)
            _write(strip, lines, left, tallest + 4, INK if column else FAINT)
        return strip


def _paper(height: int, width: int) -> Pixels:
    return np.full((height, width, 3), 255, np.uint8)


def _framed(strip: Pixels, image: Image.Image, x: int, y: int) -> None:
    """Put a picture with a line around it, as a pale one has no edge of its own."""
    strip[y - 1 : y + image.height + 1, x - 1 : x + image.width + 1] = FRAME
    strip[y : y + image.height, x : x + image.width] = _on_paper(image)


def _on_paper(image: Image.Image) -> Pixels:
    if image.mode != "RGBA":
        return np.asarray(image.convert("RGB"))
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(image, mask=image)
    return np.asarray(paper)


def clipped(name: str, room: float) -> str:
    """Return a name without its beginning, where it is too wide: its end tells files apart."""
    text = drawable(escaped(name))
    if _width(text) <= room:
        return text
    left = room - _width("…")
    size = bisect_right(range(1, len(text)), left, key=lambda to: _width(text[-to:]))
    return f"…{text[-max(1, size) :]}"


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
    part, width = "", 0
    for word in (each for whole in _CHUNKS.findall(line) for each in fitting(whole, room, _width)):
        if part and width + _width(word) > room:
            yield part
            part, width = "", 0
        added = word if part else word.lstrip()
        part, width = part + added, width + _width(added)
    yield from [part] if part else []


@lru_cache(4096)
def _width(text: str) -> int:
    return sum(_ink(piece).shape[1] for piece in _pieces(text))


def _pieces(line: str) -> list[str]:
    """Return the pieces of a line from left to right, as the folders of a path stand."""
    if line.isascii():
        return _PIECES.findall(line)
    return [piece for part in re.split("(/)", line) for piece in _in_order(part)]


def _in_order(line: str) -> list[str]:
    words = _WORDS.findall(line)
    order = from_left(words, leftward=bool(runs_left(line)))
    return [as_drawn(words[number]) for number in order]


def fitting(word: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    """Yield a word, or its parts that fit a width."""
    while len(word) > 1 and width(word) > room:
        sizes = range(1, len(word) + 1)
        size = max(1, bisect_right(sizes, room, key=lambda to: width(word[:to])))
        yield word[:size]
        word = word[size:]
    yield word


def _write(
    sheet: Pixels, lines: Sequence[str], left: int, top: int, colour: tuple[int, int, int]
) -> None:
    shades = np.linspace(PAPER[0], colour[0], 256).astype(np.uint8)
    for y, line in enumerate(lines):
        ink = np.hstack([_ink(piece) for piece in _pieces(line) or [""]])
        at = top + y * LINE
        sheet[at : at + LINE, left : left + ink.shape[1]] = shades[ink][:, :, None]


@lru_cache(1024)
def _ink(piece: str) -> NDArray[np.uint8]:
    """Return how much ink a piece of text leaves where; most captions have the same ones."""
    mask = Image.new("L", (max(1, round(_font().getlength(piece))), LINE))
    ImageDraw.Draw(mask).text((0, 0), piece, fill=255, font=_font())
    return np.asarray(mask)


def drawable(text: str) -> str:
    """Return a text as the font of sheets can show it; see `stood_in`."""
    return stood_in(text, _font())


def drawn_line(text: str, room: int) -> Image.Image:
    """Return so much of the beginning of a text as a width has room for, on paper."""
    line = next(fitting(drawable(escaped(text)), room, _width))
    paper = _paper(LINE, max(1, _width(line)))
    _write(paper, [line], 0, 0, INK)
    return Image.fromarray(paper)


def _font() -> Any:
    return font_of(_SIZE)
