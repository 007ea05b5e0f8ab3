"""The labels of rows of a listing, read without their pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import SampleError
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Scheme
from augcli.requests.asked import PassThrough
from augcli.task import Source, Task


def labels_at(scheme: Scheme, settings: ImageDatasetSettings, dataset: Dataset, row: int) -> Labels:
    """Return the labels of a row; SampleError where its files cannot be read."""
    return scheme.labels(settings, *_asked(dataset, row))


def census_of(
    scheme: Scheme, settings: ImageDatasetSettings, dataset: Dataset
) -> Callable[[int], Mapping[str, int]]:
    """Return what gives the objects of each class in a row; none where it cannot be read."""

    @cache
    def census(row: int) -> Mapping[str, int]:
        try:
            return scheme.classes_in(settings, *_asked(dataset, row))
        except SampleError:
            return Counter()

    return census


def _asked(dataset: Dataset, row: int) -> tuple[Task, list[Source]]:
    """Return a row as a task with its sources, the picture itself unread."""
    sample = dataset[row]
    name, *others = dataset.inputs(row)
    files = [Source(each, "", read_whole(str(dataset.root / each))[0]) for each in others]
    task = Task(row, name, sample.split, None, "", (), PassThrough(), value=dataset.value(row))
    return task, [Source(name, "", b""), *files]
