"""A part of a run, beside others on the same output: for arrays of jobs that share a disk.

A part makes what falls to it, and leaves its records as an interrupted run does. The next run
without parts takes them all up: it does what is missing, tops up for what is broken, and merges.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import closing
from itertools import chain

from msgspec import Struct

from augcli.dataset.units import Dataset
from augcli.engines import Engine
from augcli.errors import UsageError
from augcli.recipe import Recipe
from augcli.run import doubted, heed_leaks, learn, located, planned
from augcli.sharding import join_in
from augcli.store.cache import NO_CACHE, CachePlace
from augcli.store.manifest import Journal
from augcli.store.output import OutputFolder
from augcli.store.places import output_of
from augcli.work.blocks import Blocks
from augcli.work.making import Progress, Work
from augcli.work.tasks import bases


class Part(Struct, frozen=True):
    """One of so many parts, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def name(self) -> str:
        """Return what it is called among files."""
        return f"{self.number}{self._kin}"

    @property
    def _kin(self) -> str:
        return f"-of-{self.count}"

    def is_barred(self, name: str) -> bool:
        """Return whether it cannot be worked on beside another, whose name is told."""
        return not name.endswith(self._kin)

    def has(self, source: str) -> bool:
        """Return whether a source falls to it, which hangs on nothing but its id."""
        digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def part_of(text: str) -> Part:
    """Return the part that `I/N` means; UsageError for anything else."""
    told = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    part = Part(int(told[1]), int(told[2])) if told else None
    if part is None or not 1 <= part.number <= part.count:
        raise UsageError(f"{text!r} is no part; expected I/N, such as 1/4 to 4/4")
    return part


def run_part(  # noqa: PLR0913 – as a run has options
    recipe: Recipe,
    part: Part,
    engine: Engine,
    progress: Progress,
    *,
    force: bool = False,
    verify: bool = False,
    cache: CachePlace = NO_CACHE,
) -> int:
    """Do a part of what a run would do, and return how many files were made.

    Raises LockedError where a whole run, the same part, or one of another number of parts is at
    work there.
    """
    recipe = recipe.of_part(part.name)
    dataset, plan = planned(recipe)
    heed_leaks(recipe, dataset)
    output = output_of(recipe.output.path, recipe.output_folder, part=part.name)
    cache.prove(*recipe.places)
    output.claim()
    with (
        output.shared(part.name, part.is_barred),
        closing(_journal(recipe, output, dataset)) as journal,
    ):
        output.refuse_links(lambda: chain(journal.outputs(), bases(plan)))
        with located(recipe):
            blocks = Blocks.anew(engine.spread, output, force=force)
            learned = learn(recipe, dataset, blocks, progress, force=force)
            work = Work(learned.recipe, blocks, journal, engine, progress, cache=cache)
            work.do_some(plan, doubted(force=force, verify=verify), part.has)
        return work.made


def _journal(recipe: Recipe, output: OutputFolder, dataset: Dataset) -> Journal:
    """Return the journal of an output that parts share, which is laid out as the recipe says."""
    join_in(output, recipe.output)
    return Journal(output, dataset)
