"""TVAE and CTGAN, as Xu et al., NeurIPS 2019, define them; by torch, on one thread.

A trained network makes rows of normal numbers, and of the class that is wished for, as far as it
hears of that: who asks looks at the class that a row came to have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.networks import (
    Dense,
    Floats,
    array_of,
    contest,
    fit,
    layers,
    linear,
    network_of,
    torch_of,
)
from augcli.tabular.networks.layout import Layout

SIZE = 128
"""Numbers that a row is made of."""
_SMALLEST, _LARGEST, _TIMES = 200, 500, 10
"""Rows at a time, and how often in an epoch at the least."""
USUAL = 3000
"""Steps of training where nobody says how often to go over a table."""
_PACKED = 10
"""Rows that the critic judges together (Lin et al., PacGAN, NeurIPS 2018)."""
_HIDDEN = 256
_SHARP = 0.2
"""Temperature of what is nearly one of many (Gumbel softmax)."""


class Lessons(Struct, frozen=True):
    """Rows to learn from, as networks see them, and how often to go over them."""

    layout: Layout
    rows: Floats
    steps: int
    """Of training."""
    seed: int

    @property
    def batch(self) -> int:
        """Return how many rows are taken at a time."""
        return batch_of(len(self.rows))


def batch_of(rows: int) -> int:
    """Return how many rows of a table are taken at a time: of small ones fewer, in whole packs.

    Of few packs at a time the critic learns little of how columns hang together.
    """
    return min(_LARGEST, max(_SMALLEST, rows // _TIMES // _PACKED * _PACKED))


def steps_in(rows: int) -> int:
    """Return how many steps it takes to go over a table once."""
    return max(_TIMES, rows // batch_of(rows))


Maker = Callable[[Floats, int], Floats]
"""Makes rows of normal numbers, for a class."""


def tvae(lessons: Lessons) -> Maker:
    """Train a variational autoencoder of rows; it hears of no class.

    Numbers are in their likeliest modes, as by the authors' own program; categories are drawn by
    their chances, as the paper has it, or rare ones would hardly come.
    """
    layout, width = lessons.layout, lessons.layout.width
    with torch_of(lessons.seed) as torch:
        rows = torch.as_tensor(lessons.rows)
        encoder = layers(torch, width, SIZE, SIZE, 2 * SIZE)
        decoder = layers(torch, SIZE, SIZE, SIZE, width)
        blur = torch.nn.Parameter(torch.full((width,), 0.1))

        def loss(chosen: Any) -> Any:
            mean, spread = encoder(rows[chosen]).chunk(2, dim=1)
            made = decoder(mean + torch.exp(spread / 2) * torch.randn_like(mean))
            apart = _apart(torch, layout, made, rows[chosen], blur.clamp(0.01, 1))
            told = (mean**2 + spread.exp() - spread - 1).sum() / 2
            return (2 * apart + told) / len(chosen)

        weights = [*encoder.parameters(), *decoder.parameters(), blur]
        fit(torch, weights, loss, len(rows), lessons.steps, batch=lessons.batch, decay=1e-5)
        widths = array_of(blur.clamp(0.01, 1))

        network = network_of(linear(decoder))

    def made(normal: Floats, _label: int) -> Floats:
        told = layout.activated(network(normal[:, :SIZE]))
        for span in layout.places:
            own = normal[:, SIZE + span.start]
            told[:, span.start] = (told[:, span.start] + widths[span.start] * own).clip(-1, 1)
        return layout.surest(told)

    return made


def _apart(torch: Any, layout: Layout, made: Any, real: Any, blur: Any) -> Any:
    """Return how unlikely real rows are by what was made of them."""
    total = 0
    for span in layout.spans:
        own, wanted = made[:, span.slice], real[:, span.slice]
        if span.is_share:
            total += torch.nn.functional.cross_entropy(own, wanted.argmax(dim=1), reduction="sum")
        else:
            width = blur[span.start]
            total += ((wanted - torch.tanh(own)) ** 2 / (2 * width**2)).sum()
            total += torch.log(width) * len(own)
    return total


def ctgan(lessons: Lessons) -> Maker:
    """Train a generator that is told one category of each row, against a packed critic."""
    layout, width = lessons.layout, lessons.layout.width
    wishes = Wishes.of(lessons)
    with torch_of(lessons.seed) as torch:
        rows = torch.as_tensor(lessons.rows)
        hidden, last = _residual(torch, SIZE + wishes.width, width)
        critic = _critic(torch, _PACKED * (width + wishes.width))
        count = lessons.batch

        def batch() -> tuple[Any, Any, Any]:
            wish, chosen = wishes.drawn(count)
            told = torch.as_tensor(wish)
            raw = torch.cat([torch.randn(count, SIZE), told], dim=1)
            for layer in hidden:
                raw = torch.cat([layer(raw), raw], dim=1)
            raw = last(raw)
            pairs = (rows[chosen], _nearly(torch, layout, raw))
            real, fake = (torch.cat([each, told], dim=1) for each in pairs)
            packs = (each.reshape(count // _PACKED, -1) for each in (real, fake))
            return *packs, _unheard(torch, layout, raw, told) / count

        weights = [*hidden.parameters(), *last.parameters()]
        contest(torch, weights, critic, batch, lessons.steps, rate=2e-4, decay=1e-6)
        folded, end = [_folded(torch, each) for each in hidden], network_of([last])

    def made(normal: Floats, label: int) -> Floats:
        wish = np.tile(wishes.of_class(label), (len(normal), 1))
        values = np.hstack([normal[:, :SIZE], wish])
        for layer in folded:
            values = np.hstack([layer(values).clip(min=0), values])
        return layout.activated(end(values))

    return made


def _residual(torch: Any, inputs: int, outputs: int) -> tuple[Any, Any]:
    """Return layers that each see all that came before, and a last one."""
    nn, hidden = torch.nn, torch.nn.ModuleList()
    for _ in range(2):
        parts = nn.Linear(inputs, _HIDDEN), nn.BatchNorm1d(_HIDDEN), nn.ReLU()
        hidden.append(nn.Sequential(*parts))
        inputs += _HIDDEN
    return hidden, nn.Linear(inputs, outputs)


def _folded(torch: Any, layer: Any) -> Dense:
    """Return a layer with what its batches were brought to by."""
    linear, norm, _ = layer
    with torch.no_grad():
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        added = (linear.bias - norm.running_mean) * factor + norm.bias
        return Dense.of(np.vstack([array_of(linear.weight * factor[:, None]).T, array_of(added)]))


def _critic(torch: Any, inputs: int) -> Any:
    nn = torch.nn
    layers: list[Any] = []
    for _ in range(2):
        layers += [nn.Linear(inputs, _HIDDEN), nn.LeakyReLU(0.2), nn.Dropout(0.5)]
        inputs = _HIDDEN
    return nn.Sequential(*layers, nn.Linear(inputs, 1))


def _nearly(torch: Any, layout: Layout, raw: Any) -> Any:
    """Return places within modes, and what is nearly one of many."""
    softmax = torch.nn.functional.gumbel_softmax
    parts = [
        softmax(raw[:, span.slice], tau=_SHARP) if span.is_share else torch.tanh(raw[:, span.slice])
        for span in layout.spans
    ]
    return torch.cat(parts, dim=1)


def _unheard(torch: Any, layout: Layout, raw: Any, told: Any) -> Any:
    """Return how little of conditions is met: cross entropy, in the columns that they are of."""
    total, first = 0, layout.kinds[0].start
    for span in layout.kinds:
        wish = told[:, span.start - first : span.stop - first]
        asked = torch.nn.functional.cross_entropy(
            raw[:, span.slice], wish.argmax(dim=1), reduction="none"
        )
        total += (asked * wish.sum(dim=1)).sum()
    return total


class Wishes(Struct, frozen=True):
    """Conditions: one category of one column, rare ones nearly as often as others."""

    chances: Sequence[NDArray[np.float64]]
    """Of each category's values, by the logarithms of their counts."""
    rows: Sequence[NDArray[np.intp]]
    """Those that have each value, category by category."""
    lottery: np.random.Generator

    @classmethod
    def of(cls, lessons: Lessons) -> Wishes:
        """Return the conditions that rows allow."""
        known = [lessons.rows[:, span.slice] > 0 for span in lessons.layout.kinds]
        logs = [np.log1p(each.sum(axis=0)) for each in known]
        rows = [np.flatnonzero(column) for each in known for column in each.T]
        chances = [each / each.sum() for each in logs]
        return cls(chances, rows, np.random.default_rng(lessons.seed))

    @property
    def width(self) -> int:
        """Return how many values all categories have."""
        return len(self.rows)

    def drawn(self, count: int) -> tuple[Floats, NDArray[np.intp]]:
        """Return conditions, each with a row that meets it: training by sampling."""
        values = np.empty(count, np.intp)
        columns, start = self.lottery.integers(len(self.chances), size=count), 0
        for column, chances in enumerate(self.chances):
            here = np.flatnonzero(columns == column)
            values[here] = start + self.lottery.choice(len(chances), len(here), p=chances)
            start += len(chances)
        shares = self.lottery.random(count)
        pairs = zip(values.tolist(), shares.tolist(), strict=True)
        chosen = [self.rows[value][int(share * len(self.rows[value]))] for value, share in pairs]
        wish: Floats = np.eye(self.width, dtype=np.float32)[values]
        return wish, np.array(chosen, np.intp)

    def of_class(self, label: int) -> Floats:
        """Return the condition for a class, the last of the categories."""
        wish: Floats = np.zeros(self.width, np.float32)
        wish[self.width - len(self.chances[-1]) + label] = 1
        return wish
