"""What `check` finds out about pictures that it reads one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from augcli.balance.classes import names_classes
from augcli.checks.findings import Lint
from augcli.checks.repeating import repeating
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset, Sample
from augcli.errors import SampleError
from augcli.image.augment import ProcessedPicture
from augcli.image.job import ImageJob
from augcli.image.picture import Picture
from augcli.image.warnings.likeness import Likeness, every_of
from augcli.image.warnings.meaning import label_changing
from augcli.image.warnings.trials import Subject, losing, tried
from augcli.task import Task
from augcli.transform import located

_TRIED = 16
"""Pictures that steps are tried on."""
_NUMBERS = 20
"""Of masks that are told."""
_ROOM = 64_000_000
"""Values of these, about."""


class PictureLinter:
    """Takes in the pictures of a dataset, and tells what a person should know of them."""

    def __init__(self, job: ImageJob, dataset: Dataset):
        self._job = job
        self._classes = dataset.classes
        self._numbered = bool(dataset.nameless) and names_classes(job.steps)
        self._met: set[str] = set()
        """Numbers in masks, where steps name such."""
        self._splits = augmented(job.dataset.augment, dataset.splits)
        self._likeness = Likeness(self._splits, every_of(len(dataset)))
        self._every = max(1, len(dataset) // _TRIED)
        self._tried: list[Subject] = []
        self._turned: Counter[str] = Counter()
        self._repeats: Counter[bool] = Counter()
        """How many copies repeat another, and how many do not."""
        self._seen = 0
        self._room = _ROOM

    def take(self, task: Task, processed: ProcessedPicture) -> None:
        """Take in what was read of one source."""
        picture = self._picture(processed)
        sample = Sample(task.source, task.split, task.label)
        self._likeness.take(sample, processed.digest, picture)
        self._repeats.update(drawn.repeats is not None for drawn in processed.copies)
        self._seen += 1
        if self._numbered and task.split in self._splits:
            with suppress(SampleError):  # told of where the sample is
                self._met |= processed.classes
        if picture:
            self._turned[task.split] += processed.is_turned
            self._keep(picture, processed, task.split)

    def _keep(self, picture: Picture, processed: ProcessedPicture, split: str) -> None:
        """Keep one of every few pictures of augmented splits, as long as there is room."""
        if split in self._splits and self._seen % self._every == 0 and self._room > 0:
            with suppress(SampleError):  # told of where the sample is
                self._tried.append(Subject(picture, processed.objects, processed.settled))
                self._room -= picture.pixels.size

    def told(self) -> Iterator[Lint]:
        """Yield what is to be told of all that was taken in."""
        yield from label_changing(self._job.steps, self._classes)
        yield from tried(self._job.steps, self._tried)
        yield from losing(self._job.steps, self._tried)
        yield from repeating(self._repeats)
        yield from self._unmet()
        yield from self._likeness.told()
        yield from self._orientation()

    def _unmet(self) -> Iterator[Lint]:
        """Yield the numbers that steps name and no mask has."""
        for path, step in located(self._job.steps if self._met else ()):
            for place, name in step.named_classes():
                if name not in self._met:
                    has = ", ".join(
                        sorted(self._met, key=lambda each: (len(each), each))[:_NUMBERS]
                    )
                    text = f"{step.name} names {name!r}, which no mask has (they have {has})"
                    yield Lint("no-effect", text, (*path, *place))

    def _picture(self, processed: ProcessedPicture) -> Picture | None:
        try:
            return processed.picture
        except SampleError:
            return None

    def _orientation(self) -> Iterator[Lint]:
        """Yield that pictures pass through lying while copies are made upright."""
        ours = sum(count for split, count in self._turned.items() if split in self._splits)
        others = self._turned.total() - ours
        if ours and self._job.output.originals == "reencode":
            ours = 0
        if ours or others:
            where = ", ".join(f"{n} in {split}" for split, n in sorted(self._turned.items()) if n)
            text = f"pictures with a tag that turns them pass through as they are ({where})"
            yield Lint("orientation", f"{text}, while copies are stored upright", "pictures")
