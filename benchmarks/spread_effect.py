"""How far may learned warps bend pictures? What each spread gives a kernel, and a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from augcli.judges.judge import Rows
from augcli.judges.network import fitted
from augcli.networks import lacking
from benchmarks import environment
from benchmarks.learned_effect import COPIES, DATA, Augmented, Pictures, Pool, augmented, guessed
from benchmarks.measure import say
from benchmarks.results import LEARNED, Section

TITLE = "How far learned warps may bend"
EACH, SEEDS = 10, 5
_SIDE = 32
_SPREADS = (0.5, 1, 2, 3)

_TEXT = f"""As above, with {COPIES} copies of each of {EACH} pictures a class and {SEEDS} draws, the
same for each spread of `learned_warp`. The network is that of `augment evaluate --network`: three
layers of convolutions, pictures of {_SIDE} × {_SIDE} pixels, 300 updates whatever there is."""


def effect(rounds: int, *, quick: bool) -> Section | str:
    """Return the section; `rounds` has no say, as each seed is a round."""
    folders = {name: environment.data(name) for name in DATA}
    if lacking() or None in folders.values():
        return f"no torch, or not {' and '.join(folders)}: set AUGMENT_BENCH_DATA and install it"
    head = ("data", "spread", "kernel ridge", "small network")
    rows = [
        row for name, folder in folders.items() if folder for row in measured(name, folder, quick)
    ]
    return Section(TITLE, _TEXT, [head, *rows], page=LEARNED)


def measured(name: str, folder: Path, quick: bool) -> Iterator[tuple[str, ...]]:
    """Yield a row for no copies and for each spread."""
    pools = [DATA[name].pool(folder, EACH, seed) for seed in range(1 if quick else SEEDS)]
    variants: dict[str, list[Any]] = {
        "no copies": [],
        **{f"{each:g}": [{"learned_warp": {"spread": each}}] for each in _SPREADS},
    }
    for what, steps in variants.items():
        made = (augmented(pool, steps, DATA[name].border, n) for n, pool in enumerate(pools))
        found = 100 * np.array([_both(*each) for each in zip(made, pools, strict=True)])
        both = zip(found.mean(axis=0), found.std(axis=0), strict=True)
        row = (name, what, *(f"{mean:.1f} ± {spread:.1f}" for mean, spread in both))
        say(f"  {' | '.join(row)}")
        yield row


def _both(made: Augmented, pool: Pool) -> tuple[float, float]:
    """Return the accuracies of kernel ridge and of the network."""
    pictures, labels, sources = made
    own = labels[: len(pool.train)]
    rows = Rows(_views(pictures), sources, own, np.eye(10)[labels])
    told = fitted(rows, _views(pool.test)).argmax(axis=1)
    return guessed(made, pool)[0], float(np.mean(told == pool.truth))


def _views(pictures: Pictures) -> list[Any]:
    sides = (_SIDE, _SIDE)
    small = [cv2.resize(each, sides, interpolation=cv2.INTER_AREA) for each in pictures]
    return [each[..., None].astype(np.float32) / 255 for each in small]
