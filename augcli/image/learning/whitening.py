"""What makes the values of all pictures of a size vary alike, and not together: ZCA.

Bell & Sejnowski, The "Independent Components" of Natural Scenes are Edge Filters, 1997;
Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009. Kept are the directions in
which pictures vary, so that few pictures make a small model.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.errors import SampleError
from augcli.image.learning.moments import counted, rounded_all, tones_of
from augcli.image.picture import PixelArray, full_range
from augcli.networks import Told
from augcli.settings.base import DatasetSettings
from augcli.steps.learned import Doubt, Learner, Model, ModelError, Seen, read_as
from augcli.task import Plain, Source
from augcli.transform import Transform

_MOST_VALUES = 3072
"""Of a picture: 32 × 32 colours. The matrix grows by their square."""
_TOGETHER = 1024
"""Pictures whose products are summed at a time."""
_NOTHING = 1e-10
"""The part of the largest variance below which there is none."""

_Whole = Annotated[int, Field(ge=1, le=_MOST_VALUES)]
Shape = tuple[int, int, int]
"""Height, width, bands."""


class _Whitening(Told):
    shape: Annotated[list[_Whole], Field(min_length=3, max_length=3)] | None
    """Height, width, bands; None where pictures have none in common that is small enough."""
    largest: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=3, max_length=3)]
    """The shape that most pictures have, however large."""
    pictures: Annotated[int, Field(ge=0)]
    others: Annotated[int, Field(ge=0)]
    """Pictures of other shapes."""
    mean: list[Annotated[float, Field(allow_inf_nan=False)]]
    """Of each band, as it lies in memory."""
    variances: list[Annotated[float, Field(gt=0, allow_inf_nan=False)]]
    directions: str
    """A row of float32 for each variance, in base 64."""


class Whitening(NamedTuple):
    """What whitens pictures of a shape."""

    shape: Shape
    mean: NDArray[np.float32]
    variances: NDArray[np.float64]
    directions: NDArray[np.float32]

    def whitened(self, pixels: PixelArray, epsilon: float) -> PixelArray:
        """Return (value − mean) · (covariance + epsilon)^−½, of fractions of full range."""
        values = pixels.astype(np.float32) / np.float32(full_range(pixels.dtype)) - self.mean
        flat = values.ravel()
        is_all = len(self.variances) == len(flat)
        rest = 0.0 if is_all else epsilon**-0.5
        gains = ((self.variances + epsilon) ** -0.5 - rest).astype(np.float32)
        moved = (gains * (self.directions @ flat)) @ self.directions
        made: PixelArray = (moved + np.float32(rest) * flat).reshape(pixels.shape)
        return made


@lru_cache(maxsize=4)
def whitening_of(model: Model) -> Whitening | None:
    """Return what a model tells; None where pictures had nothing in common to be whitened by."""
    told = _proven(model.told)
    if told.shape is None:
        return None
    height, width, bands = told.shape
    rows = np.frombuffer(b64decode(told.directions), "<f4").reshape(len(told.variances), -1)
    mean, variances = np.array(told.mean, np.float32), np.array(told.variances)
    return Whitening((height, width, bands), mean, variances, rows.astype(np.float32))


class WhiteningLearner(Learner):
    """Learns how the values of pictures of a shape vary together."""

    most = in_all = 20_000

    def look(self, sources: Sequence[Source], settings: DatasetSettings) -> bytes:
        """Return the shape, and the values where they are few enough."""
        pixels = tones_of(sources[0], settings)
        if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
            raise SampleError("has values that are no numbers")
        values = (pixels / full_range(pixels.dtype)).astype("<f4")
        small = values.size <= _MOST_VALUES
        return np.array(pixels.shape, "<u4").tobytes() + (values.tobytes() if small else b"")

    def learned(self, seen: Sequence[Seen], worked: Sequence[bytes]) -> Plain:
        """Return the directions in which the pictures of the most frequent shape vary."""
        shapes = [tuple(np.frombuffer(each.data[:12], "<u4").tolist()) for each in seen]
        if not shapes:
            return self.blank()
        (shape, count), *_ = Counter(sorted(shapes)).most_common(1)
        known = {"largest": list(shape), "pictures": count, "others": len(seen) - count}
        if np.prod(shape) > _MOST_VALUES:
            return self.blank() | known
        alike = [each.data for each, own in zip(seen, shapes, strict=True) if own == shape]
        return known | {"shape": list(shape)} | _told_of(alike, shape[2])

    def blank(self) -> Plain:
        """Return a model by which nothing can be whitened."""
        return {
            "shape": None,
            "largest": [0, 0, 0],
            "pictures": 0,
            "others": 0,
            "mean": [],
            "variances": [],
            "directions": "",
        }

    def prove(self, told: Plain) -> None:
        """Raise ModelError where this tells nothing of whitening."""
        _proven(told)

    def story(self, told: Plain) -> str:
        """Return how many pictures there were, and in how many directions they vary."""
        text = f"{told['pictures']} pictures of {in_words(told['largest'])}"
        return f"{text}, which vary in {len(told['variances'])} directions"

    def doubts(self, told: Plain, step: Transform) -> Iterator[Doubt]:
        """Yield why pictures cannot be whitened, or not all."""
        if not told["pictures"]:
            yield Doubt("no picture could be read: there is nothing to learn from", refused=True)
        elif told["shape"] is None:
            text = (
                f"pictures of {in_words(told['largest'])} have more than {_MOST_VALUES} values, of "
                "which all would vary with all: make a dataset of smaller ones first (it learns "
                "from sources, before any step), or take zca_whitening, which is of the bands alone"
            )
            yield Doubt(text, refused=True, stops=True)
        elif told["others"]:
            shape = in_words(told["shape"])
            yield Doubt(f"{told['others']} pictures are not of {shape} and cannot be whitened")


def in_words(shape: Sequence[int]) -> str:
    """Return a shape in words."""
    height, width, bands = shape
    return f"{width} × {height} px with {counted(bands)}"


def _proven(told: Plain) -> _Whitening:
    found = read_as(_Whitening, told, "whitening")
    try:
        size = len(b64decode(found.directions, validate=True))
    except ValueError as error:
        raise ModelError(f"tells nothing of whitening: directions: {error}") from None
    height, width, bands = found.shape or (0, 0, 0)
    values, rows = height * width * bands, len(found.variances)
    if values > _MOST_VALUES or (size, len(found.mean)) != (4 * values * rows, bands):
        text = "its numbers are not as many as its shape says"
        raise ModelError(f"tells nothing of whitening: {text}")
    return found


def _told_of(looks: Sequence[bytes], bands: int) -> Plain:
    """Return what is told of pictures of one shape."""
    rows = [np.frombuffer(each[12:], "<f4") for each in looks]
    means = [row.reshape(-1, bands).mean(axis=0, dtype=np.float64) for row in rows]
    mean = rounded_all(np.mean(means, axis=0))
    variances, directions = _directions(rows, np.resize(mean, rows[0].size))
    return {
        "mean": mean,
        "variances": rounded_all(variances),
        "directions": b64encode(directions.astype("<f4").tobytes()).decode(),
    }


def _directions(
    rows: Sequence[NDArray[np.float32]], mean: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the variances about a mean, and the directions (rows) that have them, largest first.

    Where there are fewer pictures than values, the products of pictures tell the same.
    """
    count, size = len(rows), len(mean)
    if count < size:
        values = np.stack(rows) - mean
        found, mixed = np.linalg.eigh(values @ values.T / count)
        found, mixed = _varying(found, mixed.T)
        return found, mixed @ values / np.sqrt(found * count)[:, None]
    products = np.zeros((size, size))
    for start in range(0, count, _TOGETHER):
        values = np.stack(rows[start : start + _TOGETHER]) - mean
        products += values.T @ values
    found, vectors = np.linalg.eigh(products / count)
    return _varying(found, vectors.T)


def _varying(
    variances: NDArray[np.float64], rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what there is any variance of, the largest first."""
    some = variances > max(_NOTHING * variances[-1], 1e-12)
    return variances[some][::-1], rows[some][::-1]
