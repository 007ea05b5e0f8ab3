"""What steps have learned, to look at: what they draw, and what they mostly do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from augcli.draws import Draws
from augcli.image.listing.whole import Whole
from augcli.image.operations.ops import apply
from augcli.image.picture import Facts, Picture
from augcli.image.transform import ImageTransform
from augcli.steps.learned import Learning
from augcli.transform import Params, Transform, located

_LONGER = 200
_CELLS = 8

Frames = Sequence[tuple[str, Picture]]
"""What is shown, each in words; the first is as it is."""


def learned(
    steps: Sequence[Transform], label: str | None, whole: Whole, copies: int
) -> Iterator[tuple[str, Sequence[Frames]]]:
    """Yield each step that has learned what can be shown, and rows that show it for a class.

    They show a grid as it is drawn for some copies, then the modes of the class on a grid and on a
    picture.
    """
    for _, step in located(steps):
        if not isinstance(step, Learning) or not isinstance(step, ImageTransform):
            continue
        if modes := step.modes(label):
            picture = whole.decoded(1).picture
            grid = _grid(picture.facts)
            facts = replace(grid.facts, label=label)
            places = (Draws(0).at("preview", copy) for copy in range(copies))
            drawn = [(f"drawn {n + 1}", step.make_params(at, facts)) for n, at in enumerate(places)]
            title = f"{step.name}: {label or 'all'}"
            rows = (grid, drawn), (grid, modes), (picture, modes)
            yield step.name, [list(_frames(step, title, *row)) for row in rows]


def _frames(
    step: ImageTransform, title: str, picture: Picture, params: Sequence[tuple[str, Params]]
) -> Iterator[tuple[str, Picture]]:
    yield title, picture
    for told, each in params:
        yield told, apply(step.lower(each, picture.facts), picture)


def _grid(facts: Facts) -> Picture:
    """Return lines across and down, in the shape of a picture."""
    scale = _LONGER / max(facts.width, facts.height)
    height, width = (max(_CELLS, round(side * scale)) for side in (facts.height, facts.width))
    pixels = np.full((height, width, 3), 255, np.uint8)
    ends = range(_CELLS + 1)
    pixels[[round(at * (height - 1) / _CELLS) for at in ends]] = 60
    pixels[:, [round(at * (width - 1) / _CELLS) for at in ends]] = 60
    return Picture(pixels)
