"""A COCO file of outputs: what it had and still has as it was, copies with ids of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count
from typing import NamedTuple

from augcli.image.annotations.base import Size
from augcli.image.annotations.coco import Coco
from augcli.image.annotations.coco_file import Category, CocoFile, CocoPicture, Id
from augcli.image.annotations.json_parts import loaded, replaced
from augcli.image.targets import Targets


class Output(NamedTuple):
    """A picture of the output."""

    file_name: str
    size: Size
    source: CocoPicture | None
    """What the file told of the picture that it is made of."""
    targets: Callable[[], Targets] | None
    """Gives its objects when they are written; None for an original, whose are as they were."""


def new_coco(name: str, categories: Sequence[Category]) -> CocoFile:
    """Return a file without pictures, for datasets of other formats."""
    told = json.dumps([_category(each) for each in categories])
    members = {"info": "{}", "licenses": "[]", "images": None, "annotations": None}
    return CocoFile(name, (), tuple(categories), {**members, "categories": told})


def _category(category: Category) -> dict[str, object]:
    points = {"keypoints": list(category.keypoints), "skeleton": []} if category.keypoints else {}
    return {"id": category.id, "name": category.label, **points}


def coco_text(file: CocoFile, outputs: Callable[[], Iterable[Output]]) -> Iterator[str]:
    """Yield the text of a file, in its own order of keys, with these outputs in theirs.

    New ids count on from the largest that the file has, so they are the same in every run.
    """
    lists = {"images": _images, "annotations": _annotations}
    yield "{"
    for number, (key, text) in enumerate(file.members.items()):
        yield f"{',' if number else ''}\n{json.dumps(key)}: "
        if text is not None:
            yield text
            continue
        yield "["
        items = lists[key](file, outputs())
        yield from chain.from_iterable(zip(_commas(), items, strict=False))
        yield "\n]"
    yield "\n}\n"


def _commas() -> Iterator[str]:
    return ("\n" if number == 0 else ",\n" for number in count())


def _images(file: CocoFile, outputs: Iterable[Output]) -> Iterator[str]:
    for output, own in _with_ids(file, outputs):
        source, (width, height) = output.source, output.size
        told = {"id": own, "file_name": output.file_name, "width": width, "height": height}
        if source is None:
            yield json.dumps(told)
        elif output.targets is not None:
            yield replaced(source.image, told)
        elif output.file_name != source.file_name:
            yield replaced(source.image, {"file_name": output.file_name})
        else:
            yield source.image


def _with_ids(file: CocoFile, outputs: Iterable[Output]) -> Iterator[tuple[Output, Id]]:
    """Yield outputs with the ids of their images."""
    new = count(file.last_image + 1)
    for output in outputs:
        is_new = output.source is None or output.targets is not None
        yield output, next(new) if is_new or not output.source else _id(output.source.image)


def _id(item: str) -> Id:
    own: Id = loaded(item)["id"]
    return own


def _annotations(file: CocoFile, outputs: Iterable[Output]) -> Iterator[str]:
    new = count(file.last_annotation + 1)
    taken: set[Id] = set()
    codec = Coco(file.categories)
    for output, image in _with_ids(file, outputs):
        if output.targets is None and output.source:
            yield from (_original(text, taken, new) for text in output.source.annotations)
            continue
        targets = output.targets() if output.targets else ()
        for each in codec.render(targets, output.source):
            yield json.dumps({"id": next(new), "image_id": image, **each})


def _original(text: str, taken: set[Id], new: Iterator[int]) -> str:
    """Return an annotation as it was; one whose id is taken has a new one."""
    own = loaded(text).get("id")
    if own is None or own in taken:
        return replaced(text, {"id": next(new)})
    taken.add(own)
    return text
