"""Ranges: what a recipe may say, and the statistics of what is drawn."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from augcli.draws import Draws
from augcli.ranges import Choice, Constant, Normal, Real, Spread, Uniform, Whole

REAL = Real(-10, 10, "a number")
WHOLE = Whole(0, 10, "a count")
RATIO = Real(0.01, 100, "a ratio", log=True)


def sampled(spread: Spread, count: int = 8000) -> np.ndarray:
    return np.array([spread.draw(Draws(1).at(i)) for i in range(count)])


def ks_distance(values: np.ndarray, cdf) -> float:
    """Return the Kolmogorov-Smirnov distance; .03 would be one in a million for 8,000 values."""
    expected = np.array([cdf(value) for value in np.sort(values)])
    return float(np.abs(expected - (np.arange(len(values)) + 0.5) / len(values)).max())


def test_uniform() -> None:
    values = sampled(REAL.parse([-2, 6]))
    assert ks_distance(values, lambda v: (v + 2) / 8) < 0.025
    assert -2 <= values.min() < -1.9
    assert 5.9 < values.max() < 6


def test_whole_uniform_includes_both_ends() -> None:
    values = sampled(WHOLE.parse([2, 5])).tolist()
    assert [values.count(v) / 8000 for v in (2, 3, 4, 5)] == pytest.approx([0.25] * 4, abs=0.02)
    assert all(isinstance(WHOLE.parse([2, 5]).draw(Draws(i)), int) for i in range(9))


def test_log_uniform() -> None:
    values = np.log(sampled(RATIO.parse([0.5, 8])))
    assert ks_distance(values, lambda v: (v - math.log(0.5)) / math.log(16)) < 0.025


def test_choice() -> None:
    values = sampled(REAL.parse({"choice": [1, 2.5, 7]})).tolist()
    assert [values.count(v) / 8000 for v in (1, 2.5, 7)] == pytest.approx([1 / 3] * 3, abs=0.02)


@pytest.mark.parametrize(("mean", "std"), [(0, 2), (9, 3), (-10, 5), (10, 100), (3, 1e-6)])
def test_truncated_normal(mean: float, std: float) -> None:
    values = sampled(REAL.parse({"normal": [mean, std]}))
    assert np.all((values >= -10) & (values <= 10))
    normal = NormalDist(mean, std)
    low, high = normal.cdf(-10), normal.cdf(10)
    assert ks_distance(values, lambda v: (normal.cdf(v) - low) / (high - low)) < 0.025


@given(st.integers(0, 2**64 - 1), st.floats(-10, 10), st.floats(1e-300, 1e299))
def test_normal_always_draws_a_number_inside(key: int, mean: float, std: float) -> None:
    value = REAL.parse({"normal": [mean, std]}).draw(Draws(key))
    assert -10 <= value <= 10


@pytest.mark.parametrize(
    ("value", "spread", "extent"),
    [
        (3, Constant(3), (3, 3)),
        ([1, 2.5], Uniform(1, 2.5), (1, 2.5)),
        ({"choice": [4, 2]}, Choice((4, 2)), (2, 4)),
        ({"normal": [1, 2]}, Normal(1, 2, -10, 10), (-10, 10)),
    ],
)
def test_forms(value: object, spread: Spread, extent: tuple) -> None:
    assert REAL.parse(value) == spread
    assert REAL.parse(spread) == spread
    assert spread.plain() == value
    assert spread.extent() == extent


@pytest.mark.parametrize(
    ("declared", "value", "message", "where"),
    [
        (REAL, 11, "must be between -10 and 10, got 11", []),
        (REAL, [1, 11], "must be between -10 and 10, got 11", [1]),
        (REAL, [5, 1], "must be in order, got [5, 1]", []),
        (REAL, {"choice": [1, 99]}, "got 99", ["choice", 1]),
        (REAL, {"choice": []}, "expected a number, [low, high], {choice: [...]}", []),
        (REAL, {"normal": [99, 1]}, "got 99", ["normal", 0]),
        (REAL, {"normal": [1, 0]}, "standard deviation must be a number above 0", ["normal", 1]),
        (REAL, {"normal": [True, 1]}, "expected a number, got True", ["normal", 0]),
        (REAL, {"normal": [1, 10**400]}, "standard deviation", ["normal", 1]),
        (REAL, {"normal": [1, 2], "x": 1}, "expected a number", []),
        (REAL, float("nan"), "got nan", []),
        (REAL, 10**400, "got a number without end", []),
        (REAL, "3", "expected a number, [low, high]", []),
        (REAL, True, "got True", []),
        (REAL, None, "got None", []),
        (WHOLE, 1.5, "expected a number", []),
        (WHOLE, [1, 2.5], "expected a whole number, got 2.5", [1]),
        (WHOLE, {"normal": [1, 2]}, "expected a number, [low, high], {choice: [...]}", []),
    ],
)
def test_errors_say_what_and_where(
    declared: Real, value: object, message: str, where: list
) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        declared.parse(value)
    assert message in caught.value.message()
    assert caught.value.context["where"] == where


def test_described() -> None:
    assert Real(0, 1, "share", "of all").describe() == "share (0 to 1 of all)"
    assert RATIO.describe().endswith("uniform in the logarithm)")
