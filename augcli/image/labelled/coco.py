"""COCO datasets: pictures, and JSON files that tell of all objects in those of a split."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, ClassVar

from augcli.errors import SampleError
from augcli.image.annotations.coco import Coco
from augcli.image.annotations.coco_file import (
    Category,
    CocoPicture,
    parse_coco,
    plain_id,
)
from augcli.image.annotations.coco_writer import Output, coco_text
from augcli.image.annotations.json_parts import loaded, packed
from augcli.image.annotations.keypoints import mates_of
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Records
from augcli.image.labelled.shared import (
    Shared,
    SharedLabels,
    SharedScheme,
    name_in_file,
    output_in_file,
)
from augcli.image.recorded import told_targets
from augcli.records.provenance import PictureRecord
from augcli.task import Source, Task

_CATEGORY = re.compile(r'"category_id"\s*:\s*(-?\d+(?![\d.eE])|"(?:[^"\\]|\\.)*"|)')


_TASKS = ("instances", "person_keypoints", "stuff", "panoptic", "captions")
"""What COCO's own files begin with; of those of the same pictures the first is taken."""
_TASK = re.compile(rf"(?<![^/_.-])({'|'.join(_TASKS)})(?=[_.-])")


class CocoScheme(SharedScheme):
    """What pycocotools reads: boxes, outlines, masks as run lengths, keypoints."""

    name: ClassVar[str] = "coco"

    def tables(self, settings: ImageDatasetSettings, names: Iterable[str]) -> list[str]:
        """Return the JSON files."""
        return [name for name in names if name.lower().endswith(".json")]

    def of_other_tasks(self, names: Sequence[str]) -> list[str]:
        """Return which files tell of the same pictures as others, for a task that comes later."""
        alike: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for name in names:
            if task := _TASK.search(name):
                alike[_TASK.sub("", name)].append((_TASKS.index(task[1]), name))
        return sorted(name for some in alike.values() for _, name in sorted(some)[1:])

    def told(self, settings: ImageDatasetSettings, data: bytes, name: str) -> Shared | None:
        """Return what a file tells of each picture."""
        if b'"images"' not in data or b'"file_name"' not in data:
            return None
        file = parse_coco(data, name)
        known = {each.id: each for each in file.categories}
        return Shared(
            name,
            {each.file_name: _value(each, known, file.categories) for each in file.pictures},
            [each.label for each in file.categories],
            file.troubles,
            file.notes,
            damaged=file.damaged,
        )

    def why_not(self, data: bytes, name: str) -> str | None:
        """Return why a JSON file is none of COCO's."""
        try:
            parse_coco(data, name)
        except SampleError as error:
            return str(error)
        return f"{name}: no item of `images` has a `file_name`"

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Labels:
        """Return the labels of a picture."""
        file, name, value = json.loads(task.value or "[]")
        image, annotations, categories = json.loads(value)
        known = tuple(Category(own, label, tuple(points)) for own, label, points in categories)
        picture = CocoPicture(name, image, tuple(annotations))
        form = {"format": self.name, "file": file, "picture": name}
        points = {each.label: each.keypoints for each in known if each.keypoints}
        mates = {label: mates_of(names) for label, names in points.items()}
        parsed = partial(_parsed, Coco(known), picture, file)
        return SharedLabels(task.source, form, mates, parsed, points=points)

    def classes_in(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Counter[str]:
        """Return how many annotations of each category there are."""
        file, name, value = json.loads(task.value or "[]")
        _, annotations, categories = json.loads(value)
        labels = {own: label for own, label, _ in categories}
        ids = Counter(map(_category_of, annotations))
        if not ids.keys() <= labels.keys():
            raise SampleError(f"{file}: {name} has objects of no category")
        return Counter({labels[own]: count for own, count in ids.items()})

    def written(
        self,
        settings: ImageDatasetSettings,
        data: bytes,
        name: str,
        records: Records,
    ) -> Iterator[str]:
        """Yield the file as it was where it is true of the outputs, or else one that is."""
        file = parse_coco(data, name)
        names = [each.file_name for each in file.pictures]
        if _originals(records()) == sorted(names):
            yield data.decode()
            return
        pictures = {each.file_name: each for each in file.pictures}
        yield from coco_text(file, lambda: (_output(pictures, each) for each in records()))


def _parsed(codec: Coco, picture: CocoPicture, file: str, size: tuple[int, int]) -> Any:
    return codec.parse(picture, size, file)


def _value(picture: CocoPicture, known: dict[Any, Category], categories: Sequence[Category]) -> str:
    """Return what is told of a picture, with the categories of its objects, as JSON.

    It is the same however the file is indented. Those with keypoints are told in any case.
    """
    ids = picture.categories
    pointed = [each for each in categories if each.keypoints and each.id not in ids]
    named = [*(known[each] for each in ids), *pointed] if known.keys() >= {*ids} else categories
    told = [[each.id, each.label, each.keypoints] for each in named]
    own, objects = packed(picture.image), [*map(packed, picture.annotations)]
    return json.dumps([own, objects, told])


def _category_of(annotation: str) -> Any:
    """Return the id of the category of an annotation, mostly without reading all of it."""
    found = _CATEGORY.findall(annotation)
    if len(found) == 1 and found[0]:
        return _id_of(found[0])
    own = loaded(annotation).get("category_id")
    return plain_id(own) if isinstance(own, int | float | str) else None


@lru_cache(maxsize=10_000)
def _id_of(text: str) -> Any:
    return loaded(text)


def _originals(records: Iterable[PictureRecord]) -> list[str] | None:
    """Return the names of originals in their file; None where there is any other output."""
    names = []
    for record in records:
        if record.copy is not None or record.output != record.source:
            return None
        names.append(name_in_file(record))
    return sorted(names)


def _output(pictures: dict[str, CocoPicture], record: PictureRecord) -> Output:
    return Output(
        output_in_file(record),
        (record.width or 0, record.height or 0),
        pictures.get(name_in_file(record)),
        None if record.copy is None else partial(told_targets, record.targets or ()),
    )
