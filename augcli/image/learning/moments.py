"""Means and deviations of the bands of all pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.image.codec import decoded, read_header
from augcli.image.config import ImageDatasetSettings
from augcli.image.picture import PixelArray, full_range, known, without_hidden
from augcli.networks import Told
from augcli.plural import several
from augcli.steps.learned import Doubt, Learner, ModelError, Seen, read_as
from augcli.task import Plain, Source
from augcli.transform import Transform

_Numbers = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=1)]


class Bands(Told):
    """What was learned of pictures with so many bands; three are red, green, blue."""

    pictures: Annotated[int, Field(ge=0)]
    mean: _Numbers
    std: Annotated[list[Annotated[float, Field(ge=0, allow_inf_nan=False)]], Field(min_length=1)]


class Moments(Told):
    """What was learned of all pictures."""

    bands: list[Bands]

    @cached_property
    def by_count(self) -> Mapping[int, Bands]:
        """Return what was learned, by the number of bands."""
        return {len(each.mean): each for each in self.bands}


def moments_of(told: Plain) -> Moments:
    """Return what a model tells; ModelError where it is none of means and deviations."""
    moments = read_as(Moments, told, "means and deviations")
    if any(len(each.mean) != len(each.std) for each in moments.bands):
        raise ModelError("tells other numbers of means than of deviations")
    return moments


class MomentsLearner(Learner[ImageDatasetSettings]):
    """Learns the mean and the deviation of each band; every picture counts alike."""

    most = in_all = 100_000

    def look(self, sources: Sequence[Source], settings: ImageDatasetSettings) -> bytes:
        """Return the mean of each band and that of its squares, in fractions of full range."""
        values = tones_of(sources[0], settings)
        numbers = known(values).reshape(-1, values.shape[2]).astype(np.float64)
        numbers /= full_range(values.dtype)
        both = [numbers.mean(axis=0), (numbers**2).mean(axis=0)]
        return np.concatenate(both).astype("<f8").tobytes()

    def learned(self, seen: Sequence[Seen], worked: Sequence[bytes]) -> Plain:
        """Return means and deviations, by the number of bands."""
        groups: dict[int, list[NDArray[np.float64]]] = defaultdict(list)
        for each in seen:
            means, squares = np.frombuffer(each.data, "<f8").reshape(2, -1)
            groups[len(means)].append(np.stack([means, squares]))
        return {"bands": [_bands(groups[count]) for count in sorted(groups)]}

    def blank(self) -> Plain:
        """Return a model that leaves gray and colours as they are."""
        return {"bands": [{"pictures": 0, "mean": [0.0] * n, "std": [1.0] * n} for n in (1, 3)]}

    def prove(self, told: Plain) -> None:
        """Raise ModelError where this tells no means and deviations."""
        moments_of(told)

    def story(self, told: Plain) -> str:
        """Return how many pictures there were."""
        return " and ".join(
            f"{each['pictures']} pictures with {counted(len(each['mean']))}"
            for each in told["bands"]
        )

    def doubts(self, told: Plain, step: Transform) -> Iterator[Doubt]:
        """Yield that there was nothing to learn from."""
        if not told["bands"]:
            yield Doubt("no picture could be read: there is nothing to learn from", refused=True)


def tones_of(source: Source, settings: ImageDatasetSettings) -> PixelArray:
    """Return the bands of a picture, blue first, without alpha; SampleError where it is damaged."""
    data = bytes(source.data)
    picture = decoded(data, read_header(data, settings.max_pixels)).picture
    return without_hidden(picture).pixels[:, :, : picture.facts.tones]


def counted(bands: int) -> str:
    """Return a number of bands in words."""
    return several(bands, "band")


def _bands(rows: Sequence[NDArray[np.float64]]) -> Plain:
    means, squares = np.mean(rows, axis=0)
    deviations = np.sqrt(np.maximum(squares - means**2, 0))
    mean, std = (values[::-1] if len(values) == 3 else values for values in (means, deviations))
    return {"pictures": len(rows), "mean": rounded_all(mean), "std": rounded_all(std)}


def rounded_all(values: NDArray[np.float64]) -> list[float]:
    """Return numbers to nine digits."""
    return [float(f"{value:.9g}") + 0.0 for value in values.tolist()]
