"""Pascal VOC datasets: an XML file a picture, and lists of the pictures of each split."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import ClassVar

from augcli.dataset.splits import TRAIN
from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import SampleError, SettingError
from augcli.image.annotations.voc import Voc
from augcli.image.annotations.voc_lists import listed, of_outputs
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import FileLabels, MaskFile, Records, Scheme
from augcli.image.labelled.listing import Known, Pictures, sharing
from augcli.plural import several
from augcli.task import Plain, Source, Task

_LIST = re.compile(r"(^|.*/)ImageSets/.*\.txt", re.DOTALL)
_SPLITS = {"train": TRAIN, "val": "val", "test": "test"}
_ALL = "trainval"
_VOID = (255,)
"""What stands for "unknown" in masks."""
_INSTANCES = "SegmentationObject"
_MASKS = ("SegmentationClass", _INSTANCES)
_LOOKED_AT = 1000
"""Pictures by which it is found out where their files lie."""


class VocScheme(Scheme):
    """What torchvision's `VOCDetection` reads, and other layouts of such files."""

    name: ClassVar[str] = "voc"

    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List pictures with XML files, in the splits that `ImageSets` or folders say."""
        pictures = Pictures(settings, root)
        masks = pictures.apart(lambda name: PurePosixPath(name).parent.name in _MASKS)
        codec = _codec(pictures)
        places = {name: codec.beside(name) for name in pictures.names}
        troubles = sharing(places) | pictures.note_bare(places, "an XML file: background")
        over = _by_stem(masks)
        files = {n: [p, *over[_stem(n)]] for n, p in places.items() if p in pictures.others}
        lone = {each for each in pictures.others if each.endswith(".xml")} - set(places.values())
        pictures.note_lone(lone, "XML file")
        told, unclear = ({}, {}) if settings.splits else _Lists(pictures).splits()
        return pictures.dataset(pictures.splits(told), Known(files, troubles | unclear))

    def indexes(
        self,
        settings: ImageDatasetSettings,
        root: Path,
        records: Records,
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield the lists of `ImageSets`: of the originals that there are, and of their copies."""
        if settings.shares:
            yield from _of_drawn_splits(records, root)
            return
        originals: set[str] = set()
        copies: dict[str, list[str]] = defaultdict(list)
        for record in records():
            if record.copy is None:
                originals.add(_stem(record.source))
            else:
                copies[_stem(record.source)].append(_stem(record.output))
        for path in sorted(root.rglob("*.txt")):
            name = path.relative_to(root).as_posix()
            if _LIST.fullmatch(name):
                data = read_whole(str(path))[0]
                yield name, [of_outputs(data, name, originals, copies).decode()]

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> FileLabels:
        """Return the labels of a picture."""
        return self.recorded(task.source, {"format": self.name}, sources[1:])

    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> FileLabels:
        """Return the labels of a picture, from its file."""
        file = next((each for each in sources if each.name.lower().endswith(".xml")), None)
        folders = _folders(picture, file.name) if file else None
        codec = Voc(*folders) if folders else Voc()
        masks = [MaskFile(each, _VOID) for each in sources if each is not file]
        numbered = (m for m in masks if PurePosixPath(m.source.name).parent.name == _INSTANCES)
        instances = next(numbered, None)
        return FileLabels(picture, form, {}, codec, file, masks=masks, instances=instances)


def _of_drawn_splits(records: Records, root: Path) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the list of each drawn split, in its folder, where the dataset has lists."""
    if not any(_LIST.fullmatch(p.relative_to(root).as_posix()) for p in root.rglob("*.txt")):
        return
    stems: dict[str, list[str]] = defaultdict(list)
    for record in records():
        stems[str(record.split)].append(f"{_stem(record.output)}\n")
    yield from ((f"{split}/ImageSets/Main/{split}.txt", lines) for split, lines in stems.items())


def _codec(pictures: Pictures) -> Voc:
    """Return where the files of pictures lie, as it is of most; SettingError where none has one."""
    by_stem = _by_stem(name for name in pictures.others if name.lower().endswith(".xml"))
    some = islice(pictures.names, _LOOKED_AT)
    pairs = ((name, file) for name in some for file in by_stem[_stem(name)])
    found = Counter(folders for pair in pairs if (folders := _folders(*pair)))
    if not found:
        text = f"none of {len(pictures.names)} pictures has an XML file of its name"
        raise SettingError(("dataset", "path"), text)
    return Voc(*found.most_common(1)[0][0])


def _by_stem(files: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file in files:
        found[_stem(file)].append(file)
    return found


def _folders(picture: str, file: str) -> tuple[str, str] | None:
    """Return in which folder's name the paths of a picture and its file differ, if in one alone."""
    one, other = PurePosixPath(picture).parts[:-1], PurePosixPath(file).parts[:-1]
    if len(one) != len(other):
        return None
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return differing[0] if len(differing) == 1 else None if differing else ("", "")


class _Lists:
    """The lists of `ImageSets/Main`, or of another folder there if that has none."""

    def __init__(self, pictures: Pictures):
        names = sorted(name for name in pictures.others if _LIST.fullmatch(name))
        pictures.use(names)
        main = [name for name in names if PurePosixPath(name).parent.name == "Main"] or names
        self._stems = {_stem(name): _listed(pictures.root, name) for name in main}
        self._pictures = pictures

    def splits(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return picture → split, and picture → what is wrong with that."""
        named = [name for name in (*_SPLITS, _ALL) if name in self._stems]
        if _SPLITS.keys() & {*named}:
            named = [name for name in named if name != _ALL or TRAIN not in named]
        found: dict[str, list[str]] = defaultdict(list)
        for name in named:
            for stem in self._stems[name]:
                found[stem].append(_SPLITS.get(name, TRAIN))
        ours = {name: found[_stem(name)] for name in self._pictures.names if _stem(name) in found}
        lone = sorted(found.keys() - set(map(_stem, ours)))
        text = f"left out {several(len(lone), 'picture')} that ImageSets lists and is nowhere"
        self._pictures.note_some(lone, text, "warning", "no-picture")
        troubles = {
            name: f"it is listed as {' and as '.join(splits)}"
            for name, splits in ours.items()
            if len(set(splits)) > 1
        }
        return {name: splits[0] for name, splits in ours.items()}, troubles


def _listed(root: Path, name: str) -> tuple[str, ...]:
    try:
        return listed(read_whole(str(root / name))[0], name)
    except SampleError as error:
        raise SettingError(("dataset", "path"), str(error)) from error


def _stem(path: str) -> str:
    return PurePosixPath(path).stem
