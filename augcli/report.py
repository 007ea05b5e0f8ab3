"""What a run tells about itself: the stamp of what it depends on, its summary, run.json."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from augcli import __version__
from augcli.dataset import Dataset
from augcli.errors import StorageError
from augcli.kind import load_kind
from augcli.manifest import Merged
from augcli.output import OutputFolder
from augcli.plan import Plan
from augcli.recipe import Recipe
from augcli.remarks import of_classes
from augcli.task import Count, Record
from augcli.transform import walk
from augcli.work import sha256_of

_NOT_STAMPED = (
    *("copies", "balance", "max_failures", "timeout", "output.path"),
    *("dataset.path", "dataset.augment", "dataset.include", "dataset.exclude", "dataset.leaks"),
)
"""What changes how many outputs there are, or nothing in them; tasks tell that themselves."""


def stamp(recipe: Recipe) -> str:
    """Return the hash of what a source's outputs depend on beside the source itself."""
    plain = recipe.plain()
    for path in _NOT_STAMPED:
        *folders, key = path.split(".")
        reduce(getitem, folders, plain).pop(key)
    revisions = sorted({(step.name, step.revision) for step in walk(recipe.steps)})
    versions = load_kind(recipe.dataset.kind).versions()
    text = json.dumps([__version__, versions, plain, revisions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Summary:
    """How a run ended."""

    output: Path
    counts: list[Count]
    held_out: bool
    outputs: int
    made: int
    failures: list[Record]
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
    inputs = sum(count.before for count in counts) + len(plan.dataset.rejected)
    return Summary(
        output=recipe.output_folder,
        counts=counts,
        held_out=plan.dataset.held_out,
        outputs=merged.outputs,
        made=made,
        failures=merged.failures,
        allowed_failures=recipe.allowed_failures(inputs),
        shortfalls=[count for count in counts if count.after < count.target],
        repeats=merged.repeats,
        example=merged.example,
        notes=merged.notes,
        listing=[
            note.message
            for note in (*plan.dataset.notes, *of_classes(counts, recipe.dataset.augment))
        ],
        files={path.name: sha256_of(path) or "" for path in files if path.exists()},
        seconds=round(time.time() - started, 3),
    )


def write_run(output: OutputFolder, recipe: Recipe, summary: Summary) -> None:
    """Write run.json, last of all.

    Its time says when a run succeeded: after one that did not it is that of the epoch, so that
    make takes nothing for done.
    """
    told = {
        "augcli": __version__,
        "recipe": recipe.plain(),
        "dataset": str(recipe.input),
        "versions": load_kind(recipe.dataset.kind).versions(),
        "platform": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "instruction_sets": instruction_sets(),
        },
        "summary": summary.plain() | {"failures": len(summary.failures)},
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    with output.replacing(output.run) as file:
        json.dump(told, file, indent=1)
        file.write("\n")
    if summary.exit_code:
        os.utime(output.run, (0, 0))


def read_run(output: OutputFolder) -> dict[str, Any]:
    """Return what run.json tells; raises StorageError if it is missing or damaged."""
    try:
        told: dict[str, Any] = json.loads(output.run.read_text())
        _ = told["recipe"]["dataset"]["kind"], told["dataset"], told["summary"]["files"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise StorageError(f"{output.run} is missing or damaged; run the recipe again") from error
    return told


def instruction_sets() -> str:
    """Return what the processor offers; OpenCV picks the widest it knows."""
    try:
        info = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    flags = next((line for line in info.splitlines() if line.startswith(("flags", "Features"))), "")
    wide = {"sse4_2", "avx", "avx2", "avx512f", "avx512bw", "fma", "neon", "asimd", "sve"}
    return " ".join(sorted(wide & set(flags.split())))


def rejected(dataset: Dataset) -> list[Record]:
    """Return the failure records of samples that the listing could not take."""
    return [
        {"source": sample.id, "split": sample.split, "label": sample.label, "reason": reason}
        for sample, reason in dataset.rejected
    ]
