"""The chunk function, the same on every engine: some sources in, one published batch out.

It reads and hashes each source once, asks the kind's processor what becomes of it, and publishes
the results with their records. It knows files and records, and nothing of pixels.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import Any

from augcli.errors import SampleError, StorageError
from augcli.kind import load_kind
from augcli.output import OutputFolder
from augcli.publish import Batch
from augcli.recipe import Recipe, load_recipe
from augcli.task import (
    Buffer,
    Job,
    Output,
    Processed,
    Processor,
    Record,
    Source,
    Spread,
    Task,
    here,
)

TASK_KEYS = ("source", "split", "label", "base", "copies", "checksum", "files", "asked")
"""What a record keeps of its task, beside the row; `source` comes first."""

MAX_FILE_BYTES = 2 << 30


def make_worker(context: dict[str, Any], spread: Spread = here) -> ChunkWorker:
    """Return the chunk function for a run; called once in each worker."""
    for module in context["modules"]:
        importlib.import_module(module)
    recipe = load_recipe(json.dumps(context["recipe"]), "recipe", Path())
    processor = processor_of(recipe, spread)
    output = OutputFolder(Path(context["output"]))
    return ChunkWorker(
        processor, Path(context["root"]), output, context["stamp"], context["number"]
    )


def processor_of(recipe: Recipe, spread: Spread = here) -> Processor:
    """Return what a recipe does with each source; `spread` shares out the work on one."""
    processor: Processor = load_kind(recipe.dataset.kind).make_processor(job_of(recipe, spread))
    return processor


def job_of(recipe: Recipe, spread: Spread = here) -> Job:
    """Return what a kind's processor needs to know of a recipe."""
    return Job(
        recipe.seed,
        recipe.steps,
        recipe.dataset,
        recipe.output,
        recipe.copies,
        recipe.balance,
        spread,
    )


@dataclass(frozen=True)
class ChunkWorker:
    """Processes chunks of `[task, prior record]` and publishes each as one batch."""

    processor: Processor
    root: Path
    output: OutputFolder
    stamp: str
    """Hash of the recipe and versions that the records will be valid for."""
    number: int
    """Of the pass: shards of a later pass win over earlier ones."""

    def __call__(self, items: Sequence[Any], beat: Callable[[int], bool]) -> dict[str, Any]:
        """Process and publish; `beat(i)` says whether to go on with item i."""
        name = shard_name(self.number, _hash_of(self.stamp, items))
        batch = Batch(self.output, name)
        sources = []
        for index, (task, prior) in enumerate(items):
            if not beat(index):
                break
            work = SourceWork(self, Task(**task), prior, batch, partial(beat, index))
            sources.append(work.run())
        beat(len(items))
        stale = [old for source in sources for old in source.stale]
        batch.publish((source.record for source in sources), stale)
        return {
            "shard": name,
            "done": sum(source.is_finished for source in sources),
            "made": len(batch),
            "failed": [s.task.row for s in sources if s.is_broken],
        }


class SourceWork:
    """One source on its way through: what it was before, what it is now."""

    def __init__(
        self,
        worker: ChunkWorker,
        task: Task,
        prior: Record | None,
        batch: Batch,
        go_on: Callable[[], bool],
    ):
        self.task = task
        self.is_finished = True
        """Whether all of it was done; what a stop left undone is for the next run."""
        self._go_on = go_on
        self._worker = worker
        self._batch = batch
        self._before = {each["record"]["output"]: each for each in (prior or _NEW)["outputs"]}
        self._notes: list[str] = (prior or _NEW)["notes"]
        self.record: Record = {}

    def run(self) -> SourceWork:
        """Fill in the record; a source that cannot be used gets a failure and no outputs."""
        start = len(self._batch)
        try:
            found = self._found()
        except SampleError as error:
            self._batch.roll_back(start)
            failure = {"reason": str(error), "again": error.again}
            found = {"stat": stats_of(self._worker.root, self.task), "failure": failure}
        stamp = self._worker.stamp if self.is_finished else None
        self.record = _record(asdict(self.task), stamp) | found
        return self

    @property
    def is_broken(self) -> bool:
        """Return whether the source cannot be used as long as it is as it is."""
        failure = self.record["failure"]
        return bool(failure and not failure["again"])

    @property
    def stale(self) -> list[str]:
        """Return the outputs that the source had and no longer has."""
        now = {each["record"]["output"] for each in self.record["outputs"]}
        return [name for name in self._before if name not in now]

    def _found(self) -> Record:
        root, task = self._worker.root, self.task
        stat = stats_of(root, task)
        sources = read_sources(root, task)
        if task.checksum not in (None, sources[0].sha256):
            raise SampleError(f"damaged: its SHA-256 is {sources[0].sha256}, not {task.checksum}")
        processed = self._worker.processor.process(task, sources)
        outputs = self._outputs(processed, sources[0])
        # A hard link changes the ctime of its source.
        linked = any(output.linked for output in processed.outputs)
        if stats_of(root, task) != stat and not linked:
            raise SampleError("the file changed while it was read")
        tally = processed.tally
        if tally.lost:
            self.is_finished = False
            outputs = [each | {"key": None} for each in outputs]
        return {
            "stat": stat,
            "sha256": [source.sha256 for source in sources],
            "notes": self._notes,
            "outputs": outputs,
            "counts": [asdict(count) for count in tally.counts],
            "failures": [*tally.failures, *tally.lost],
        }

    def _outputs(self, processed: Processed, source: Source) -> list[Record]:
        kept = {each.record["output"]: self._kept(each) for each in processed.outputs}
        if kept and all(kept.values()):
            return list(self._entries(processed.outputs, kept, source))
        notes = processed.prove()
        entries = list(self._entries(processed.outputs, kept, source))
        self._notes = [*notes, *(processed.remarks() if self.is_finished else ())]
        return entries

    def _entries(
        self, outputs: Sequence[Output], kept: dict[str, Record | None], source: Source
    ) -> Iterator[Record]:
        """Yield the outputs' entries, making what is not kept; after a stop, those from before."""
        for output in outputs:
            name = output.record["output"]
            entry = kept[name]
            if entry is None and self.is_finished and self._go_on():
                entry = self._made(output, source)
            elif entry is None:
                self.is_finished = False
                entry = self._before.get(name)
            if entry:
                yield entry

    def _kept(self, output: Output) -> Record | None:
        """Return the entry of an output that is there already, untouched and of equal making."""
        before = self._before.get(output.record["output"])
        if before is None or before["key"] != output.key:
            return None
        stat = whole_stat(self._worker.output.path, before)
        record = output.record | {"sha256": before["record"]["sha256"]}
        return {**before, "record": record, "stat": stat} if stat else None

    def _made(self, output: Output, source: Source) -> Record:
        name, batch = output.record["output"], self._batch
        ours = name in self._before
        path = self._worker.root / source.name
        digest = hashlib.sha256()
        if output.make:
            batch.add(name, _hashed(output.make(), digest), None, ours=ours)
        elif output.linked:
            batch.add_link(name, path, source.data, ours=ours)
        else:
            batch.add(name, [source.data], path, ours=ours)
        sha256 = digest.hexdigest() if output.make else source.sha256
        stat = output_stat(batch.temporary(len(batch) - 1))
        record = output.record | {"sha256": sha256}
        return {"record": record, "key": output.key, "stat": stat, "listed": output.listed}


def _hashed(pieces: Iterable[Buffer], digest: Any) -> Iterator[Buffer]:
    """Yield pieces, and put them into a digest on their way."""
    for piece in pieces:
        digest.update(piece)
        yield piece


_NEW: Record = {"outputs": [], "notes": []}


def _record(task: Record, stamp: str | None) -> Record:
    """Return the journal's record of a source of which nothing is known yet; `source` is first."""
    told = {key: task[key] for key in TASK_KEYS}
    blank: Record = {"stat": None, "sha256": None, "failure": None}
    none: Record = {key: [] for key in ("notes", "outputs", "counts", "failures")}
    return told | {"stamp": stamp} | blank | none


def lost_record(task: Record, stamp: str, reason: str) -> Record:
    """Return the record of a source on which workers were lost; the next run tries it again."""
    return _record(task, stamp) | {"failure": {"reason": reason, "again": True}}


def read_source(path: Path) -> tuple[bytes, list[int]]:
    """Return a source's bytes and what `stat_of` said of it; SampleError if that is not to be."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            before = os.fstat(file.fileno())
            if not S_ISREG(before.st_mode):
                raise SampleError("is not a file but a folder, pipe or device")
            if before.st_size > MAX_FILE_BYTES:
                raise SampleError(f"the file has {before.st_size} bytes, more than can be read")
            data = file.read()
            after = os.fstat(file.fileno())
    except OSError as error:
        if error.errno in _NO_FAULT_OF_THE_FILE:
            raise StorageError(f"cannot read {path}: {error.strerror}") from error
        raise SampleError(f"cannot be read: {error.strerror}") from error
    if _identity(before) != _identity(after):
        raise SampleError("the file changed while it was read")
    return data, _identity(after)


_NO_FAULT_OF_THE_FILE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def _open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for a pipe's other end, nor for a folder to complain."""
    return os.open(path, flags | os.O_NONBLOCK)


def read_sources(root: Path, task: Task) -> list[Source]:
    """Return the files of a task; those of a whole dataset are mapped, they may be large."""
    if task.files:
        return [_one_of_many(root, name) for name in task.files]
    data, _ = read_source(root / task.source)
    return [Source(task.source, hashlib.sha256(data).hexdigest(), data)]


def _one_of_many(root: Path, name: str) -> Source:
    """Return a file of a dataset; one that cannot be read says so when its bytes are asked for."""
    try:
        return map_source(root, name)
    except SampleError:
        return Source(name, "", partial(_mapped, root / name))


def map_source(root: Path, name: str) -> Source:
    """Return a file that is mapped into memory when asked for; SampleError if it cannot be read."""
    mapped = partial(_mapped, root / name)
    return Source(name, hashlib.sha256(mapped()).hexdigest(), mapped)


def _mapped(path: Path) -> bytes | mmap.mmap:
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SampleError("is not a file but a folder, pipe or device")
            size = os.fstat(file.fileno()).st_size
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
    except OSError as error:
        raise SampleError(f"cannot be read: {error.strerror}") from error


def stats_of(root: str | Path, task: Task) -> list[int] | None:
    """Return `stat_of` of all files of a task, one after the other; None if one is gone."""
    if not task.files:
        return stat_of(f"{root}/{task.source}")
    stats = [stat_of(f"{root}/{name}") for name in task.files]
    return None if None in stats else [number for stat in stats for number in stat or ()]


def stat_of(path: str | Path) -> list[int] | None:
    """Return what tells a source as unchanged: size, mtime, ctime, inode; None if it is gone."""
    try:
        return _identity(os.stat(path))  # noqa: PTH116 - hot
    except OSError:
        return None


def is_intact(root: Path, entry: Record) -> bool:
    """Return whether a recorded output below `root` is as it was left."""
    return bool(output_stat(f"{root}/{entry['record']['output']}") == entry["stat"])


def whole_stat(root: Path, entry: Record) -> list[int] | None:
    """Return `output_stat` of a recorded output that has the bytes it had; None if not.

    The file is read only where size alone is as it was, as in a folder that was copied.
    """
    path = root / entry["record"]["output"]
    stat = output_stat(path)
    if stat is None or stat == entry["stat"] or stat[0] != entry["stat"][0]:
        return stat if stat == entry["stat"] else None
    return stat if sha256_of(path) == entry["record"]["sha256"] else None


def sha256_of(path: Path) -> str | None:
    """Return the hash of a file, None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def output_stat(path: str | Path) -> list[int] | None:
    """Return what tells an output as untouched: size, mtime, inode (a rename changes ctime)."""
    stat = stat_of(path)
    return stat and [stat[0], stat[1], stat[3]]


def _identity(stat: os.stat_result) -> list[int]:
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def shard_name(number: int, what: str) -> str:
    """Return the name of a shard; those of later passes come later in the alphabet."""
    return f"{number:09d}-{what}"


def _hash_of(stamp: str, items: Sequence[Any]) -> str:
    ids = "\0".join(f"{task['source']}\0{task['copies']}" for task, _ in items)
    text = f"{stamp}\0{ids}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:24]
