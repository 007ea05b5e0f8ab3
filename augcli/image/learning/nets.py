"""Pictures as codes of a network, learned from small ones: what a model tells, and how it comes.

Kingma & Welling, Auto-Encoding Variational Bayes, ICLR 2014; Vincent et al., Extracting and
Composing Robust Features with Denoising Autoencoders, ICML 2008; Goodfellow et al., Generative
Adversarial Nets, NeurIPS 2014. Decoders are run by NumPy, so that torch is for learning alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pydantic import model_validator

from augcli.errors import SampleError
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels.tones import small_tones
from augcli.image.learning.looking import SIDE, decoded_for
from augcli.image.transform import GRAY_AND_COLOUR
from augcli.networks import (
    Dense,
    Floats,
    Network,
    Told,
    Width,
    flat_network,
    lacking,
    packed,
    unpacked,
)
from augcli.steps.learned import Doubt, Learner, Seen, read_as
from augcli.task import Plain, Source
from augcli.transform import Transform

PIXELS = SIDE * SIDE
_JUDGED = SIDE // 2
"""Pixels across and down that a picture is judged by."""
_PENALTY = 0.1
"""Of the judge, as a share of the mean square of what it sees."""
_HURT = (
    "makes pictures anew: on few of them, and there are {sources}, samples of such models "
    "have cost accuracy, or gained next to none, whenever we measured; `augment evaluate` tells "
    "what they do to yours"
)


class Class(Told):
    """The codes of a class's pictures."""

    label: str | None
    sources: list[str]
    """The hashes of their files."""
    codes: str


class Nets(Told):
    """What was learned: a decoder, the codes of what it was learned from, and a judge."""

    bands: Literal[1, 3]
    size: Width
    """Numbers of a code."""
    decoder: Network
    classes: list[Class]
    judge: Dense | None
    """What tells the class of a small picture; None where there is one class, or none."""

    @model_validator(mode="after")
    def _is_whole(self) -> Nets:
        """Read all numbers; ValueError where something does not fit."""
        extra = self.decoder.inputs - self.size
        fits = extra in (0, len(self.classes)) and self.decoder.outputs == PIXELS * self.bands
        if self.judge:
            seen = _JUDGED**2 * self.bands, len(self.classes)
            fits &= seen == (self.judge.inputs, self.judge.outputs)
        if not fits:
            raise ValueError("parts do not fit each other")
        assert len(self.codes) == len(self.classes)
        return self

    @cached_property
    def codes(self) -> list[Floats]:
        """Return the codes of each class, a row for each source."""
        return [unpacked(each.codes, len(each.sources), self.size) for each in self.classes]

    @cached_property
    def places(self) -> Mapping[str | None, int]:
        """Return the place of each class."""
        return {each.label: at for at, each in enumerate(self.classes)}

    @cached_property
    def spread(self) -> NDArray[np.float64]:
        """Return the standard deviation of codes about the means of their classes."""
        apart = [codes - codes.mean(axis=0) for codes in self.codes if len(codes)]
        return np.asarray(np.concatenate([np.zeros((1, self.size)), *apart]).std(axis=0))

    def decoded(self, code: NDArray[np.float64], label: str | None) -> NDArray[np.uint8]:
        """Return the small picture of a code and a class."""
        told = np.zeros(self.decoder.inputs, np.float32)
        told[: self.size] = code
        if self.decoder.inputs > self.size and label in self.places:
            told[self.size + self.places[label]] = 1
        values = 1 / (1 + np.exp(-self.decoder(told[None]).astype(np.float64).clip(-50, 50)))
        made: NDArray[np.uint8] = np.rint(255 * values).astype(np.uint8)
        return made.reshape(SIDE, SIDE, self.bands)

    def looks_like(self, small: NDArray[np.uint8], label: str | None) -> bool:
        """Return whether a classifier of originals takes a small picture for one of a class."""
        if self.judge is None or label not in self.places:
            return True
        values = (small.reshape(1, -1) / 255).astype(np.float32)
        told = self.judge(seen_by_judge(values, self.bands))
        return int(told.argmax()) == self.places[label]


def nets_of(told: Plain) -> Nets:
    """Return what a model tells; ModelError where it is none of such networks."""
    return read_as(Nets, told, "pictures")


class Shown(Struct, frozen=True):
    """Small pictures to learn from, side by side by classes."""

    pixels: Floats
    """A row each, 1 for full range."""
    classes: NDArray[np.intp]
    labels: Sequence[str | None]
    bands: Literal[1, 3]

    @classmethod
    def of(cls, seen: Sequence[Seen]) -> Shown:
        """Return what was seen; in colour if anything is."""
        bands: Literal[1, 3] = 3 if any(len(each.data) > PIXELS for each in seen) else 1
        rows = [np.frombuffer(each.data, np.uint8).reshape(PIXELS, -1) for each in seen]
        wide = [np.broadcast_to(row, (PIXELS, bands)).ravel() for row in rows]
        labels = [label for label, _ in groupby(each.label for each in seen)]
        classes = np.array([labels.index(each.label) for each in seen], np.intp)
        return cls((np.stack(wide) / 255).astype(np.float32), classes, labels, bands)

    @property
    def of_class(self) -> Floats:
        """Return a row for each picture, with 1 in the place of its class."""
        return np.eye(len(self.labels), dtype=np.float32)[self.classes]

    @property
    def judge(self) -> Dense | None:
        """Return the least squares classifier of pictures, by ridge regression."""
        if len(self.labels) < 2:
            return None
        small = seen_by_judge(self.pixels, self.bands).astype(np.float64)
        told = np.column_stack([small, np.ones(len(small))])
        square = told.T @ told / len(told)
        penalty = _PENALTY * np.trace(square) / len(square) * np.eye(len(square))
        return Dense.of(np.linalg.solve(square + penalty, told.T @ self.of_class / len(told)))


class Trained(Struct, frozen=True):
    """A decoder, and the codes of the pictures that it was trained with."""

    decoder: Network
    codes: Floats

    @property
    def size(self) -> int:
        """Return how many numbers a code has."""
        return int(self.codes.shape[1])

    def packed_codes(self, chosen: NDArray[np.bool_]) -> str:
        """Return the codes of some pictures."""
        return packed(self.codes[chosen])


class NetLearner(Learner[ImageDatasetSettings]):
    """Learns to make small pictures of codes."""

    revision: ClassVar[int] = 2
    most: ClassVar[int] = 1000
    in_all: ClassVar[int] = 5000

    def __init__(self, train: Callable[[Shown], Trained]):
        self._train = train

    def lacking(self) -> str | None:
        """Return that torch is to be installed."""
        return lacking()

    def look(self, sources: Sequence[Source], settings: ImageDatasetSettings) -> bytes:
        """Return a source in 32 × 32 pixels, of one band where it is gray."""
        picture = decoded_for(sources[0], settings)
        if picture.facts.tones not in GRAY_AND_COLOUR:
            raise SampleError("is neither gray nor in colour")
        small = np.nan_to_num(small_tones(picture, SIDE)).clip(0, 1)
        pixels = np.rint(255 * small).astype(np.uint8)
        is_gray = bool((pixels == pixels[:, :, :1]).all())
        return bytes((pixels[:, :, :1] if is_gray else pixels).tobytes())

    def parts(self, seen: Sequence[Seen]) -> Iterator[Any]:
        """Yield the whole at once, if there is something."""
        yield from ["all"] if seen else []

    def worked(self, seen: Sequence[Seen], part: Any) -> bytes:
        """Return what a model tells."""
        shown = Shown.of(seen)
        made = self._train(shown)
        classes = [
            Class(
                label=label,
                sources=[each.sha256 for each in seen if each.label == label],
                codes=made.packed_codes(shown.classes == at),
            )
            for at, label in enumerate(shown.labels)
        ]
        told = Nets(
            bands=shown.bands,
            size=made.size,
            decoder=made.decoder,
            classes=classes,
            judge=shown.judge,
        )
        return told.model_dump_json().encode()

    def learned(self, seen: Sequence[Seen], worked: Sequence[bytes]) -> Plain:
        """Return what was worked out."""
        told: Plain = json.loads(worked[0]) if worked else self.blank()
        return told

    def blank(self) -> Plain:
        """Return a model of which all pictures are gray."""
        decoder = flat_network([1, PIXELS])
        return Nets(bands=1, size=1, decoder=decoder, classes=[], judge=None).model_dump()

    def prove(self, told: Plain) -> None:
        """Raise ModelError where this tells nothing of pictures."""
        nets_of(told)

    def story(self, told: Plain) -> str:
        """Return how many pictures of how many classes there were."""
        counts = [len(each["sources"]) for each in told["classes"]]
        return f"{sum(counts)} pictures of {len(counts)} classes, in {SIDE} × {SIDE} pixels"

    def doubts(self, told: Plain, step: Transform) -> Iterator[Doubt]:
        """Yield what samples of such models are worth."""
        counts = Counter({each["label"]: len(each["sources"]) for each in told["classes"]})
        text = _HURT.format(sources=counts.total())
        yield Doubt(text, code="generated")


def seen_by_judge(pixels: Floats, bands: int) -> Floats:
    """Return rows of small pictures as their judge sees them: in means of 2 × 2 pixels."""
    blocks = pixels.reshape(-1, _JUDGED, 2, _JUDGED, 2, bands)
    small: Floats = blocks.mean(axis=(2, 4)).reshape(len(pixels), -1)
    return small
