"""One unit of the listing on its way: what it was before, what it is now.

Its inputs are read and hashed once, the kind's processor says what becomes of them, and what is
not there yet is made. It knows files and records, and nothing of pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from augcli.errors import ExhaustedError, LostError, SampleError, StepError, UnreadError
from augcli.records.journal import NEW, blank
from augcli.requests.asked import Stamps
from augcli.store.cache import Cache, Writing
from augcli.store.manifest import is_ours
from augcli.store.output import OutputFolder
from augcli.store.publish import Batch
from augcli.store.sources import read_sources, stat_after, stats_of, why_unread
from augcli.task import Lost, Output, Plain, Processed, Processor, Source, Task, with_beside
from augcli.work.entries import faults_on, kept_of, less_lost, lost_on, told_together


class Common(Struct, frozen=True):
    """What all units of a run have in common."""

    processor: Processor[Processed]
    root: str
    output: OutputFolder
    stamps: Stamps
    """Hashes of the recipe and versions that the records will be valid for."""
    cache: Cache = field(default_factory=Cache)

    def over(self, tasks: Sequence[Task]) -> Common:
        """Return the same for the tasks of a chunk."""
        return replace(self, processor=self.processor.over(tasks))


class SourceWork:
    """One source on its way through: what it was before, what it is now."""

    def __init__(
        self,
        common: Common,
        task: Task,
        item: tuple[Plain, Plain | None],
        batch: Batch,
        go_on: Callable[[], bool],
    ):
        self.task = task
        self._asked, prior = item
        self.is_finished = True
        """Whether all of it was done; what a stop left undone is for the next run."""
        self._go_on = go_on
        self._common = common
        self._batch = batch
        self._prior = prior or NEW
        self._before = {
            each["record"]["output"]: each
            for each in self._prior["outputs"]
            if is_ours(common.output, each)
        }
        self._notes: list[str] = self._prior["notes"]
        self._repeats: int = self._prior.get("repeats", 0)
        self._unread: list[Source] = []
        """Files that could not be read while others could."""
        self._sources: dict[str, Source] = {}
        self._hashes: dict[str, str] = {}
        """The SHA-256 of each, no letter of what could not be read."""
        self._lost: list[Lost] = []
        self._stamp = common.stamps.of(task.request.asks)
        self._start = 0
        """The length of the batch before it."""
        self._done: dict[str, Plain] = {}
        """Name of an output → its entry, in the order of the batch."""
        self._read: Sequence[Source] = ()
        self._processed: Processed | SampleError | None = None
        """What becomes of it, or why nothing does."""
        self.record: Plain = {}

    def begin(self) -> int:
        """Read the source; returns how many bytes it has."""
        self._attempt(self._open)
        return sum([each.stat[0] for each in self._sources.values() if each.stat])

    def ahead(self) -> Iterator[None]:
        """Draw for a source that was begun; returns what settles it, and makes what is surely new.

        Each step is one kind of work, which is done for many sources before the next.
        """
        self._attempt(self._process)
        processed = self._processed
        if isinstance(processed, SampleError):
            return iter(())
        assert processed is not None, "it was begun"
        if self._before or self._common.cache.reads:
            return processed.settle()
        return chain(processed.settle(), processed.ahead())

    def _attempt(self, part: Callable[[], None]) -> None:
        """Do a part of the work; what is wrong with the sample is told when it is run."""
        try:
            part()
        except SampleError as error:
            self._processed = error.with_traceback(None)  # its frames hold what was read
        except MemoryError as error:
            raise ExhaustedError(f"out of memory for {self.task.source}") from error

    def run(self) -> SourceWork:
        """Fill in the record of a source that was begun; one that cannot be used gets a failure."""
        self._start = len(self._batch)
        try:
            found = self._found()
        except SampleError as error:
            self._batch.roll_back(self._start)
            found = self._failed(error)
        except MemoryError as error:
            raise ExhaustedError(f"out of memory for {self.task.source}") from error
        self._processed, self._read, self._sources = None, (), {}  # what was read and decoded goes
        is_done = self.is_finished and not self._unread
        self.record = blank(self._asked, self._stamp if is_done else None) | found
        return self

    def _failed(self, error: SampleError) -> Plain:
        """Return what the record says of a failure; what may pass leaves the outputs alone."""
        again = error.again or bool(self._unread)
        kept = kept_of(self._prior, self._asked, self._common.output) if again else {}
        stat = stats_of(self._common.root, [*self.task.inputs, *self.task.others])
        reason = str(error).removeprefix(f"{self.task.source}: ")  # which is told beside it
        return {**kept, "stat": stat, "failure": {"reason": reason, "again": again}}

    @property
    def is_broken(self) -> bool:
        """Return whether the source cannot be used as long as it is as it is."""
        failure = self.record["failure"]
        return bool(failure and not failure["again"])

    @property
    def stale(self) -> list[Plain]:
        """Return the outputs that the source had and no longer has."""
        if not self._before:
            return []
        now = {each["record"]["output"] for each in self.record["outputs"]}
        return [each for name, each in self._before.items() if name not in now]

    def _open(self) -> None:
        task = self.task
        self._read = sources = read_sources(
            self._common.root, task, self._common.processor.job.dataset
        )
        own = sources[: len(task.inputs)]
        self._unread = [source for source in own if not source.stat]
        self._refuse_unread(own)
        if task.checksum and task.checksum != sources[0].sha256:
            raise SampleError(f"damaged: its SHA-256 is {sources[0].sha256}, not {task.checksum}")
        self._sources = {source.name: source for source in own}
        self._hashes = {source.name: source.sha256 for source in own}

    def _process(self) -> None:
        if self._processed is None:
            self._processed = self._common.processor.process(self.task, self._read)

    def _found(self) -> Plain:
        processed = self._processed
        if isinstance(processed, SampleError):
            raise processed
        assert processed is not None, "it was begun"
        outputs = self._outputs(processed)
        tally, lost = processed.tally, [*processed.lost, *self._lost]
        counts, failures = tally.counts, [*tally.failures]
        if lost:
            self.is_finished = False
            outputs = [each | {"key": None} for each in outputs]
            counts = less_lost(counts, lost)
            failures += {each.failure["source"]: each.failure for each in lost}.values()
        return {
            "stat": stat_after(self._common.root, self._read, partial(_is_linked, processed)),
            "sha256": {name: sha256 for name, sha256 in self._hashes.items() if sha256},
            "notes": self._notes,
            "outputs": outputs,
            "counts": [asdict(count) for count in counts],
            "failures": failures + faults_on(self.task, processed.short),
            **({"repeats": self._repeats} if self._repeats else {}),
            **self._short(processed),
        }

    def _short(self, processed: Processed) -> Plain:
        """Return the copies that steps fail on, those too that an earlier run was asked for."""
        places: list[Any] = [*map(list, processed.short)]
        prior = self._prior
        if "short" in prior and (prior["stamp"], prior["sha256"]) == (self._stamp, self._hashes):
            told = (each.record for each in processed.outputs)
            tried = [*places, *([each.get("stage"), each.get("copy")] for each in told)]
            places += [each for each in prior["short"] if each not in tried]
        return {"short": places} if places else {}

    def _refuse_unread(self, sources: Sequence[Source]) -> None:
        """Raise UnreadError if nothing was read, or not what earlier outputs were made of."""
        for source in self._unread:
            if len(self._unread) == len(sources) or source.name in self._prior["sha256"]:
                raise UnreadError(
                    f"{source.name}: {why_unread(source)}; what was made of it stays until it can "
                    "be, or until `dataset.exclude` leaves it out"
                )

    def _outputs(self, processed: Processed) -> list[Plain]:
        """Return the entries of all outputs; a copy that a step fails on is drawn again."""
        while True:
            try:
                return self._tried(processed)
            except _FaultyError as fault:
                if not processed.draw_again(fault.output, fault.error):
                    raise fault.error from None
                self._forget(processed)

    def _forget(self, processed: Processed) -> None:
        """Take back what was made from the first output on that is to be another now."""
        stay: dict[str, Plain] = {}
        for each in with_beside(processed.outputs):
            done = self._done.get(each.name)
            if not (done["key"] == each.key if done else self._kept(each)):
                break
            if done:
                stay[each.name] = done
        self._done = stay
        self._batch.roll_back(self._start + len(stay))

    def _tried(self, processed: Processed) -> list[Plain]:
        outputs = processed.outputs
        files = with_beside(outputs)
        there: dict[str, Plain] = {}
        if self._before:
            there = {each.name: kept for each in files if (kept := self._kept(each))}
        is_known = bool(self._before) and self._is_known(files)
        if is_known and len(there) == len(files):
            return self._entries(outputs, there)
        notes = self._proven(processed)
        entries = self._entries(outputs, there | self._done)
        if not is_known:
            whole = self.is_finished and not self._lost
            again = processed.again() if whole else []
            self._notes = [*notes, *(processed.remarks() if whole else ()), *map(str, again)]
            self._repeats = sum(each.count for each in again)
        return entries

    def _proven(self, processed: Processed) -> list[str]:
        """Return notes on the source, which is decoded for them where that was not done before."""
        what = ["notes", self._stamp, [*self._hashes.values()]]
        notes: list[str] = self._common.cache.recalled(what, processed.prove)
        return notes

    def _is_known(self, outputs: Sequence[Output]) -> bool:
        """Return whether these very outputs were to be before, and with them what to note."""
        before = {name: each["key"] for name, each in self._before.items()}
        return before == {each.name: each.key for each in outputs}

    def _entries(self, outputs: Sequence[Output], there: dict[str, Plain]) -> list[Plain]:
        """Return the outputs' entries, each before those of what lies beside it."""
        entries: list[Plain] = []
        for output in outputs:
            made = [self._entry(output, there)]
            if output.beside:
                made = told_together([*made, *(self._entry(each, there) for each in output.beside)])
            entries += filter(None, made)
        return entries

    def _entry(self, output: Output, there: dict[str, Plain]) -> Plain | None:
        """Return the entry of a file, which is made if it is not there; after a stop, the last.

        None where there is none, and where a worker was lost on it.
        """
        name: str = output.record["output"]
        if name in there:
            return there[name]
        if not (self.is_finished and self._go_on()):
            self.is_finished = False
            return self._before.get(name)
        try:
            entry = self._done[name] = self._made(name, output)
        except StepError as error:
            raise _FaultyError(name, error) from error
        except LostError as error:
            self._lost.append(lost_on(output, error))
            return None
        return entry

    def _kept(self, output: Output) -> Plain | None:
        """Return the entry of an output that is there already, untouched and of equal making."""
        before = self._before.get(output.name)
        if before is None or before["key"] != output.key:
            return None
        stat = self._common.output.whole_stat(before)
        record = output.record | {"sha256": before["record"]["sha256"]}
        return {**before, "record": record, "stat": stat} if stat else None

    def _made(self, name: str, output: Output) -> Plain:
        """Return the entry of an output that is made now."""
        cache, ours = self._common.cache, name in self._before
        lost: Sequence[Lost] = ()
        if output.make is None:
            sha256 = self._passed(output, ours=ours)
        elif cache.reads and (known := cache.found(output.key)) is not None:
            sha256 = self._batch.add(name, [known], None, ours=ours)
        else:
            pieces = output.make()
            writing = Writing(cache, output.key, pieces) if cache.writes else None
            sha256 = self._batch.add(name, writing or pieces, None, ours=ours)
            lost = output.lost()
            self._lost += lost
            if writing:
                writing.keep(whole=self._is_whole)
        record = output.record | {"sha256": sha256}
        if lost and (gone := sum(each.copies for each in lost)):
            record |= {key: record[key] - gone for key in ("rows", "synthetic")}
        return {"record": record, "key": output.key, "stat": None, "listed": output.listed}

    @property
    def _is_whole(self) -> bool:
        """Return whether nothing was lost so far: what tells of all would lack it."""
        return not (self._lost or (isinstance(self._processed, Processed) and self._processed.lost))

    def _passed(self, output: Output, *, ours: bool) -> str:
        """Add an output that is as its source is; returns its hash."""
        name, source = output.name, self._sources[output.record["source"]]
        path, sha256 = Path(self._common.root, source.name), source.sha256
        if output.linked:
            self._batch.add_link(name, path, source.data, ours=ours, sha256=sha256)
        else:
            self._batch.add(name, [source.data], path, ours=ours, sha256=sha256)
        return sha256


def _is_linked(processed: Processed) -> bool:
    """Return whether the source itself becomes an output."""
    return any(each.linked for each in processed.outputs)


class _FaultyError(Exception):
    """A step failed on an output."""

    def __init__(self, output: str, error: StepError):
        super().__init__(output)
        self.output = output
        self.error = error
