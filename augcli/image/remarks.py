"""What `check` and `plan` say of a recipe for pictures, from names and settings alone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.errors import Problem
from augcli.image.formats import encoding_for
from augcli.image.job import ImageJob
from augcli.image.transform import ImageTransform
from augcli.transform import walk


def remarks(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield notes and warnings on what a job makes of these pictures."""
    yield from _containers(job, dataset)
    yield from _sizes(job)
    yield from _validation(job, dataset)


def _containers(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield which files cannot keep their container, though the recipe says that they do."""
    if job.output.image.format != "keep":
        return
    splits = augmented(job.dataset.augment, dataset.splits)
    ours = (sample.id for sample in dataset if sample.split in splits)
    counts = Counter(_extension(dataset, id_) for id_ in ours)
    for extension, count in sorted(counts.items()):
        _, target = encoding_for(f"x{extension}", job.output.image)
        if target != extension:
            files = "file becomes" if count == 1 else "files become"
            text = f"{count} {extension or 'nameless'} {files} {target}"
            yield Problem(str(dataset.root), 0, 0, text, "note", "container")


def _extension(dataset: Dataset, sample_id: str) -> str:
    own = os.path.splitext(sample_id)[1].lower()  # noqa: PTH122 - hot
    return dataset.extensions.get(sample_id, own)


def _sizes(job: ImageJob) -> Iterator[Problem]:
    """Warn where the size of a picture tells originals from copies."""
    steps = (step for step in walk(job.steps) if isinstance(step, ImageTransform) and step.p > 0)
    names = list(dict.fromkeys(step.name for step in steps if step.sizes))
    if not names or not job.output.emits_originals:
        return
    text = (
        f"{' and '.join(names)} changes the size of copies while originals keep theirs: a model "
        "can learn the size instead of the class; bring the sources to one size beforehand, or "
        "leave the originals out by `originals: omit`"
    )
    yield Problem("steps", 0, 0, text, "warning", "size-shortcut")


def _validation(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield a note where `data.yaml` cannot name what training asks for."""
    if (job.output.annotations or job.dataset.format) == "yolo" and "val" not in dataset.splits:
        text = "no picture is of split 'val', without which Ultralytics trains by no data.yaml"
        hint = "`split: {val: 0.2}` in `dataset` draws some"
        yield Problem(str(dataset.root), 0, 0, f"{text}; {hint}", "note", "no-val")
