"""What the page of a preview shows: steps along their ranges, and samples with their copies."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Frame:
    """A sample as a page shows it, with what it is in words."""

    caption: str
    figure: str
    """HTML of the sample itself."""


def pictured(caption: str, data: bytes, form: str) -> Frame:
    """Return a picture, in the page itself."""
    source = f"data:image/{form};base64,{b64encode(data).decode()}"
    return Frame(caption, f'<img src="{source}" alt="{escape(caption)}">')


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
