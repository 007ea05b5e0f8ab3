"""Polygons are cut exactly, and what falls apart becomes parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_samples import drawn

from augcli.image.kernels.clip import area, clipped, cut

WIDTH, HEIGHT = 40, 30
places = st.tuples(st.integers(-25, 65), st.integers(-25, 55))
odd_places = st.tuples(st.floats(-25, 65), st.floats(-25, 55))


@given(st.lists(places | odd_places, min_size=3, max_size=9))
def test_what_is_left_is_what_lay_within(points: list[tuple[float, float]]) -> None:
    """Also of rings that cross themselves, or run along the frame."""
    parts = clipped(np.array(points, float), (WIDTH, HEIGHT))
    rings = [tuple(map(tuple, part)) for part in parts]
    left, whole, right = (
        drawn([tuple((x + by, y) for x, y in points)], WIDTH, HEIGHT) for by in (-1e-6, 0, 1e-6)
    )
    there = drawn(rings, WIDTH, HEIGHT) if rings else np.zeros_like(whole)
    on_no_edge = left == right
    np.testing.assert_array_equal(there[on_no_edge], whole[on_no_edge])
    for part in parts:
        assert len(part) > 2
        assert np.all(part > -1e-9)
        assert np.all(part < (WIDTH + 1e-9, HEIGHT + 1e-9))


def test_what_lies_within_stays_as_it_is() -> None:
    ring = np.array([[0, 0], [40, 0], [40, 30], [20, 10], [0, 30.0]])
    (same,) = clipped(ring, (WIDTH, HEIGHT))
    assert same is ring


def test_a_horseshoe_falls_in_two() -> None:
    ring = np.array([[5, -9], [25, -9], [25, 9], [20, 9], [20, -4], [10, -4], [10, 9], [5, 9.0]])
    parts = clipped(ring, (WIDTH, HEIGHT))
    assert sorted(sorted(part.tolist()) for part in parts) == [
        [[5, 0], [5, 9], [10, 0], [10, 9]],
        [[20, 0], [20, 9], [25, 0], [25, 9]],
    ]


def test_corners_that_are_cut_become_points() -> None:
    ring = np.array([[-10, 10], [10, -10], [30, 10], [10, 30.0]])
    (part,) = clipped(ring, (WIDTH, HEIGHT))
    assert {tuple(point) for point in part.round(9)} >= {(0, 0), (0, 20), (20, 0)}
    assert area(part) == pytest.approx(800 - 2 * 100)


def test_a_slanted_line_cuts_too() -> None:
    ring = np.array([[0, 0], [10, 0], [10, 10], [0, 10.0]])
    (half,) = cut(ring, ring[:, 0] - ring[:, 1])
    assert area(half) == pytest.approx(50)


@pytest.mark.parametrize("points", [[], [[3, 3]], [[3, 3], [9, 9]], [[3, 3], [9, 9], [6, 6]]])
def test_what_has_no_area_is_nothing(points: list[list[float]]) -> None:
    assert clipped(np.array(points, float).reshape(-1, 2), (WIDTH, HEIGHT)) == []
