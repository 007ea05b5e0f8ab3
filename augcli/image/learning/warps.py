"""What moves pictures of a class onto each other, learned as a Gaussian over velocities.

Hauberg, Freifeld, Larsen, Fisher, Hansen, Dreaming More Data: Class-dependent Distributions over
Diffeomorphisms for Learned Data Augmentation, AISTATS 2016; here with velocities at a few nodes and
covariances that classes of few pictures share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels.tones import small_gray
from augcli.image.learning.aligning import Aligned, Planes, aligned, blurred
from augcli.image.learning.looking import SIDE, decoded_for
from augcli.image.learning.velocities import COUNT, Floats, affine
from augcli.networks import Told
from augcli.steps.learned import Doubt, Learner, Seen, read_as
from augcli.task import Plain, Source
from augcli.transform import Transform

_SPREAD, _FLAT = 0.3, 0.05
"""Standard deviation that pictures are brought to, and the least that they are taken to have."""
_NOTHING = 1e-3
"""Standard deviation, as a fraction of full range, of a picture that shows nothing."""
_ALL, _NEAREST, _MOST = 12, 5, 200
"""Pictures of a class of which all pairs are taken, else how many of the nearest; pairs a class."""
_IN_ALL = 20_000
"""Pairs of all classes."""
_ALIKE = 1.5
"""Blur under which the nearest are told."""
_TOGETHER = 50
"""Pairs that are worked on at a time: by who else is there, the last digits differ."""
_LEFT, _AREA = 0.5, 0.1
"""A pair counts where it leaves less of its difference, and shrinks no place to less."""
_OF_ALL, _OF_NEAREST = (0.7, 0.25), (0.9, 0.35)
"""How much of the affine part and of the rest is taken: the nearest show less of what there is."""
_OWN, _FEWEST = 30, 4
"""Pictures from which a class counts as much as all do; pairs without which it does not."""
_WARNED, _REFUSED, _JUDGED = 0.5, 0.2, 6
"""Shares of pairs that could be aligned, of classes with so many pairs at least."""
_SHOWN = 5
_LARGEST = 10.0
"""Of a number in a model, far above any that is learned."""
_UPPER = np.triu_indices(COUNT)

_Root = Annotated[
    list[Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]],
    Field(min_length=len(_UPPER[0]), max_length=len(_UPPER[0])),
]
_Whole = Annotated[int, Field(ge=0)]


class Class(Told):
    """What was learned of a class."""

    label: str | None
    sources: _Whole
    pairs: _Whole
    aligned: _Whole
    folded: _Whole
    unlike: _Whole
    """Pairs that keep too much of their difference."""
    root: _Root
    """The symmetric square root of the covariance, its upper half row by row."""


class Warps(Told):
    """What was learned of all classes."""

    classes: list[Class]
    pooled: _Root
    """That of all classes together, for those that it was not learned of."""

    @cached_property
    def _roots(self) -> Mapping[str | None, _Root]:
        return {each.label: each.root for each in self.classes}

    def root(self, label: str | None) -> Floats:
        """Return the square root of the covariance of a class."""
        return _whole(tuple(self._roots.get(label, self.pooled)))


def warps_of(told: Plain) -> Warps:
    """Return what a model tells; ModelError where it is none of warps."""
    return read_as(Warps, told, "warps")


@lru_cache(maxsize=64)
def _whole(root: tuple[float, ...]) -> Floats:
    matrix = np.zeros((COUNT, COUNT))
    matrix[_UPPER] = root
    return matrix + np.triu(matrix, 1).T


class _Pairs(NamedTuple):
    """Pictures of one class, each with others that it is brought onto, by their numbers."""

    sources: NDArray[np.intp]
    targets: NDArray[np.intp]
    is_all: bool
    """Whether they are taken from all pairs, not from the nearest."""


class WarpLearner(Learner[ImageDatasetSettings]):
    """Learns how pictures of a class differ by bending."""

    def look(self, sources: Sequence[Source], settings: ImageDatasetSettings) -> bytes:
        """Return a source in 32 × 32 gray pixels of mean 0 and one contrast."""
        gray = np.nan_to_num(small_gray(decoded_for(sources[0], settings), SIDE))
        gray -= gray.mean()
        spread = float(gray.std())
        if spread < _NOTHING:
            raise SampleError("shows nothing")
        small: Planes = gray * np.float32(_SPREAD / max(spread, _FLAT))
        return small.astype("<f4").tobytes()

    def parts(self, seen: Sequence[Seen]) -> Iterator[Any]:
        """Yield pairs within classes, some together."""
        for each in _paired(seen):
            both = np.stack([each.sources, each.targets], axis=1)
            for start in range(0, len(both), _TOGETHER):
                yield both[start : start + _TOGETHER].tolist()

    def worked(self, seen: Sequence[Seen], part: Any) -> bytes:
        """Return the velocities of some pairs, and what they leave of difference and area."""
        found = aligned(*(_planes([seen[row] for row in rows]) for rows in zip(*part, strict=True)))
        return np.column_stack(found).astype("<f8").tobytes()

    def learned(self, seen: Sequence[Seen], worked: Sequence[bytes]) -> Plain:
        """Return the covariances."""
        rows = np.frombuffer(b"".join(worked), "<f8").reshape(-1, COUNT + 2)
        found, pairs = Aligned(rows[:, :COUNT], rows[:, COUNT], rows[:, COUNT + 1]), _paired(seen)
        folded, unlike = found.area <= _AREA, found.left >= _LEFT
        used = ~(folded | unlike)
        of = np.repeat(np.arange(len(pairs)), [len(each.sources) for each in pairs])
        scaled = [_scaled(found.velocities[of == at], each) for at, each in enumerate(pairs)]
        pooled = _moments(np.concatenate(scaled or [rows[:, :COUNT]])[used])
        classes = []
        for at, (label, group) in enumerate(_grouped(seen)):
            mine = of == at
            own = len(group) / (len(group) + _OWN) if used[mine].sum() >= _FEWEST else 0.0
            mixed = own * _moments(scaled[at][used[mine]]) + (1 - own) * pooled
            counts = {
                "sources": len(group),
                "pairs": int(mine.sum()),
                "aligned": int(used[mine].sum()),
                "folded": int(folded[mine].sum()),
                "unlike": int((unlike & ~folded)[mine].sum()),
            }
            classes.append({"label": label, **counts, "root": _root(mixed)})
        return {"classes": classes, "pooled": _root(pooled)}

    def blank(self) -> Plain:
        """Return a model by which nothing moves."""
        return {"classes": [], "pooled": [0.0] * len(_UPPER[0])}

    def prove(self, told: Plain) -> None:
        """Raise ModelError where this tells nothing of warps."""
        warps_of(told)

    def story(self, told: Plain) -> str:
        """Return how many pairs of how many pictures could be aligned."""
        counts = {
            key: sum(each[key] for each in told["classes"])
            for key in ("sources", "pairs", "aligned", "folded", "unlike")
        }
        return (
            "{sources} pictures, {aligned} of {pairs} pairs aligned ({unlike} stay too unlike, "
            "{folded} fold)"
        ).format(**counts)

    def doubts(self, told: Plain, step: Transform) -> Iterator[Doubt]:
        """Yield the classes that a step is for and that differ by something else."""
        classes = [each for each in told["classes"] if step.concerns(each["label"])]
        if not any(each["aligned"] for each in classes):
            text = "no two pictures of a class could be aligned: there is nothing to learn from"
            yield Doubt(text, refused=True)
            return
        judged = [(e, e["aligned"] / e["pairs"]) for e in classes if e["pairs"] >= _JUDGED]
        for refused, low, high in ((True, 0.0, _REFUSED), (False, _REFUSED, _WARNED)):
            few = [each for each, share in judged if low <= share < high]
            if few:
                yield Doubt(_told_few(few), refused)


def _told_few(classes: Sequence[Plain]) -> str:
    """Return which classes differ by something else; all pictures, where they have no class."""
    counts = ["{aligned} of {pairs} pairs aligned".format(**each) for each in classes]
    if classes[0]["label"] is None:
        return f"these pictures do not differ by a smooth warp: {counts[0]}"
    named = [f"{each['label']}: {count}" for each, count in zip(classes, counts, strict=True)]
    more = [f"{len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
    shown = "; ".join([*named[:_SHOWN], *more])
    return f"these classes do not differ by a smooth warp ({shown}); leave them out by `except`"


def _planes(seen: Sequence[Seen]) -> Planes:
    rows = [np.frombuffer(each.data, "<f4") for each in seen]
    return np.stack(rows).reshape(-1, SIDE, SIDE).astype(np.float32)


def _grouped(seen: Sequence[Seen]) -> list[tuple[str | None, Sequence[int]]]:
    """Return the numbers of what was seen of each class; they stand side by side."""
    groups = groupby(range(len(seen)), key=lambda row: seen[row].label)
    return [(label, list(rows)) for label, rows in groups]


def _paired(seen: Sequence[Seen]) -> list[_Pairs]:
    groups = [rows for _, rows in _grouped(seen)]
    most = min(_MOST, -(-_IN_ALL // max(1, len(groups))))
    return [_pairs_of(rows, _planes([seen[row] for row in rows]), most) for rows in groups]


def _pairs_of(rows: Sequence[int], planes: Planes, most: int) -> _Pairs:
    """Return each picture of a class with its nearest, or with all; of too many pairs, some."""
    is_all = len(rows) <= _ALL
    count = len(rows) - 1 if is_all else _NEAREST
    flat = blurred(planes, _ALIKE).reshape(len(rows), -1).astype(np.float64)
    squares = (flat**2).sum(axis=1)
    apart = squares[:, None] + squares - 2 * flat @ flat.T
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(np.round(apart, 6), axis=1, kind="stable")[:, :count]
    keep = np.array(Draws(0).at("pairs").order(near.size)[:most], np.intp)
    numbers = np.array(rows, np.intp)
    return _Pairs(np.repeat(numbers, count)[keep], numbers[near.ravel()[keep]], is_all)


def _scaled(velocities: Floats, pairs: _Pairs) -> Floats:
    """Return as much of velocities as is drawn from."""
    linear, rest = _OF_ALL if pairs.is_all else _OF_NEAREST
    part = linear * affine() + rest * (np.eye(COUNT // 2) - affine())
    return np.asarray(velocities @ np.kron(np.eye(2), part))


def _moments(velocities: Floats) -> Floats:
    """Return the covariance about 0: pairs are taken both ways."""
    return np.asarray(velocities.T @ velocities / max(1, len(velocities)))


def _root(covariance: Floats) -> list[float]:
    """Return the symmetric square root, which has no signs or order to choose, to six digits."""
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return [float(f"{value:.6g}") + 0.0 for value in root[_UPPER].tolist()]
