"""What keypoints are called, and which of them change places in a mirror."""

from __future__ import annotations

import re
from collections.abc import Sequence

PERSON = (
    "nose",
    *("left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip"),
    *("left_knee", "right_knee", "left_ankle", "right_ankle"),
)
"""Those of a person, as COCO has them."""
_SIDES = re.compile(r"left|right|(?<![a-z])[lr](?![a-z])")
_OTHER = {"left": "right", "right": "left", "l": "r", "r": "l"}
_NUMBERED = re.compile(r"(points?|kp|kpts?|keypoints?|landmarks?|joints?|p)?[_ .-]?\d+")


def mates_of(names: Sequence[str]) -> tuple[int, ...]:
    """Return which of some keypoints each becomes in a mirror, by the sides in their names.

    Nothing where one has a side, and there is none for the other, and where all have but numbers.
    """
    places = {name.lower(): number for number, name in enumerate(names)}
    others = [_SIDES.sub(lambda side: _OTHER[side[0]], name) for name in places]
    known = all(other in places for other in others) and len(places) == len(names)
    if not known or all(map(_NUMBERED.fullmatch, places)):
        return ()
    return tuple(places[other] for other in others)


def names_for(count: int, mates: Sequence[int]) -> tuple[str, ...]:
    """Return names for keypoints that have none, of which those with these mates are pairs.

    They are COCO's of a person where the pairs are; else numbers, and the first of a pair is left.
    """
    if not mates:
        return tuple(f"point_{number}" for number in range(1, count + 1))
    if tuple(mates) == mates_of(PERSON):
        return PERSON
    return tuple(_name(place, mate) for place, mate in enumerate(mates))


def _name(place: int, mate: int) -> str:
    side = "middle" if place == mate else "left" if place < mate else "right"
    return f"{side}_{min(place, mate) + 1}"
