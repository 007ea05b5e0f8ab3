"""What passes between a run and the kinds: a task in, outputs to be made out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from augcli.dataset import DatasetSettings, OutputSettings
from augcli.transform import Transform

Record = dict[str, Any]
"""Plain JSON: a line of the manifest or of the journal."""


@dataclass(frozen=True)
class Job:
    """What a processor needs to know of a recipe."""

    seed: int
    steps: Sequence[Transform]
    dataset: DatasetSettings
    output: OutputSettings


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


@dataclass(frozen=True)
class Output:
    """One file to be: its manifest record, still without its hash, and how its bytes are made."""

    record: Record
    key: str
    """Hash of everything that determines the bytes."""
    make: Callable[[], bytes] | None
    """None means the source's own bytes."""
    linked: bool = False
    """Whether those are hard-linked instead of copied."""


class Processed(Protocol):
    """What becomes of one source; nothing is decoded before it is needed."""

    @property
    def outputs(self) -> Sequence[Output]:
        """Return the files to be, in the order of the manifest."""
        ...

    def prove(self) -> list[str]:
        """Decode the source; returns notes on it, or raises SampleError if it is damaged."""
        ...


class Processor(Protocol):
    """What a kind does with one source."""

    def process(self, task: Task, data: bytes, digest: str) -> Processed:
        """Return what becomes of a source; raises SampleError if it cannot be used."""
        ...
