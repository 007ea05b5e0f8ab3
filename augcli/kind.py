"""What a package of transforms, readers and writers offers to the rest, and where it is found."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from augcli.balances import BalanceSettings
from augcli.dataset import Dataset, DatasetSettings, OutputSettings
from augcli.errors import Problem
from augcli.formats import Format
from augcli.provenance import Record
from augcli.row_records import RowRecord
from augcli.task import Buffer, Job, Processor, Source, Task
from augcli.transform import Transform

S = TypeVar("S", bound=Transform)
D = TypeVar("D", bound=DatasetSettings)
Out = TypeVar("Out", bound=OutputSettings)
B = TypeVar("B", bound=BalanceSettings)
D_contra = TypeVar("D_contra", bound=DatasetSettings, contravariant=True)
J_contra = TypeVar("J_contra", contravariant=True)

Starter = Callable[[Path], str | None]
"""Returns a commented recipe for what lies at a path; None where it is not of this kind.

Raises SettingError or SampleError where it is, and no recipe can be made.
"""


def starter_of(package: str) -> Starter:
    """Return the starter of a kind's package, which is imported when it is first asked for."""

    def starter(path: Path) -> str | None:
        made: str | None = importlib.import_module(f"{package}.starter").starter(path)
        return made

    return starter


class Remake(Protocol):
    """How outputs are made again."""

    def __call__(
        self, records: Sequence[Record], sources: Sequence[Source], output: Path
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the bytes of a source's outputs, in pieces, from records and sources alone.

        Behind an output come the files that its record tells of beside it. The first source is
        that of the records, the others are their partners. What the records leave to tables beside
        the manifest lies in the folder `output`.
        """
        ...


class Preview(Protocol[J_contra]):
    """How a picture is drawn of what a job does."""

    def __call__(
        self,
        job: J_contra,
        sources: Sequence[tuple[Task, Sequence[Source]]],
        copies: int,
        shown: int,
    ) -> bytes:
        """Return a PNG of what a job does to a few samples.

        `sources` are tasks with their sources: as many as are to be shown, or one of files
        that hold many samples.
        """
        ...


class Figure(Protocol):
    """How a page shows an output."""

    def __call__(self, path: Path, record: Record, row: RowRecord | None) -> str:
        """Return HTML that shows one output file, or one row of it."""
        ...


class Index(Protocol[D_contra]):
    """How outputs are listed in files."""

    def __call__(
        self, settings: D_contra, path: Path, records: Callable[[], Iterator[Record]]
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield name and lines of each file that tells of the outputs as the dataset's own did.

        `records` gives all of them, as often as they are needed.
        """
        ...


@dataclass(frozen=True)
class Kind(Generic[S, D, Out, B]):
    """A kind of dataset: its settings, its reader and its worker, and what else it can do.

    Nothing heavy is imported before one of its functions needs it.
    """

    dataset_settings: type[D]
    output_settings: type[Out]
    balances: Mapping[str, type[B]]
    """The settings of `balance:` by its `method`; the first where none is named."""
    formats: Mapping[str, Format]
    """Those of files, by name."""
    scan: Callable[[D, Path], Dataset]
    """Lists the samples at a path; raises SettingError when there is no such dataset."""
    libraries: Sequence[str]
    """Those that have a say in the output's bytes, as far as they are installed."""
    make_processor: Callable[[Job[S, D, Out, B]], Processor]
    """Returns what a job does with each source."""
    remake: Remake
    preload: Sequence[str] = ()
    """Modules that every worker needs, to be imported once for all."""
    starter: Starter | None = None
    preview: Preview[Job[S, D, Out, B]] | None = None
    remarks: Callable[[Job[S, D, Out, B], Dataset], Iterator[Problem]] | None = None
    """Yields what a person should know of a job on a dataset; nothing is read for it."""
    index: Index[D] | None = None
    figure: Figure | None = None

    def versions(self) -> dict[str, str]:
        """Return the versions of the libraries; imports none of them."""
        return dict(_installed(self.libraries))


def _installed(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        with suppress(metadata.PackageNotFoundError):
            yield name, metadata.version(name)


AnyKind = Kind[Transform, DatasetSettings, OutputSettings, BalanceSettings]
"""A kind known by its name; its settings are those of the recipe that names it."""


def load_kind(name: str) -> AnyKind:
    """Return the kind of this name, its transforms registered; imported when first asked for."""
    kind: AnyKind = importlib.import_module(f"augcli.{name}.kind").KIND
    importlib.import_module(f"augcli.{name}.transforms")
    return kind
