"""Objects as records tell them: plain JSON, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from augcli.image.targets import Keypoint, Region, Ring, Target, Targets
from augcli.task import Plain


def plain_targets(targets: Targets) -> list[Plain]:
    """Return objects as plain JSON; what an object does not have is not told."""
    return [_plain(each) for each in targets]


def _plain(target: Target) -> Plain:
    told: dict[str, Any] = {
        "box": target.box and list(target.box),
        "rings": list(map(_lists, target.rings)),
        "corners": _lists(target.corners),
        "keypoints": [[each.x, each.y, each.visibility] for each in target.keypoints],
        "region": target.region and _region(target.region),
        "share": target.share if target.share < 1 else None,
        "extra": dict(target.extra),
    }
    return {"label": target.label} | {key: value for key, value in told.items() if value}


def _lists(points: Iterable[Iterable[float]]) -> list[list[float]]:
    return [list(point) for point in points]


def _region(region: Region) -> Plain:
    return {"counts": list(region.counts), "size": [region.height, region.width]}


def told_targets(told: Iterable[Mapping[str, Any]]) -> Targets:
    """Return the objects that a record tells of."""
    return tuple(map(_told, told))


def _told(told: Mapping[str, Any]) -> Target:
    region = told.get("region")
    return Target(
        label=told["label"],
        box=_box(told["box"]) if "box" in told else None,
        rings=tuple(map(_ring, told.get("rings", ()))),
        corners=_ring(told.get("corners", ())),
        keypoints=tuple(Keypoint(*each) for each in told.get("keypoints", ())),
        region=Region(tuple(region["counts"]), *region["size"]) if region else None,
        share=told.get("share", 1.0),
        extra=told.get("extra", {}),
    )


def _box(told: Iterable[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = told
    return left, top, right, bottom


def _ring(told: Iterable[Iterable[float]]) -> Ring:
    return tuple((x, y) for x, y in told)
