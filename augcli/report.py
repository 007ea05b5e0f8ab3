"""What a run tells about itself: the stamp of what it depends on, its summary, run.json."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf

from augcli import __version__
from augcli.dataset.units import Dataset
from augcli.disk.inside import fits
from augcli.disk.reading import sha256_of
from augcli.errors import StorageError
from augcli.kind import load_kind
from augcli.machine import SETS, instruction_sets, opencv_twice, unlike
from augcli.plan import Plan
from augcli.recipe import Recipe
from augcli.records.journal import HEAD
from augcli.remarks import of_classes
from augcli.settings.base import KindName
from augcli.store.merged import Merged
from augcli.store.output import OutputFolder
from augcli.task import Count, Plain, failure
from augcli.transform import walk

_NOT_STAMPED = (
    *("copies", "balance", "max_failures", "timeout", "output.path"),
    *("dataset.path", "dataset.augment", "dataset.splits", "dataset.leaks"),
    *("dataset.include", "dataset.exclude", "plugins"),
)
"""What changes how many outputs there are, or nothing in them; tasks tell that themselves."""


def stamp(recipe: Recipe, classes: Sequence[str]) -> str:
    """Return the hash of what a source's outputs depend on beside the source itself.

    `classes` are those of the dataset where an output hangs on all of them.
    """
    plain = recipe.plain()
    for path in _NOT_STAMPED:
        *folders, key = path.split(".")
        reduce(getitem, folders, plain).pop(key)
    versions = load_kind(recipe.dataset.kind).versions()
    revisions = sorted((step.name, step.making()) for step in walk(recipe.all_steps))
    told = [__version__, HEAD, versions, plain, revisions, *([classes] if classes else [])]
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


_Whole = Annotated[int, Field(ge=0, lt=1 << 63)]
_Text = InstanceOf[str]
"""A string that may hold bytes of names that are no text, which pydantic's own would refuse."""


def _be_a_path(told: str) -> str:
    if "\0" in told or not fits(told):
        raise ValueError("no disk has such a name")
    return told


_Path = Annotated[_Text, AfterValidator(_be_a_path)]


@dataclass(frozen=True)
class Summary:
    """How a run ended."""

    output: Path
    counts: list[Count]
    objects: list[Count]
    """Those in samples, where there are such."""
    held_out: bool
    outputs: int
    made: int
    failures: list[Plain]
    allowed_failures: int
    shortfalls: list[Count]
    repeats: int
    example: str | None
    """An output to look at, with steps applied."""
    notes: dict[str, int]
    """Remarks on sources, with how many have them."""
    listing: list[str]
    """How the dataset was taken: what was left out, repeated or renamed, and what looks alike."""
    files: dict[str, str]
    """SHA-256 of the manifest and of the other files at the top of the output."""
    seconds: float

    @property
    def exit_code(self) -> int:
        """Return 3 if more inputs failed than allowed, or so many that a target is missed."""
        return 3 if len(self.failures) > self.allowed_failures or self.shortfalls else 0

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return asdict(self) | {"output": str(self.output), "exit_code": self.exit_code}


def summarise(  # noqa: PLR0913 – what a run has found out
    recipe: Recipe,
    plan: Plan,
    merged: Merged,
    *,
    made: int,
    files: Sequence[Path],
    started: float,
) -> Summary:
    """Return the summary of a finished run."""
    counts = merged.classes or plan.counts(merged.failed)
    on_classes = of_classes(counts, recipe.dataset.augment)
    inputs = sum(count.before for count in counts) + len(plan.dataset.rejected)
    return Summary(
        output=recipe.output_folder,
        counts=counts,
        objects=list(_objects(merged)),
        held_out=plan.dataset.held_out,
        outputs=merged.outputs,
        made=made,
        failures=merged.failures,
        allowed_failures=recipe.allowed_failures(inputs),
        shortfalls=[count for count in counts if count.after < count.target],
        repeats=merged.repeats,
        example=merged.example,
        notes=merged.notes | dict.fromkeys(_of_machine(recipe, merged, made), 1),
        listing=[note.message for note in (*plan.dataset.notes, *on_classes)],
        files={
            path.relative_to(recipe.output_folder).as_posix(): _hash_of(path)
            for path in files
            if path.exists()
        },
        seconds=round(time.time() - started, 3),
    )


def _objects(merged: Merged) -> Iterator[Count]:
    for split, classes in sorted(merged.objects.items()):
        for label, (before, after) in sorted(classes.items()):
            yield Count(split, label, before, after)


def _hash_of(path: Path) -> str:
    sha256 = sha256_of(path)
    if sha256 is None:
        raise StorageError(f"cannot read {path}; run the same command again")
    return sha256


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, defer_build=True)


class _Counted(_Told):
    split: _Text
    label: _Text | None
    before: _Whole
    after: _Whole


class _Summary(_Told):
    files: dict[_Text, _Text]
    counts: list[_Counted]
    outputs: _Whole
    failures: _Whole
    seconds: Annotated[float, Field(ge=0, le=1e12)]
    notes: dict[_Text, _Whole] = {}
    listing: list[_Text] = []
    held_out: bool = True
    repeats: _Whole = 0
    shortfalls: list[_Counted] = []


class _Dataset(_Told):
    kind: KindName
    leaks: _Text = "refuse"


class _Recipe(_Told):
    dataset: _Dataset
    steps: list[dict[str, Any]] = []


class _Run(_Told):
    """What run.json tells at least."""

    recipe: _Recipe
    written: _Text = ""
    options: list[_Text] = []
    dataset: _Path
    summary: _Summary
    versions: dict[str, str]
    platform: dict[str, Any]


def write_run(output: OutputFolder, recipe: Recipe, summary: Summary) -> None:
    """Write run.json, last of all; its paths start from the output folder.

    Where nothing can be written and nothing has changed it stays as it is.

    Its time says when a run succeeded: after one that did not it is that of the epoch, so that
    make takes nothing for done.
    """
    dataset, plain = os.path.relpath(recipe.input, recipe.output_folder), recipe.plain()
    told: dict[str, Any] = {
        "augcli": __version__,
        "recipe": plain
        | {"dataset": plain["dataset"] | {"path": dataset}}
        | {"output": plain["output"] | {"path": "."}}
        | {"plugins": [os.path.relpath(path, recipe.output_folder) for path in recipe.files]},
        "written": recipe.as_written.text,
        "options": recipe.as_written.options,
        "dataset": dataset,
        "versions": load_kind(recipe.dataset.kind).versions(),
        "platform": _platform(recipe, made=summary.made, outputs=summary.outputs),
        "summary": summary.plain() | {"output": ".", "failures": len(summary.failures)},
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    if output.is_read_only and _is_told(output, told["summary"]):
        return
    with output.replacing(output.run) as file:
        json.dump(told, file, indent=1)
        file.write("\n")
    if summary.exit_code:
        os.utime(output.run, (0, 0))


def _is_told(output: OutputFolder, summary: dict[str, Any]) -> bool:
    """Return whether run.json is of the last run that changed something, and that of this state."""
    told = read_run(output)["summary"]
    return all(told.get(key) == summary[key] for key in ("files", "outputs", "failures"))


def read_run(output: OutputFolder) -> dict[str, Any]:
    """Return what run.json tells; raises StorageError if it is missing or damaged."""
    try:
        told: dict[str, Any] = json.loads(output.folder.read(output.run.name))
        _Run.model_validate(told)
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{output.run} is missing or damaged; run the recipe again") from error
    return told


def recorded_dataset(output: OutputFolder, told: Plain) -> Path:
    """Return where the dataset was, as run.json tells it."""
    return Path(os.path.realpath(output.path.resolve() / told["dataset"]))


def recorded_plugins(output: OutputFolder) -> dict[str, Path]:
    """Return where the files of steps were that the recipe named, by the names of the files."""
    told = _mapping(read_run(output)["recipe"]).get("plugins")
    names = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    return {Path(each).name: output.path / each for each in names}


def unlike_here(output: OutputFolder) -> Iterator[str]:
    """Yield what was otherwise where an output was made, and so may change its bytes."""
    told = read_run(output)
    here = load_kind(told["recipe"]["dataset"]["kind"]).versions()
    then = _mapping(told.get("versions"))
    for name in sorted(then.keys() | here.keys()):
        before, now = then.get(name, "absent"), here.get(name, "absent")
        if before != now:
            yield f"made with {name} {before}; here it is {now}"
    for sets in _sets_of(told):
        if difference := unlike(sets, instruction_sets(here)):
            yield f"made with other instruction sets: {difference}"


def _of_machine(recipe: Recipe, merged: Merged, made: int) -> Iterator[str]:
    """Yield what is to be said of the machine, and of others that an output was made on."""
    told = _platform(recipe, made=made, outputs=merged.outputs)
    for sets in told["earlier"]:
        yield (
            f"some outputs were made with other instruction sets ({unlike(sets, told)}): "
            "their bytes may differ from what is made here; --force makes all of them again"
        )
    twice = opencv_twice() if recipe.dataset.kind == "image" else None
    yield from [twice] if twice else []


def _platform(recipe: Recipe, *, made: int, outputs: int) -> dict[str, Any]:
    """Return what the outputs were made on; `earlier` has the instruction sets of other runs."""
    before = _recorded(OutputFolder(recipe.output_folder)) if made < outputs else {}
    if before and not made:
        return before
    sets = instruction_sets(load_kind(recipe.dataset.kind).versions())
    known = _sets_of({"platform": before})
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **sets,
        "earlier": [each for each in known if unlike(each, sets)],
    }


def _recorded(output: OutputFolder) -> dict[str, Any]:
    try:
        told = _mapping(read_run(output).get("platform"))
    except StorageError:
        return {}
    return told | {"earlier": _earlier(told)}


def _sets_of(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the instruction sets of all runs that run.json knows of, each once."""
    last = _mapping(told.get("platform"))
    runs = [last, *_earlier(last)]
    every = [{key: str(run[key]) for key in SETS if key in run} for run in runs]
    return [sets for place, sets in enumerate(every) if sets and sets not in every[:place]]


def _earlier(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    runs = told.get("earlier")
    return list(map(_mapping, runs)) if isinstance(runs, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    """Return what was read as a mapping; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def rejected(dataset: Dataset) -> list[Plain]:
    """Return the failure records of samples that the listing could not take."""
    return [
        failure(sample.id, sample.split, sample.label, reason)
        for sample, reason in dataset.rejected
    ]
