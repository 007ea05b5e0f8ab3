"""What the page of a preview shows: steps along their ranges, and samples with their copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Frame:
    """A picture with what it shows in words."""

    caption: str
    source: str
    """A data URL."""


@dataclass(frozen=True)
class Knob:
    """One parameter of a step at some points of its range, all others in the middle of theirs."""

    name: str
    told: str
    """What the parameter means, with its unit."""
    values: Sequence[float]
    frames: Sequence[Frame]
    is_range: bool
    """Whether a recipe may give it a lower and an upper end."""


@dataclass(frozen=True)
class Shown:
    """A step by itself."""

    name: str
    told: str
    fields: dict[str, Any]
    """What a recipe says of it."""
    knobs: Sequence[Knob]
    alone: Frame | None
    """What it does, where it has no knobs."""
    missing: str = ""
    """Why there is no picture."""
    learned: Sequence[Sequence[Frame]] = ()
    """What it has learned, row by row."""


@dataclass(frozen=True)
class Playground:
    """What a recipe does: to a sample step by step, and as a whole to several."""

    original: Frame | None
    steps: Sequence[Shown]
    rows: Sequence[Sequence[Frame]]
    """Samples, each as it is and then its copies."""
