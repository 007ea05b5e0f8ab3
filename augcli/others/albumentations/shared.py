"""What many of Albumentations' transforms are told alike."""

from __future__ import annotations

from typing import Any

from augcli.others.calls import BYTE, Arguments, says_something, tidy
from augcli.others.rules import Turn, ranges, step

_BORDERS: dict[Any, str] = {
    0: "constant",
    1: "replicate",
    2: "reflect",
    3: "wrap",
    4: "reflect",
    "BORDER_CONSTANT": "constant",
    "BORDER_REPLICATE": "replicate",
    "BORDER_REFLECT": "reflect",
    "BORDER_WRAP": "wrap",
    "BORDER_REFLECT_101": "reflect",
    "BORDER_REFLECT101": "reflect",
    "BORDER_DEFAULT": "reflect",
}
"""OpenCV's constants, by number and by name."""
_BETWEEN: dict[Any, str | None] = {
    0: "nearest",
    1: None,
    2: "cubic",
    5: None,
    6: "nearest",
    "INTER_NEAREST": "nearest",
    "INTER_LINEAR": None,
    "INTER_CUBIC": "cubic",
    "INTER_LINEAR_EXACT": None,
    "INTER_NEAREST_EXACT": "nearest",
}
"""OpenCV's constants → what lies between pixels, where that is not linear."""


def filled(a: Arguments, name: str = "fill") -> Any:
    """Return a fill as fractions of full range; one that is no number is not taken over."""
    value = a.value(name, 0)
    if isinstance(value, list) and len(value) == 3:
        return [tidy(each / BYTE) for each in value]
    if isinstance(value, int | float):
        return tidy(value / BYTE) if value else None
    if says_something(value) and value != "black":
        a.lacks(f"{name} {_as_told(value)}")
    return None


def _as_told(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else "of that form"


def _constant(a: Arguments, name: str, constants: dict[Any, Any], usual: int) -> Any:
    """Return what a constant of OpenCV stands for; one that is not known is lacking."""
    value = a.value(name, usual)
    if isinstance(value, str | int) and value in constants:
        return constants[value]
    a.lacks(f"{name} {_as_told(value)}")
    return constants[usual]


def edges(a: Arguments) -> dict[str, Any]:
    """Return what lies outside and between the pixels."""
    border = _constant(a, "border_mode", _BORDERS, 0)
    fill = filled(a)
    return {"border": border, "fill": fill if border == "constant" else None, **between(a)}


def between(a: Arguments) -> dict[str, Any]:
    """Return what lies between the pixels, where it is not what it mostly is."""
    return {"interpolation": _constant(a, "interpolation", _BETWEEN, 1)}


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
