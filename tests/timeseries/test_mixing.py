"""DTW against the textbook's double loop; steps that mix against their formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from series_samples import applied, params_of, partners_of, step, wave

from augcli.errors import SampleError
from augcli.timeseries.dtw import accumulated, align, align_all, distance, distances
from augcli.timeseries.series import Series
from augcli.timeseries.transforms.mixing import aligned

sizes = st.integers(1, 30)


def by_loops(one: np.ndarray, other: np.ndarray, band: float) -> np.ndarray:
    n, m = one.shape[1], other.shape[1]
    slope = (m - 1) / (n - 1) if n > 1 else 0.0
    reach = max(band * max(n, m), slope, 1.0) if n > 1 else m
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for i in range(n):
        for j in range(m):
            if abs(i * slope - j) <= reach * (1 + 1e-9):
                best = min(total[i, j], total[i, j + 1], total[i + 1, j])
                total[i + 1, j + 1] = ((one[:, i] - other[:, j]) ** 2).sum() + best
    return total


@given(sizes, sizes, st.integers(0, 99), st.sampled_from([0.013, 0.1, 0.37, 1]))
def test_dtw_is_the_textbooks(n: int, m: int, seed: int, band: float) -> None:
    one, other = wave(n, seed=seed).values, wave(m, seed=seed + 1).values
    expected = by_loops(one, other, band)
    np.testing.assert_allclose(accumulated(one, other[:, :, None], band)[:, :, 0], expected)
    assert np.isfinite(expected[-1, -1])


@given(sizes, sizes, st.integers(0, 99))
def test_paths_are_monotone_and_whole(n: int, m: int, seed: int) -> None:
    one, other = wave(n, seed=seed), wave(m, seed=seed + 1)
    ours, theirs = align(one, other, 1.0)
    assert (ours[0], theirs[0], ours[-1], theirs[-1]) == (0, 0, n - 1, m - 1)
    steps = set(zip(np.diff(ours).tolist(), np.diff(theirs).tolist(), strict=True))
    assert steps <= {(0, 1), (1, 0), (1, 1)}
    along = ((one.values[:, ours] - other.values[:, theirs]) ** 2).sum()
    np.testing.assert_allclose(np.sqrt(along), distance(one, other, 1.0))


@given(sizes, sizes, st.floats(0.01, 1))
def test_many_at_once(n: int, m: int, band: float) -> None:
    one, others = wave(n), [wave(m, seed=seed) for seed in range(1, 4)]
    stack = np.stack([each.values for each in others], axis=-1)
    together = distances(one.values, stack, band)
    expected = [
        np.sqrt(accumulated(one.values, o.values[:, :, None], band)[-1, -1, 0]) for o in others
    ]
    np.testing.assert_allclose(together, expected)
    np.testing.assert_allclose(distance(one, others[1], band), together[1])
    apart = distances(np.stack([one.values] * 3, axis=-1), stack, band)
    np.testing.assert_array_equal(apart, together)
    paths = align_all(one.values, [each.values for each in others], band)
    for other, (ours, theirs) in zip(others, paths, strict=True):
        np.testing.assert_array_equal(align(one, other, band), (ours, theirs))


def test_a_narrow_band_holds_the_diagonal() -> None:
    time = np.arange(50.0)
    total = accumulated(time[None], time[None, :, None], 0.01)[:, :, 0]
    assert (np.diag(total) == 0).all()
    assert np.isinf(total[1, 3:]).all()


def test_too_long_series_are_refused() -> None:
    one = Series(np.zeros((1, 5000)))
    with pytest.raises(SampleError, match="resize first"):
        align(one, one)


@pytest.mark.oracle("mixup")
def test_mixup_is_a_weighted_mean() -> None:
    series, transform = wave(), step("mixup", weight=0.25)
    params = params_of(transform, series)
    (other,) = partners_of(params, series)
    expected = 0.75 * series.values + 0.25 * other.values
    np.testing.assert_allclose(transform.apply(series, params, [other]).values, expected)


@pytest.mark.oracle("smote")
def test_smote_lies_between() -> None:
    series, other = wave(), wave(seed=4)
    params = {"weight": 0.3, "partners": ["x"]}
    made = step("smote").apply(series, params, [other]).values
    np.testing.assert_allclose(made, series.values + 0.3 * (other.values - series.values))


def test_unequal_lengths_are_aligned() -> None:
    time = np.linspace(0, 6, 60)
    one = Series(np.sin(time)[None])
    other = Series(np.sin(np.linspace(0, 6, 90))[None])
    assert np.abs(aligned(one, other) - one.values).max() < 0.1
    np.testing.assert_array_equal(aligned(one, one), one.values)


@pytest.mark.parametrize("name", ["spawner", "guided_warp", "dtw_barycenter", "smote", "mixup"])
def test_a_twin_changes_nothing(name: str) -> None:
    """Mixed with itself, a series stays what it is."""
    series = wave()
    transform = step(name, **({"sigma": 0} if name == "spawner" else {}))
    params = params_of(transform, series)
    made = transform.apply(series, params, [series] * len(params["partners"]))
    np.testing.assert_allclose(made.values, series.values, atol=1e-9)


@pytest.mark.oracle("guided_warp")
def test_guided_warp_goes_towards_the_teachers_timing() -> None:
    time = np.linspace(0, 1, 100)
    early, late = (np.exp(-(((time - at) / 0.05) ** 2))[None] for at in (0.47, 0.53))
    made = step("guided_warp").apply(Series(early), {"own": 1, "band": 0.2}, [Series(late)])
    assert early.argmax() + 2 <= made.values.argmax() <= late.argmax()
    np.testing.assert_allclose(made.values.max(), early.max(), atol=0.02)


def test_discriminative_teacher_is_far_from_others() -> None:
    flat = Series(np.zeros((1, 50)))
    near = [Series(np.full((1, 50), level)) for level in (1.0, 5.0, 4.0)]
    series = Series(np.arange(50.0)[None])
    params = {"own": 3, "band": 0.1}
    made = step("guided_warp").apply(series, params, [*near, flat, flat, flat])
    again = step("guided_warp").apply(series, {"own": 1, "band": 0.1}, [near[1]])
    np.testing.assert_array_equal(made.values, again.values)


@pytest.mark.oracle("dtw_barycenter")
def test_barycenter_of_levels_is_their_mean_by_their_distance() -> None:
    """Halved by each distance of the nearest one: Forestier et al., ICDM 2017."""
    series = [Series(np.full((1, 30), level)) for level in (1.0, 2.0, 6.0)]
    params = {"band": 0.1, "iterations": 3, "partners": []}
    made = step("dtw_barycenter").apply(series[0], params, series[1:])
    weights = 0.5 ** np.array([0, 1, 5])
    np.testing.assert_allclose(made.values, weights @ [1, 2, 6] / weights.sum())


def test_barycenter_lies_among_its_members() -> None:
    series = [wave(seed=seed, channels=1) for seed in range(6)]
    params = {"band": 0.1, "iterations": 5, "partners": []}
    made = step("dtw_barycenter").apply(series[0], params, series[1:])
    values = np.array([each.values for each in series])
    assert made.values.min() >= values.min()
    assert made.values.max() <= values.max()
    assert made.length == series[0].length


@pytest.mark.oracle("spawner")
def test_spawner_without_noise_is_an_average() -> None:
    series = Series(np.zeros((1, 40)))
    other = Series(np.full((1, 40), 2.0))
    params = {"point": 0.4, "band": 0.1, "sigma": 0.0, "seed": 1}
    np.testing.assert_allclose(step("spawner").apply(series, params, [other]).values, 1.0)
    assert applied(step("spawner"), wave()).length == 60
