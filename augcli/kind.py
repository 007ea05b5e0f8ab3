"""What a package of transforms, readers and writers offers to the rest, and where it is found."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from augcli.dataset import BalanceSettings, Dataset, DatasetSettings, OutputSettings
from augcli.errors import Problem
from augcli.provenance import Record, RowRecord
from augcli.task import Buffer, Job, Processor, Source, Task


class Kind(ABC):
    """A kind of dataset: its settings, its reader and its worker.

    Nothing heavy is imported before a method needs it.
    """

    dataset_settings: ClassVar[type[DatasetSettings]]
    output_settings: ClassVar[type[OutputSettings]]
    balances: ClassVar[Mapping[str, type[BalanceSettings]]]
    """The settings of `balance:` by its `method`; the first where none is named."""
    preload: ClassVar[Sequence[str]] = ()
    """Modules that every worker needs, to be imported once for all."""

    @abstractmethod
    def scan(self, settings: DatasetSettings, root: Path) -> Dataset:
        """List the samples at `root`; raises SettingError when there is no such dataset."""

    @abstractmethod
    def starter(self, path: Path) -> str | None:
        """Return a commented recipe for what lies at a path; None where it is not of this kind.

        Raises SettingError or SampleError where it is, and no recipe can be made.
        """

    @abstractmethod
    def versions(self) -> dict[str, str]:
        """Return the versions of the libraries that have a say in the output's bytes."""

    @abstractmethod
    def make_processor(self, job: Job) -> Processor:
        """Return what a job does with each source."""

    @abstractmethod
    def remake(
        self, records: Sequence[Record], sources: Sequence[Source], output: Path
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the bytes of a source's outputs, in pieces, from records and sources alone.

        The first source is that of the records, the others are their partners. What the records
        leave to tables beside the manifest lies in the folder `output`.
        """

    @abstractmethod
    def preview(
        self, job: Job, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
    ) -> bytes:
        """Return a PNG of what a job does to a few samples.

        `sources` are tasks with their sources: as many as are to be shown, or one for a dataset
        that is worked on as a whole.
        """

    def remarks(self, job: Job, dataset: Dataset) -> Iterator[Problem]:
        """Yield what a person should know of a job on a dataset; nothing is read for it."""
        return iter(())

    def index(
        self, settings: DatasetSettings, path: Path, records: Iterable[Record]
    ) -> tuple[str, Iterator[str]] | None:
        """Return name and lines of a file that lists the outputs as the dataset's own did."""
        return None

    def figure(self, path: Path, record: Record, row: RowRecord | None) -> str:
        """Return HTML that shows one output file in a page, or one row of it."""
        return ""


def load_kind(name: str) -> Kind:
    """Return the kind of this name, its transforms registered; imported when first asked for."""
    kind: Kind = importlib.import_module(f"augcli.{name}.kind").KIND
    importlib.import_module(f"augcli.{name}.transforms")
    return kind
