"""Steps along the axis: monotone, inside, and with all that belongs to the points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator
from series_samples import applied, facts_of, params_of, step, wave

from augcli.timeseries.curves import monotone
from augcli.timeseries.series import Series
from augcli.timeseries.transforms.axis import warped_axes

lengths = st.integers(2, 400)
seeds = st.integers(0, 100_000)


def ramp(length: int, channels: int = 1) -> Series:
    """Return a series whose values are its places."""
    return Series(np.tile(np.arange(float(length)), (channels, 1)), "a")


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), lengths)
def test_warps_are_monotone_and_end_fixed(speeds: list[float], length: int) -> None:
    positions = warped_axes(np.array(speeds), length)
    assert positions[0] == 0
    assert positions[-1] == length - 1
    assert (np.diff(positions) >= 0).all()


def test_warp_is_pchip_through_the_sum_of_speeds() -> None:
    speeds = [0.5, 2, 1, 1.5]
    way = np.array([0, 0.5, 2.5, 3.5, 5]) / 5 * 99
    expected = PchipInterpolator(np.linspace(0, 99, 5), way)(np.arange(100))
    np.testing.assert_allclose(warped_axes(np.array(speeds), 100), expected)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=12), lengths)
def test_monotone_curves_are_scipys(ys: list[float], length: int) -> None:
    xs = np.linspace(0, length - 1, len(ys))
    expected = PchipInterpolator(xs, ys)(np.arange(length))
    np.testing.assert_allclose(monotone(xs, np.array(ys), length), expected, atol=1e-9)


@pytest.mark.oracle("time_warp")
def test_channels_are_warped_together_unless_asked() -> None:
    together = applied(step("time_warp"), ramp(50, 3)).values
    np.testing.assert_array_equal(together[0], together[2])
    apart = applied(step("time_warp", per_channel=True), ramp(50, 3)).values
    assert not np.array_equal(apart[0], apart[2])


@pytest.mark.oracle("permutation")
@given(lengths, seeds, st.integers(2, 50), st.booleans())
def test_permutation_keeps_the_multiset(length: int, seed: int, segments: int, equal: bool) -> None:
    result = applied(step("permutation", segments=segments, equal=equal), ramp(length), seed)
    assert sorted(result.values[0]) == list(range(length))
    jumps = (np.diff(result.values[0]) != 1).sum()
    assert 1 <= jumps < min(segments, length)


@pytest.mark.oracle("window_slice")
@given(lengths, seeds, st.floats(0.01, 1))
def test_slices_are_inside(length: int, seed: int, fraction: float) -> None:
    transform = step("window_slice", fraction=fraction)
    params = params_of(transform, ramp(length), seed)
    assert params["length"] == int(np.ceil(fraction * length))
    assert 0 <= params["start"] <= length - params["length"]
    values = transform.apply(ramp(length), params, []).values[0]
    end = params["start"] + params["length"] - 1
    np.testing.assert_allclose(values, np.linspace(params["start"], end, length))


@given(lengths, seeds, st.floats(0.01, 1), st.floats(0.05, 20))
def test_window_warps_are_monotone_and_end_fixed(
    length: int, seed: int, fraction: float, factor: float
) -> None:
    transform = step("window_warp", fraction=fraction, factor=factor)
    values = applied(transform, ramp(length), seed).values[0]
    np.testing.assert_allclose(values[[0, -1]], [0, length - 1], atol=1e-6)
    assert (np.diff(values) > 0).all()


@pytest.mark.oracle("window_warp")
def test_window_warp_stretches_its_window() -> None:
    params = {"start": 20, "length": 10, "factor": 2.0}
    values = step("window_warp").apply(ramp(100), params, []).values[0]
    inside = ((values >= 20) & (values <= 30)).sum()
    assert inside == round(20 * 100 / 109)


@pytest.mark.oracle("crop")
@given(lengths, seeds)
def test_crops_are_inside(length: int, seed: int) -> None:
    transform = step("crop", length=[1, length])
    series = wave(length)
    result = applied(transform, series, seed)
    assert result.length == params_of(transform, series, seed)["length"]
    start = int(np.flatnonzero(series.clock == result.clock[0])[0])
    np.testing.assert_array_equal(result.values, series.values[:, start : start + result.length])
    np.testing.assert_array_equal(result.clock, series.clock[start : start + result.length])
    assert step("crop", length=length + 1).refusal(facts_of(series))


@pytest.mark.oracle("resize")
@given(lengths, st.integers(1, 500))
def test_resize_is_linear(length: int, goal: int) -> None:
    series = wave(length, channels=1)
    result = applied(step("resize", length=goal), series)
    places = np.linspace(0, length - 1, goal)
    np.testing.assert_allclose(
        result.values[0], np.interp(places, np.arange(length), series.values[0])
    )
    np.testing.assert_allclose(result.clock[[0]], series.clock[[0]])


@pytest.mark.oracle("reverse")
def test_reverse_twice_is_nothing() -> None:
    series = wave()
    once = applied(step("reverse"), series)
    np.testing.assert_array_equal(once.values, series.values[:, ::-1])
    np.testing.assert_array_equal(once.marks, series.marks[:, ::-1])
    np.testing.assert_array_equal(applied(step("reverse"), once).values, series.values)


def test_labels_of_points_move_with_them() -> None:
    places = np.arange(200)
    marks = ((places >= 50) & (places < 90)).astype(np.int64)[None]
    for name in ("time_warp", "permutation", "window_slice", "window_warp", "reverse", "shift"):
        series = Series(marks.astype(float), None, marks)
        result = applied(step(name), series)
        agree = np.rint(result.values[0]) == result.marks[0]
        assert agree.mean() > 0.97, name
        assert 5 < result.marks.sum() < 90, name


def test_the_clock_goes_on() -> None:
    for name in ("time_warp", "permutation", "window_slice", "window_warp"):
        series = wave()
        np.testing.assert_array_equal(applied(step(name), series).clock, series.clock)


@given(st.integers(2, 60), seeds)
def test_what_a_missing_value_touches_is_missing(length: int, seed: int) -> None:
    series = ramp(length)
    series.values[0, length // 2] = np.nan
    positions = warped_axes(np.array([1 + (seed % 7), 1, 2]), length)
    moved = series.moved(positions).values[0]
    touched = np.abs(positions - length // 2) < 1
    np.testing.assert_array_equal(np.isnan(moved), touched)
