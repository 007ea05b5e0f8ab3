"""Rows as networks see them: each number by its mode and its place in that, classes one of many.

Xu, Skoularidou, Cuesta-Infante, Veeramachaneni, Modeling Tabular Data using Conditional GAN,
NeurIPS 2019, section 4.2.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.networks import Floats
from augcli.tabular.reading.table import Codes, Numbers

_MODES, _LEAST = 10, 0.005
"""Modes of a column at the most, and the weight that one has at the least."""
_WIDTHS = 4.0
"""Standard deviations of a mode that lie within ±1."""
_LOOKED_AT = 5000
"""Values that modes are found by."""
_INSIDE = 0.99


class Span(NamedTuple):
    """Columns of a row that belong together."""

    start: int
    stop: int
    is_share: bool
    """Whether they are shares of one of many; else a place within a mode."""

    @property
    def slice(self) -> slice:
        """Return where they lie."""
        return slice(self.start, self.stop)


class Modes(Struct, frozen=True):
    """The modes of a column of numbers."""

    means: Numbers
    widths: Numbers
    weights: Numbers

    @classmethod
    def of(cls, values: Numbers, seed: int) -> Modes:
        """Return the modes of values, by a variational mixture of Gaussians."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import BayesianGaussianMixture

        some = np.random.default_rng(seed).permutation(values)[:_LOOKED_AT]
        if some.std() == 0:
            return cls(some[:1], np.ones(1), np.ones(1))
        mixture = BayesianGaussianMixture(
            n_components=min(_MODES, len(np.unique(some))),
            weight_concentration_prior=0.001,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # modes that are near will do
            mixture.fit((some[:, None] - some.mean()) / some.std())
        kept = mixture.weights_ >= min(_LEAST, mixture.weights_.max())
        means = mixture.means_[kept, 0] * some.std() + some.mean()
        widths = np.sqrt(mixture.covariances_[kept, 0, 0]) * some.std()
        return cls(means, widths, mixture.weights_[kept])

    def told(self, values: Numbers, shares: Numbers) -> Floats:
        """Return places within modes that are drawn by shares of 0..1, then which mode it is."""
        away = (values[:, None] - self.means) / self.widths
        chances = np.log(self.weights / self.widths) - away**2 / 2
        chances = np.exp(chances - chances.max(axis=1, keepdims=True))
        mode = drawn_of(chances, shares)
        place = away[np.arange(len(values)), mode] / _WIDTHS
        one = np.eye(len(self.means))[mode]
        return np.column_stack([place.clip(-_INSIDE, _INSIDE), one]).astype(np.float32)

    def values(self, place: Numbers, mode: NDArray[np.intp]) -> Numbers:
        """Return the values of places within modes."""
        found: Numbers = place * _WIDTHS * self.widths[mode] + self.means[mode]
        return found


def drawn_of(chances: Numbers, shares: Numbers) -> NDArray[np.intp]:
    """Return one of many for each row of chances, by a share of 0..1 of their sum."""
    sums = chances.cumsum(axis=1)
    found: NDArray[np.intp] = (sums < shares[:, None] * sums[:, -1:]).sum(axis=1)
    return found


class Layout(Struct, frozen=True):
    """How rows are told: numbers by modes, then categories, of which the last is the class."""

    modes: Sequence[Modes]
    counts: Sequence[int]
    """How many values each category has; one that is missing is one of them."""

    @property
    def spans(self) -> list[Span]:
        """Return what belongs together, column by column."""
        found, start = [], 0
        for width, is_share in self._widths():
            found.append(Span(start, start + width, is_share))
            start += width
        return found

    def _widths(self) -> Iterator[tuple[int, bool]]:
        for each in self.modes:
            yield from ((1, False), (len(each.means), True))
        yield from ((count, True) for count in self.counts)

    @property
    def width(self) -> int:
        """Return how many columns a row is told in."""
        return self.spans[-1].stop

    @property
    def kinds(self) -> list[Span]:
        """Return the spans of categories."""
        return self.spans[2 * len(self.modes) :]

    @property
    def places(self) -> list[Span]:
        """Return the spans of places within modes."""
        return [span for span in self.spans if not span.is_share]

    @property
    def choices(self) -> int:
        """Return how often a row has one of many."""
        return len(self.modes) + len(self.counts)

    def activated(self, raw: Floats) -> Floats:
        """Return places within modes and chances of one of many, from what a network made."""
        made = np.tanh(raw)
        for span in (each for each in self.spans if each.is_share):
            own = np.exp(raw[:, span.slice] - raw[:, span.slice].max(axis=1, keepdims=True))
            made[:, span.slice] = own / own.sum(axis=1, keepdims=True)
        return made

    def surest(self, made: Floats) -> Floats:
        """Return rows whose numbers are in their likeliest modes.

        A place is told with a mode: one that is drawn apart from it puts it where no row is.
        """
        sure = made.copy()
        for span in self.spans[1 : 2 * len(self.modes) : 2]:
            sure[:, span.slice] = np.eye(span.stop - span.start)[made[:, span.slice].argmax(axis=1)]
        return sure

    def told(self, numbers: Numbers, codes: Codes, shares: Numbers) -> Floats:
        """Return rows as networks see them; `shares` draw the modes."""
        columns = (
            each.told(*both) for each, *both in zip(self.modes, numbers.T, shares.T, strict=True)
        )
        kinds = (
            np.eye(n, dtype=np.float32)[own] for n, own in zip(self.counts, codes.T, strict=True)
        )
        return np.hstack([*columns, *kinds])

    def rows(self, told: Floats, shares: Numbers) -> tuple[Numbers, Codes]:
        """Return numbers and categories of rows as a network made them, by a share each."""
        drawn = [
            drawn_of(told[:, span.slice].astype(np.float64), own)
            for span, own in zip((s for s in self.spans if s.is_share), shares.T, strict=True)
        ]
        count = len(self.modes)
        places = (told[:, span.start].astype(np.float64) for span in self.places)
        values = [
            each.values(place, mode)
            for each, place, mode in zip(self.modes, places, drawn[:count], strict=True)
        ]
        numbers = np.column_stack([np.zeros((len(told), 0)), *values])
        return numbers, np.column_stack(drawn[count:]).astype(np.int32)
