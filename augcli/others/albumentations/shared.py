"""What many of Albumentations' transforms are told alike."""

from __future__ import annotations

from typing import Any

from augcli.others.calls import BYTE, Arguments, tidy
from augcli.others.rules import Turn, ranges, step

_BORDERS = {0: "constant", 1: "replicate", 2: "reflect", 3: "wrap", 4: "reflect"}
_BETWEEN = {0: "nearest", 2: "cubic"}


def filled(a: Arguments, name: str = "fill") -> Any:
    """Return a fill as fractions of full range; one that is no number is not taken over."""
    value = a.value(name, 0)
    if isinstance(value, list) and len(value) == 3:
        return [tidy(each / BYTE) for each in value]
    return tidy(value / BYTE) if isinstance(value, int | float) and value else None


def edges(a: Arguments) -> dict[str, Any]:
    """Return what lies outside and between the pixels."""
    border = _BORDERS.get(a.value("border_mode", 0), "constant")
    fill = filled(a)
    return {"border": border, "fill": fill if border == "constant" else None, **between(a)}


def between(a: Arguments) -> dict[str, Any]:
    """Return what lies between the pixels, where it is not what it mostly is."""
    return {"interpolation": _BETWEEN.get(a.value("interpolation", 1))}


def sides(a: Arguments) -> dict[str, int]:
    """Return width and height in pixels."""
    width, height = a.size("size") if "size" in a else a.size("height", "width")
    return {"width": width, "height": height}


def moved(name: str, **fields: tuple[str, Any]) -> Turn:
    """Return a rule's formula for moves: ranges that are the same there, and the edges."""
    return lambda a: step(name, **ranges(a, fields), **edges(a))


def sized(name: str) -> Turn:
    """Return a rule's formula for what has a width and a height."""
    return lambda a: step(name, **sides(a))
