"""Oriented boxes of YOLO: cut where training would leave out the picture, never turned."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ultralytics_rules import complaints

from augcli.image.annotations.oriented import fitted
from augcli.image.annotations.yolo import Yolo, are_oriented
from augcli.image.targets import Target

SIZE = (200, 100)


def corners(x: float, y: float, width: float, height: float, degrees: float):
    turn = math.radians(degrees)
    along = np.array([math.cos(turn), math.sin(turn)]) * width / 2
    across = np.array([-math.sin(turn), math.cos(turn)]) * height / 2
    ends = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    points = (np.array([x, y]) + a * along + b * across for a, b in ends)
    return tuple((float(px), float(py)) for px, py in points)


def mask(ring) -> np.ndarray:
    plane = np.zeros((SIZE[1] * 4, SIZE[0] * 4), np.uint8)
    return cv2.fillPoly(plane, [np.rint(np.array(ring) * 4 - 0.5).astype(np.int32)], 1)


def test_what_reaches_out_a_little_stays_as_it_is():
    ring = corners(20, 20, 60, 30, 30)
    assert min(x for x, _ in ring) < 0
    assert fitted(ring, SIZE) is ring


@given(
    st.floats(-60, 260),
    st.floats(-60, 160),
    st.floats(4, 300),
    st.floats(4, 300),
    st.floats(-180, 180),
)
def test_what_is_written_is_trained_on_and_has_the_same_angle(x, y, width, height, degrees):
    ring = corners(x, y, width, height, degrees)
    if mask(ring).sum() < 400:
        return
    made = fitted(ring, SIZE)
    written = Yolo(("cat",), oriented=True).render((Target(label="cat", corners=made),), SIZE)
    assert not complaints(written, 1, oriented=True)
    for first, second in ((0, 1), (1, 2), (2, 3), (3, 0)):
        before = np.subtract(ring[second], ring[first])
        after = np.subtract(made[second], made[first])
        cosine = before @ after / np.linalg.norm(before) / max(np.linalg.norm(after), 1e-9)
        assert cosine == pytest.approx(1, abs=1e-6)


@given(
    st.floats(-20, 220), st.floats(-20, 120), st.floats(10, 90), st.floats(10, 90), st.floats(0, 90)
)
def test_all_that_is_seen_stays_in_the_box_that_is_cut(x, y, width, height, degrees):
    ring = corners(x, y, width, height, degrees)
    made = fitted(ring, SIZE)
    if np.ptp(np.array(made), axis=0)[1] < SIZE[1] - 1:  # it was not made smaller
        seen = mask(ring)
        assert (seen & ~cv2.dilate(mask(made), np.ones((5, 5), np.uint8))).sum() == 0


def test_what_is_not_seen_at_all_or_has_no_area_stays_as_it_is():
    for ring in (corners(-90, -90, 20, 20, 10), ((300.0, 50.0),) * 4):
        assert fitted(ring, SIZE) == ring


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([b"0 .1 .1 .2 .1 .2 .2 .1 .2\n", b""], True),
        ([b"0 .1 .1 .2 .1 .2 .2 .1 .2\n", b"0 .1 .1 .2 .1 .2 .2"], False),
        ([b"0 .5 .5 .2 .2"], False),
        ([], False),
    ],
)
def test_files_of_oriented_boxes_are_known(files, expected):
    assert are_oriented(files) == expected
