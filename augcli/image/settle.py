"""What becomes of a picture's objects after its last operation: kept, or lost with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from augcli.image.config import TargetSettings
from augcli.image.kernels.regions import shown_of
from augcli.image.operations.placed import DIGITS, bounds, extent, has_shape, plain
from augcli.image.picture import Placed, Points
from augcli.image.targets import Box, Keypoint, Ring, Target, Targets


class Lost(Struct, frozen=True):
    """An object that a picture no longer has."""

    target: Target
    """As it was read."""
    reason: str


class Settled(NamedTuple):
    """The objects of a finished picture."""

    kept: Targets
    lost: tuple[Lost, ...]


def settle(objects: Sequence[Placed], settings: TargetSettings) -> Settled:
    """Return which objects a picture still has, where they are now, and why others are lost."""
    kept: list[Target] = []
    lost: list[Lost] = []
    for each in map(_without_slivers, objects):
        box = bounds(each)
        reason = _reason(each, box, settings)
        if reason:
            lost.append(Lost(each.target, reason))
        else:
            kept.append(_told(each, box))
    return Settled(tuple(kept), tuple(lost))


def _without_slivers(each: Placed) -> Placed:
    """Return a moved object without rings that no pixel shows."""
    return replace(each, rings=shown_of(each.rings)) if each.changed else each


def _reason(each: Placed, box: Box | None, settings: TargetSettings) -> str | None:
    """Return why an object is lost, or None."""
    if box is None:
        seen = not has_shape(each.target) and any(each.visibility)
        return None if seen else "outside the picture"
    if round(each.share, DIGITS) < settings.min_visibility:
        return "less than min_visibility is left"
    if not (area := _area(each)):
        return "without any area"
    if area < settings.min_area:
        return "smaller than min_area"
    left, top, right, bottom = box
    return "narrower than min_side" if min(right - left, bottom - top) < settings.min_side else None


def _area(each: Placed) -> float:
    return sum(each.region.counts[1::2]) if each.region else extent(each.rings)


def _told(each: Placed, box: Box | None) -> Target:
    """Return an object as it is now, in what its format told of it."""
    if not each.changed:
        return each.target
    points = zip(plain(each.keypoints), each.visibility, strict=True)
    return replace(
        each.target,
        box=each.target.box and box,
        rings=tuple(map(_ring, each.rings)) if each.target.rings else (),
        corners=_ring(each.corners),
        keypoints=tuple(Keypoint(x, y, visibility) for (x, y), visibility in points),
        region=each.target.region and each.region,
        share=round(each.share, DIGITS),
    )


def _ring(points: Points) -> Ring:
    return tuple((x, y) for x, y in plain(points))
