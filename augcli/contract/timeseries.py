"""Promises of steps for series: a stack is its series, gaps stay gaps, short ones are taken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from augcli.contract.trials import Breach, Trial, stream
from augcli.draws import Draws
from augcli.timeseries.series import Series, stacked, unstacked
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.transform import Params


class _Nobody:
    """The peers of a series that is alone."""

    def pick(self, draws: Draws, count: int, *, of: str | None = None) -> list[str]:
        return []

    def nearest(self, count: int) -> list[str]:
        return []


class SeriesTrial(Trial):
    """Tries steps on noisy waves."""

    def params(self, step: SeriesTransform, draws: Draws) -> Params:
        """Return what a step draws for a series."""
        return step.make_params(draws, _facts(wave()))

    def made(self, step: SeriesTransform, params: Params) -> bytes:
        """Return the values of a series after a step."""
        return step.apply(wave(), params, ()).values.tobytes()

    def more(self, step: SeriesTransform) -> Iterator[Breach]:
        """Yield what a step does to series that it may not."""
        for name, series in _ODD.items():
            if step.refusal(_facts(series)):
                continue
            before = series.values.copy()
            made = step.apply(series, _drawn(step, series), ())
            if not np.array_equal(before, series.values, equal_nan=True):
                yield Breach("leaves its input as it is", name)
            if not np.isnan(before).any() and not np.isfinite(made.values).all():
                yield Breach("makes numbers of numbers", name)
        yield from _as_one(step)


def wave(length: int = 60, channels: int = 2, seed: int = 0) -> Series:
    """Return noisy waves with labels of points and a clock."""
    time = np.arange(length)
    clock = np.asarray(10.0 + time * 0.5, np.float64)
    noise = np.random.default_rng(seed).normal(0, 0.1, (channels, length))
    values = np.array([np.sin(time / (5 + n)) + n for n in range(channels)]) + noise
    marks = np.array([(time > length // 2).astype(np.int64)])
    return Series(values, "a", marks, clock)


def _gaps() -> Series:
    series = wave()
    values = series.values.copy()
    values[:, 20:24] = np.nan
    return series.with_values(values)


_ODD = {
    "one channel": wave(channels=1),
    "three points": wave(3),
    "one point": wave(1),
    "missing values": _gaps(),
}


def _facts(series: Series) -> Facts:
    return Facts(series.channels, series.length, _Nobody())


def _drawn(step: SeriesTransform, series: Series, seed: int = 3) -> Params:
    return step.make_params(stream(seed), _facts(series))


def _as_one(step: SeriesTransform) -> Iterator[Breach]:
    """Yield that a series comes out otherwise in a stack than by itself."""
    series = [wave(seed=seed) for seed in range(3)]
    params = [_drawn(step, each, seed) for seed, each in enumerate(series)]
    stack = step.apply_all(stacked(series), params, [()] * len(series))
    alone = map(step.apply, series, params, [()] * len(series))
    for one, other in zip(unstacked(stack), alone, strict=True):
        if not np.array_equal(one.values, other.values, equal_nan=True):
            yield Breach("a stack is its series", "a series is another one in a stack than alone")


TRIAL = SeriesTrial()
