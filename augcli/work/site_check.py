"""Whether the sites of a cluster are like this machine, and see the same files."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from augcli.disk.disk import storage_errors
from augcli.disk.inside import fresh
from augcli.engines import Beat
from augcli.engines.site import Question
from augcli.errors import EngineError
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.store.output import OutputFolder
from augcli.system.machine import instruction_sets, refuse_beyond_avx2, unlike
from augcli.task import Plain

_MOST = 32
"""Entries of a dataset that are looked up: enough to know it from another one, or an older copy."""


class SiteCheck:
    """What is asked of the sites that are to work on a recipe's dataset.

    `modules` are those of packages that its steps come from.
    """

    def __init__(self, recipe: Recipe, modules: Sequence[str] = ()):
        self._modules = list(modules)
        self._kind = recipe.dataset.kind
        self._isa = recipe.isa
        self._dataset = recipe.input

    @contextmanager
    def question(self, context: Plain) -> Iterator[Question]:
        """Return what a site is asked: the file that it is to see is there as long as this.

        The output is that of the work, which a part of a run has for itself.
        """
        if self._isa:
            refuse_beyond_avx2()
        output = OutputFolder(Path(context["output"]))
        name = fresh(f"{output.name(output.scratch)}/")
        with storage_errors(output.path):
            output.folder.write_whole(name, b"")
        looked_up = {
            f"output {output.path}": {str(output.path / name): 0},
            f"dataset {self._dataset}": dict(islice(_sizes(self._dataset), _MOST)),
        }
        try:
            told = {"kind": self._kind, "files": looked_up, "modules": self._modules}
            yield Question("augcli.work.site_check:witness", told)
        finally:
            output.folder.unlink(name)

    @cached_property
    def _here(self) -> Plain:
        return likeness(self._kind)

    def refuse(self, name: str, answer: Plain) -> None:
        """Raise EngineError for a site that would make other bytes, or sees other files."""
        lacks = [f"it lacks {each}, which has a step of the recipe" for each in answer["lacks"]]
        unseen = (
            f"it does not see the {what} as this machine does ({path}); dataset and output must "
            "lie in a folder that all nodes share"
            for what, path in answer["unseen"].items()
        )
        for trouble in (*differences(self._here, answer), *lacks, *unseen):
            raise EngineError(f"{name} cannot take part: {trouble}")


def likeness(kind: str) -> Plain:
    """Return what of this machine has a say in the bytes of outputs."""
    versions = load_kind(kind).versions()
    return {
        "versions": versions,
        "sets": instruction_sets(versions),
        "machine": platform.machine(),
    }


def differences(here: Plain, there: Plain) -> Iterator[str]:
    """Yield why another machine would make other bytes than this one."""
    if here["machine"] != there["machine"]:
        yield f"it is {there['machine']}, this machine {here['machine']}"
    for name in sorted({*here["versions"], *there["versions"]}):
        mine, other = (each["versions"].get(name, "absent") for each in (here, there))
        if mine != other:
            yield f"it has {name} {other}, this machine {mine}; install the same on both"
    if difference := unlike(there["sets"], here["sets"], ("there", "here")):
        yield (
            f"it has other instruction sets ({difference}), and so its bytes may differ; "
            "`isa: avx2` in the recipe has all machines use the same"
        )


def witness(context: Plain) -> Callable[[Sequence[Any], Beat], Plain]:
    """Return what tells what a worker is like, and which files it does not see as they are."""
    unseen = {
        what: next(path for path, size in files.items() if _size(Path(path)) != size)
        for what, files in context["files"].items()
        if any(_size(Path(path)) != size for path, size in files.items())
    }
    lacks = [name for name in context["modules"] if find_spec(name.partition(".")[0]) is None]
    told = likeness(context["kind"]) | {"unseen": unseen, "lacks": lacks}
    return lambda _items, _beat: told


def _sizes(dataset: Path) -> Iterator[tuple[str, int]]:
    """Yield paths of a dataset with their sizes; it may be one file."""
    yield str(dataset), _size(dataset)
    if dataset.is_dir():
        with os.scandir(dataset) as entries:
            for entry in entries:
                yield entry.path, _size(Path(entry.path))


def _size(path: Path) -> int:
    """Return the size of a file, below 0 what else there may be: a folder, or nothing."""
    if path.is_dir():
        return -1
    try:
        return path.stat().st_size
    except OSError:
        return -2
