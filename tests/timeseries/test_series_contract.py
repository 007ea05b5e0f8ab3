"""What holds for every transform of time series, found in the registry."""

from __future__ import annotations

import json

import numpy as np
import pytest
from declared import held_to_its_declaration
from series_samples import TRANSFORMS, applied, facts_of, params_of, partners_of, step, wave
from together import together

from augcli.draws import Draws
from augcli.ranges import Real
from augcli.timeseries.series import stacked, unstacked
from augcli.transform import declared_range, own_fields

every = together("name", TRANSFORMS)

DRAWS_NOTHING = ("clip", "reverse", "pool", "convolve", "resize")
"""Steps whose defaults leave nothing to chance."""


@every
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("whole", [True, False])
def test_keeps_shape_and_input(name: str, channels: int, whole: bool) -> None:
    series = wave(channels=channels, whole=whole)
    before = series.values.copy()
    transform = step(name)
    params = params_of(transform, series)
    result = transform.apply(series, params, partners_of(params, series))
    assert result.values.shape == (channels, transform.length_after(params, series.length))
    assert result.values.dtype == np.float64
    assert result.label == "a"
    assert np.isfinite(result.values).all()
    np.testing.assert_array_equal(series.values, before)
    if whole:
        assert result.marks.shape == (1, result.length)
        assert set(np.unique(result.marks)) <= {0, 1}
        assert result.clock.shape == (result.length,)
        assert (np.diff(result.clock) > 0).all()
    else:
        assert result.marks is None
        assert result.clock is None


@every
def test_declarations_take_what_is_drawn_and_no_nonsense(name: str) -> None:
    held_to_its_declaration(TRANSFORMS[name], params_of(step(name), wave()))


@every
def test_params_alone_determine_output(name: str) -> None:
    series = wave()
    transform = step(name)
    made = transform.make_params(Draws(3).at("x"), facts_of(series))
    read = json.loads(json.dumps(made))
    assert read == made
    first = transform.apply(series, made, partners_of(made, series))
    second = transform.apply(series, read, partners_of(read, series))
    np.testing.assert_array_equal(first.values, second.values)


@every
def test_params_are_small_and_plain(name: str) -> None:
    assert len(json.dumps(params_of(step(name), wave()))) < 500


@every
def test_draws_differ_between_samples(name: str) -> None:
    params = {json.dumps(params_of(step(name), wave(), seed)) for seed in range(20)}
    assert (len(params) > 1) == (name not in DRAWS_NOTHING)


@every
def test_missing_values_survive(name: str) -> None:
    series = wave(gaps=True)
    result = applied(step(name), series)
    assert np.isnan(result.values).any()
    assert np.isfinite(result.values).sum() > 0.5 * result.values.size


@every
def test_all_missing_is_no_trouble(name: str) -> None:
    series = wave()
    series = series.with_values(np.full_like(series.values, np.nan))
    assert np.isnan(applied(step(name), series).values).all()


@every
@pytest.mark.parametrize("length", [1, 2, 3])
def test_tiny_series(name: str, length: int) -> None:
    series = wave(length)
    if name == "crop":
        assert "more than" in step(name).refusal(facts_of(series))
        return
    assert np.isfinite(applied(step(name), series).values).all()


BOUNDED = [
    (name, field, declared)
    for name, cls in TRANSFORMS.items()
    for field in own_fields(cls)
    if (declared := declared_range(cls, field))
]


@together(("name", "field", "declared"), BOUNDED)
def test_bounds_themselves_work(name: str, field: str, declared: Real) -> None:
    huge = declared.high > 1e6
    for value in (declared.low, *([] if huge else [declared.high])):
        transform = step(name, **{field: value})
        assert np.isfinite(applied(transform, wave()).values).all()


@every
@pytest.mark.parametrize("gaps", [True, False])
def test_a_stack_is_its_series(name: str, gaps: bool) -> None:
    transform = step(name)
    series = [wave(seed=seed, gaps=gaps and seed == 1) for seed in range(3)]
    params = [params_of(transform, each) for each in series]
    partners = [partners_of(*each) for each in zip(params, series, strict=True)]
    stack = transform.apply_all(stacked(series), params, partners)
    for made, *told in zip(unstacked(stack), series, params, partners, strict=True):
        alone = transform.apply(*told)
        np.testing.assert_array_equal(made.values, alone.values)
        np.testing.assert_array_equal(made.marks, alone.marks)
        np.testing.assert_array_equal(made.clock, alone.clock)
