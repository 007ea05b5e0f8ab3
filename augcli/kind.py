"""What a package of transforms, readers and writers offers to the rest, and where it is found.

Kinds are alike inside. `kind.py` says what one offers and where that is, `config.py` what a recipe
may say of it; `augment.py` works on sources, `remaking.py` makes outputs again from records alone.
The rest is named after whom it serves: `starter.py` `init`, `linter.py` `check`, `preview.py` and
`playground.py` `preview`, `figure.py` (of texts: `differences.py`) `report`, `loading.py` programs,
`court.py` `evaluate`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar, get_args

from msgspec import Struct

from augcli.dataset.formats import Format
from augcli.dataset.units import Dataset
from augcli.draft import Asked, Draft
from augcli.errors import Problem
from augcli.records.provenance import Record, of_forms
from augcli.settings.balance import BalanceSettings
from augcli.settings.base import DatasetSettings, KindName, OutputSettings
from augcli.system.machine import version_of
from augcli.task import Buffer, Job, Processed, Processor, Source, Task
from augcli.transform import Transform

if TYPE_CHECKING:
    from augcli.checks.findings import Lint
    from augcli.figures.playground import Playground
    from augcli.judges.judge import Court
    from augcli.loaded import Contents
    from augcli.records.row_records import RowRecord

S = TypeVar("S", bound=Transform)
D = TypeVar("D", bound=DatasetSettings)
Out = TypeVar("Out", bound=OutputSettings)
B = TypeVar("B", bound=BalanceSettings)
P = TypeVar("P", bound=Processed)
P_contra = TypeVar("P_contra", bound=Processed, contravariant=True)
J = TypeVar("J")

Starter = Callable[[Asked], Draft | None]
"""Returns what a recipe says of what lies at a path; None where it is not of this kind.

Raises SettingError or SampleError where it is, and nothing can be said of it.
"""


def later(place: str) -> Any:
    """Return the function at `module:name`, which is imported when it is first called."""
    module, _, name = place.partition(":")

    def called(*told: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*told)

    return called


class Kept(NamedTuple):
    """What an output keeps to be made again, beside manifest and sources."""

    root: Path
    """Its folder: below it are models and answers of programs, by their hashes."""
    files: Path
    """Where outputs lie, before they are joined into shards too: with tables of new rows."""


Remake = Callable[[Sequence[Any], Sequence[Source], Kept], Iterator[Iterable[Buffer]]]
"""Yields the bytes of a source's outputs, in pieces, from their records and sources alone.

Behind an output come the files that its record tells of beside it. The first source is that of the
records, the others are their partners. What the records leave to tables beside outputs is kept.
"""


Shown = Sequence[tuple[Task, Sequence[Source]]]
"""Tasks with their sources: as many as are to be shown, or one of files of many samples."""

Preview = Callable[[J, Shown, int, int], bytes]
"""Returns a PNG of what a job does to a few samples: so many copies of so many samples."""

Play = Callable[[J, Shown, int, int], "Playground"]
"""Returns what a page shows of what a job does, step by step; it is asked as a preview is."""

Figure = Callable[[Path, Record, "RowRecord | None"], str]
"""Returns HTML that shows one output file, or one row of it."""

Wording = Callable[[Path, Record, "RowRecord | None"], Sequence[str]]
"""Returns lines by which `explain` tells what words of an output, or of a row of it, became."""

Index = Callable[
    [D, Path, Callable[[], Iterator[Record]], bool], Iterator[tuple[str, Iterable[str]]]
]
"""Yields name and lines of each file that tells of the outputs as the dataset's own did.

It is given what gives all records, and whether some outputs may be of several classes.
"""


class Linter(Protocol[P_contra]):
    """What `check` finds out about samples beyond what a run does."""

    def take(self, task: Task, processed: P_contra) -> None:
        """Take in a source that was read; what comes later is told of all together."""
        ...

    def told(self) -> Iterator[Lint]:
        """Yield what a person should know of all that was taken in."""
        ...


class Kind(Struct, Generic[S, D, Out, B, P], frozen=True):
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
    processor: Callable[[Job[S, D, Out, B], Mapping[str, str]], Processor[P]]
    """Returns what a job does with each source, with these versions of libraries."""
    records: tuple[type[Record], ...]
    """What is told of its outputs."""
    remaking: Remake
    revision: int = 1
    """Of labels, records and what lists outputs: raised where others are written, so that sources
    that were done by an earlier one are looked at again; outputs of the same keys stay."""
    making: int = 1
    """Of kernels, codecs and formats: raised where the same keys would come to mean other bytes, so
    that all that is made is made anew; it is the version of one library more, once above 1."""
    chained: type[B] | None = None
    """The settings of several methods that follow each other, where a kind has such."""
    preload: Sequence[str] = ()
    """Modules that every worker needs, to be imported once for all."""
    ungrouped: str | None = None
    """Why copies cannot be of stages, or groups of views or branches; None where they can."""
    starter: Starter | None = None
    preview: Preview[Job[S, D, Out, B]] | None = None
    play: Play[Job[S, D, Out, B]] | None = None
    remarks: Callable[[Job[S, D, Out, B], Dataset], Iterator[Problem]] | None = None
    """Yields what a person should know of a job on a dataset; next to nothing is read for it."""
    linter: Callable[[Job[S, D, Out, B], Dataset], Linter[P]] | None = None
    """Returns what looks at samples for `check`."""
    index: Index[D] | None = None
    figure: Figure | None = None
    wording: Wording | None = None
    contents: Callable[[Record, bytes], Contents] | None = None
    """Returns the samples in the bytes of an output, for programs."""
    filed: Callable[[Any], tuple[str, bytes]] | None = None
    """Returns name and bytes of a file that holds a sample and no other, for programs."""
    in_words: bool = False
    """Whether such samples are words and numbers, which a line has room for."""
    overview: Callable[[Path, Record], Iterator[tuple[str, str]]] | None = None
    """Yields what a page says of all samples of an output together: a title, and HTML."""
    court: Callable[[], Court] | None = None
    """Returns who judges whether a recipe helps."""

    def versions(self) -> dict[str, str]:
        """Return the versions of the libraries, ours where it counts; imports none of them."""
        own = {"augment": str(self.making)} if self.making > 1 else {}
        return {name: found for name in self.libraries if (found := version_of(name))} | own

    def make_processor(self, job: Job[S, D, Out, B]) -> Processor[P]:
        """Return what a job does with each source."""
        return self.processor(job, self.versions())

    def remake(
        self, records: Sequence[Record], sources: Sequence[Source], kept: Kept
    ) -> Iterator[Iterable[Buffer]]:
        """Yield the bytes of a source's outputs again; SampleError for those of another kind."""
        return self.remaking(of_forms(records, *self.records), sources, kept)


AnyKind = Kind[Transform, DatasetSettings, OutputSettings, BalanceSettings, Processed]
"""A kind known by its name; its settings are those of the recipe that names it."""


def load_kind(name: str) -> AnyKind:
    """Return the kind of this name; imported when first asked for."""
    kind: AnyKind = importlib.import_module(f"augcli.{name}.kind").KIND
    return kind


def kind_of(record: Record) -> str:
    """Return the name of the kind whose outputs a record tells of."""
    names: tuple[str, ...] = get_args(KindName)
    return next(name for name in names if isinstance(record, load_kind(name).records))
