"""A COCO file: what it tells of each picture, as it is written there.

Pictures and annotations are kept as the texts that they are, so that the numbers and unknown keys
of those that stay come out as they went in, and memory holds little more than the file itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from itertools import pairwise
from typing import Any, TypeAlias

from msgspec import Struct, field

from augcli.errors import SampleError
from augcli.image.annotations.base import SAME_KEY, Damage, Note, decoded
from augcli.image.annotations.json_parts import Part, members, twice_in

Id: TypeAlias = int | str


class CocoPicture(Struct, frozen=True):
    """What a file tells of one picture."""

    file_name: str
    image: str
    """The item of `images`."""
    annotations: tuple[str, ...] = ()
    """The items of `annotations`."""
    categories: tuple[Any, ...] = ()
    """The ids of their categories, each once."""


class Category(Struct, frozen=True):
    """A class, and the keypoints of its objects."""

    id: Id
    label: str
    """Its name; that of a second one of the same name has the id in it."""
    keypoints: tuple[str, ...] = ()


class CocoFile(Struct, frozen=True):
    """All of a file."""

    name: str
    pictures: tuple[CocoPicture, ...]
    categories: tuple[Category, ...]
    members: Mapping[str, str | None]
    """All keys in their order; None for the lists of pictures and annotations."""
    last_image: int = 0
    """The id that new ones count on from, as is the next one."""
    last_annotation: int = 0
    troubles: Mapping[str, str] = field(default_factory=dict)
    """File name of a picture → why it cannot be used."""
    notes: tuple[Note, ...] = ()
    damaged: tuple[Damage, ...] = ()


def parse_coco(data: bytes, name: str) -> CocoFile:
    """Return what a file tells; SampleError where it is none."""
    reader = _Reading(name)
    for key, value in members(decoded(data, name), name):
        reader.take(key, value)
    return reader.file()


class _Reading:
    """A file on its way."""

    def __init__(self, name: str):
        self.name = name
        self.notes: list[Note] = []
        self._members: dict[str, str | None] = {}
        self._images: list[tuple[Id, str, str]] = []
        self._annotations: dict[Id, list[str]] = defaultdict(list)
        self._used: dict[Id, list[Any]] = defaultdict(list)
        self._ids: set[Id] = set()
        self._categories: list[tuple[Id, dict[str, Any]]] = []
        self._damaged: list[Damage] = []

    def take(self, key: str, value: Part | Iterator[Part]) -> None:
        """Take a member of the file."""
        if key in self._members:
            raise SampleError(f"{self.name}: `{key}` is there twice; leave one of them")
        lists = {"images": self._image, "annotations": self._annotation}
        if isinstance(value, Part):
            if key in (*lists, "categories") and value.value is not None:
                raise SampleError(f"{self.name}: `{key}` is no list")
            self._members[key] = value.text
        elif key in lists:
            self._members[key] = None
            for number, item in enumerate(value):
                self._item(lists[key], item, f"{self.name}: {key}[{number}]")
        else:
            self._members[key] = self._kept(key, value)

    def _item(self, take: Callable[[Any, str, str], None], item: Part, place: str) -> None:
        """Take an item of a list; one that cannot be used harms no other."""
        if isinstance(item.value, dict) and "segments_info" in item.value:
            raise SampleError(f"{place}: panoptic segments, which are not read")
        try:
            take(_mapping(item.value, place), item.text, place)
            self._note_twice(item, place)
        except SampleError as error:
            self._damaged.append(Damage.of(place, error))

    def _note_twice(self, item: Part, place: str) -> None:
        if twice_in(item.text, item.value):
            self.notes.append(Note(place, SAME_KEY))

    def _kept(self, key: str, items: Iterator[Part]) -> str:
        """Return another list as it is written."""
        parts = list(items)
        if key == "categories":
            for number, part in enumerate(parts):
                self._category(part, f"{self.name}: categories[{number}]")
        return f"[{', '.join(part.text for part in parts)}]"

    def _category(self, found: Part, place: str) -> None:
        try:
            self._categories.append((_id(_mapping(found.value, place), "id", place), found.value))
            self._note_twice(found, place)
        except SampleError as error:
            reason = Damage.of(place, error).reason
            self.notes.append(Note(place, f"{reason}; so no object is of this category"))

    def _image(self, found: dict[str, Any], text: str, place: str) -> None:
        file_name = found.get("file_name")
        if not isinstance(file_name, str) or not file_name:
            raise SampleError(f"{place}: it has no `file_name`")
        self._images.append((_id(found, "id", place), file_name, text))

    def _annotation(self, found: dict[str, Any], text: str, where: str) -> None:
        image = _id(found, "image_id", where)
        place = f"{self.name}: annotation {found.get('id', len(self._ids))}"
        own = None if found.get("id") is None else _id(found, "id", place)
        if own is None or own in self._ids:
            self.notes.append(Note(place, NO_ID if own is None else SAME_ID))
        if own is not None:
            self._ids.add(own)
        category = found.get("category_id")
        self._annotations[image].append(text)
        self._used[image].append(plain_id(category) if _is_plain(category) else None)

    def _refuse_other_type(self, alike: Collection[str]) -> None:
        """Raise where annotations would be left out as ids are texts here and numbers there."""
        if alike:
            one = min(alike)
            text = f'an image or its annotations have the id {one}, and the other one has "{one}"'
            raise SampleError(f"{self.name}: {text}; write both as numbers")

    def file(self) -> CocoFile:
        """Return all that was taken."""
        if "images" not in self._members:
            raise SampleError(f"{self.name}: it has no `images`")
        known = {number for number, _, _ in self._images}
        lost = [each for each in self._annotations if each not in known]
        self._refuse_other_type(set(map(str, lost)).intersection(map(str, known)))
        self.notes += (Note(f"{self.name}: image {each}", NO_IMAGE) for each in lost)
        categories = {own for own, _ in self._categories}
        ids = {"image": known, "annotation": self._ids, "category": categories}
        self.notes += (n for what, own in ids.items() for n in _odd(own, f"{self.name}: {what}"))
        return CocoFile(
            name=self.name,
            pictures=tuple(
                CocoPicture(
                    file_name,
                    text,
                    tuple(self._annotations.get(number, ())),
                    tuple(dict.fromkeys(self._used.get(number, ()))),
                )
                for number, file_name, text in self._images
            ),
            categories=tuple(self._named()),
            members=self._members,
            last_image=_last(known),
            last_annotation=_last(self._ids),
            troubles=self._troubles(),
            notes=tuple(self.notes),
            damaged=tuple(self._damaged),
        )

    def _named(self) -> Iterator[Category]:
        """Yield the categories; a second one of a name is called by its id, too."""
        labels: set[str] = set()
        ids: set[Id] = set()
        for own, found in self._categories:
            place, label = f"{self.name}: category {own}", str(found.get("name", own))
            if label in labels:
                self.notes.append(Note(place, SAME_NAME))
                label = f"{label} ({own})"
            if own in ids:
                self.notes.append(Note(place, SAME_CATEGORY))
            labels.add(label)
            ids.add(own)
            points = found.get("keypoints")
            yield Category(own, label, tuple(map(str, points)) if isinstance(points, list) else ())

    def _troubles(self) -> dict[str, str]:
        """Return what is wrong with pictures that are told of twice."""
        by_id, by_name = defaultdict(list), defaultdict(list)
        for number, file_name, _ in self._images:
            by_id[number].append(file_name)
            by_name[file_name].append(str(number))
        troubles = {
            file_name: f"{self.name}: {len(names)} pictures have the id {number}: {_some(names)}"
            for number, names in by_id.items()
            for file_name in (names if len(set(names)) > 1 else ())
        }
        return troubles | {
            file_name: f"{self.name}: {file_name} is there {len(ids)} times: images {_some(ids)}"
            for file_name, ids in by_name.items()
            if len(ids) > 1
        }


SAME_ID = "a second annotation of the same id; it has a new one in the output"
ALIKE = "an id that is text, and another is the same number; readers may take one for the other"
TOO_LARGE = "an id of more than 64 bits, for which few readers have room; copies have smaller ones"
NO_ID = "an annotation without id; it has a new one in the output"
SAME_NAME = "a second category of the same name; it is called by its id, too"
SAME_CATEGORY = "a second category of the same id; objects of this id are taken for this one"
NO_IMAGE = "annotations of a picture that is not in `images`; they are left out"


def _some(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join([*shown[:3], *(["…"] if len(shown) > 3 else [])])


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SampleError(f"{place}: it is no JSON object")
    return value


def _id(found: dict[str, Any], key: str, place: str) -> Id:
    own = found.get(key)
    if type(own) is int:  # which is what nearly all of them are
        return own
    own = plain_id(own)
    if isinstance(own, bool) or not isinstance(own, int | str):
        raise SampleError(f"{place}: `{key}` is no number: {own!r}"[:200])
    return own


def _is_plain(own: Any) -> bool:
    return isinstance(own, int | float | str)


def plain_id(own: Any) -> Any:
    """Return an id; one that was written as `3.0` is 3."""
    return int(own) if isinstance(own, float) and own.is_integer() else own


def _last(ids: Iterable[Id]) -> int:
    """Return the largest id, or the next smaller one that leaves new ones room in 64 bits."""
    numbers = [each for each in ids if isinstance(each, int)]
    largest = max(numbers, default=0)
    if _END - largest > _ROOM:
        return largest
    falling = (_END, *sorted(numbers, reverse=True), 0)
    return next(own for above, own in pairwise(falling) if above - own > _ROOM)


def _odd(ids: Set[Id], place: str) -> Iterator[Note]:
    """Yield what readers may stumble over in ids, each of which they take for another or none."""
    texts = {each for each in ids if isinstance(each, str)}
    alike = texts.intersection(map(str, ids - texts)) if texts else ()
    yield from (Note(f"{place} {each}", ALIKE) for each in sorted(alike))
    large = (each for each in ids if isinstance(each, int) and each >= _END)
    yield from (Note(f"{place} {each}", TOO_LARGE) for each in sorted(large))


_END = 1 << 63
"""Of the numbers that readers have room for."""
_ROOM = 1 << 40
"""For new ids."""
