"""What `check` and `plan` say of a recipe for pictures, from names, settings and few sizes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePath

from augcli.dataset.columns import names_groups
from augcli.dataset.groups import apart
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import Problem, SampleError
from augcli.image.codec import read_header
from augcli.image.formats import encoding_for
from augcli.image.job import ImageJob
from augcli.image.listing.table import PictureTable
from augcli.image.transform import ImageTransform
from augcli.plural import several
from augcli.ranges import Constant
from augcli.transform import Transform, walk

Size = tuple[int, int]

_LOADERS = {
    "Keras' image_dataset_from_directory": frozenset((".bmp", ".gif", ".jpeg", ".jpg", ".png")),
    "torchvision's ImageFolder": frozenset(
        (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
    ),
}
"""Endings that they take, in either case."""
_LOOKED_AT = 32
"""Pictures whose sizes are read, where a step sets sizes."""


def remarks(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield notes and warnings on what a job makes of these pictures."""
    yield from _containers(job, dataset)
    yield from _passed_by(job, dataset)
    yield from _sizes(job, dataset)
    yield from _validation(job, dataset)
    yield from _parted(job, dataset)


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


def _passed_by(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield which outputs in class folders are of endings that usual loaders do not take."""
    if job.dataset.format != "folders" or not dataset.classes:
        return
    splits = augmented(job.dataset.augment, dataset.splits)
    own = Counter((each.split in splits, _extension(dataset, each.id)) for each in dataset)
    written = Counter[str]()
    for (is_ours, extension), count in own.items():
        ending = encoding_for(f"x{extension}", job.output.image)[1] if is_ours else extension
        written[ending] += count
    for ending, count in sorted(written.items()):
        if by := [name for name, endings in _LOADERS.items() if ending not in endings]:
            files, verb = several(count, "file ends", "files end"), "pass" if by[1:] else "passes"
            text = f"{files} in {ending or 'nothing'}, which {' and '.join(by)} {verb} by"
            severity = "warning" if len(by) == len(_LOADERS) else "note"
            yield Problem(str(dataset.root), 0, 0, text, severity, "passed-by")


def _extension(dataset: Dataset, sample_id: str) -> str:
    own = os.path.splitext(sample_id)[1].lower()  # noqa: PTH122 - hot
    return dataset.extensions.get(sample_id, own)


def _sizes(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Warn where the size of a picture tells originals from copies."""
    if not job.output.emits_originals or not _sizing(job):
        return
    names = _sizing(job, _size_of_all(job, dataset))
    if not names:
        return
    text = (
        f"{' and '.join(names)} changes the size of copies while originals keep theirs: a model "
        "can learn the size instead of the class; bring the sources to one size beforehand, or "
        "leave the originals out by `originals: omit`"
    )
    yield Problem("steps", 0, 0, text, "warning", "size-shortcut")


def _sizing(job: ImageJob, size: Size | None = None) -> list[str]:
    """Return the steps that change the size of pictures, all of one size where that is known."""
    names: list[str] = []
    for step in job.steps:
        if step.p == 1 and _makes(step, size):
            names = []
        own = (each for each in walk([step]) if isinstance(each, ImageTransform) and each.p > 0)
        names += (each.name for each in own if each.sizes and not _makes(each, size))
    return list(dict.fromkeys(names))


def _makes(step: Transform, size: Size | None) -> bool:
    """Return whether a step makes pictures of this size of those that have it."""
    told = (getattr(step, "width", None), getattr(step, "height", None))
    return size is not None and told == (Constant(size[0]), Constant(size[1]))


def _size_of_all(job: ImageJob, dataset: Dataset) -> Size | None:
    """Return the size that pictures from all over a dataset have; None where it is not one."""
    splits = augmented(job.dataset.augment, dataset.splits)
    ours = [sample.id for sample in dataset if sample.split in splits]
    few = ours[:: max(1, len(ours) // _LOOKED_AT)]
    try:
        sizes = {_size(dataset.root / each, job.dataset.max_pixels) for each in few}
    except (OSError, SampleError):
        return None
    return sizes.pop() if len(sizes) == 1 else None


def _size(path: Path, max_pixels: int) -> Size:
    header = read_header(read_whole(str(path))[0], max_pixels)
    return header.width, header.height


def _validation(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield a note where `data.yaml` cannot name what training asks for."""
    if (job.output.annotations or job.dataset.format) == "yolo" and "val" not in dataset.splits:
        text = "no picture is of split 'val', without which Ultralytics trains by no data.yaml"
        hint = "`split: {val: 0.2}` in `dataset` draws some"
        yield Problem(str(dataset.root), 0, 0, f"{text}; {hint}", "note", "no-val")


def _parted(job: ImageJob, dataset: Dataset) -> Iterator[Problem]:
    """Yield whose pictures are in an augmented and another split, where a table's columns tell."""
    is_list = job.dataset.format == "csv" and dataset.objects is None
    if not is_list or len(dataset.splits) < 2 or job.dataset.kept_together is not None:
        return
    path = dataset.root / PurePath(job.dataset.path).name
    table, splits = PictureTable(job.dataset, path), {each.id: each.split for each in dataset}
    named = [at for at, name in enumerate(table.columns) if names_groups(name)]
    used = {table.group, table.file, *table.labels.places}
    rows = [row for row in table.rows() if row.sample.id in splits] if named else []
    told = {table.columns[at]: [row.cells[at] for row in rows] for at in named if at not in used}
    ours = augmented(job.dataset.augment, dataset.splits)
    for each in apart(told, [splits[row.sample.id] for row in rows], ours):
        yield each.problem(path.name)
