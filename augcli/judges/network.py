"""A small convolutional network as a judge (extra `torch`): as many updates whatever there is.

Each update draws sources, all as often, and then one of the rows of each: so that plain duplicates
change nothing, and copies are no longer training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.judges.judge import Numbers, Rows
from augcli.networks import array_of, fit, torch_of

_STEPS, _BATCH = 300, 32
_CHANNELS = (16, 32, 64)
_SEED = 0


def fitted(rows: Rows, tested: Sequence[Any]) -> NDArray[np.float64]:
    """Return the logits of a network for other pictures: three layers, each of half the sides."""
    seen, asked = _stacked([*rows.views]), _stacked(tested)
    own = seen[: len(rows.labels)]
    middle, spread = own.mean(), own.std() + 1e-6
    starts, counts, order = _by_source(rows.sources)
    with torch_of(_SEED) as torch:
        pictures = torch.as_tensor((seen - middle) / spread)
        targets = torch.as_tensor(rows.targets.astype(np.float32))
        first, many, places = (torch.as_tensor(each) for each in (starts, counts, order))
        network = _network(torch, seen.shape, rows.classes)

        def loss(sources: Any) -> Any:
            turn = (torch.rand(len(sources)) * many[sources]).long()
            some = places[first[sources] + turn]
            return torch.nn.functional.cross_entropy(network(pictures[some]), targets[some])

        fit(torch, network.parameters(), loss, len(rows.labels), _STEPS, batch=_BATCH)
        with torch.no_grad():
            scores = array_of(network(torch.as_tensor((asked - middle) / spread)))
    return np.asarray(scores, np.float64).round(5)


def _stacked(views: Sequence[Any]) -> NDArray[np.float32]:
    """Return pictures as torch has them: bands, then rows and columns."""
    return np.ascontiguousarray(np.stack(views).transpose(0, 3, 1, 2), np.float32)


def _by_source(sources: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return where the rows of each source begin, how many they are, and all in that order."""
    counts = np.bincount(sources)
    return np.cumsum(counts) - counts, counts, np.argsort(sources, kind="stable")


def _network(torch: Any, shape: tuple[int, ...], classes: int) -> Any:
    nn, layers, bands = torch.nn, [], shape[1]
    for width in _CHANNELS:
        layers += [nn.Conv2d(bands, width, 3, stride=2, padding=1), nn.ReLU()]
        bands = width
    side = shape[2] >> len(_CHANNELS)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(bands * side * side, classes))
