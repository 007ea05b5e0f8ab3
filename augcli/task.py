"""What passes between a run and the kinds: a task in, outputs to be made out."""

from __future__ import annotations

import mmap
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from augcli.dataset import BalanceSettings, DatasetSettings, OutputSettings
from augcli.transform import Transform

Record = dict[str, Any]
"""Plain JSON: a line of the manifest or of the journal."""

Shares = Mapping[str, float]
"""The classes that a sample is mixed of, that of its base first, each with its weight."""


def class_of(label: str | Shares | None) -> str | None:
    """Return the class that a sample lies under and counts for: if it is mixed, its base's."""
    return next(iter(label)) if isinstance(label, Mapping) else label


def shown_label(label: str | Shares | None) -> str | None:
    """Return a label for people: the name of a class, or the shares of several."""
    if not isinstance(label, Mapping):
        return label
    return ", ".join(f"{name} {weight:.3g}" for name, weight in label.items())


Buffer = bytes | memoryview | mmap.mmap


@dataclass(frozen=True)
class Count:
    """One class of one split, before and after, and what it was to reach."""

    split: str
    label: str | None
    before: int
    after: int
    target: int = 0


Maker = Callable[[Sequence[Any], Callable[[int], None]], bytes]
"""Makes new samples of some items, which are plain JSON, and tells before each that it begins it.

One that makes all of them together tells nothing.
"""


class Part(NamedTuple):
    """What was made of some items that stand side by side; None where workers were lost on one."""

    items: Sequence[Any]
    made: bytes | None
    loss: str | None = None


Spread = Callable[[str, Maker, Iterable[Sequence[Any]]], Iterator[Part]]
"""Yields what a maker makes of blocks of items, in order; the first is a key of all that matters.

A block may come in several parts, where workers were lost on one of its items.
"""


def here(_key: str, maker: Maker, blocks: Iterable[Sequence[Any]]) -> Iterator[Part]:
    """Yield what a maker makes in this very process."""
    return (Part(items, maker(items, lambda _item: None)) for items in blocks)


D_co = TypeVar("D_co", bound=DatasetSettings, covariant=True)
O_co = TypeVar("O_co", bound=OutputSettings, covariant=True)
B_co = TypeVar("B_co", bound=BalanceSettings, covariant=True)


@dataclass(frozen=True)
class Job(Generic[D_co, O_co, B_co]):
    """What a processor needs to know of a recipe; each kind has its own settings in it."""

    seed: int
    steps: Sequence[Transform]
    dataset: D_co
    output: O_co
    copies: int = 0
    balance: B_co | None = None
    spread: Spread = here
    """How the work on one task is shared out; the result is the same."""


AnyJob = Job[DatasetSettings, OutputSettings, BalanceSettings]
"""A job of whatever kind."""


@dataclass(frozen=True)
class Source:
    """The bytes of one file of the dataset, read or mapped into memory."""

    name: str
    """Path relative to the dataset, POSIX form."""
    sha256: str
    held: bytes | mmap.mmap | Callable[[], bytes]
    """The bytes, or what reads them anew."""
    stat: Sequence[int] = ()
    """What told the file from others when it was read; nothing where it could not be."""

    @property
    def data(self) -> bytes | mmap.mmap:
        """Return the bytes; keep them while they are needed, each call may read them again."""
        return self.held() if callable(self.held) else self.held


@dataclass(frozen=True)
class Task:
    """One source and how many copies it gives; `copies` is -1 where it only passes through."""

    row: int
    source: str
    split: str
    label: str | None
    base: str
    """The original's path below the output folder."""
    copies: int
    checksum: str | None = None
    """The SHA-256 that the source must have, if the dataset says so."""
    files: list[str] = field(default_factory=list)
    """The files of a dataset that is worked on as a whole; none where the source is the file."""
    asked: str | None = None
    """What a whole dataset is asked for (copies, balance), as JSON."""


@dataclass(frozen=True)
class Output:
    """One file to be: its manifest record, still without its hash, and how its bytes are made."""

    record: Record
    key: str
    """Hash of everything that determines the bytes."""
    make: Callable[[], Iterable[Buffer]] | None
    """Gives the bytes piece by piece; None means the source's own."""
    linked: bool = False
    """Whether those are hard-linked instead of copied."""
    listed: bool = True
    """Whether it is a line of the manifest; what tells of other outputs lies beside it."""


@dataclass(frozen=True)
class Tally:
    """What a source of many samples amounts to."""

    counts: Sequence[Count] = ()
    failures: Sequence[Record] = ()
    """Samples that could not be used: `source` (`file#row`), `split`, `label`, `reason`."""
    lost: Sequence[Record] = ()
    """The same of samples on which workers were lost; the next run tries them again."""
    story: Sequence[str] = ()
    """What was found out about the dataset, for `plan`."""


class Processed(ABC):
    """What becomes of one source; nothing is decoded before it is needed."""

    outputs: Sequence[Output]
    """The files to be, in the order of the manifest."""

    @abstractmethod
    def prove(self) -> list[str]:
        """Decode the source; returns notes on it, or raises SampleError if it is damaged."""

    def remarks(self) -> list[str]:
        """Return notes on the outputs; asked for once they are made."""
        return []

    tally: Tally = Tally()
    """What is to be told of the samples in it, where they are many."""


class Processor(Protocol):
    """What a kind does with one source."""

    @property
    def job(self) -> AnyJob:
        """Return what it was made for."""
        ...

    def process(self, task: Task, sources: Sequence[Source]) -> Processed:
        """Return what becomes of a task's sources; raises SampleError if they cannot be used."""
        ...
