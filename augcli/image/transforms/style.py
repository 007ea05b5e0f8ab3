"""Steps that give a picture something of how others look; labels and targets stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import Draws
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.lookup import look_up
from augcli.image.kernels.moments import channel_means, channel_products
from augcli.image.operations.mixing import Laid, Styled, covering
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts, PixelArray, from_float, full_range, known
from augcli.image.transform import INTEGER_DEPTHS
from augcli.image.transforms.mixing import Mixing
from augcli.ranges import Real, Spread, Uniform
from augcli.settings.base import PathName
from augcli.transform import Params, declared_range, register

_LEAST_DEVIATION = 1e-3
"""Of full range."""
_MOST_AT_ONCE = 4
"""Bands that OpenCV transforms."""


class FromFolder(Mixing):
    """A step whose partners may be pictures of a folder, which are nobody's samples."""

    folder: PathName | None = Field(
        None,
        min_length=1,
        description="partners are the pictures in this folder of the dataset, which `exclude` "
        "leaves out of it",
    )

    @property
    def pool(self) -> str:
        """Return whom it takes partners from; a folder ends in a slash."""
        return f"{self.folder.rstrip('/')}/" if self.folder else self.partner


class Styling(FromFolder):
    """A step that takes how a picture looks from a partner, or from pictures of a folder."""

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the partner and how much it says."""
        told = super().make_params(draws, facts)
        return {"partners": self.picked(draws, facts)} | {
            name: value for name, value in told.items() if declared_range(type(self), name)
        }


@register
class HistogramMatching(Styling):
    """Give each band the distribution of values that it has in a partner.

    Gonzalez and Woods, Digital Image Processing: a value becomes the one of the same rank, between
    the partner's values by straight lines. Of the result and the picture a mean is taken.
    """

    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS

    share: Annotated[Spread, Real(0, 1, "weight of the result in that mean", neutral=0)] = Uniform(
        0.5, 1
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the matching."""
        matched = partial(_matched, share=params["share"])
        peers = [facts.peers[ident] for ident in params["partners"] if facts.peers]
        return [Styled(Laid(peer, []), matched) for peer in peers]


def _matched(pixels: PixelArray, other: PixelArray, share: float) -> PixelArray:
    bands = range(pixels.shape[2])
    return look_up(pixels, np.stack([_row(pixels, other, band, share) for band in bands]))


def _row(own: PixelArray, other: PixelArray, band: int, share: float) -> PixelArray:
    """Return what each value of a band becomes, by its rank among another's."""
    values = np.arange(int(full_range(own.dtype)) + 1)
    ranks, there = (_ranks(pixels, band, len(values)) for pixels in (own, other))
    known = np.flatnonzero(np.diff(there, prepend=0))
    target = np.interp(ranks, there[known], known)
    return from_float((1 - share) * values + share * target, own.dtype)


def _ranks(pixels: PixelArray, band: int, count: int) -> NDArray[np.float64]:
    """Return for each value of a band which part of the pixels is not above it."""
    if pixels.dtype == np.uint8:
        counts = cv2.calcHist([pixels], [band], None, [count], [0, count]).ravel()
    else:
        counts = np.bincount(pixels[:, :, band].ravel(), minlength=count)
    height, width, _ = pixels.shape
    ranks: NDArray[np.float64] = counts.cumsum(dtype=np.float64) / (width * height)
    return ranks


@register
class Fda(Styling):
    """Give the lowest frequencies the strength that they have in a partner, phases stay.

    Yang and Soatto, FDA: Fourier Domain Adaptation for Semantic Segmentation, CVPR 2020.
    """

    revision: ClassVar[int] = 2

    beta: Annotated[
        Spread,
        Real(0, 0.5, "how far from zero frequencies are taken", "of the shorter side", neutral=0),
    ] = Uniform(0, 0.02)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the exchange of amplitudes; of none, not even of the mean, where beta is 0."""
        if not params["beta"]:
            return []
        reach = int(params["beta"] * facts.shorter)
        adapted = partial(_adapted, reach=reach)
        peers = [facts.peers[ident] for ident in params["partners"] if facts.peers]
        frame = facts.width, facts.height
        return [Styled(Laid(peer, covering(peer.facts, *frame)), adapted) for peer in peers]


@register
class ColorTransfer(Styling):
    """Give the colours the mean and the covariance that they have in a partner.

    The linear map that moves them least: Pitié and Kokaram, The Linear Monge-Kantorovitch Linear
    Colour Mapping for Example-Based Colour Transfer, CVMP 2007. Of the result and the picture a
    mean is taken.
    """

    share: Annotated[Spread, Real(0, 1, "weight of the result in that mean", neutral=0)] = Uniform(
        0.25, 1
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the map; none where its share is 0."""
        transferred = partial(_transferred, share=params["share"])
        idents = params["partners"] if params["share"] else []
        peers = [facts.peers[ident] for ident in idents if facts.peers]
        return [Styled(Laid(peer, []), transferred) for peer in peers]


def _transferred(pixels: PixelArray, other: PixelArray, share: float) -> PixelArray:
    (mean, spread), (their_mean, their_spread) = _moments(pixels), _moments(other)
    towards = share * transport(spread, their_spread) + (1 - share) * np.eye(len(mean))
    start = share * their_mean + (1 - share) * mean - towards @ mean
    if len(mean) > _MOST_AT_ONCE:
        return from_float(pixels @ towards.T + start, pixels.dtype)
    made: PixelArray = cv2.transform(pixels, np.column_stack([towards, start]))
    return made.reshape(pixels.shape)


def _moments(pixels: PixelArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of each band, and their covariance with a little of it for flat pictures."""
    values = known(pixels)
    least = (_LEAST_DEVIATION * full_range(pixels.dtype)) ** 2
    mean = channel_means(values)
    products = channel_products(values) / (values.shape[0] * values.shape[1])
    return mean, products - np.outer(mean, mean) + least * np.eye(len(mean))


def transport(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the symmetrical matrix that makes a covariance another."""
    root = _power(own, 0.5)
    back = _power(own, -0.5)
    return back @ _power(root @ other @ root, 0.5) @ back


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    powered: NDArray[np.float64] = (vectors * np.maximum(values, 0) ** exponent) @ vectors.T
    return powered


def _adapted(pixels: PixelArray, other: PixelArray, reach: int) -> PixelArray:
    """Return pixels with another's amplitudes up to a frequency across and down.

    What is no number stays where it is.
    """
    own, their = (np.fft.rfft2(_numbers(each), axes=(0, 1)) for each in (pixels, other))
    rows = np.r_[0 : reach + 1, -reach:0] if reach else np.array([0])
    low = np.ix_(rows, np.arange(min(reach + 1, own.shape[1])))
    phases = np.exp(1j * np.angle(own[low]))
    own[low] = np.abs(their[low]) * phases
    made = from_float(np.fft.irfft2(own, pixels.shape[:2], axes=(0, 1)), pixels.dtype)
    return made if pixels.dtype.kind == "u" else np.where(np.isfinite(pixels), made, pixels)


def _numbers(pixels: PixelArray) -> PixelArray:
    """Return pixels with the mean of their band in place of what is no number."""
    if pixels.dtype.kind == "u" or (are := np.isfinite(pixels)).all():
        return pixels
    sums = pixels.sum(axis=(0, 1), where=are, dtype=np.float64)
    means = sums / np.maximum(np.count_nonzero(are, axis=(0, 1)), 1)
    return np.where(are, pixels, means.astype(pixels.dtype))
