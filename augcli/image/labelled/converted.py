"""Labels that are written in another format than they were read in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from augcli.image.annotations.base import Annotations, Note, Parsed, Size
from augcli.image.annotations.coco_file import Category
from augcli.image.annotations.coco_writer import Output, coco_text, new_coco
from augcli.image.annotations.conversion import converted
from augcli.image.annotations.data_yaml import new_data_yaml
from augcli.image.annotations.keypoints import mates_of
from augcli.image.annotations.voc import Voc
from augcli.image.annotations.yolo import Yolo
from augcli.image.labelled.base import Beside, Labels, MaskFile, Records
from augcli.image.recorded import told_targets
from augcli.image.targets import Target, Targets
from augcli.records.provenance import PictureRecord
from augcli.task import Plain, Source


class Converted(Labels, Struct, frozen=True):
    """Labels as another format has them."""

    picture: str
    form: Plain
    """`format`, that `of` the dataset, and `names`: all classes in the order of their numbers.

    `points` are the names of keypoints, by class, if there are some.
    """
    mates: Mapping[str, Sequence[int]]
    read: Labels | None
    """Those of the source; None where they are written again from a record."""
    masks: Sequence[MaskFile] = ()
    instances: MaskFile | None = None

    @classmethod
    def of(cls, picture: str, read: Labels, into: str, classes: Sequence[str]) -> Converted:
        """Return the labels of a picture in another format, that has classes by number."""
        form = {"format": into, "of": read.form["format"], "names": list(classes)}
        points = {label: list(names) for label, names in read.points.items()}
        form |= {"points": points} if points else {}
        return cls(picture, form, read.mates, read, instances=read.instances)

    @property
    def place(self) -> str:
        """Return where those of the source stand."""
        return self.read.place if self.read else ""

    @property
    def sources(self) -> Sequence[Source]:
        """Return nothing: they are written from the records alone."""
        return ()

    @property
    def converts(self) -> bool:
        """Return that they do."""
        return True

    def parse(self, size: Size) -> Parsed:
        """Return what is told of the source, with what the other format has no room for."""
        assert self.read is not None, "labels of a source"
        found = self.read.parse(size)
        lacks = [*map(self.lacks, found.targets), _MASKS if self.read.masks else None]
        where = f"left out in {self.form['format']}"
        notes = (Note(self.place, f"{where}: {text}") for text in lacks if text)
        return replace(found, notes=(*found.notes, *notes))

    def lacks(self, target: Target) -> str | None:
        """Return what the other format cannot hold of an object."""
        codec, other = self._codec, self._converted(target)
        if other is None:
            return "an object that it has no way to tell"
        return codec.lacks(other) if codec else None

    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield the file of a picture, where the format has one for each."""
        if codec := self._codec:
            told = tuple(filter(None, map(self._converted, targets)))
            yield Beside(codec.beside(output), codec.render(told, size, b"", output))

    def _converted(self, target: Target) -> Target | None:
        return converted(target, self.form["of"], self.form["format"])

    @property
    def _codec(self) -> Annotations | None:
        if self.form["format"] == "yolo":
            return _rows(self.form)
        return Voc() if self.form["format"] == "voc" else None


_MASKS = "masks over pictures"


def indexes(form: Plain, records: Records) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield name and lines of the files that tell of all outputs in the other format."""
    splits = {record.output: str(record.split) for record in records()}
    if form["format"] == "yolo":
        places = {split: [_folder(output)] for output, split in splits.items()}
        points = form.get("points", {})
        yield "data.yaml", [new_data_yaml(_rows(form), places, _swaps(points), points).decode()]
    elif form["format"] == "voc":
        lists: dict[str, list[str]] = defaultdict(list)
        for output, split in splits.items():
            folder = output.partition("JPEGImages/")[0]
            lists[f"{folder}ImageSets/Main/{split}.txt"].append(f"{PurePosixPath(output).stem}\n")
        yield from lists.items()
    else:
        points = form.get("points", {})
        named = ((name, tuple(points.get(name, ()))) for name in form["names"])
        categories = [Category(number, *each) for number, each in enumerate(named, 1)]
        for split in sorted(set(splits.values())):
            name = f"annotations/{split}.json"
            yield name, coco_text(new_coco(name, categories), _Outputs(records, split))


def _rows(form: Plain) -> Yolo:
    """Return what YOLO's rows mean: each has as many keypoints as any class has, if some has."""
    most = max(map(len, form.get("points", {}).values()), default=0)
    return Yolo(tuple(form["names"]), (most, _WITH_VISIBILITY) if most else None)


_WITH_VISIBILITY = 3
"""Numbers of a keypoint."""


def _swaps(points: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    """Return which keypoint each becomes in a mirror; nothing where classes differ in that."""
    found = {mates_of(names) for names in points.values()}
    return found.pop() if len(found) == 1 else ()


def _folder(output: str) -> str:
    """Return the folder of an output's split."""
    return "/".join(output.split("/")[:2])


class _Outputs(Struct, frozen=True):
    """The pictures of a split as a COCO file tells them."""

    records: Records
    split: str

    def __call__(self) -> Iterator[Output]:
        for record in self.records():
            if record.split == self.split and record.width and record.height:
                size = record.width, record.height
                name = record.output.removeprefix(f"{_folder(record.output)}/")
                yield Output(name, size, None, partial(_told, record))


def _told(record: PictureRecord) -> Targets:
    """Return the objects of an output as COCO tells them."""
    source = (record.annotation or {})["of"]
    told = (converted(each, source, "coco") for each in told_targets(record.targets or ()))
    return tuple(filter(None, told))
