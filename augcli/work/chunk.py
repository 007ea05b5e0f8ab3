"""The chunk function, the same on every engine: some units in, one published batch out."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from augcli.errors import StorageError
from augcli.kind import load_kind
from augcli.recipe import load_recipe
from augcli.requests.asked import Stamps
from augcli.requests.spread import Spread, here
from augcli.steps.learned import Model, knowing
from augcli.store.cache import place_of
from augcli.store.output import OutputFolder
from augcli.store.publish import Batch
from augcli.system.machine import refuse_beyond_avx2
from augcli.task import task_of
from augcli.transform import walk
from augcli.work.jobs import origins, processor_of, programs_of
from augcli.work.unit import Common, SourceWork


def make_worker(context: dict[str, Any], spread: Spread = here) -> ChunkWorker:
    """Return the chunk function for a run; called once in each worker."""
    for module in context["modules"]:
        importlib.import_module(module)
    told = load_recipe(json.dumps(context["recipe"]), "recipe", Path(context["folder"]))
    if origins(told.all_steps) != context["origins"]:
        raise StorageError("a file of steps changed during the run; run the same command again")
    if told.isa:
        refuse_beyond_avx2()
    if any(step.seeded for step in walk(told.all_steps)):
        importlib.import_module("numpy.random")  # once: most workers are forks of this process
    models = {each["sha256"]: Model.read(each) for each in context["models"]}
    recipe = told.with_each(lambda _at, step: knowing(models, step)) if models else told
    output = OutputFolder(Path(context["output"]))
    _ = output.tops  # before a worker gives outputs their names: others are forks of this one
    stamps = Stamps(*context["stamps"])
    answers = programs_of(recipe, output.path)
    processor = processor_of(recipe, context["classes"], spread, answers)
    cache = place_of(context["cache"]).opened(load_kind(recipe.dataset.kind).versions())
    common = Common(processor, context["root"], output, stamps, cache)
    return ChunkWorker(common, context["number"])


class ChunkWorker(Struct, frozen=True):
    """Processes chunks of `[task, prior record]` and publishes each as one batch."""

    common: Common
    number: int
    """Of the pass: shards of a later pass win over earlier ones."""

    def __call__(self, items: Sequence[Any], beat: Callable[[int], bool]) -> dict[str, Any]:
        """Process and publish; `beat(i)` says whether to go on with item i."""
        name = shard_name(self.number, _hash_of(self.common.stamps.made, items))
        batch = Batch(self.common.output, name)
        tasks = [task_of(task) for task, _ in items]
        common = self.common.over(tasks)
        works = [
            SourceWork(common, task, item, batch, partial(beat, index))
            for index, (task, item) in enumerate(zip(tasks, items, strict=True))
        ]
        sources = [work.run() for work in ready(works, beat)]
        beat(len(items))
        stale = [old for source in sources for old in source.stale]
        left, offsets = batch.publish([source.record for source in sources], stale)
        rows = [source.task.row for source in sources]
        return {
            "shard": name,
            "lines": list(zip(rows, offsets, strict=True)),
            "left": left,
            "done": sum(source.is_finished for source in sources),
            "made": len(batch),
            "failed": [s.task.row for s in sources if s.is_broken],
            "short": any("short" in source.record for source in sources),
        }


_TOGETHER = 1 << 18
"""Bytes of sources that are read before the first is worked on."""


def ready(works: Sequence[SourceWork], beat: Callable[[int], bool]) -> Iterator[SourceWork]:
    """Yield units that can be run, small ones many at a time, until a beat says to stop.

    One kind of work at a time keeps what it takes in the processor's own memory.
    """
    for rows in _begun(works, beat):
        if not _made_ahead(works, rows, beat):
            return
        for row in rows:
            if not beat(row):
                return
            yield works[row]


def _begun(works: Sequence[SourceWork], beat: Callable[[int], bool]) -> Iterator[list[int]]:
    """Yield which units are read, as many as are worked on together."""
    rows: list[int] = []
    size = 0
    for row, work in enumerate(works):
        if not beat(row):
            return
        size += work.begin()
        rows.append(row)
        if size > _TOGETHER or work is works[-1]:
            yield rows
            rows, size = [], 0


def _made_ahead(
    works: Sequence[SourceWork], rows: Sequence[int], beat: Callable[[int], bool]
) -> bool:
    """Take a step of each unit in turn until none has any left; False where a beat says to stop."""
    left: dict[int, Iterator[None]] = {}
    for row in rows:
        if not beat(row):
            return False
        left[row] = works[row].ahead()
    while left:
        for row, steps in [*left.items()]:
            if not beat(row):
                return False
            if next(steps, "done"):
                del left[row]
    return True


def shard_name(number: int, what: str) -> str:
    """Return the name of a shard; those of later passes come later in the alphabet."""
    return f"{number:09d}-{what}"


def _hash_of(stamp: str, items: Sequence[Any]) -> str:
    asked = json.dumps([[task["source"], task["request"]] for task, _ in items])
    text = f"{stamp}\0{asked}".encode()
    return hashlib.sha256(text).hexdigest()[:24]
