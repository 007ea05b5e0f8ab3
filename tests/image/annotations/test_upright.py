"""Annotations of another size than the picture's: turned with it, believed, or refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from augcli.errors import SampleError
from augcli.image.annotations.base import Parsed
from augcli.image.annotations.upright import AS_SHOWN, OTHER_SIZE, TURNED, upright
from augcli.image.kernels.regions import plane_of, region_of
from augcli.image.targets import Keypoint, Target

STORED, SHOWN = (60, 40), (40, 60)


def drawn(points) -> np.ndarray:
    plane = np.zeros(STORED[::-1], np.uint8)
    return cv2.rectangle(plane, *points, 1, -1)


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (5, lambda plane: plane.T),
        (6, lambda plane: cv2.rotate(plane, cv2.ROTATE_90_CLOCKWISE)),
        (7, lambda plane: cv2.rotate(plane, cv2.ROTATE_180).T),
        (8, lambda plane: cv2.rotate(plane, cv2.ROTATE_90_COUNTERCLOCKWISE)),
    ],
)
def test_objects_are_turned_as_the_pixels_are(orientation, turn):
    plane = drawn(((10, 5), (29, 14)))
    ring = ((10, 5), (30, 5), (30, 15), (10, 15))
    target = Target(
        label="cat",
        box=(10, 5, 30, 15),
        rings=(ring,),
        corners=ring,
        keypoints=(Keypoint(10.5, 5.5, 2), Keypoint(0, 0, 0)),
        region=region_of(plane[:, :, None]),
    )
    found = upright(Parsed((target,), (), STORED), SHOWN, orientation, "a.xml")
    assert [note.text for note in found.notes] == [TURNED]
    (turned,) = found.targets
    shown = turn(plane)
    rows, columns = shown.nonzero()
    bounds = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert turned.box == bounds
    assert turned.region
    assert np.array_equal(plane_of(turned.region)[:, :, 0], shown)
    for points in (turned.rings[0], turned.corners):
        assert sorted({x for x, _ in points}) == sorted({bounds[0], bounds[2]})
        assert sorted({y for _, y in points}) == sorted({bounds[1], bounds[3]})
    corner = turn(drawn(((10, 5), (10, 5))))
    row, column = (int(each[0]) for each in corner.nonzero())
    assert turned.keypoints == (Keypoint(column + 0.5, row + 0.5, 2), Keypoint(0, 0, 0))


def test_the_size_of_the_picture_itself_changes_nothing():
    for told in (None, SHOWN):
        found = Parsed((Target(label="cat", box=(0, 0, 9, 9)),), (), told)
        assert upright(found, SHOWN, 6, "a.xml") is found


@pytest.mark.parametrize(("orientation", "size"), [(3, SHOWN), (6, (40, 40))])
def test_a_size_that_does_not_tell_on_what_was_drawn_is_noted(orientation, size):
    found = Parsed((Target(label="cat", box=(0, 0, 9, 9)),), (), size)
    told = upright(found, size, orientation, "a.xml")
    assert (told.targets, [note.text for note in told.notes]) == (found.targets, [AS_SHOWN])


def test_another_size_is_noted_where_all_objects_fit():
    found = Parsed((Target(label="cat", box=(0, 0, 39, 50)),), (), STORED)
    assert [note.text for note in upright(found, SHOWN, 1, "a.xml").notes] == [OTHER_SIZE]


def test_another_size_is_refused_where_objects_are_outside():
    found = Parsed((Target(label="cat", box=(0, 0, 50, 30)),), (), STORED)
    with pytest.raises(
        SampleError, match=r"^a\.xml: annotated for 60x40, but the picture is 40x60$"
    ):
        upright(found, SHOWN, 1, "a.xml")
