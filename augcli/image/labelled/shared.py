"""Files that tell of many pictures each: who is told of in which, and what becomes of the files."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from msgspec import Struct, field

from augcli.dataset.doubts import SEVERAL_TASKS, UNCLEAR_FORMAT
from augcli.dataset.layout import file_splits
from augcli.dataset.splits import TRAIN
from augcli.dataset.units import Dataset, Sample
from augcli.disk.inside import suffix_of
from augcli.disk.reading import MAX_FILE_BYTES, read_whole, stat_of
from augcli.errors import SampleError, SettingError
from augcli.image.annotations.base import Damage, Note, Parsed, Size
from augcli.image.annotations.coco_places import leads_out, places_of
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Beside, Labels, MaskFile, Records, Scheme
from augcli.image.labelled.listing import Known, Pictures
from augcli.image.picture import Said
from augcli.image.targets import Targets
from augcli.plural import few
from augcli.records.provenance import PictureRecord
from augcli.task import Plain, Source


class SharedLabels(Labels, Struct, frozen=True):
    """Labels in a file of many pictures, from what it tells of this one."""

    picture: str
    form: Plain
    """`file` and `picture`: which one it is, and what the picture is called in it."""
    mates: Mapping[str, Sequence[int]]
    parsed: Callable[[Size], Parsed]
    masks: Sequence[MaskFile] = ()
    says: frozenset[Said] = frozenset()
    points: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return file and picture."""
        return f"{self.form['file']}: {self.form['picture']}"

    @property
    def sources(self) -> Sequence[Source]:
        """Return what lies over the picture: such a file is written from the records alone."""
        return [mask.source for mask in self.masks]

    def parse(self, size: Size) -> Parsed:
        """Return what the file tells."""
        return self.parsed(size)

    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield nothing."""
        return iter(())


class Shared(Struct, frozen=True):
    """What is told in one file of many pictures."""

    name: str
    values: Mapping[str, str]
    """Name of a picture → what is told of it, as JSON."""
    classes: Sequence[str]
    troubles: Mapping[str, str]
    """Name of a picture → why it cannot be used."""
    notes: Sequence[Note]
    splits: Mapping[str, str] = field(default_factory=dict)
    """Name of a picture → its split, where the file tells that."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Name of a picture → its path, where that is not its name."""
    damaged: Sequence[Damage] = ()
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name of a picture → the paths of other files that belong to it."""


class SharedScheme(Scheme):
    """A way of keeping labels in files of many pictures."""

    @abstractmethod
    def tables(self, settings: ImageDatasetSettings, names: Iterable[str]) -> list[str]:
        """Return which of some files may be of this sort, by their names."""

    def of_other_tasks(self, names: Sequence[str]) -> list[str]:
        """Return which of them tell of the same pictures as others, for another task."""
        return []

    @abstractmethod
    def told(self, settings: ImageDatasetSettings, data: bytes, name: str) -> Shared | None:
        """Return what a file tells, None where it is of another sort; SampleError if damaged."""

    def why_not(self, data: bytes, name: str) -> str | None:
        """Return what is wrong with a file that tells nothing, None if that is not known."""
        return None

    @abstractmethod
    def written(
        self,
        settings: ImageDatasetSettings,
        data: bytes,
        name: str,
        records: Records,
    ) -> Iterator[str]:
        """Yield the text of a file that tells of outputs, as the dataset's own does."""

    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> Labels:
        """Return labels of which nothing lies beside a picture."""
        return SharedLabels(picture, form, {}, lambda _size: Parsed(()))

    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List the pictures that files tell of, in the splits that these or folders say."""
        pictures = Pictures(settings, root)
        names = [root.name] if root.is_file() else self._tables(settings, pictures)
        files = [file for name in names if (file := self._told(settings, pictures.root, name))]
        if not files:
            told = (self.why_not(read_whole(str(pictures.root / each))[0], each) for each in names)
            why = next((f"; {reason}" for reason in told if reason), "")
            text = f"there is no file of {self.name} annotations at {root}{why}"
            raise SettingError(("dataset", "path"), text)
        pictures.use(file.name for file in files)
        placed = _Placed(pictures.names)
        for file in files:
            pictures.note_odd(file.notes)
            placed.take(file)
        troubles = placed.troubles | _set_apart(pictures, placed.files)
        pictures.keep(placed.owners)
        by_file = file_splits(settings, [file.name for file in files])
        splits = pictures.splits(placed.splits(by_file))
        objects = tuple(dict.fromkeys(c for file in files for c in file.classes))
        absent = list(placed.missing(by_file))
        known = Known(placed.files, troubles, placed.values, objects, absent)
        return pictures.dataset(splits, known)

    def _tables(self, settings: ImageDatasetSettings, pictures: Pictures) -> list[str]:
        """Return the files that may be of this sort, of one task; it is noted what others are."""
        names = self.tables(settings, sorted(pictures.others))
        if others := self.of_other_tasks(names):
            pictures.use(others)
            text = f"left out, of another task and the same pictures: {few(others)}"
            hint = "an output is without them; `exclude` what is taken instead to have them"
            pictures.note_doubt(SEVERAL_TASKS.doubt(text, hint, "dataset.exclude"))
        return [name for name in names if name not in others]

    def _told(self, settings: ImageDatasetSettings, root: Path, name: str) -> Shared | None:
        refuse_large(name, (stat_of(root / name) or [0])[0], settings.max_bytes)
        try:
            return self.told(settings, read_whole(str(root / name))[0], name)
        except SampleError as error:
            raise SettingError(("dataset", "path"), str(error)) from error

    def indexes(
        self,
        settings: ImageDatasetSettings,
        root: Path,
        records: Records,
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield each file that told of a picture, as it tells of outputs; one a drawn split."""
        folder = root if root.is_dir() else root.parent
        drawn = settings.shares is not None
        parts = {(file_of(each), each.split if drawn else None) for each in records()}
        names = {name for name, _ in parts}
        for name, split in sorted(parts, key=str):
            data, _ = read_whole(str(folder / name))
            ours = partial(_of_part, records, name, split)
            place = self.of_split(name, split, alone=len(names) == 1) if split else name
            yield place, self.written(settings, data, name, ours)

    def of_split(self, name: str, split: str, *, alone: bool) -> str:
        """Return what the file of a drawn split is called, beside others unless it is alone."""
        path = PurePosixPath(name)
        return path.with_stem(split if alone else f"{split}_{path.stem}").as_posix()


def _set_apart(pictures: Pictures, files: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Set those files apart that belong to pictures; return why some of these cannot be used."""
    owners = Counter(path for paths in files.values() for path in paths)
    there = pictures.others.union(pictures.names)
    pictures.apart(lambda name: name in owners and name not in files)
    troubles = {}
    for picture, paths in files.items():
        for path in paths:
            if path not in there:
                troubles[picture] = f"{path}, which belongs to it, is not there"
            elif owners[path] > 1 or path in files:
                troubles[picture] = f"{path} belongs to it, and is told of for another picture, too"
    return troubles


def refuse_large(name: str, size: int, most: int) -> None:
    """Raise SettingError for a file that takes more memory than it may."""
    if size > min(most, MAX_FILE_BYTES):
        least, largest = (size * times / 1e9 for times in _MEMORY)
        way = f"`max_bytes: {size}` in `dataset` reads it all the same"
        if size > MAX_FILE_BYTES:
            way = (
                f"more than {MAX_FILE_BYTES / 1e6:,.0f} MB are not read at once: cut it in several"
            )
        raise SettingError(
            ("dataset", "max_bytes"),
            f"{name} has {size / 1e6:,.1f} MB, which take about {least:,.1f} to {largest:,.1f} GB "
            f"of memory; {way}, `exclude` leaves it out",
        )


_MEMORY = (6, 10)
"""So many times a file's size is what a run takes for it: most of short annotations."""


def file_of(record: PictureRecord) -> str:
    """Return the file that tells of a picture's source."""
    return str((record.annotation or {})["file"])


def name_in_file(record: PictureRecord) -> str:
    """Return what a picture's source is called in the file that tells of it."""
    return str((record.annotation or {})["picture"])


def as_it_was(data: bytes, pictures: Collection[str], records: Records) -> str | None:
    """Return a file as it is where outputs are all the pictures that it tells of, untouched."""
    untouched: set[str] = set()
    for record in records():
        if record.copy is not None or record.output != record.source:
            return None
        untouched.add(name_in_file(record))
    return data.decode() if untouched == set(pictures) else None


def output_in_file(record: PictureRecord) -> str:
    """Return what an output is called where its source has its name from the same folder.

    A name that more is put behind than an extension tells no output's: those are called in full.
    """
    name, source = name_in_file(record), record.source
    if record.output == source:
        return name
    own, _, last = source.rpartition("/")
    output = record.output
    if not name.endswith(last) and name.endswith(_bare(last)):
        last, output = _bare(last), _bare(output)
    folder, _, base = output.rpartition("/")
    if folder != own:
        return output
    return (name.removesuffix(last) if name.endswith(last) else name[: name.rfind("/") + 1]) + base


def _bare(name: str) -> str:
    return name.removesuffix(suffix_of(name))


def _of_part(records: Records, name: str, split: str | None) -> Iterator[PictureRecord]:
    """Yield the outputs of which a file is to tell: of one split, or of all."""
    ours = (record for record in records() if file_of(record) == name)
    return (record for record in ours if split in (None, record.split))


_NO_SUFFIX = (
    "is not there, nor is just one picture called so but for its extension; of a table's ids "
    "`suffix` in `dataset` tells it"
)


def _not_there(name: str) -> str:
    return "is not there" if suffix_of(name) else _NO_SUFFIX


class _Placed:
    """Which pictures files tell of."""

    def __init__(self, pictures: Sequence[str]):
        self._pictures = pictures
        self.owners: dict[str, str] = {}
        """Picture → file."""
        self.values: dict[str, str] = {}
        """Picture → file, name in it and what is told, as JSON."""
        self.troubles: dict[str, str] = {}
        self.files: dict[str, Sequence[str]] = {}
        """Picture → other files that belong to it; none where none do."""
        self._missing: dict[str, list[str]] = defaultdict(list)
        self._told: dict[str, str] = {}
        self._damaged: dict[str, Sequence[Damage]] = {}

    def take(self, file: Shared) -> None:
        """Take in what a file tells; DoubtError for a picture that another one tells of."""
        self._damaged[file.name] = file.damaged
        places = self._places(file)
        for name, value in file.values.items():
            picture = places.get(file.paths.get(name, name))
            if picture is None:
                self._missing[file.name].append(name)
                continue
            other = self.owners.setdefault(picture, file.name)
            if other != file.name:
                text = f"{other} and {file.name} both tell of {picture}"
                hint = "leave one of them out with `dataset.exclude`, or let `path` lead to one"
                raise UNCLEAR_FORMAT.doubt(text, hint, "dataset.exclude", ("dataset", "path")).error
            self.values[picture] = json.dumps([file.name, name, value])
            self.files |= {picture: file.files[name]} if name in file.files else {}
            self._told |= {picture: file.splits[name]} if name in file.splits else {}
            if name in file.troubles:
                self.troubles[picture] = file.troubles[name]

    def _places(self, file: Shared) -> Mapping[str, str]:
        """Return path → picture; where no path leads to any, those without extensions do."""
        paths = [file.paths.get(name, name) for name in file.values]
        if found := places_of(paths, self._pictures, file.name):
            return found
        bare = Counter(map(_bare, self._pictures))
        alone = {_bare(each): each for each in self._pictures if bare[_bare(each)] == 1}
        return {path: alone[at] for path, at in places_of(paths, [*alone], file.name).items()}

    def splits(self, by_file: Mapping[str, str]) -> dict[str, str]:
        """Return picture → split where the files, or what is in them, tell splits apart."""
        if self._told:
            return self._told
        if set(by_file.values()) == {TRAIN}:
            return {}
        return {picture: by_file[file] for picture, file in self.owners.items()}

    def missing(self, by_file: Mapping[str, str]) -> Iterator[tuple[Sample, str]]:
        """Yield what files tell of and is not there, and what in them tells of no picture."""
        for file, damaged in self._damaged.items():
            yield from ((Sample(at, by_file[file], None), why) for at, why in damaged)
        for file, names in self._missing.items():
            for name in names:
                where = "leads out of the dataset" if leads_out(name) else _not_there(name)
                yield Sample(name, by_file[file], None), f"{file} tells of it, but it {where}"
