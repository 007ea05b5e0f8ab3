"""One sample by itself, and what the steps of a recipe make of it; nothing is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from augcli.disk.reading import read_whole
from augcli.errors import SampleError, StepError, UsageError
from augcli.kind import AnyKind, load_kind
from augcli.recipe import Recipe
from augcli.records.journal import listed
from augcli.requests.asked import Copies
from augcli.requests.courses import shared_out
from augcli.run import located, planned
from augcli.steps.learned import Learning
from augcli.task import AnyJob, Output, Processed, Source, Task
from augcli.transform import walk
from augcli.work.jobs import job_of
from augcli.work.learning import School
from augcli.work.study import Study


def augment(recipe: Recipe, sample: Any, copies: int, label: str | None) -> list[Any]:
    """Return what a recipe makes of a sample, which is a file (Path) or a value."""
    if not isinstance(copies, int) or copies < 0:
        raise UsageError(f"copies must be a whole number of at least 0, not {copies!r}")
    kind = load_kind(recipe.dataset.kind)
    _refuse(recipe, kind)
    source = _source(kind, sample, recipe.input)
    with located(recipe):
        job = job_of(_taught(recipe), ())
        processed = kind.make_processor(job).process(_task(job, source, copies, label), [source])
        return [_value(kind, *each) for each in _made(processed)]


def _refuse(recipe: Recipe, kind: AnyKind) -> None:
    """Raise UsageError where a sample means nothing without others."""
    if kind.filed is None:
        text = f"a row of a {recipe.dataset.kind} dataset means nothing without the others"
        raise UsageError(f"{text}: run the recipe, or preview it")
    if any(step.mixes for step in walk(recipe.all_steps)):
        raise UsageError("steps that mix samples need others: run the recipe, or preview it")


def _source(kind: AnyKind, sample: Any, root: Path) -> Source:
    name, data = _read(sample, root) if isinstance(sample, Path) else _filed(kind, sample)
    return Source(name, hashlib.sha256(data).hexdigest(), data)


def _read(file: Path, root: Path) -> tuple[str, bytes]:
    """Return name and bytes of a file; one of the dataset is called as a run calls it."""
    try:
        data, _ = read_whole(str(file))
    except SampleError as error:
        raise SampleError(f"{file} {error}") from None
    whole = file.absolute()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else file.name, data


def _filed(kind: AnyKind, sample: Any) -> tuple[str, bytes]:
    assert kind.filed is not None
    return kind.filed(sample)


def _taught(recipe: Recipe) -> Recipe:
    """Return a recipe whose steps know what its dataset tells, told that a sample is all there is.

    What the dataset's own files are like has no say in that.
    """
    if any(isinstance(step, Learning) for step in walk(recipe.all_steps)):
        recipe = School(recipe, planned(recipe)[0]).taught(Study.model).recipe
    return recipe.model_copy(update={"dataset": recipe.dataset.alone()})


def _task(job: AnyJob, source: Source, copies: int, label: str | None) -> Task:
    counts = shared_out(copies, 0, [each.copies for each in job.courses])
    asked = Copies(counts, job.group)
    return Task(0, source.name, "train", label, source.name, [source.name], asked)


def _made(processed: Processed) -> Iterator[tuple[Output, bytes]]:
    """Yield all copies with their bytes; SampleError where some cannot be had."""
    made: dict[str, bytes] = {}
    while True:
        copies = [each for each in processed.outputs if each.record.get("copy") is not None]
        # only now it is known what is short
        for reason in processed.short.values():
            raise SampleError(reason)
        try:
            for each in copies:
                made[each.key] = made.get(each.key) or b"".join(each.make() if each.make else ())
            yield from ((each, made[each.key]) for each in copies)
            return
        except StepError as error:
            if not processed.draw_again(each.name, error):
                raise


def _value(kind: AnyKind, output: Output, data: bytes) -> Any:
    """Return the sample in the bytes of an output."""
    told = output.record | {"sha256": hashlib.sha256(data).hexdigest()}
    record = listed(json.dumps(told).encode())
    assert record is not None
    assert kind.contents is not None
    content = kind.contents(record, data)[0]
    if content.trouble:
        raise SampleError(content.trouble)
    return content.value
