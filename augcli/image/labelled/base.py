"""What every way of keeping labels offers: a listing, and the labels of one picture after another.

A `Scheme` knows where labels lie; what is in them is for `annotations`. Of each picture a worker
gets its `Labels`: what they tell, and which files lie beside an output of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from augcli.dataset import Dataset
from augcli.image.annotations.base import Annotations, Parsed, Size
from augcli.image.config import ImageDatasetSettings
from augcli.image.targets import Targets
from augcli.provenance import PictureRecord
from augcli.task import Plain, Source, Task


class Beside(NamedTuple):
    """A file beside an output."""

    name: str
    """Its path below the output folder."""
    content: Source | bytes
    """A file of the dataset that it equals, or its own bytes."""


class Labels(ABC):
    """The labels of one picture."""

    form: Plain
    """What a record says of how they are written."""
    mates: Mapping[str, Sequence[int]]
    """By class, which of its keypoints each one becomes in a mirror."""

    @property
    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """Return the files that it takes to write labels again."""

    @abstractmethod
    def read(self, size: Size) -> Parsed:
        """Return what is told of a picture; SampleError with the place where that cannot be."""

    @abstractmethod
    def of_original(self, output: str) -> Iterator[Beside]:
        """Yield what lies beside a picture whose objects are where they were."""

    @abstractmethod
    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield what lies beside a picture with these objects."""


class Scheme(ABC):
    """A way of keeping labels."""

    name: ClassVar[str]

    @abstractmethod
    def scan(self, settings: ImageDatasetSettings, root: Path) -> Dataset:
        """List the pictures at a path with their labels; SettingError where there are none."""

    @abstractmethod
    def indexes(
        self,
        settings: ImageDatasetSettings,
        root: Path,
        records: Callable[[], Iterator[PictureRecord]],
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield name and lines of each file that tells of all outputs, or of a split's."""

    @abstractmethod
    def labels(self, task: Task, sources: Sequence[Source]) -> Labels:
        """Return the labels of a picture; the first source is the picture itself."""

    @abstractmethod
    def recorded(self, form: Plain, sources: Sequence[Source]) -> Labels:
        """Return the labels of a picture as a record tells of them, to write them again."""


@dataclass(frozen=True)
class FileLabels(Labels):
    """Labels in a file for each picture, if there is one; without one it is background."""

    form: Plain
    mates: Mapping[str, Sequence[int]]
    codec: Annotations
    file: Source | None
    others: Sequence[Source]
    """What else of the dataset says what is in the file."""

    @property
    def sources(self) -> Sequence[Source]:
        """Return the file, and what says what is in it."""
        return [*([self.file] if self.file else ()), *self.others]

    def read(self, size: Size) -> Parsed:
        """Return what the file tells."""
        return self.codec.parse(self._data, size, self.file.name) if self.file else Parsed(())

    def of_original(self, output: str) -> Iterator[Beside]:
        """Yield the very file, or an empty one."""
        yield Beside(self.codec.beside(output), self.file or b"")

    def of_copy(self, output: str, targets: Targets, size: Size) -> Iterator[Beside]:
        """Yield a file that is written as the source's is."""
        yield Beside(self.codec.beside(output), self.codec.render(targets, size, self._data))

    @property
    def _data(self) -> bytes:
        return bytes(self.file.data) if self.file else b""
