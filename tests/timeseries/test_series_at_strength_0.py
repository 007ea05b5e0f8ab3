"""Strength 0 leaves series as they are, whatever the step; found in the registry."""

from __future__ import annotations

import numpy as np
import pytest
from series_samples import TRANSFORMS, params_of, partners_of, step, wave

from augcli.transform import changed, declared_range, own_fields

SINGLE = ("time_stretch", "pitch_shift")
"""They work on spectra of single precision."""


def neutral_steps() -> list[str]:
    return [
        name
        for name, cls in TRANSFORMS.items()
        if not cls.lasting
        and any(d.neutral is not None for f in own_fields(cls) if (d := declared_range(cls, f)))
    ]


@pytest.mark.parametrize("name", neutral_steps())
def test_the_magnitudes_of_strength_0_change_nothing(name: str) -> None:
    series = wave()
    still = changed(step(name).at_strength(0), p=1)
    params = params_of(still, series)
    seen = still.apply(series, params, partners_of(params, series))
    atol = 1e-6 if name in SINGLE else 1e-12
    np.testing.assert_allclose(seen.values, series.values, atol=atol)


def test_most_steps_of_series_have_a_neutral_value() -> None:
    assert len(neutral_steps()) >= 14
    assert TRANSFORMS["resize"].lasting
    assert TRANSFORMS["crop"].lasting
