"""What the steps of a recipe do to some pictures of its dataset, each step by itself.

A step that changes none of them is idle; one that often leaves next to nothing of them, one tone,
or nothing that looks like them, destroys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from augcli.checks.findings import Lint
from augcli.draws import Draws
from augcli.errors import RefusedError, SampleError
from augcli.image.kernels.structure import structure_left
from augcli.image.operations.ops import Op, apply, fuse, points_after
from augcli.image.picture import (
    Facts,
    InPlace,
    Picture,
    PixelArray,
    Placed,
    Points,
    full_range,
)
from augcli.image.settle import Settled
from augcli.image.transform import ImageTransform
from augcli.transform import Transform, located

_PIXELS = 24_000_000
"""Of all pictures that a step is tried on, about."""
_TRIES, _FEWEST = 48, 8
_TONES = 0.02
"""Standard deviation, as a fraction of full range, below which a picture is of one tone."""
_DARK, _BRIGHT = 0.03, 0.97
_LEFT = 0.1
"""Share of a picture below which next to nothing is left of it."""
_SHOWN = 0.2
"""Share of its edges below which next to nothing is seen of it; of noise alone it is about 0.1."""
_TWO, _SHADES = 2, 16
"""Shades of a channel, where nothing else is left of as many, about."""
_OFTEN = 0.1
_GRID = 10


Settling = Callable[[Sequence[Op]], Settled]
"""Tells what becomes of a picture's objects after some operations."""


class Subject(Struct, frozen=True):
    """A picture that steps are tried on, with its objects."""

    picture: Picture
    objects: tuple[Placed, ...] = ()
    settled: Settling = lambda _lowered: Settled((), ())

    def lowered(self, step: ImageTransform, number: int) -> Sequence[Op]:
        """Return what a step does to it in one of several tries, or raise RefusedError."""
        if reason := step.refusal(self.picture.facts):
            raise RefusedError(reason)
        params = step.make_params(Draws(0).at(number, step.name), self._facts(step))
        return step.lower(params, self.picture.facts)

    def _facts(self, step: ImageTransform) -> Facts:
        facts = self.picture.facts
        return replace(facts, objects=self.objects) if step.asks_objects else facts


class _Seen(Struct):
    """What came of a step."""

    tries: int = 0
    changed: bool = False
    one_tone: int = 0
    cut_away: int = 0
    two_tones: int = 0
    unlike: int = 0

    def take(self, source: Picture, lowered: Sequence[Op], *, is_anew: bool) -> None:
        """Take in one try; what shows the class anew need not look like its source."""
        made, points = apply(lowered, source), points_after(lowered, _grid(source))
        self.tries += 1
        self.changed = self.changed or not _is_same(source.pixels, made.pixels)
        self.cut_away += _left(made, points) < _LEFT
        if not _is_one_tone(source.pixels):
            is_flat = _is_one_tone(made.pixels)
            self.one_tone += is_flat
            self.two_tones += not (is_flat or is_anew) and _is_of_two(source.pixels, made.pixels)
            self.unlike += not (is_flat or is_anew) and _is_unlike(source, made, lowered)

    @property
    def said(self) -> Iterator[tuple[str, str]]:
        """Yield (code, what is wrong)."""
        if self.tries < _FEWEST:
            return
        if not self.changed:
            yield "no-effect", f"changes nothing in {self.tries} tries on pictures of the dataset"
        for count, told in (
            (self.one_tone, "leaves one tone"),
            (self.two_tones, "leaves two tones of many"),
            (self.cut_away, f"cuts away more than {1 - _LEFT:.0%} of the picture"),
            (self.unlike, f"leaves less than {_SHOWN:.0%} of the edges"),
        ):
            if count > _OFTEN * self.tries:
                yield "destructive", f"{told} in {count} of {self.tries} tries"


def tried(steps: Sequence[Transform], subjects: Sequence[Subject]) -> Iterator[Lint]:
    """Yield the steps that do nothing to some pictures, or too much."""
    for path, step in located(steps):
        if isinstance(step, ImageTransform) and step.p > 0 and not step.mixes:
            for code, text in _seen(step, subjects).said:
                yield Lint(code, f"{step.name} {text}", path[:-1])


def losing(steps: Sequence[Transform], subjects: Sequence[Subject]) -> Iterator[Lint]:
    """Yield the steps that many objects of some pictures are lost to."""
    for path, step in located(steps):
        if isinstance(step, ImageTransform) and step.p > 0 and not step.asks_objects:
            there, lost = np.sum([*_lost(step, subjects), (0, 0)], axis=0).tolist()
            if there >= _FEWEST and lost > _OFTEN * there:
                text = (
                    f"{step.name} loses {lost} of {there} objects of pictures that it is tried on"
                )
                yield Lint("loses-objects", text, path[:-1])


def _lost(step: ImageTransform, subjects: Sequence[Subject]) -> Iterator[tuple[int, int]]:
    """Yield how many objects pictures have, and how many of these are lost to a step."""
    for number, subject in enumerate(subjects):
        before = subject.settled(())
        try:
            after = subject.settled(subject.lowered(step, number))
        except SampleError:
            continue  # told of where the sample is
        yield len(before.kept), len(after.lost) - len(before.lost)


def _seen(step: ImageTransform, subjects: Sequence[Subject]) -> _Seen:
    seen, pixels = _Seen(), 0
    for number in range(_TRIES if subjects else 0):
        subject = subjects[number % len(subjects)]
        source = subject.picture
        pixels += source.pixels[:, :, 0].size
        if pixels > _PIXELS and number >= _FEWEST:
            break
        try:
            lowered = subject.lowered(step, number)
            seen.take(source, lowered, is_anew=step.asks_class)
        except SampleError:
            continue  # told of where the sample is
    return seen


def _grid(picture: Picture) -> Points:
    """Return points all over a picture."""
    height, width = picture.pixels.shape[:2]
    places = (np.arange(_GRID) + 0.5) / _GRID
    x, y = np.meshgrid(places * width, places * height)
    return np.column_stack([x.ravel(), y.ravel()])


def _left(made: Picture, points: Points) -> float:
    """Return the share of those points that are still within the frame."""
    height, width = made.pixels.shape[:2]
    inside = (points >= 0) & (points < (width, height))
    return float(inside.all(axis=1).sum()) / _GRID**2


def _is_unlike(source: Picture, made: Picture, lowered: Sequence[Op]) -> bool:
    """Return whether next to no edge is left where it was; what moves pictures is not asked."""
    stays = all(isinstance(stage, InPlace) for stage in fuse(lowered))
    return stays and structure_left(source, made) < _SHOWN


def _is_same(one: PixelArray, other: PixelArray) -> bool:
    return one.shape == other.shape and bool((one == other).all())


def _is_of_two(source: PixelArray, made: PixelArray) -> bool:
    """Return whether no channel of a picture has more than two shades, and the source had many."""
    shades = [len(np.unique(channel)) for channel in np.moveaxis(_some(made), 2, 0)]
    return max(shades) <= _TWO and _various(_some(source)) >= _SHADES


def _various(pixels: PixelArray) -> float:
    """Return how many shades there would be if all were as frequent: the perplexity."""
    shares = np.unique(pixels, return_counts=True)[1] / pixels.size
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _some(pixels: PixelArray) -> PixelArray:
    return pixels[::4, ::4] if pixels.shape[0] > 64 < pixels.shape[1] else pixels


def _is_one_tone(pixels: PixelArray) -> bool:
    values = _some(pixels) / full_range(pixels.dtype)
    if float(values.std()) < _TONES:
        return True
    standardized = values.min() < 0 or values.max() > 1  # its black and white are not at 0 and 1
    return not standardized and not _DARK < float(values.mean()) < _BRIGHT
