"""Steps on values against NumPy and SciPy formulas."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from scipy.stats import kstest
from series_samples import applied, params_of, step, wave

from augcli.draws import Draws
from augcli.timeseries.curves import smooth
from augcli.timeseries.noise import normal, quantiles, uniform
from augcli.timeseries.series import Series
from augcli.timeseries.transforms.values import lost_points


def test_noise_is_frozen() -> None:
    key = Draws(7).at("noise")
    assert uniform(7, 3).tolist() == [key.at(i).uniform() for i in range(3)]
    assert normal(7, 2, 3).shape == (2, 3)
    assert normal(7, 6).tolist() == normal(7, 2, 3).ravel().tolist()


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    tails = [2.0**-power for power in range(1, 54)]
    shares = np.array([*np.arange(0.0001, 1, 0.0001), *tails, *(1 - np.array(tails))])
    told = [NormalDist().inv_cdf(share + 2.0**-54) for share in shares[shares < 0.5].tolist()]
    np.testing.assert_allclose(quantiles(shares[shares < 0.5]), told, rtol=0, atol=1e-5)
    np.testing.assert_allclose(quantiles(1 - shares), -quantiles(shares), rtol=0, atol=1e-5)
    assert quantiles(np.zeros(1)) == pytest.approx(NormalDist().inv_cdf(2.0**-54))


def test_noise_is_normal() -> None:
    assert kstest(normal(1, 20_000), "norm").pvalue > 0.01


@pytest.mark.oracle("jitter")
def test_jitter_is_in_standard_deviations() -> None:
    series = Series(wave(5000).values * np.array([[1.0], [100.0]]))
    added = applied(step("jitter", sigma=0.1), series).values - series.values
    np.testing.assert_allclose(added.std(axis=1), 0.1 * series.values.std(axis=1), rtol=0.05)


@pytest.mark.oracle("scaling")
def test_scaling_has_a_factor_for_each_channel() -> None:
    series = wave(channels=3)
    factors = applied(step("scaling"), series).values / series.values
    assert np.ptp(factors, axis=1).max() < 1e-12
    assert len(set(factors[:, 0])) == 3
    together = applied(step("scaling", per_channel=False), series).values / series.values
    assert np.ptp(together) < 1e-12


@pytest.mark.oracle("rotation")
def test_rotation_negates_and_permutes() -> None:
    series = wave(channels=4)
    rows = {tuple(row) for row in series.values}
    rows |= {tuple(-row) for row in series.values}
    results = [applied(step("rotation"), series, seed).values for seed in range(30)]
    assert all({tuple(row) for row in each} <= rows for each in results)
    assert len({each.tobytes() for each in results}) > 20
    assert any(set(map(tuple, each)) - {tuple(row) for row in series.values} for each in results)
    still = applied(step("rotation", flip=0, permute=False), series).values
    np.testing.assert_array_equal(still, series.values)


@pytest.mark.oracle("magnitude_warp")
def test_magnitude_warp_is_a_natural_cubic_spline() -> None:
    series = wave(channels=2)
    transform = step("magnitude_warp")
    params = params_of(transform, series)
    (knots,) = params["knots"]
    assert len(knots) == 6
    curve = CubicSpline(np.linspace(0, 59, 6), knots, bc_type="natural")(np.arange(60))
    result = transform.apply(series, params, [])
    np.testing.assert_allclose(result.values, series.values * curve)


@pytest.mark.oracle("drift")
@given(st.integers(0, 10_000), st.floats(0.01, 5))
def test_drift_starts_at_zero_and_reaches_its_size(seed: int, size: float) -> None:
    series = wave()
    added = applied(step("drift", size=size), series, seed).values - series.values
    spread = series.values.std(axis=1)
    np.testing.assert_allclose(added[:, 0], 0, atol=1e-9)
    np.testing.assert_allclose(np.abs(added).max(axis=1), size * spread, rtol=1e-6)


@given(st.integers(0, 2**31 - 1), st.floats(0, 1), st.integers(1, 80), st.integers(1, 200))
def test_dropout_loses_exactly_so_many(seed: int, fraction: float, size: int, length: int) -> None:
    lost = lost_points({"seed": seed, "fraction": fraction, "size": size}, length)
    width = min(size, length)
    assert lost.sum() == min(round(fraction * length / width), length // width) * width


@pytest.mark.oracle("dropout")
@pytest.mark.parametrize("fill", ["zero", "mean", "previous", "missing"])
def test_dropout_fills(fill: str) -> None:
    series = wave()
    transform = step("dropout", fraction=0.3, size=3, fill=fill)
    params = params_of(transform, series)
    lost = lost_points(params, 60)
    values = transform.apply(series, params, []).values
    np.testing.assert_array_equal(values[:, ~lost], series.values[:, ~lost])
    first = int(np.argmax(lost & (np.arange(60) > 0)))
    expected = {
        "zero": 0.0,
        "mean": series.values[0].mean(),
        "previous": values[0, first - 1],
        "missing": np.nan,
    }
    np.testing.assert_allclose(values[0, first], expected[fill])


@pytest.mark.oracle("pool")
@pytest.mark.parametrize(("by", "formula"), [("mean", np.mean), ("max", np.max), ("min", np.min)])
def test_pool(by: str, formula: object) -> None:
    series = wave(10, channels=1)
    expected = [formula(series.values[0, i : i + 4]) for i in (0, 4, 8)]
    result = applied(step("pool", size=4, by=by), series).values[0]
    np.testing.assert_allclose(result, np.repeat(expected, 4)[:10])


@pytest.mark.oracle("quantize")
@given(st.integers(2, 40), st.sampled_from(["range", "quantile"]))
def test_quantize_has_no_more_levels(levels: int, by: str) -> None:
    series = wave(300, channels=1)
    result = applied(step("quantize", levels=levels, by=by), series).values[0]
    assert len(np.unique(result)) <= levels
    if by == "range":
        distance = np.ptp(series.values) / (levels - 1) / 2
        assert np.abs(result - series.values[0]).max() <= distance + 1e-12


@pytest.mark.oracle("convolve")
def test_convolve_is_a_weighted_mean() -> None:
    series = wave(channels=1)
    window = np.hanning(9)[1:-1]
    expected = np.convolve(series.values[0], window / window.sum(), "valid")
    result = applied(step("convolve", size=7), series).values[0]
    np.testing.assert_allclose(result[3:-3], expected)
    flat = series.with_values(np.full_like(series.values, 5.0))
    np.testing.assert_allclose(applied(step("convolve"), flat).values, 5.0)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=12), st.integers(2, 400))
def test_smooth_curves_are_scipys(knots: list[float], length: int) -> None:
    xs = np.linspace(0, length - 1, len(knots))
    expected = CubicSpline(xs, knots, bc_type="natural")(np.arange(length))
    np.testing.assert_allclose(smooth(np.array(knots), length), expected, atol=1e-9)
