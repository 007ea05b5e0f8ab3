"""What every way of keeping labels offers: a listing, and the labels of one picture after another.

A `Scheme` knows where labels lie; what is in them is for `annotations`. Of each picture a worker
gets its `Labels`: what they tell, and which files lie beside an output of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, NamedTuple, TypeAlias

from msgspec import Struct, field

from augcli.dataset.units import Dataset
from augcli.disk.inside import suffix_of
from augcli.image.annotations.base import Annotations, Parsed, Size
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels.resample import Interpolation
from augcli.image.picture import Said
from augcli.image.targets import Target, Targets
from augcli.records.provenance import PictureRecord
from augcli.task import Plain, Source, Task

Records: TypeAlias = Callable[[], Iterator[PictureRecord]]
"""Gives those of all outputs, as often as they are needed."""

_ANY = (1000, 1000)
"""A size, where it has no say."""


class Beside(NamedTuple):
    """A file beside an output."""

    name: str
    """Its path below the output folder."""
    content: Source | bytes
    """A file of the dataset that it equals, or its own bytes."""


class Pair(NamedTuple):
    """How a picture follows another one that shows the same."""

    interpolation: Interpolation | None = None
    """What lies between its pixels; None where that hangs on what they are."""
    tones: tuple[str, ...] = ()
    """The steps that it gets beside those that move pixels."""


class MaskFile(NamedTuple):
    """A file of numbers over a picture, which move with it."""

    source: Source
    ignore: tuple[int, ...] | None
    """What stands for "unknown", one number a channel."""
    pair: Pair | None = None
    """Told of what may well be shades, not numbers."""


class Labels:
    """The labels of one picture."""

    picture: str
    """Its id."""
    masks: Sequence[MaskFile]
    """What lies over it."""

    instances: MaskFile | None = None
    """That of them whose numbers are the objects, from 1 on in their order."""
    form: Plain
    """What a record says of how they are written."""
    mates: Mapping[str, Sequence[int]]
    """By class, which of its keypoints each one becomes in a mirror."""
    points: Mapping[str, Sequence[str]] = MappingProxyType({})
    """By class, what its keypoints are called, if it has some."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Return where they stand, for people."""

    says: frozenset[Said] = frozenset()
    """What texts say of the picture."""

    @property
    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """Return the files that it takes to write labels again."""

    @abstractmethod
    def parse(self, size: Size) -> Parsed:
        """Return what is told of a picture; SampleError with the place where that cannot be."""

    def of_original(self, output: str) -> Iterator[Beside]:
        """Yield what lies beside a picture whose objects are where they were."""
        for mask in self.masks:
            yield Beside(self.mask_of(output, mask.source), mask.source)

    @property
    def converts(self) -> bool:
        """Return whether they are written in another format, those of originals too."""
        return False

    def mask_of(self, output: str, mask: Source) -> str:
        """Return where a mask of an output lies."""
        return mask_name(self.picture, mask.name, output)

    def lacks(self, target: Target) -> str | None:
        """Return what is not written of an object that a copy has, None if all is."""
        return None

    @abstractmethod
    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield what lies beside a picture with these objects, but for its masks."""


class Scheme(ABC):
    """A way of keeping labels."""

    name: ClassVar[str]
    tells_objects: ClassVar[bool] = True
    """Whether it tells of single objects, not of each pixel."""

    @abstractmethod
    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List the pictures at a path with their labels; SettingError where there are none."""

    def indexes(
        self,
        settings: ImageDatasetSettings,
        root: Path,
        records: Records,
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield name and lines of each file that tells of all outputs, or of a split's, if any."""
        return iter(())

    @abstractmethod
    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Labels:
        """Return the labels of a picture; the first source is the picture itself."""

    def classes_in(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Counter[str]:
        """Return how many objects of each class are told of; nobody looks at the picture."""
        found = self.labels(settings, task, sources).parse(_ANY)
        return Counter(each.label for each in found.targets)

    @abstractmethod
    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> Labels:
        """Return the labels of a picture as a record tells of them, to write them again."""


def mask_name(picture: str, mask: str, output: str) -> str:
    """Return what the mask of an output is called, as its source's is after the picture."""
    (own, stem), (above, made), suffix = _halves(picture), _halves(output), suffix_of(mask)
    more = made.removeprefix(stem) if made.startswith(stem) else f"~{made}"
    return f"{_drawn_to(own, above)}{mask.removesuffix(suffix)}{more}{suffix}"


def _halves(name: str) -> tuple[str, str]:
    """Return the folder of a name, with its slash, and its stem."""
    folder, slash, last = name.rpartition("/")
    return folder + slash, last.removesuffix(suffix_of(last))


def _drawn_to(own: str, made: str) -> str:
    """Return the folder of the split that an output was drawn into, before the picture's own."""
    return made.removesuffix(own) if f"/{made}".endswith(f"/{own}") else ""


class FileLabels(Labels, Struct, frozen=True):
    """Labels in a file for each picture, if there is one; without one it is background."""

    picture: str
    form: Plain
    mates: Mapping[str, Sequence[int]]
    codec: Annotations
    file: Source | None
    others: Sequence[Source] = ()
    """What else of the dataset says what is in the file."""
    empty: bytes | None = None
    """The file of background; None where that has none."""
    masks: Sequence[MaskFile] = ()
    points: Mapping[str, Sequence[str]] = field(default_factory=dict)
    instances: MaskFile | None = None

    @property
    def place(self) -> str:
        """Return the file's name."""
        return self.file.name if self.file else ""

    @property
    def sources(self) -> Sequence[Source]:
        """Return the file, and what says what is in it."""
        own = [self.file] if self.file else []
        return [*own, *self.others, *(mask.source for mask in self.masks)]

    def parse(self, size: Size) -> Parsed:
        """Return what the file tells."""
        return self.codec.parse(self._data, size, self.place) if self.file else Parsed(())

    def of_original(self, output: str) -> Iterator[Beside]:
        """Yield the very file, or that of background."""
        content = self.file if self.file else self.empty
        if content is not None:
            yield Beside(self.codec.beside(output), content)
        yield from super().of_original(output)

    def lacks(self, target: Target) -> str | None:
        """Return what a file cannot hold of an object."""
        return self.codec.lacks(target)

    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield a file that is written as the source's is, if it had one."""
        if self.file or targets:
            text = self.codec.render(targets, size, self._data, output)
            yield Beside(self.codec.beside(output), text)
        elif self.empty is not None:
            yield Beside(self.codec.beside(output), self.empty)

    @property
    def _data(self) -> bytes:
        return bytes(self.file.data) if self.file else b""
