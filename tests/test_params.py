"""Params of many outputs at once are those of each by itself, and their JSON is what json says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augcli.draws import Draws, ManyDraws
from augcli.params import rounded, rounded_many, rows_of
from augcli.ranges import Choice, Constant, Normal, Spread, Uniform

HARD = [0.0, -0.0, 1e-13, 123456789.5, 0.1234567895, 1e22, 999999999.6, 9.9999999995, 1000.0]


@given(st.lists(st.floats(allow_nan=False) | st.sampled_from(HARD)))
def test_many_are_rounded_as_one_is(values: list[float]) -> None:
    many = rounded_many(np.array(values, float)).tolist()
    assert list(map(repr, many)) == [repr(rounded(value)) for value in values]


@pytest.mark.parametrize("scale", [1e-9, 1.0, 3e7, 1e11])
def test_what_lies_near_the_middle_of_two_is_rounded_as_one_is(scale: float) -> None:
    middles = (np.arange(3000) + 0.5) * 1e-8 + 1
    near = np.concatenate([np.nextafter(middles, 0), middles, np.nextafter(middles, 2)]) * scale
    assert rounded_many(near).tolist() == [rounded(value) for value in near.tolist()]


@pytest.mark.parametrize(
    "spread",
    [
        Constant(3),
        Constant(0.25),
        Uniform(0, 1),
        Uniform(-2, 5, whole=True),
        Uniform(0.5, 2, log=True),
        Choice((1, 2.5)),
        Choice((1, 3)),
        Normal(1.0, 0.2, 0.9, 1.3),
    ],
    ids=repr,
)
def test_many_places_draw_what_each_draws(spread: Spread) -> None:
    draws = ManyDraws.of(Draws(5).at(place) for place in range(600))
    table = ManyDraws(draws.keys.reshape(-1, 3))
    each = [repr(spread.draw(one)) for one in draws]
    assert [*map(repr, spread.draw_many(draws).tolist())] == each
    assert [repr(value) for row in spread.draw_many(table).tolist() for value in row] == each


def test_params_by_row_are_told_as_json() -> None:
    declared: dict[str, Any] = {"a%": None, "kind": "100 %r", "b": None, "flag": True}
    columns = {"b": np.arange(12).reshape(3, 2, 2) / 7, "a%": np.array([1, 2, 3])}
    rows = list(rows_of(declared, columns, 3))
    assert [params["a%"] for params, _ in rows] == [1, 2, 3]
    assert [params["b"] for params, _ in rows] == columns["b"].tolist()
    assert [json.dumps(params) for params, _ in rows] == [text for _, text in rows]
    assert [*rows_of({"kind": "%d"}, {}, 2)] == [({"kind": "%d"}, '{"kind": "%d"}')] * 2
