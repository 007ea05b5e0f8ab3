"""YOLO datasets: a text file a picture, in `labels` for `images` or beside it, and `data.yaml`.

Without `data.yaml` a list of classes may name them, such as `classes.txt`.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import ClassVar

from msgspec.structs import replace

from augcli.dataset.doubts import UNCLEAR_FORMAT
from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import SampleError, SettingError
from augcli.image.annotations.class_list import is_class_list, parse_class_list
from augcli.image.annotations.data_yaml import DataYaml, parse_data_yaml, with_count, with_splits
from augcli.image.annotations.yolo import Yolo, are_oriented
from augcli.image.annotations.yolo_splits import splits_of
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import FileLabels, Records, Scheme
from augcli.image.labelled.listing import Known, Pictures, sharing
from augcli.plural import few
from augcli.task import Plain, Source, Task

_YAML = (".yaml", ".yml")
_NAMES = ("data.yaml", "data.yml", "dataset.yaml")
_LABELS = re.compile(r"(^|/)labels/.*\.txt$", re.DOTALL)
_PLAIN = Yolo()
_ORIENTED = "oriented"
_LOOKED_AT = 100
"""Label files that tell whether rows of nine columns are oriented boxes."""


class YoloScheme(Scheme):
    """What Ultralytics trains on: detection, segmentation, pose and oriented boxes."""

    name: ClassVar[str] = "yolo"

    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List pictures with label files, in the splits that `data.yaml` or folders say."""
        pictures = Pictures(settings, root)
        places = {name: _place(name, pictures.others) for name in pictures.names}
        own, told = _described(pictures, root, places)
        pictures.note_odd(told.notes if told else ())
        splits = pictures.splits({} if settings.splits else _told_splits(told, pictures))
        pictures.use(own)
        troubles = sharing(places) | _remarked(pictures, places, own)
        files = {n: [*({place} & pictures.others), *own] for n, place in places.items()}
        values = dict.fromkeys(files, _ORIENTED) if _are_oriented(told, pictures, places) else {}
        objects = told.classes.names if told else ()
        return pictures.dataset(splits, Known(files, troubles, values, objects))

    def indexes(
        self,
        settings: ImageDatasetSettings,
        root: Path,
        records: Records,
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield lists of classes as they were, and `data.yaml` where it is true, else mended."""
        if lists := _class_lists(records):
            yield from ((name, [_read(root / name).decode()]) for name in lists)
            return
        names = [root.name] if root.is_file() else _usual(os.listdir(root))  # noqa: PTH208 - names
        if len(names) != 1:
            return
        data = with_count(_read(root if root.is_file() else root / names[0]), names[0])
        splits = {record.output: str(record.split) for record in records()}
        if not _is_true(parse_data_yaml(data, names[0]), splits):
            listed = lists_of(splits)
            yield from ((f"{split}.txt", lines) for split, lines in listed.items())
            places = {split: [f"{split}.txt"] for split in listed} or folders_of(splits)
            data = with_splits(data, names[0], places)
        yield names[0], [data.decode()]

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> FileLabels:
        """Return the labels of a picture."""
        form = {"format": self.name} | ({_ORIENTED: True} if task.value == _ORIENTED else {})
        return self.recorded(task.source, form, sources[1:])

    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> FileLabels:
        """Return the labels of a picture, from its file and `data.yaml`."""
        place = next((each.name for each in sources if each.name in _places(picture)), None)
        file = next((each for each in sources if each.name == place), None)
        others = [each for each in sources if each.name != place]
        told = _parsed(bytes(others[0].data), others[0].name) if others else None
        codec = told.classes if told else _PLAIN
        codec = replace(codec, oriented=True) if form.get(_ORIENTED) else codec
        points = told.points if told else {}
        return FileLabels(picture, form, _mates(told), codec, file, others, b"", points=points)


def _described(
    pictures: Pictures, root: Path, places: Mapping[str, str]
) -> tuple[Sequence[str], DataYaml | None]:
    """Return the files that describe the dataset, alike if there are several, and what they tell.

    SettingError where that cannot be read, or is anyone's guess.
    """
    names = [root.name] if root.is_file() else _usual(n for n in pictures.others if "/" not in n)
    if len(names) > 1:
        text = f"{' and '.join(names)} may describe the dataset"
        raise UNCLEAR_FORMAT.doubt(text, "let `path` lead to one of them", "dataset.path").error
    if not names:
        _refuse_below(n for n in pictures.others if n.rpartition("/")[2] in _NAMES)
        names = sorted(filter(is_class_list, pictures.others.difference(places.values())))
    try:
        contents = {_read(pictures.root / name): name for name in reversed(names)}
        _refuse_below(contents.values() if len(contents) > 1 else ())
        return names, next((_parsed(data, name) for data, name in contents.items()), None)
    except SampleError as error:
        raise SettingError(("dataset", "path"), str(error)) from error


def _refuse_below(names: Iterable[str]) -> None:
    """Raise where folders below have descriptions of their own, as folders that were unpacked have.

    Classes would be called by numbers, those of several datasets alike.
    """
    if below := sorted(names):
        text = f"classes are named for a part of the pictures alone, by {few(below)}"
        way = "let `path` lead to the folder of one dataset, or leave others out by `exclude`"
        raise UNCLEAR_FORMAT.doubt(text, way, "dataset.exclude", ("dataset", "path")).error


def _usual(names: Iterable[str]) -> list[str]:
    """Return the descriptions among files; where there is one of the usual name, no others."""
    found = sorted(name for name in names if name.endswith(_YAML))
    usual = [name for name in found if name in _NAMES]
    return usual[:1] or found


def _read(path: Path) -> bytes:
    try:
        return read_whole(str(path))[0]
    except SampleError as error:
        raise SampleError(f"{path.name} {error}") from error


def _is_true(told: DataYaml, splits: Mapping[str, str]) -> bool:
    """Return whether a description holds where it lies beside these pictures."""
    own: dict[str, set[str]] = defaultdict(set)
    for picture, split in splits.items():
        own[split].add(picture)
    try:
        named = splits_of(told, sorted(splits), lambda _: None).named
    except SampleError:
        return False
    return not told.path and all(named.get(split) == own[split] for split in own)


def folders_of(splits: Mapping[str, str]) -> dict[str, list[str]]:
    """Return split → the folders of its pictures."""
    found: dict[str, set[str]] = defaultdict(set)
    for picture, split in splits.items():
        found[split].add(picture.rpartition("/")[0] or ".")
    return {split: sorted(folders) for split, folders in found.items()}


def lists_of(splits: Mapping[str, str]) -> dict[str, list[str]]:
    """Return split → the lines of its list, where folders do not tell splits apart."""
    folders = folders_of(splits)
    if len(set(chain.from_iterable(folders.values()))) == sum(map(len, folders.values())):
        return {}
    lists: dict[str, list[str]] = defaultdict(list)
    for picture, split in splits.items():
        lists[split].append(f"./{picture}\n")
    return lists


@lru_cache(maxsize=4)
def _parsed(data: bytes, name: str) -> DataYaml:
    return (parse_class_list if is_class_list(name) else parse_data_yaml)(data, name)


def _class_lists(records: Records) -> list[str]:
    """Return the lists of classes that pictures were read with, all of them alike."""
    first = next(records(), None)
    sources = set(first.annotation_sha256 or ()) if first else set()
    places = _places(first.source) if first else ()
    return sorted(filter(is_class_list, sources.difference(places)))


def _told_splits(told: DataYaml | None, pictures: Pictures) -> Mapping[str, str]:
    def read(name: str) -> bytes | None:
        return _read(pictures.root / name) if name in pictures.others else None

    if told is None:
        return {}
    try:
        placed = splits_of(told, pictures.names, read)
        pictures.note_odd(placed.notes)
        pictures.lacking |= placed.lacking
        pictures.shared |= placed.shared
        return placed.splits
    except SampleError as error:
        hint = "mend it, or say by `dataset.splits` which folder is which split"
        raise SettingError(("dataset", "path"), f"{error}; {hint}") from error


def _places(picture: str) -> tuple[str, str]:
    """Return where the labels of a picture may be: in `labels`, or else beside it."""
    return _PLAIN.beside(picture), str(PurePosixPath(picture).with_suffix(".txt"))


def _place(picture: str, others: frozenset[str]) -> str:
    """Return where the labels of a picture are, or would be."""
    usual, near = _places(picture)
    return near if usual not in others and near in others else usual


def _are_oriented(told: DataYaml | None, pictures: Pictures, places: Mapping[str, str]) -> bool:
    """Return whether rows are oriented boxes, where `data.yaml` does not say what they are."""
    if told and (told.task or told.classes.points):
        return False
    found = (place for place in places.values() if place in pictures.others)
    if not are_oriented(_readable(pictures, islice(found, _LOOKED_AT))):
        return False
    text = "all rows have nine columns and are taken for oriented boxes"
    pictures.note(
        f"{text}; `task: segment` in data.yaml makes them outlines", "note", "oriented-boxes"
    )
    return True


def _readable(pictures: Pictures, names: Iterable[str]) -> Iterator[bytes]:
    """Yield what is in those of some files that can be read; others fail their pictures later."""
    for name in names:
        with suppress(SampleError):
            yield _read(pictures.root / name)


def _mates(told: DataYaml | None) -> dict[str, Sequence[int]]:
    return dict.fromkeys(told.classes.names, told.swaps) if told and told.swaps else {}


def _remarked(pictures: Pictures, places: Mapping[str, str], own: Sequence[str]) -> dict[str, str]:
    """Note pictures without labels and labels without picture; refuse where no two go together.

    Return why some pictures cannot be used.
    """
    bare = [name for name, place in places.items() if place not in pictures.others]
    if bare and len(bare) == len(places):
        text = f"none of {len(bare)} pictures has labels; those of {bare[0]} would be"
        raise SettingError(("dataset", "path"), f"{text} in {places[bare[0]]}")
    lone = {each for each in pictures.others if _LABELS.search(each)}.difference(
        places.values(), own
    )
    pictures.note_lone(lone, "label file")
    return pictures.note_bare(places, "a label file: background, which gets an empty one")
