"""What a run tells about itself: the stamp of what it depends on, its summary, run.json."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from itertools import chain
from operator import getitem
from pathlib import Path
from typing import Any

from msgspec import Struct, field, to_builtins

from augcli import __version__
from augcli.addresses import address_of, shown
from augcli.balance.classes import class_weights
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.disk.reading import sha256_of
from augcli.errors import StorageError
from augcli.kind import load_kind
from augcli.plan import Plan
from augcli.plural import several
from augcli.recipe import Recipe
from augcli.recipe.document import KeyPath
from augcli.records.journal import HEAD
from augcli.remarks import of_classes
from augcli.reports.run_json import of_machine, platform_of, read_run
from augcli.requests.asked import Stamps
from augcli.steps.learned import Learning
from augcli.store.merged import Merged
from augcli.store.output import OutputFolder
from augcli.task import Count, Plain, failure
from augcli.transform import Transform, changed, walk

_NOT_STAMPED = (
    *("copies", "balance", "max_failures", "timeout", "isa"),
    *("output.path", "output.layout", "output.shards"),
    *("dataset.path", "dataset.augment", "dataset.splits", "dataset.leaks"),
    *("dataset.include", "dataset.exclude", "plugins"),
)
"""What changes how many outputs there are, or nothing in them; tasks tell that themselves."""


_OF_STEPS = ("seed", "steps", "branches", "views", "stages", "strength")
"""What has a say in new samples alone."""


def stamps(recipe: Recipe, classes: Sequence[str]) -> Stamps:
    """Return the hashes of what a source's outputs depend on beside the source itself.

    `classes` are those of the dataset where an output hangs on all of them.
    """
    plain = recipe.with_each(_unfrozen).plain()
    for path in _NOT_STAMPED:
        *folders, key = path.split(".")
        reduce(getitem, folders, plain).pop(key)
    revisions = sorted((step.name, step.making()) for step in walk(recipe.all_steps))
    others = {key: value for key, value in plain.items() if key not in _OF_STEPS}
    kind = load_kind(recipe.dataset.kind)
    told = [__version__, HEAD, kind.revision, kind.versions(), *([classes] if classes else [])]
    return Stamps(_hash([*told, plain, revisions]), _hash([*told, others]))


def _unfrozen(_at: KeyPath, step: Transform) -> Transform:
    """Return a step without what decides only whether it learns anew."""
    is_frozen = isinstance(step, Learning) and step.freeze
    return changed(step, freeze=False) if is_frozen else step


def _hash(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class Summary(Struct, frozen=True):
    """How a run ended."""

    output: Path
    counts: list[Count]
    class_weights: dict[str, dict[str, float]]
    """Of the outputs of augmented splits: how much a sample of each class may count in training."""
    objects: list[Count]
    """Those in samples, where there are such."""
    held_out: bool
    outputs: int
    made: int
    failures: list[Plain]
    allowed_failures: int
    shortfalls: list[Count]
    repeats: int
    example: tuple[str, ...]
    """An output to look at, with steps applied."""
    notes: dict[str, int]
    """Remarks on sources, with how many have them."""
    listing: list[str]
    """How the dataset was taken: what was left out, repeated or renamed, and what looks alike."""
    files: dict[str, str]
    """SHA-256 of the manifest and of the other files at the top of the output."""
    seconds: float
    learned: dict[str, str] = field(default_factory=dict)
    """The hashes of what steps know, by their names."""

    @property
    def exit_code(self) -> int:
        """Return 3 if more inputs failed than allowed, or so many that a target is missed."""
        return 3 if len(self.failures) > self.allowed_failures or self.shortfalls else 0

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        told: Plain = to_builtins(self, enc_hook=str)
        return told | {"output": shown(self.output), "exit_code": self.exit_code}


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
    objects = list(_objects(merged)) or _labels(plan, merged)
    classes = chain(plan.dataset.objects or (), (str(each.label) for each in objects))
    on_classes = of_classes(counts, recipe.dataset, classes)
    unusable = len(plan.dataset.rejected) + len(plan.broken)
    inputs = sum(count.before for count in counts) + unusable
    return Summary(
        output=recipe.places[1],
        counts=counts,
        class_weights=dict(_weights(counts, recipe.dataset.augment)),
        objects=objects,
        held_out=plan.dataset.holds_out,
        outputs=merged.outputs,
        made=made,
        failures=merged.failures,
        allowed_failures=recipe.allowed_failures(inputs),
        shortfalls=[count for count in counts if count.after < count.target],
        repeats=merged.repeats,
        example=merged.example,
        notes=merged.notes | dict.fromkeys(_of_run(recipe, merged, made), 1),
        listing=[note.message for note in (*plan.dataset.notes, *on_classes)],
        files=dict(_hashes(recipe.output_folder, files, merged.hashes)),
        seconds=round(time.time() - started, 3),
    )


def _of_run(recipe: Recipe, merged: Merged, made: int) -> Iterator[str]:
    """Yield what there is to know of a whole run: of this machine, and of steps without effect."""
    yield from of_machine(recipe, merged, made)
    if not merged.outputs:
        yield _NOTHING
    for step in walk(recipe.all_steps) if merged.copies else ():
        names = [name for _, name in step.named_classes()]
        if names and step.name not in merged.applied:
            whom = f"its `only` and `except` name {', '.join(map(repr, names))}"
            copies = several(merged.copies, "copy", "copies")
            yield f"{step.name} was applied to none of {copies}; {whom}"


_NOTHING = "the output has no sample at all"


def _weights(
    counts: Sequence[Count], augment: Sequence[str]
) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the weights of classes in each augmented split that has several."""
    for split in sorted(augmented(augment, {count.split for count in counts})):
        own = {c.label: c.after for c in counts if c.split == split and c.label is not None}
        if len(own) > 1:
            yield split, class_weights(own)


def _objects(merged: Merged) -> Iterator[Count]:
    for split, classes in sorted(merged.objects.items()):
        for label, (before, after) in sorted(classes.items()):
            yield Count(split, label, before, after)


def _labels(plan: Plan, merged: Merged) -> list[Count]:
    """Return how many samples have each label, where one may have several."""
    return plan.objects(merged.failed) if plan.dataset.objects is None else []


def _hashes(
    root: Path, files: Sequence[Path], known: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the names of files that are there, with their hashes."""
    for path in filter(Path.exists, files):
        name = path.relative_to(root).as_posix()
        yield name, known.get(name) or _hash_of(path)


def _hash_of(path: Path) -> str:
    sha256 = sha256_of(path)
    if sha256 is None:
        raise StorageError(f"cannot read {path}; run the same command again")
    return sha256


def write_run(output: OutputFolder, recipe: Recipe, summary: Summary) -> None:
    """Write run.json, last of all; its paths start from the output folder.

    Where nothing can be written and nothing has changed it stays as it is.

    Its time says when a run succeeded: after one that did not it is that of the epoch, so that
    make takes nothing for done.
    """
    dataset = _from_output(recipe, recipe.dataset.path, recipe.places[0])
    plain, plugins = recipe.plain(), zip(recipe.plugins, recipe.files, strict=True)
    told: dict[str, Any] = {
        "augcli": __version__,
        "recipe": plain
        | {"dataset": plain["dataset"] | {"path": dataset}}
        | {"output": plain["output"] | {"path": "."}}
        | {"plugins": [_from_output(recipe, *each) for each in plugins]},
        "written": _unplaced(recipe, recipe.as_written.text),
        "options": [_unplaced(recipe, each) for each in recipe.as_written.options],
        "dataset": dataset,
        "paths_from": "recipe" if address_of(recipe.output.path) else "output",
        "versions": load_kind(recipe.dataset.kind).versions(),
        "platform": platform_of(recipe, made=summary.made, outputs=summary.outputs),
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


def _from_output(recipe: Recipe, path: str, place: Path) -> str:
    """Return a path of the recipe as it leads from its output; as it is written, from a store."""
    if address_of(path) or address_of(recipe.output.path):
        return path
    return os.path.relpath(place, recipe.output_folder)


def ended_well(output: OutputFolder) -> bool:
    """Return whether the last run left its files, and not too many inputs failed."""
    if not (output.has(output.run) and output.has(output.manifest)):
        return False
    with suppress(StorageError):
        return not read_run(output)["summary"].get("exit_code")
    return False


def _unplaced(recipe: Recipe, text: str) -> str:
    """Return a text without the places that only this machine has, which run.json tells nobody."""
    for path in (recipe.input, recipe.output_folder):
        for place in sorted({str(path), os.path.realpath(path)}, key=len, reverse=True):
            text = text.replace(place, f"…/{path.name}") if Path(place).is_absolute() else text
    return text


def _is_told(output: OutputFolder, summary: dict[str, Any]) -> bool:
    """Return whether run.json is of the last run that changed something, and that of this state."""
    told = read_run(output)["summary"]
    return all(told.get(key) == summary[key] for key in ("files", "outputs", "failures"))


def rejected(dataset: Dataset) -> list[Plain]:
    """Return the failure records of samples that the listing could not take."""
    return [
        failure(sample.id, sample.split, sample.label, reason)
        for sample, reason in dataset.rejected
    ]
