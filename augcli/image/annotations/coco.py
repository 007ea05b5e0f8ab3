"""COCO: the annotations of one picture ↔ its objects.

Boxes are x, y, width and height in pixels from the upper left corner, as here. Keypoints are
numbers of pixels, so they lie half a pixel further to the right and down here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from msgspec import Struct

from augcli.errors import SampleError, did_you_mean
from augcli.image.annotations.base import (
    NOT_FINITE,
    TWICE,
    UNORDERED,
    Note,
    Parsed,
    Size,
    area_of,
    box_of,
    oddities,
    rounded,
)
from augcli.image.annotations.coco_file import Category, CocoPicture, Id, plain_id
from augcli.image.annotations.json_parts import fault, finite, loaded
from augcli.image.annotations.rle import checked, counts_of, text_of
from augcli.image.targets import Box, Keypoint, Region, Ring, Target, Targets
from augcli.plural import few

_HALF = 0.5
"""Ids of categories."""
_KNOWN = ("image_id", "category_id", "bbox", "segmentation", "area", "keypoints", "num_keypoints")
"""Keys that are told by a target's own fields, or are new for each picture."""

Found = Mapping[str, Any]

SHORT_RING = "an outline of fewer than three points; it is left out of copies"
NOWHERE = "an object without box, outline and keypoints; nothing can be made of it"
NOT_NESTED = "an outline that is no list of outlines; it is taken for one"


class Coco(Struct, frozen=True, dict=True):
    """How the annotations of a file's pictures are read and written."""

    categories: tuple[Category, ...]

    @cached_property
    def _labels(self) -> dict[Id, str]:
        return {each.id: each.label for each in self.categories}

    @cached_property
    def _ids(self) -> dict[str, Id]:
        return {each.label: each.id for each in self.categories}

    def parse(self, picture: CocoPicture, size: Size, name: str) -> Parsed:
        """Return the objects of a picture; annotations without a place are none."""
        targets: dict[str, Target] = {}
        notes: list[Note] = []
        for text in picture.annotations:
            found, place = _read(text, name)
            if not _is_object(found):
                notes += [Note(place, NOWHERE)] if "category_id" in found else []
                continue
            key = repr(found | {"id": None})
            if key in targets:
                notes.append(Note(place, TWICE))
                continue
            read = _Annotation(found, size, place)
            targets[key] = read.target(self._label(found, place))
            notes += (*read.notes(), *oddities(targets[key], size, place))
        return Parsed(tuple(targets.values()), tuple(notes), _told(loaded(picture.image)))

    def _label(self, found: Found, place: str) -> str:
        own = plain_id(found.get("category_id"))
        label = self._labels.get(own) if isinstance(own, int | str) else None
        if label is None:
            known = few(map(str, self._labels)) or "none at all"
            raise SampleError(f"{place}: no category has the id {own!r}; there are {known}")
        return label

    def render(self, targets: Targets, like: CocoPicture | None = None) -> list[dict[str, Any]]:
        """Return the annotations of a picture, without ids; those of unmoved objects as they were.

        What is no object is the same for each copy.
        """
        own, others = _own(like)
        sources: list[Found] = [own.get(each.extra.get("id", ""), {}) for each in targets]
        pairs = zip(targets, sources, strict=True)
        made = (
            _bare(source) if _is_unmoved(target, source) else self._annotation(target, source)
            for target, source in pairs
        )
        return [*made, *others]

    def _annotation(self, target: Target, source: Found) -> dict[str, Any]:
        if target.label not in self._ids:
            known = did_you_mean(target.label, self._ids)
            raise SampleError(f"there is no category {target.label!r} in the file{known}")
        box = box_of(target)
        told = {"category_id": self._ids[target.label], **_shape(target)}
        if box:
            left, top, right, bottom = box
            sides = left, top, right - left, bottom - top
            told |= {"bbox": rounded(sides), "area": rounded([area_of(target)])[0]}
        foreign = {} if "id" in target.extra else {"iscrowd": 0}
        extra = {key: value for key, value in target.extra.items() if key not in (*_KNOWN, "id")}
        order = dict.fromkeys((*_bare(source), *told, *foreign, *extra))
        made = foreign | extra | told
        return {key: made[key] for key in order if key in made}


def _read(text: str, name: str) -> tuple[dict[str, Any], str]:
    """Return an annotation and its place; SampleError where a number is none of any program."""
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise SampleError(f"{_place(loaded(text), name)}: {fault(error)}") from None
    return found, _place(found, name)


def _place(found: Found, name: str) -> str:
    return f"{name}: annotation {found.get('id')}"


@lru_cache(maxsize=4)
def _own(like: CocoPicture | None) -> tuple[dict[Id, Found], list[dict[str, Any]]]:
    """Return a picture's objects by id, and what else is annotated in it."""
    found = [json.loads(text) for text in like.annotations] if like else []
    objects = {each["id"]: each for each in found if _is_object(each) and "id" in each}
    return objects, [_bare(each) for each in found if not _is_object(each)]


def _is_unmoved(target: Target, source: Found) -> bool:
    """Return whether an object is where its annotation has it; boxes mostly tell at once."""
    if not source:
        return False
    read = _Annotation(source, None, "its source")
    return read.box() == target.box and read.target(target.label) == target


def _bare(found: Found) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in ("id", "image_id")}


def _is_object(found: Found) -> bool:
    return any(found.get(key) for key in ("bbox", "segmentation", "keypoints"))


def _told(image: Found) -> Size | None:
    """Return the size that a file tells of a picture."""
    sides = image.get("width"), image.get("height")
    width, height = (
        int(each) if isinstance(each, int | float) and 1 <= each < _LARGEST else 0 for each in sides
    )
    return (width, height) if width and height else None


class _Annotation:
    """One annotation of an object."""

    def __init__(self, found: Found, size: Size | None, place: str):
        self._found = found
        self._size = size
        self._place = place
        self._notes: list[Note] = []

    def target(self, label: str) -> Target:
        """Return the object; SampleError where it cannot be one."""
        segments = self._found.get("segmentation")
        return Target(
            label=label,
            box=self.box(),
            rings=self._rings(segments) if isinstance(segments, list) else (),
            keypoints=self._keypoints(),
            region=self._region(segments) if isinstance(segments, dict) else None,
            extra=self._extra(segments),
        )

    def notes(self) -> Sequence[Note]:
        """Return what was odd about it."""
        return self._notes

    def _error(self, told: str) -> SampleError:
        return SampleError(f"{self._place}: {told}")

    def _numbers(self, values: Any, key: str) -> list[float]:
        if not isinstance(values, list):
            raise self._error(f"`{key}` is no list: {values!r}"[:200])
        if not {*map(type, values)} <= _NUMBERS:
            other = next(value for value in values if type(value) not in _NUMBERS)
            raise self._error(f"`{key}` has {other!r}, which is no number"[:200])
        if not all(-_LARGEST < value < _LARGEST for value in values):
            other = next(value for value in values if not abs(value) < _LARGEST)
            raise self._error(f"`{key}` has {other!r}, which is no number of a picture"[:200])
        return list(map(float, values))

    def box(self) -> Box | None:
        """Return its box, if it has one."""
        if not self._found.get("bbox"):
            return None
        sides = self._numbers(self._found["bbox"], "bbox")
        if len(sides) != 4:
            raise self._error(f"`bbox` has {len(sides)} numbers, and not x, y, width, height")
        x, y, width, height = sides
        if min(width, height) < 0:
            self._notes.append(Note(self._place, UNORDERED))
        (left, right), (top, bottom) = sorted((x, x + width)), sorted((y, y + height))
        return left, top, right, bottom

    def _rings(self, segments: list[Any]) -> tuple[Ring, ...]:
        if segments and not any(isinstance(each, list) for each in segments):
            self._notes.append(Note(self._place, NOT_NESTED))
            segments = [segments]
        rings = [self._ring(each) for each in segments]
        self._notes += [Note(self._place, SHORT_RING)] * sum(len(ring) < 3 for ring in rings)
        return tuple(ring for ring in rings if len(ring) >= 3)

    def _ring(self, flat: Any) -> Ring:
        numbers = self._numbers(flat, "segmentation")
        if len(numbers) % 2:
            raise self._error(f"an outline of {len(numbers)} numbers, half a point too many")
        return tuple(zip(numbers[::2], numbers[1::2], strict=True))

    def _region(self, segments: Found) -> Region:
        size, counts = segments.get("size"), segments.get("counts")
        if not isinstance(size, list) or len(size) != 2:
            raise self._error(f"a mask of no size: {size!r}"[:200])
        width, height = self._size or (size[1], size[0])
        if size != [height, width]:
            raise self._error(f"a mask of {size!r}, but the picture is [{height}, {width}]"[:200])
        try:
            lengths = counts_of(counts) if isinstance(counts, str) else counts
            if not isinstance(lengths, list | tuple):
                raise ValueError("the mask has no `counts`")
            return Region(checked(lengths, width, height), height, width)
        except ValueError as error:
            raise self._error(str(error)) from None

    def _keypoints(self) -> tuple[Keypoint, ...]:
        numbers = self._numbers(self._found.get("keypoints") or [], "keypoints")
        if len(numbers) % 3:
            raise self._error(
                f"{len(numbers)} numbers of keypoints, which are x, y, visibility each"
            )
        return tuple(self._keypoint(*numbers[at : at + 3]) for at in range(0, len(numbers), 3))

    def _keypoint(self, x: float, y: float, visibility: float) -> Keypoint:
        if visibility not in (0, 1, 2):
            raise self._error(f"visibility {visibility:g} is none of 0, 1 and 2")
        half = _HALF if visibility else 0.0
        return Keypoint(x + half, y + half, int(visibility))

    def _extra(self, segments: Any) -> dict[str, Any]:
        """Return the other keys, and how a mask is told."""
        told = {key: value for key, value in self._found.items() if key not in _KNOWN}
        extra: dict[str, Any] = finite(told)
        if extra != told:
            self._notes.append(Note(self._place, NOT_FINITE))
        attributes = extra.get("attributes")
        if isinstance(attributes, dict) and attributes.get("rotation"):
            self._notes.append(Note(self._place, ROTATED))
        if isinstance(segments, dict):
            return extra | {
                "segmentation": {"counts": "" if isinstance(segments["counts"], str) else []}
            }
        return extra | ({"segmentation": []} if segments == [] else {})


ROTATED = "its `rotation` is told of copies as it is, though a mirror or a turn changes it"
_NUMBERS = frozenset((int, float))
_LARGEST = 1e9
"""Of numbers that may be pixels."""


def _shape(target: Target) -> dict[str, Any]:
    """Return what stands of an object's outline and keypoints."""
    told: dict[str, Any] = {}
    if target.keypoints:
        told["num_keypoints"] = sum(each.visibility > 0 for each in target.keypoints)
        told["keypoints"] = [number for each in target.keypoints for number in _triple(each)]
    if target.rings or target.corners:
        rings = target.rings or (target.corners,)
        told["segmentation"] = [
            rounded([side for point in ring for side in point]) for ring in rings
        ]
    elif target.region:
        told["segmentation"] = _lengths(target.region, target.extra.get("segmentation"))
    elif "segmentation" in target.extra or "id" not in target.extra:
        told["segmentation"] = []
    return told


def _lengths(region: Region, form: Any) -> dict[str, Any]:
    """Return a region as run lengths, packed unless its source had numbers."""
    plain = isinstance(form, dict) and form.get("counts") == []
    counts = list(region.counts) if plain else text_of(region.counts)
    return {"size": [region.height, region.width], "counts": counts}


def _triple(point: Keypoint) -> list[float]:
    if not point.visibility:
        return [0, 0, 0]
    return [*rounded((point.x - _HALF, point.y - _HALF)), point.visibility]
