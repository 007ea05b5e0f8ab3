"""Series drawn for many at once are drawn as each is alone, and as they ever were."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from series_samples import TRANSFORMS, facts_of, step, wave

from augcli.draws import Draws, ManyDraws, repeated
from augcli.timeseries.transform import Listed, SeriesTransform

RANGES: dict[str, tuple[str, dict[str, object]]] = {
    "time warp": (
        "time_warp",
        {"segments": [2, 6], "per_channel": True, "speed": {"normal": [1, 0.2]}},
    ),
    "magnitude warp": ("magnitude_warp", {"knots": [2, 5], "sigma": [0.1, 0.3]}),
    "uneven permutation": ("permutation", {"equal": False}),
    "window slice": ("window_slice", {"fraction": [0.5, 1]}),
}
FROZEN = {
    "time_warp": "5b5f9232e9bd",
    "permutation": "8be191e72457",
    "window_slice": "3be273d84376",
    "window_warp": "9bd7aae49de9",
    "jitter": "b2422910e674",
    "scaling": "f4367a410645",
    "rotation": "156967c52d45",
    "magnitude_warp": "89d32b7c82e8",
    "drift": "d912ac3df150",
    "time warp": "25311f272751",
    "magnitude warp": "5d6110c9503e",
    "uneven permutation": "baf032c7cbd4",
    "window slice": "525893c34998",
}
"""Hashes of what 20 streams draw; where one changes, the step's revision is to be raised."""
FACTS = facts_of(wave(channels=3))


def made(case: str) -> SeriesTransform:
    name, params = RANGES.get(case, (case, {}))
    return step(name, **params)


@pytest.mark.parametrize("case", [*TRANSFORMS, *RANGES])
def test_many_are_drawn_as_each_is_alone(case: str) -> None:
    transform, draws = made(case), [Draws(5).at(number) for number in range(12)]
    many = transform.many_params(ManyDraws.of(draws), FACTS.channels, FACTS.length)
    known = [row for row, _ in zip(many, draws, strict=False)]
    if isinstance(transform, Listed):
        assert None not in known
    for here, row in zip(draws, known, strict=True):
        if row is not None:
            assert row == json.dumps(transform.make_params(here, FACTS))


@pytest.mark.parametrize("case", FROZEN)
def test_what_is_drawn_stays_as_it_was(case: str) -> None:
    transform = made(case)
    drawn = [transform.make_params(Draws(9).at(number), FACTS) for number in range(20)]
    assert hashlib.sha256(json.dumps(drawn).encode()).hexdigest()[:12] == FROZEN[case]


def test_whole_numbers_below_other_ends_are_drawn_as_each_is_alone() -> None:
    draws, ends = [Draws(2).at(number) for number in range(50)], np.arange(50) ** 5 + 3
    many = ManyDraws.of(draws).integer(0, ends).tolist()
    assert many == [here.integer(0, end) for here, end in zip(draws, ends.tolist(), strict=True)]


def test_copies_are_numbered_sample_by_sample() -> None:
    places, copies = repeated([2, 0, 3])
    assert places.tolist() == [0, 0, 2, 2, 2]
    assert copies.tolist() == [0, 1, 0, 1, 2]
