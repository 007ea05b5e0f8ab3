"""Steps that mix a picture with others of its split.

Steps before one of these are for the picture alone, as its partners come as they are stored; steps
behind it are for the mixture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.errors import StepError
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels.seeded import cloud
from augcli.image.operations.mixing import Blend, Cut, Laid, Plane, Tile, Window, covering
from augcli.image.operations.mixing import Mosaic as Tiled
from augcli.image.operations.ops import Op, fuse
from augcli.image.picture import Facts
from augcli.image.transform import ImageTransform
from augcli.params import rounded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Alpha = Annotated[
    Spread, Real(0.01, 100, "the partner's share is the smaller part by Beta(alpha, alpha)")
]
_LARGEST = 700.0
"""Of what has an exponential."""


class Mixing(ImageTransform):
    """A step that takes something from partners: other pictures of the split."""

    revision: ClassVar[int] = 2
    mixes: ClassVar[bool] = True
    pools: ClassVar[bool] = True

    partner: Literal["any", "class"] = Field(
        "any", description="who may be a partner: any other picture of the split, or of its class"
    )

    @property
    def pool(self) -> str:
        """Return whom it takes partners from."""
        return self.partner

    def picked(self, draws: Draws, facts: Facts, count: int = 1) -> list[str]:
        """Return the ids of so many partners; none where there is no other picture."""
        return facts.peers.pick(draws.at("partner"), count, self.pool) if facts.peers else []


def laid(ident: str, part: int, facts: Facts) -> Laid:
    """Return a partner that covers the frame."""
    assert facts.peers is not None, "partners are some of those there are"
    peer = facts.peers[ident]
    return Laid(peer, covering(peer.facts, facts.width, facts.height), part)


def reduced(
    idents: Sequence[str], facts: Facts, moves: Callable[[Facts, int], Sequence[Op]]
) -> Params:
    """Return to which parts of their sides partners are decoded; nothing where that is all whole.

    `moves` are those of a partner with these facts and this place among them.
    """
    peers = [facts.peers[ident] for ident in idents if facts.peers]
    parts = [peer.part_for(fuse(moves(peer.facts, at))) for at, peer in enumerate(peers)]
    return {"reduced": parts} if max(parts, default=1) > 1 else {}


def parts_of(params: Params) -> Iterator[tuple[str, int]]:
    """Yield recorded partners with the parts of their sides that they are decoded to."""
    idents = params["partners"]
    return zip(idents, params.get("reduced", [1] * len(idents)), strict=True)


def smaller_part(draws: Draws, alpha: float) -> float:
    """Return the smaller part of a whole that is parted by Beta(alpha, alpha).

    By Bailey's polar form of Student's t, of which the symmetrical beta is a function: Devroye,
    Random Variate Generation in One Line of Code, WSC 1996.
    """
    u, v = 1 - draws.at("u").uniform(), draws.at("v").uniform()
    square = math.expm1(min(-math.log(u) / alpha, _LARGEST)) * math.cos(2 * math.pi * v) ** 2
    return 0.5 - 0.5 / math.sqrt(1 + 1 / square) if square > 0 else 0.5


class Parting(Mixing):
    """A step of which a partner gets the smaller part, by a drawn share."""

    alpha: Alpha = Constant(1.0)

    @staticmethod
    def taken_from(idents: Sequence[str], facts: Facts) -> Params:
        """Return partners that cover the frame, and how far they are reduced."""
        frame = facts.width, facts.height
        parts = reduced(idents, facts, lambda own, _: covering(own, *frame))
        return {"partners": list(idents), **parts}

    def part(self, draws: Draws) -> float:
        """Draw the share of the partner, at most a half."""
        return smaller_part(draws.at("share"), draws.value("alpha", self.alpha))


@register
class Mixup(Parting):
    """The weighted mean with a partner, of pixels and of labels.

    Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018. The partner's is the smaller
    share, so that a picture lies under the class that it mostly is. Objects of both are kept, each
    with its `weight`; masks have no mean and are refused.
    """

    alpha: Alpha = Constant(0.4)

    def unfit(self, dataset: ImageDatasetSettings) -> str | None:
        """Return that no number stands for a mean of two classes."""
        if dataset.format != "masks":
            return None
        return "mixup has no meaning for masks, whose numbers have no mean; cutmix has"

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the partner and its weight."""
        weights = [rounded(self.part(draws))]
        return self.taken_from(self.picked(draws, facts), facts) | {"weights": weights}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mean."""
        return [
            Blend(laid(*partner, facts), weight)
            for partner, weight in zip(parts_of(params), params["weights"], strict=False)
        ]


@register
class Cutmix(Parting):
    """A rectangle of a partner laid over, labels weighted by its area.

    Yun et al., CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
    Features, ICCV 2019. The rectangle has the picture's shape and any centre; what of it is in the
    frame, in whole pixels, is the partner's weight.
    """

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the rectangle, in pixels."""
        side = math.sqrt(self.part(draws))
        left, right = _side(draws.at("x"), side, facts.width)
        top, bottom = _side(draws.at("y"), side, facts.height)
        area = (right - left) * (bottom - top) / (facts.width * facts.height)
        box = {"x": left, "y": top, "w": right - left, "h": bottom - top}
        partners = self.taken_from(self.picked(draws, facts), facts)
        return {**partners, "weights": [rounded(area)], **box}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the partner's part laid over."""
        return [
            _cut(*other, facts, partial(_rectangle, params, facts)) for other in parts_of(params)
        ]


def _side(draws: Draws, part: float, length: int) -> tuple[int, int]:
    """Return both ends of a part of a side around a drawn place, as far as they are inside."""
    middle, extent = draws.uniform() * length, part * length
    return max(0, round(middle - extent / 2)), min(length, round(middle + extent / 2))


def _cut(ident: str, part: int, facts: Facts, shown: Callable[[], Plane]) -> Cut:
    other = laid(ident, part, facts)
    return Cut(other, shown, lambda: other.objects)


def _rectangle(params: Params, facts: Facts) -> Plane:
    plane = np.zeros((facts.height, facts.width), np.float32)
    x, y = params["x"], params["y"]
    plane[y : y + params["h"], x : x + params["w"]] = 1
    return plane


@register
class Fmix(Parting):
    """A part of a partner with the outlines of clouds laid over, labels weighted by its area.

    After Harris et al., FMix: Enhancing Mixed Sample Data Augmentation, 2020, by fractal noise in
    the place of filtered Fourier noise. The highest so many pixels of the noise are the partner's.
    """

    cells: Annotated[Spread, Whole(1, 16, "clouds along the shorter side, about")] = Uniform(
        2, 4, whole=True
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the seed of the noise and how many pixels are the partner's."""
        size = facts.width * facts.height
        count = round(self.part(draws) * size)
        cells = self.cells.draw(draws.at("cells"))
        told = {"pixels": count, "cells": cells, "seed": draws.at("seed").seed()}
        weights = [rounded(count / size)]
        return {**self.taken_from(self.picked(draws, facts), facts), "weights": weights, **told}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the partner's part laid over."""
        return [_cut(*other, facts, partial(_highest, params, facts)) for other in parts_of(params)]


def _highest(params: Params, facts: Facts) -> Plane:
    """Return 1 where noise is highest, at exactly so many pixels: of equal ones the first."""
    noise = cloud(params["seed"], facts, params["cells"], 0.5).ravel()
    count = min(params["pixels"], noise.size)
    plane = np.zeros(noise.shape, np.float32)
    if count:
        least = np.partition(noise, noise.size - count)[noise.size - count]
        above = noise > least
        plane[above] = 1
        plane[np.flatnonzero(noise == least)[: count - np.count_nonzero(above)]] = 1
    return plane.reshape(facts.height, facts.width)


@register
class Mosaic(Mixing):
    """The picture and partners side by side in a grid, each in a window of the frame.

    Bochkovskiy et al., YOLOv4: Optimal Speed and Accuracy of Object Detection, 2020. Each covers
    its window: scaled, its middle cut out. The picture lies in any of the windows; classes are
    weighted by area. The frame keeps its size.
    """

    grid: tuple[Annotated[int, Field(ge=1, le=8)], Annotated[int, Field(ge=1, le=8)]] = Field(
        (2, 2), description="windows across and down"
    )
    shift: Annotated[
        Spread, Real(-0.45, 0.45, "how far each line between windows is moved", "of a window")
    ] = Uniform(-0.25, 0.25)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the lines between windows, in pixels, the picture's own window, and the partners."""
        across, down = self.grid
        x = self._lines(draws.at("x"), across, facts.width)
        y = self._lines(draws.at("y"), down, facts.height)
        place = draws.at("place").integer(0, across * down - 1)
        partners = self.picked(draws, facts, across * down - 1)
        windows = _windows(x, y, facts)
        others = [window for at, window in enumerate(windows) if at != place]
        weights = [rounded(_area(window) / (facts.width * facts.height)) for window in others]
        parts = reduced(partners, facts, lambda own, at: _filling(own, others[at]))
        told = {"grid": [across, down], "x": x, "y": y, "place": place}
        return {"partners": partners, **parts, "weights": weights, **told}

    def _lines(self, draws: Draws, count: int, length: int) -> list[int]:
        """Return where a side is parted into so many windows, none of them without pixels."""
        shifts = (self.shift.draw(draws.at(number)) for number in range(1, count))
        lines = [round((number + s) * length / count) for number, s in enumerate(shifts, 1)]
        return [min(max(line, 0), length) for line in lines]

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the windows put together."""
        if not params["partners"]:
            return []
        windows = list(_windows(params["x"], params["y"], facts))
        others: list[tuple[str, int] | None] = list(parts_of(params))
        others.insert(params["place"], None)
        tiles = (_tile(w, other, facts) for w, other in zip(windows, others, strict=True))
        return [Tiled([tile for tile in tiles if tile])]


def _windows(x: Sequence[int], y: Sequence[int], facts: Facts) -> list[Window]:
    """Return the windows between lines, row by row."""
    across, down = [0, *x, facts.width], [0, *y, facts.height]
    if across != sorted(across) or down != sorted(down):
        raise StepError("mosaic: its windows do not lie in the frame side by side")
    return [
        (left, top, right, bottom)
        for top, bottom in pairwise(down)
        for left, right in pairwise(across)
    ]


def _area(window: Window) -> int:
    left, top, right, bottom = window
    return (right - left) * (bottom - top)


def _filling(facts: Facts, window: Window) -> list[Op]:
    """Return what makes a picture cover a window; nothing where that has no pixels."""
    left, top, right, bottom = window
    return covering(facts, right - left, bottom - top) if _area(window) else []


def _tile(window: Window, other: tuple[str, int] | None, facts: Facts) -> Tile | None:
    """Return a window with what covers it; None where it has no pixels."""
    if not _area(window):
        return None
    if other is None or facts.peers is None:
        return Tile(window, None, _filling(facts, window))
    peer = facts.peers[other[0]]
    moves = _filling(peer.facts, window)
    return Tile(window, Laid(peer, moves, other[1]), moves)
