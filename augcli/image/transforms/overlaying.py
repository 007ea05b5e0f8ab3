"""Steps that lay something over a picture which no label tells of: other pictures, words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from pydantic import AfterValidator, Field

from augcli.draws import Draws
from augcli.image.codec import pillow
from augcli.image.kernels.light import veiled
from augcli.image.kernels.sampling import Sampling
from augcli.image.kernels.seeded import Plane
from augcli.image.operations.geometry import Warp, stretch
from augcli.image.operations.mixing import Laid, Overlaid
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import Colour, ImageTransform, bgr
from augcli.image.transforms.mixing import parts_of, reduced
from augcli.image.transforms.style import FromFolder
from augcli.ranges import Constant, Real, Spread, Uniform
from augcli.transform import Params, register

Opacity = Annotated[Spread, Real(0, 1, "how much of it is seen", neutral=0)]
_SMALLEST = 4
"""Pixels that letters are high at the least."""
_LONGEST = 100
"""Characters of a line."""


def _written_by_the_font(lines: tuple[str, ...]) -> tuple[str, ...]:
    for line in lines:
        if not (line.isascii() and line.isprintable()):
            text = f"the font lacks characters of {line!r}; lay pictures of such words over"
            raise ValueError(f"{text} by `overlay`")
        if not 0 < len(line) <= _LONGEST:
            raise ValueError(f"a line has 1 to {_LONGEST} characters, not {len(line)}")
        if not line.strip():
            raise ValueError(f"nothing would be seen of {line!r}")
    return lines


@register
class Overlay(FromFolder):
    """Another picture over a part of this one: a sticker, a logo, dirt; labels stay.

    It lies in the frame whole, at any place, and is seen as far as its alpha says. Recorded is the
    place in whole pixels.
    """

    revision: ClassVar[int] = 3
    colours: ClassVar[bool] = True

    size: Annotated[
        Spread, Real(0.01, 1, "its longer side", "of the shorter side of the picture")
    ] = Uniform(0.2, 0.4)
    opacity: Opacity = Constant(1)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the partner, its size and its place."""
        told = super().make_params(draws, facts)
        size, opacity = told["size"], told["opacity"]
        idents = self.picked(draws, facts)
        if not (facts.peers and idents):
            return {"partners": [], "size": size, "opacity": opacity}
        part = _placed(draws, facts.peers[idents[0]].facts, size * facts.shorter, facts)
        parts = reduced(idents, facts, lambda own, _: [_stretched(part, own)])
        return {"partners": idents, **parts, "size": size, **part, "opacity": opacity}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the partner laid over."""
        peers = [(facts.peers[ident], part) for ident, part in parts_of(params) if facts.peers]
        return [
            Overlaid(
                Laid(peer, [_stretched(params, peer.facts)], part),
                (params["x"], params["y"]),
                params["opacity"],
            )
            for peer, part in peers
        ]


def _placed(draws: Draws, own: Facts, longest: float, facts: Facts) -> Params:
    """Return the rectangle of a partner whose longer side is so long, in whole pixels."""
    scale = longest / max(own.width, own.height)
    width, height = (max(1, round(side * scale)) for side in (own.width, own.height))
    x = draws.at("x").integer(0, facts.width - width)
    y = draws.at("y").integer(0, facts.height - height)
    return {"x": x, "y": y, "w": width, "h": height}


def _stretched(part: Params, own: Facts) -> Warp:
    """Return what makes a partner as large as its rectangle."""
    return stretch(own, part["w"], part["h"], Sampling(border=None))


@register
class TextOverlay(ImageTransform):
    """Words over the picture, as of a watermark or a caption; labels stay.

    One of some lines, each equally likely, in the font that Pillow brings along, which has the
    characters of ASCII alone; of others use `overlay` with pictures of them. What is too long is
    written smaller.
    """

    texts: Annotated[tuple[str, ...], AfterValidator(_written_by_the_font)] = Field(
        ("Sample",), min_length=1, description="lines to choose from"
    )
    size: Annotated[Spread, Real(0.01, 1, "how high letters are", "of the shorter side")] = Uniform(
        0.08, 0.2
    )
    x: Annotated[Spread, Real(0, 1, "where it lies across", "of the room beside it")] = Uniform(
        0, 1
    )
    y: Annotated[Spread, Real(0, 1, "where it lies down", "of the room beside it")] = Uniform(0, 1)
    opacity: Opacity = Uniform(0.5, 1)
    fill: Colour = Field(1.0, description="its colour: a fraction of full range, or [r, g, b]")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the line and how it lies."""
        params = super().make_params(draws, facts)
        texts = params.pop("texts")
        return {"text": texts[draws.at("text").integer(0, len(texts) - 1)], **params}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the writing."""
        return [Pixels(partial(_written, params=params))]


def _written(pixels: PixelArray, params: Params) -> PixelArray:
    height, width = pixels.shape[:2]
    letters = drawn(params["text"], max(_SMALLEST, params["size"] * min(width, height)), width)
    part = letters[:height, :width] * np.float32(params["opacity"])
    rows, columns = part.shape
    left, top = (round(params[a] * r) for a, r in (("x", width - columns), ("y", height - rows)))
    result, at = pixels.copy(), np.s_[top : top + rows, left : left + columns]
    result[at] = veiled(np.ascontiguousarray(result[at]), part, bgr(params["fill"]))
    return result


def drawn(text: str, size: float, width: int) -> Plane:
    """Return how much letters cover each pixel around them, in a line that fits into a width."""
    font = pillow.ImageFont.load_default(size)
    length = font.getlength(text)
    if length > width:
        font = pillow.ImageFont.load_default(max(_SMALLEST, size * width / length))
    left, top, right, bottom = (int(side) for side in font.getbbox(text))
    paper = pillow.Image.new("L", (right - left, bottom - top))
    pillow.ImageDraw.Draw(paper).text((-left, -top), text, fill=255, font=font)
    return np.asarray(paper, np.float32) / np.float32(255)
