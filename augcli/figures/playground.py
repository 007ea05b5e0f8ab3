"""What the page of a preview shows: steps along their ranges, and samples with their copies."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any, Literal

from msgspec import Struct


class Frame(Struct, frozen=True):
    """A sample as a page shows it, with what it is in words."""

    caption: str
    figure: str
    """HTML of the sample itself."""


def pictured(caption: str, data: bytes, form: str) -> Frame:
    """Return a picture, in the page itself."""
    source = f"data:image/{form};base64,{b64encode(data).decode()}"
    return Frame(caption, f'<img src="{source}" alt="{escape(caption)}">')


Way = Literal["narrows", "sets", "shows"]
"""What a slider does to the recipe: narrows a range, sets the value where it stands, or nothing."""


class Knob(Struct, frozen=True):
    """One parameter of a step at some values, all others in the middle of their ranges."""

    name: str
    told: str
    """What the parameter means, with its unit."""
    way: Way
    values: Sequence[Any]
    """As a recipe says them."""
    frames: Sequence[Frame]
    at: int
    """Where its slider begins."""

    @property
    def said(self) -> str:
        """Return in words where its slider begins."""
        return said(self.values[self.at])


def said(value: Any) -> str:
    """Return a number, or the two ends of a range, in words."""
    return " to ".join(f"{each:g}" for each in (value if isinstance(value, tuple) else [value]))


class Shown(Struct, frozen=True):
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


class Playground(Struct, frozen=True):
    """What a recipe does: to a sample step by step, and as a whole to several."""

    original: Frame | None
    steps: Sequence[Shown]
    rows: Sequence[Sequence[Frame]]
    """Samples, each as it is and then its copies."""
