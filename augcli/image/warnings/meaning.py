"""Whether a step can turn a picture into one of another class, as the classes' names tell.

What a step can do is tried, not looked up: its params are drawn many times, and a probe shows
whether they mirror it, turn it, or give it another colour. So are steps of other people judged.
"""

from __future__ import annotations

import colorsys
import math
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

import numpy as np
from msgspec import Struct

from augcli.checks.findings import Lint
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.operations.ops import apply, points_after
from augcli.image.picture import Picture, PixelArray, Points
from augcli.image.transform import ImageTransform
from augcli.plural import few
from augcli.transform import Compound, Transform, walk

_TRIES = 48
_SIDE = 48
_CROSS = np.array([[0.5, 0.5], [0.75, 0.5], [0.5, 0.75]]) * _SIDE
"""The middle of a probe, and the ends of two arms of a cross in it."""
_TURN = 45.0
"""Degrees beyond which a letter is another one."""
_HUE, _SATURATION = 40.0, 0.4
"""Degrees of hue, and what saturation is left, beyond which a colour has another name."""
_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIGITS = frozenset(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
)
_CHARACTER = re.compile(r"(?:(?:label|digit|number|num|letter|char|character)[\W_]*)?[^\W_]", re.I)
_SIDES = (
    ("left", "right"),
    ("up", "down"),
    ("north", "south"),
    ("east", "west"),
    ("gauche", "droite"),
    ("links", "rechts"),
    ("izquierda", "derecha"),
    ("izquierdo", "derecho"),
    ("esquerda", "direita"),
    ("sinistra", "destra"),
)
_COLOURS = frozenset(
    [
        "red",
        "green",
        "blue",
        "yellow",
        "orange",
        "purple",
        "violet",
        "pink",
        "brown",
        "cyan",
        "magenta",
        "turquoise",
        "black",
        "white",
        "gray",
        "grey",
        "golden",
        "silver",
    ]
)
_FEWEST = 2


def label_changing(
    steps: Sequence[Transform], classes: Collection[str], path: tuple[str | int, ...] = ()
) -> Iterator[Lint]:
    """Yield the steps that can make of a class's picture one of another."""
    for index, step in enumerate(steps):
        here = (*path, "steps", index)
        concerned = [name for name in classes if step.concerns(name)]
        if step.p == 0 or step.only:
            continue  # who names the classes has thought of them
        if isinstance(step, Compound):
            yield from label_changing(step.steps, concerned, (*here, step.name))
        elif said := next(_all_said(step, concerned), None):
            yield Lint("label-changing", f"{step.name} {said}", here)


def _all_said(step: Transform, classes: Collection[str]) -> Iterator[str]:
    """Yield what a step, or those that it stands for, do to which classes."""
    alone = (each for each in walk([step]) if isinstance(each, ImageTransform) and each.p > 0)
    return filter(None, (_said(each, classes) for each in alone))


def _said(step: ImageTransform, classes: Collection[str]) -> str | None:
    """Return what a step does to which classes; None where it cannot harm them."""
    characters, sides, colours = _characters(classes), _sides(classes), _colours(classes)
    if not characters and not sides and not colours:
        return None
    can = _tried(step)
    if can.mirrors and (sides or characters):
        return f"mirrors pictures of classes {few(map(repr, sides or characters))}"
    if can.turn > _TURN and (characters or sides):
        turned = few(map(repr, characters or sides))
        return f"turns pictures of classes {turned} by up to {can.turn:.0f}°"
    if can.recolours and colours:
        return f"changes the colours of classes {few(map(repr, colours))}"
    return None


class _Can(Struct, frozen=True):
    """What a step did to probes."""

    mirrors: bool = False
    turn: float = 0.0
    """Degrees, at most."""
    recolours: bool = False


def _tried(step: ImageTransform) -> _Can:
    """Return what a step does in many tries; what it refuses to take, it does not harm."""
    mirrors, turn, recolours = False, 0.0, False
    for number in range(_TRIES):
        probe = _probe(number % 3)
        try:
            params = step.make_params(Draws(0).at(number, step.name), probe.facts)
            lowered = step.lower(params, probe.facts)
            made = apply(lowered, probe)
        except SampleError:
            continue
        mirrored, angle = _moved(points_after(lowered, _CROSS))
        mirrors, turn = mirrors or mirrored, max(turn, angle)
        recolours = recolours or _is_recoloured(made.pixels, number % 3)
    return _Can(mirrors, turn, recolours)


@cache
def _probe(channel: int) -> Picture:
    """Return a picture of one colour in all brightnesses."""
    pixels = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    pixels[:, :, channel] = np.linspace(96, 255, _SIDE).astype(np.uint8)
    return Picture(pixels)


def _moved(cross: Points) -> tuple[bool, float]:
    """Return whether the cross is mirrored, and by how many degrees it is turned."""
    middle, right, below = cross
    x, y = right - middle, below - middle
    mirrored = bool(x[0] * y[1] - x[1] * y[0] < 0)
    angle = abs(math.degrees(math.atan2(x[1], x[0])))
    return mirrored, 0.0 if mirrored else angle


def _is_recoloured(pixels: PixelArray, channel: int) -> bool:
    """Return whether a picture of blue, green or red has a colour of another name."""
    if pixels.shape[2] < 3:
        return True
    blue, green, red = pixels[:, :, :3].reshape(-1, 3).mean(axis=0) / 255
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    apart = abs(hue * 360 - (240, 120, 0)[channel])
    return saturation < _SATURATION or min(apart, 360 - apart) > _HUE


def _characters(classes: Collection[str]) -> list[str]:
    """Return the classes that are digits or letters, where that is what most of them are."""
    found = [name for name in classes if _is_character(name)]
    return found if len(found) >= _FEWEST and 2 * len(found) > len(classes) else []


def _is_character(name: str) -> bool:
    last = name.rpartition("/")[2]
    return bool(_CHARACTER.fullmatch(last)) or last.lower() in _DIGITS


def _sides(classes: Collection[str]) -> list[str]:
    """Return the classes that have a twin of the other side."""
    words = {_told(name): name for name in classes}
    return [name for told, name in words.items() if any(map(words.__contains__, _twins(told)))]


def _twins(told: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what a name would be with the other side in it."""
    for one, other in _SIDES:
        swap = {one: other, other: one}
        if not swap.keys().isdisjoint(told):
            yield tuple(swap.get(word, word) for word in told)


def _colours(classes: Collection[str]) -> list[str]:
    """Return the classes with the names of different colours in their own."""
    found = {name: _COLOURS.intersection(_told(name)) for name in classes}
    different = set().union(*found.values()) if found else set()
    return [name for name, colours in found.items() if colours] if len(different) > 1 else []


def _told(name: str) -> tuple[str, ...]:
    """Return the words of a class's name."""
    return tuple(_WORDS.findall(_CAMEL.sub("_", name).lower()))
