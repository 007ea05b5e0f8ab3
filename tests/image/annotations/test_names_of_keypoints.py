"""What keypoints are called, and what of that is known in a mirror."""

from __future__ import annotations

from augcli.image.annotations.data_yaml import parse_data_yaml
from augcli.image.annotations.keypoints import PERSON, mates_of, names_for

PAIRS = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)
"""`flip_idx` of a person, as Ultralytics' coco-pose.yaml has it."""


def test_keypoints_of_the_other_side():
    names = ["nose", "left_eye", "right_eye", "L-ear", "R-ear"]
    assert mates_of(names) == (0, 2, 1, 4, 3)
    assert mates_of(["head", "tail"]) == (0, 1)
    assert mates_of(["leftEye", "rightEye"]) == (1, 0)
    assert mates_of(["left_eye", "nose"]) == ()
    assert mates_of([]) == mates_of(["point_1", "point_2"]) == mates_of(["0", "1"]) == ()


def test_names_that_are_made_up_tell_the_pairs():
    assert mates_of(PERSON) == PAIRS
    assert names_for(17, PAIRS) == PERSON
    assert names_for(3, (0, 2, 1)) == ("middle_1", "left_2", "right_2")
    assert mates_of(names_for(4, (3, 2, 1, 0))) == (3, 2, 1, 0)
    assert mates_of(names_for(2, (0, 1))) == (0, 1)
    assert names_for(2, ()) == ("point_1", "point_2")


def test_names_in_data_yaml():
    told = "names: [a, b]\nkpt_shape: [2, 3]\nkpt_names:\n  1: [top, end]\n  0: [one]\n"
    found = parse_data_yaml(told.encode(), "data.yaml")
    assert found.points == {"a": ("point_1", "point_2"), "b": ("top", "end")}
    assert not found.are_named
