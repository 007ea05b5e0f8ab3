"""Careful first steps for pictures: those that do no harm to some of them, and why not the others.

What a step would do is tried as `check` tries it, so that no recipe of `init` is one to warn of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from augcli.dataset.splits import TRAIN, augmented
from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import SampleError
from augcli.image.codec import decode, read_header
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.schemes import labels_of
from augcli.image.picture import Picture
from augcli.image.transform import ImageTransform
from augcli.image.warnings.meaning import label_changing
from augcli.image.warnings.trials import Subject, tried
from augcli.requests.asked import PassThrough
from augcli.steps.recorded import step_named
from augcli.task import Source, Task

_SMALL = 40
"""Pixels of a shorter side."""
_MOST_BYTES = 20_000_000
"""Of pictures that are looked at."""

Pictures = Sequence[Picture]


def careful(classes: Collection[str], pictures: Pictures, *, unpaired: bool = False) -> list[str]:
    """Return the lines of `steps` for some pictures of these classes.

    `unpaired` says that nothing tells which keypoints a mirror swaps.
    """
    lines = ["steps:                  # see `augment transforms` and `augment preview`"]
    for first in _FIRST:
        why_not = next(first.against(classes, pictures), None)
        if unpaired and first.swaps_sides:
            why_not = "nothing tells which keypoints are left and right of each other"
        lines.append(f"  # {first.line}    {why_not}" if why_not else f"  {first.line}")
    return lines


def _unseen(pictures: Pictures) -> Iterator[str]:
    if not pictures:
        yield "not where left and right differ, as in digits, letters and signs"


def _are_small(pictures: Pictures) -> Iterator[str]:
    if pictures and max(each.facts.shorter for each in pictures) < _SMALL:
        yield f"small pictures ({pictures[0].facts.shorter} pixels) are blurred by it"


def _show_no_light(pictures: Pictures) -> Iterator[str]:
    """Yield why no light is to be changed: values mean something else, or are two."""
    for facts in (each.facts for each in pictures):
        if facts.tones not in (1, 3) or facts.depth == "float32":
            yield f"{facts.tones} bands of {facts.depth} are measured values, not light"
    if pictures and all(map(_is_black_and_white, pictures)):
        yield "the pictures are black and white"


class _First(Struct, frozen=True):
    """A step to begin with."""

    name: str
    params: Mapping[str, Any]
    not_where: Callable[[Pictures], Iterator[str]] = lambda _pictures: iter(())
    """Yields what speaks against it."""

    @property
    def line(self) -> str:
        """Return the step as a recipe has it."""
        told = ", ".join(f"{key}: {value}" for key, value in self.params.items())
        return f"- {self.name}: {{{told}}}"

    @property
    def _step(self) -> ImageTransform:
        return step_named(ImageTransform, self.name).model_validate(self.params)

    @property
    def swaps_sides(self) -> bool:
        """Return whether it makes left of what was right."""
        return any(label_changing([self._step], ("left", "right")))

    def against(self, classes: Collection[str], pictures: Pictures) -> Iterator[str]:
        """Yield what speaks against it; whoever knows better takes the `#` away."""
        step = self._step
        yield from filter(None, (step.refusal(each.facts) for each in pictures[:1]))
        yield from (lint.message for lint in label_changing([step], classes))
        yield from self.not_where(pictures)
        found = tried([step], [*map(Subject, pictures)])
        yield from (lint.message for lint in found if lint.code == "destructive")


_FIRST = (
    _First("horizontal_flip", {"p": 0.5}, _unseen),
    _First("rotate", {"degrees": [-10, 10]}),
    _First("scale", {"factor": [0.95, 1.15]}, _are_small),
    _First("brightness", {"delta": [-0.1, 0.1]}, _show_no_light),
    _First("contrast", {"factor": [0.85, 1.15]}, _show_no_light),
)


def _is_black_and_white(picture: Picture) -> bool:
    pixels = picture.pixels
    return bool(((pixels == pixels.min()) | (pixels == pixels.max())).all())


def looked_at(dataset: Dataset, settings: ImageDatasetSettings, count: int) -> Iterator[Picture]:
    """Yield about so many pictures of the training split, spread over it; of all without one."""
    train = augmented([TRAIN], dataset.splits) or dataset.splits
    names = [sample.id for sample in dataset if sample.split in train]
    for name in names[:: max(1, len(names) // count)][:count]:
        with suppress(SampleError):
            data, _ = read_whole(str(dataset.root / name))
            if len(data) <= _MOST_BYTES:
                yield decode(data, settings.max_pixels).picture


def lacks_pairs(dataset: Dataset, settings: ImageDatasetSettings, count: int) -> bool:
    """Return whether a mirror would be refused, as some of about so many pictures show."""
    return any(
        _lacks_pairs(dataset, settings, row)
        for row in range(0, len(dataset), max(1, len(dataset) // count))
    )


def _lacks_pairs(dataset: Dataset, settings: ImageDatasetSettings, row: int) -> bool:
    name, _, label = dataset[row]
    names, value = dataset.inputs(row), dataset.value(row)
    with suppress(SampleError):
        sources = [Source(each, "", read_whole(str(dataset.root / each))[0]) for each in names]
        task = Task(-1, name, "", label, name, names, PassThrough(), value=value)
        if labels := labels_of(settings, task, sources):
            header = read_header(bytes(sources[0].data), settings.max_pixels)
            found = labels.parse((header.width, header.height)).targets
            pointed = (each for each in found if each.keypoints)
            return any(len(labels.mates.get(e.label, ())) != len(e.keypoints) for e in pointed)
    return False
