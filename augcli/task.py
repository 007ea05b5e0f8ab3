"""What passes between a run and the kinds: a task in, outputs to be made out.

A task is a unit of the listing: its inputs, and a request that says what is asked of them.

- `PassThrough`: the one sample in it goes through as it is.
- `Copies`: the one sample in it is augmented, so many times.
- `Splits`: there are many samples in it, and only who reads them can count them. Which of them are
  augmented, and how often, follows from what is asked of whole splits.

What is one sample is worked on in one go, in a worker. What holds many is read in the process of
the run and worked on there in two passes:

- *decide*: all that a whole split must be looked at for: counts, neighbours, partners, and what is
  drawn where that needs others. It follows from the inputs and the request alone.
- *write*: new samples in blocks, each of which follows from what was decided and from the numbers
  of its samples; a file is its own samples and then its blocks, one after the other.

`Job.spread` shares the work of a pass out over the same engine that single samples go through, on
forks of the process that has read the files. Polars' threads survive no fork: blocks have none.

Both are done when they are first needed, once, and nothing hangs on when that is: outputs can be
made in any order, or some of them and others not, and what is told of them stays the same.
"""

from __future__ import annotations

import mmap
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct, convert, field
from msgspec.structs import asdict

from augcli.again import Again
from augcli.errors import Problem, StepError
from augcli.requests.asked import Copies, Request, plain_request, request_of
from augcli.requests.courses import Dealt, Stage, View, by_stage
from augcli.requests.programs import Answers
from augcli.requests.redraws import Place
from augcli.requests.spread import Spread, here
from augcli.settings.balance import BalanceSettings
from augcli.settings.base import DatasetSettings, OutputSettings
from augcli.transform import Chooser, Transform

Plain = dict[str, Any]
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


class Count(Struct, frozen=True):
    """One class of one split, before and after, and what it was to reach."""

    split: str
    label: str | None
    before: int
    after: int
    target: int = 0


S_co = TypeVar("S_co", bound=Transform, covariant=True)
D_co = TypeVar("D_co", bound=DatasetSettings, covariant=True)
O_co = TypeVar("O_co", bound=OutputSettings, covariant=True)
B_co = TypeVar("B_co", bound=BalanceSettings, covariant=True)


class Job(Struct, Generic[S_co, D_co, O_co, B_co], frozen=True):
    """What a processor needs to know of a recipe; kinds have their own in it."""

    seed: int
    steps: Sequence[S_co | Chooser]
    dataset: D_co
    output: O_co
    copies: int = 0
    balance: B_co | None = None
    spread: Spread = here
    """How the work of a pass is shared out; the result is the same."""
    stages: Sequence[Stage[S_co]] = ()
    """What copies go through, where that is not all steps."""
    classes: Sequence[str] = ()
    """Those of the whole dataset, where an output hangs on them."""
    answers: Answers | None = None
    """What programs of people's own make, where they may be asked."""

    @property
    def courses(self) -> Sequence[Stage[S_co]]:
        """Return the stages; one of all copies and steps where none are told of."""
        return self.stages or (Stage(self.copies, (View(self.steps),)),)

    @property
    def asked(self) -> list[int]:
        """Return how many copies each stage asks for."""
        return [stage.copies for stage in self.courses]

    @property
    def group(self) -> int:
        """Return how many outputs one copy is."""
        return len(self.courses[0].views)

    def dealt(self, asked: Iterable[tuple[tuple[str, str | None], Copies]]) -> list[Dealt]:
        """Return the copies of each class by stage; none where there are no stages or groups."""
        return by_stage(asked, [each.name for each in self.courses]) if self.is_marked else []

    @property
    def is_marked(self) -> bool:
        """Return whether outputs say of which stage they are, or of which group."""
        return self.group > 1 or any(stage.name for stage in self.courses)


AnyJob = Job[Transform, DatasetSettings, OutputSettings, BalanceSettings]
"""A job of whatever kind."""


class Source(Struct, frozen=True, weakref=True):
    """The bytes of one file of the dataset, read or mapped into memory."""

    name: str
    """Path relative to the dataset, POSIX form."""
    hashed: str | Callable[[], str]
    """The SHA-256 of the bytes, or what reads them for it."""
    held: bytes | mmap.mmap | Callable[[], bytes]
    """The bytes, or what reads them anew."""
    stat: Sequence[int] = ()
    """What told the file from others when it was read; nothing where it could not be."""

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the bytes, which may have to be read for it."""
        return self.hashed() if callable(self.hashed) else self.hashed

    @property
    def data(self) -> bytes | mmap.mmap:
        """Return the bytes; keep them while they are needed, each call may read them again."""
        return self.held() if callable(self.held) else self.held


class Partner(NamedTuple):
    """Another sample, which steps may take something from."""

    source: str
    """Its id."""
    label: str | None
    inputs: Sequence[str]
    """The files that it is made of, relative to the dataset."""
    value: str | None = None
    """What a file that tells of many samples tells of it, as JSON."""


Pools = Mapping[str, Sequence[Partner]]
"""Whom steps may choose partners from, by the name of the pool; some stand there several times."""


class Task(Struct, frozen=True):
    """One unit of the listing and what is asked of it."""

    row: int
    source: str
    """The unit's id."""
    split: str
    label: str | None
    base: str
    """The original's path below the output folder."""
    inputs: Sequence[str]
    """The files that it is made of, relative to the dataset."""
    request: Request
    checksum: str | None = None
    """The SHA-256 that the first input must have, if the dataset says so."""
    value: str | None = None
    """What a file that tells of many samples tells of this one, as JSON."""
    partners: Pools = field(default_factory=dict)

    def plain(self) -> Plain:
        """Return this as plain JSON."""
        asked = plain_request(self.request)
        return asdict(self) | {"inputs": list(self.inputs), "request": asked}

    @property
    def others(self) -> list[str]:
        """Return the files of partners, each once; only some outputs need them."""
        return files_of(self.partners, self.inputs) if self.partners else []


def files_of(pools: Pools, own: Collection[str]) -> list[str]:
    """Return the files of partners, each once, but for a sample's own."""
    every = (name for pool in pools.values() for each in pool for name in each.inputs)
    return [name for name in dict.fromkeys(every) if name not in own]


def task_of(plain: Plain) -> Task:
    """Return the task that was made plain."""
    partners = convert(plain["partners"], Pools)
    return Task(**plain | {"request": request_of(plain["request"]), "partners": partners})


def failure(source: str, split: str | None, label: str | None, reason: str) -> Plain:
    """Return what failures.jsonl tells of what cannot be used."""
    return {"source": source, "split": split, "label": label, "reason": reason}


class Lost(Struct, frozen=True):
    """New samples that were not made, as workers were lost on one; the next run tries again."""

    failure: Plain
    """Of what they are of."""
    label: str | None
    """The class that they were to count for."""
    copies: int = 1


class Output(Struct, frozen=True):
    """One file to be: its manifest record, still without its hash, and how its bytes are made."""

    record: Plain
    key: str
    """Hash of everything that determines the bytes."""
    make: Callable[[], Iterable[Buffer]] | None
    """Gives the bytes piece by piece; None means those of the input that is the record's source."""
    linked: bool = False
    """Whether those are hard-linked instead of copied."""
    listed: bool = True
    """Whether it is a line of the manifest; what tells of other outputs lies beside it."""
    lost: Callable[[], Sequence[Lost]] = tuple
    """Gives what is not in it though the record says so; asked for of what was made."""
    beside: Sequence[Output] = ()
    """Files that belong to it: its line tells of them, but each is made and kept by itself."""

    @property
    def name(self) -> str:
        """Return its path below the output folder."""
        name: str = self.record["output"]
        return name


def with_beside(outputs: Iterable[Output]) -> list[Output]:
    """Return outputs, each before what belongs to it."""
    return [each for output in outputs for each in (output, *output.beside)]


class Tally(Struct, frozen=True):
    """What a source of many samples amounts to."""

    counts: Sequence[Count] = ()
    failures: Sequence[Plain] = ()
    """Samples that could not be used: `source` (`file#row`), `split`, `label`, `reason`."""
    story: Sequence[str] = ()
    """What was found out about the dataset, for `plan`."""
    dealt: Sequence[Dealt] = ()
    """The copies by stage, where there are stages or groups."""


class Processed(ABC):
    """What becomes of one source; nothing is decoded before it is needed."""

    short: Mapping[Place, str] = MappingProxyType({})
    """The copies that are asked for and cannot be had, as a step fails on them, and why."""

    @property
    @abstractmethod
    def outputs(self) -> Sequence[Output]:
        """Return the files to be, in the order of the manifest."""

    @abstractmethod
    def prove(self) -> list[str]:
        """Decode the source; returns notes on it, or raises SampleError if it is damaged."""

    def settle(self) -> Iterator[None]:
        """Say what outputs are, before any original is linked: that changes the file's times.

        Each step is one kind of work, done for many sources in turn, as caches hold that.
        """
        return iter(())

    def ahead(self) -> Iterator[None]:
        """Make small outputs in such steps once all are settled; errors are told by `make`."""
        return iter(())

    def leaks(self) -> list[str]:
        """Return what to tell of samples in it that are in other splits, too.

        Raises FindingsError where they are refused.
        """
        return []

    def oddities(self) -> Iterable[Problem]:
        """Return what is odd in a source that can be used all the same, each with its place."""
        return ()

    def remarks(self) -> list[str]:
        """Return notes on all outputs, which are made for it where they are not yet."""
        return []

    def again(self) -> list[Again]:
        """Return which samples of its outputs are no new ones; these are made as for remarks."""
        return []

    @property
    def tally(self) -> Tally:
        """Return what is decided of the samples in it, where they are many."""
        return Tally()

    @property
    def lost(self) -> Sequence[Lost]:
        """Return what has no outputs, as workers were lost on it while that was decided."""
        return ()

    def draw_again(self, output: str, error: StepError) -> bool:
        """Draw the copy anew that a step failed on when it was made; False where it was no copy."""
        return False

    @property
    def outline(self) -> Tally:
        """Return what is known of the samples before all is decided, for `plan`."""
        return self.tally


P_co = TypeVar("P_co", bound=Processed, covariant=True)


class Processor(ABC, Generic[P_co]):
    """What a kind does with one source, by libraries whose versions outputs hang on."""

    def __init__(self, job: AnyJob, versions: Mapping[str, str]):
        self.job, self.versions = job, dict(versions)

    @abstractmethod
    def process(self, task: Task, sources: Sequence[Source]) -> P_co:
        """Return what becomes of a task's sources; raises SampleError if they cannot be used."""

    def over(self, tasks: Sequence[Task]) -> Processor[P_co]:
        """Return the same for some tasks, which may be prepared together; the outputs are equal."""
        return self
