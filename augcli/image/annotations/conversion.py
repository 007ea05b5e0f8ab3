"""Objects of one format as those of another, with what both can tell of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from msgspec.structs import replace

from augcli.image.annotations.xml_places import escaped, unescaped
from augcli.image.kernels.regions import plane_of
from augcli.image.targets import Region, Ring, Target

_FLAGS = ("truncated", "difficult", "occluded")
_FINER = 2
"""So many times a mask is enlarged before its outline is taken, which runs through centres."""


def converted(target: Target, source: str, into: str) -> Target | None:
    """Return an object as another format tells it; None where it has no way to: a crowd in YOLO."""
    if source == into:
        return target
    plain = replace(target, extra=_PLAIN.get(source, dict)(target.extra))
    return _INTO[into](plain)


def _of_coco(extra: Mapping[str, Any]) -> dict[str, Any]:
    told = extra.get("attributes")
    attributes = told if isinstance(told, dict) else {}
    crowd = {"crowd": True} if extra.get("iscrowd") else {}
    return {key: value for key, value in attributes.items() if _is_plain(value)} | crowd


def _of_voc(extra: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: unescaped(text) for key, text in extra.items() if "<" not in text}
    return {key: text == "1" if key in _FLAGS else text for key, text in texts.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float)


_PLAIN: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = MappingProxyType(
    {"coco": _of_coco, "voc": _of_voc, "csv": dict}
)
"""What is told of an object beside its place, as plain values by their names."""


def _into_coco(target: Target) -> Target:
    """Return an object with all that is told of it as attributes, as CVAT has them."""
    told = dict(target.extra)
    crowd = {"iscrowd": int(bool(told.pop("crowd", False)))}
    return replace(target, extra=crowd | ({"attributes": told} if told else {}))


def _into_voc(target: Target) -> Target:
    """Return an object with the tags that readers know; a crowd is difficult."""
    told = dict(target.extra)
    crowd = bool(told.pop("crowd", False))
    flags = {key: str(int(bool(told[key]))) for key in _FLAGS if key in told}
    pose = {"pose": escaped(str(told["pose"]))} if "pose" in told else {}
    return replace(target, extra=pose | flags | ({"difficult": "1"} if crowd else {}))


def _into_yolo(target: Target) -> Target | None:
    if target.extra.get("crowd"):
        return None
    rings = outlines_of(target.region) if target.region else target.rings
    return replace(target, extra={}, rings=rings, region=None)


def _into_csv(target: Target) -> Target:
    return replace(target, extra={key: str(value) for key, value in target.extra.items()})


_INTO: Mapping[str, Callable[[Target], Target | None]] = MappingProxyType(
    {"coco": _into_coco, "voc": _into_voc, "yolo": _into_yolo, "csv": _into_csv}
)


def outlines_of(region: Region) -> tuple[Ring, ...]:
    """Return the outlines of a region's parts, without holes."""
    plane = np.pad(plane_of(region)[:, :, 0], 1)
    finer = np.repeat(np.repeat(plane, _FINER, axis=0), _FINER, axis=1)
    found, _ = cv2.findContours(finer, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    parts = ((each[:, 0] + 0.5) / _FINER - 1 for each in found if len(each) > 2)
    return tuple(tuple((float(x), float(y)) for x, y in points) for points in parts)
