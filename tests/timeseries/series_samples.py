"""Series and steps for the tests of time-series transforms."""

from __future__ import annotations

import json

import numpy as np
from msgspec.structs import replace

from augcli.draws import Draws
from augcli.timeseries.series import Series
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.transform import REGISTRY

TRANSFORMS = {name: cls for (kind, name), cls in REGISTRY.items() if kind == "timeseries"}

NEEDED = {"crop": {"length": 40}, "resize": {"length": 90}}
"""Parameters without a default; the series of the tests have 60 points."""


def step(name: str, **params: object) -> SeriesTransform:
    return TRANSFORMS[name](**(NEEDED.get(name, {}) | params))


def wave(length=60, channels=2, seed=0, *, gaps=False, whole=True) -> Series:
    """Return noisy waves with labels of points and a clock."""
    rng = np.random.default_rng(seed)
    time = np.arange(length)
    values = np.array([np.sin(time / (5 + c)) + c for c in range(channels)])
    values = values + rng.normal(0, 0.1, values.shape)
    if gaps:
        values[:, length // 3 : length // 3 + 4] = np.nan
    marks = np.array([(time > length // 2).astype(np.int64)])
    return Series(values, "a", marks if whole else None, 10.0 + time * 0.5 if whole else None)


class Everyone:
    """Peers of a test: as many others as are asked for."""

    def pick(self, draws: Draws, count: int, *, of: str | None = None) -> list[str]:
        return [f"{of or 'class'}#{draws.at(i).integer(0, 99)}" for i in range(count)]

    def nearest(self, count: int) -> list[str]:
        return [f"near#{i}" for i in range(count)]


def facts_of(series: Series) -> Facts:
    return Facts(series.channels, series.length, Everyone())


def params_of(transform: SeriesTransform, series: Series, seed: int = 3) -> dict[str, object]:
    params = transform.make_params(Draws(seed).at("x"), facts_of(series))
    read = json.loads(json.dumps(params))
    assert read == params
    return read


def partners_of(params: dict[str, object], like: Series) -> list[Series]:
    """Return other series; each second one is a little longer."""
    ids = params.get("partners", ())
    return [
        replace(wave(like.length + 5 * (i % 2), like.channels, seed=9 + i))
        for i, _ in enumerate(ids)
    ]


def applied(transform: SeriesTransform, series: Series, seed: int = 3) -> Series:
    params = params_of(transform, series, seed)
    return transform.apply(series, params, partners_of(params, series))
