"""What is annotated in a picture: objects with a class, a box, an outline, points.

Readers of annotations make these, operations move them, writers write them back. Coordinates are
those of `picture.Points`: pixel i covers [i, i+1], so the whole picture is 0, 0, width, height.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]
"""A closed line, its first point not repeated."""
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Keypoint(Struct, frozen=True):
    """One point of an object; one that is not labelled has visibility 0."""

    x: float
    y: float
    visibility: int
    """0 not labelled, 1 labelled but hidden, 2 visible."""


class Region(Struct, frozen=True):
    """Pixels of an object, as COCO has them: run lengths down the columns, zeros first."""

    counts: tuple[int, ...]
    height: int
    width: int


class Target(Struct, frozen=True, kw_only=True):
    """One object of a picture, in what its format tells of it; what it does not tell is empty."""

    label: str
    """The name of its class."""
    box: Box | None = None
    rings: tuple[Ring, ...] = ()
    """The outlines of its parts; holes are no rings of their own."""
    corners: Ring = ()
    """The four of an oriented box, in the format's order; they may lie outside the picture."""
    keypoints: tuple[Keypoint, ...] = ()
    region: Region | None = None
    share: float = 1.0
    """How much of it is left; the rest was cut off on the way."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the format tells, as plain JSON; it travels along."""


Targets: TypeAlias = tuple[Target, ...]
"""The objects of a picture, in the order of their file."""
