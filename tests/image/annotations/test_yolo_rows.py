"""YOLO's rows: what is read is written back, and what cannot be read is told with its line."""

from __future__ import annotations

import re

import pytest
from datasets import real
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from ultralytics_rules import complaints

from augcli.errors import SampleError
from augcli.image.annotations.base import NO_AREA, OUTSIDE, TWICE, Note
from augcli.image.annotations.yolo import BOX_AMONG_OUTLINES, Yolo
from augcli.image.targets import Keypoint, Target

SIZE = (200, 100)
BOXES = Yolo(("cone", "cube"))
POSE = Yolo(("cone",), points=(2, 3))
FLAT_POSE = Yolo(("cone",), points=(2, 2))
ORIENTED = Yolo(("cone", "cube"), oriented=True)


def parsed(text: str, rows: Yolo = BOXES) -> tuple[Target, ...]:
    return rows.parse(text.encode(), SIZE, "a.txt").targets


def notes(text: str, rows: Yolo = BOXES) -> tuple[Note, ...]:
    return rows.parse(text.encode(), SIZE, "a.txt").notes


def test_real_files_are_written_back_byte_for_byte():
    files = sorted(real("cones_yolo").glob("*/labels/*.txt"))
    assert len(files) >= 22
    for file in files:
        data = file.read_bytes()
        found = BOXES.parse(data, (333, 517), file.name)
        assert not found.notes
        assert BOXES.render(found.targets, (333, 517), data) == data


def test_real_numbers_are_written_back_without_their_file(shared_data):
    """The way of writing alone, told by another file of it, gives the same rows."""
    files = sorted((shared_data / "cones_yolo").glob("*/labels/*.txt"))
    like = max((file.read_bytes() for file in files), key=len)
    for file in files:
        data = file.read_bytes()
        made = BOXES.render(BOXES.parse(data, SIZE, file.name).targets, SIZE, like)
        assert made == data
        assert not complaints(made, 2)


def test_a_box_in_pixels():
    (cone,) = parsed("0 0.5 0.5 0.25 0.5\n")
    assert cone == Target(label="cone", box=(75, 25, 125, 75))


def test_an_outline_a_triangle_too():
    (cube,) = parsed("1 0 0 1 0 0.5 1")
    assert cube == Target(label="cube", rings=(((0, 0), (200, 0), (100, 100)),))


def test_oriented_boxes_keep_the_order_of_corners_and_may_leave_the_picture():
    text = "0 0.5 -0.1 0.9 0.3 0.5 0.9 0.1 0.3\n"
    (cone,) = parsed(text, ORIENTED)
    assert cone.corners == ((100, -10), (180, 30), (100, 90), (20, 30))
    assert not notes(text, ORIENTED)
    assert parsed(ORIENTED.render((cone,), SIZE).decode(), ORIENTED) == (cone,)


def test_keypoints_of_three_numbers():
    (cone,) = parsed("0 0.5 0.5 0.5 0.5 0.25 0.5 2.000 0 0 0", POSE)
    assert cone.keypoints == (Keypoint(50, 50, 2), Keypoint(0, 0, 0))
    written = POSE.render((cone,), SIZE).decode()
    assert (
        written == "0 0.500000 0.500000 0.500000 0.500000 0.250000 0.500000 2 0.000000 0.000000 0\n"
    )


def test_keypoints_of_two_numbers_that_are_not_labelled_are_below_zero():
    """A point at 0, 0 would be one that is seen for whoever trains on it."""
    (cone,) = parsed("0 0.5 0.5 0.5 0.5 0 0 0.5 0.5", FLAT_POSE)
    assert cone.keypoints == (Keypoint(0, 0, 0), Keypoint(100, 50, 2))
    written = FLAT_POSE.render((cone,), SIZE)
    assert written.split()[5:7] == [b"-0.010000"] * 2
    assert not complaints(written, 1, points=(2, 2))
    assert parsed(written.decode(), FLAT_POSE) == (cone,)


def test_missing_keypoints_are_written_as_not_labelled():
    written = POSE.render((Target(label="cone", box=(0, 0, 10, 10)),), SIZE)
    assert not complaints(written, 1, points=(2, 3))


@pytest.mark.parametrize(
    "text",
    [
        "0 0.5 0.5 0.25 0.5\r\n1 .1 0.2 1e-1 0.2\r\n",
        "0\t0.5  0.5 0.25 0.5 \n\n\n",
        "\ufeff0 0.5 0.5 0.25 0.5",
        "0 0.5 0.5 0.25 0.5\n0 0.5 0.5 0.25 0.5\n",
        "0 0.5 0.5 0 0.5\n",
        "",
        "\n",
    ],
)
def test_what_is_unchanged_is_written_as_it_was(text):
    data = text.encode()
    assert BOXES.render(parsed(text), SIZE, data) == data


def test_ends_of_lines_and_decimals_are_those_of_the_source():
    like = b"0 0.12345678 0.5 0.25 0.5\r\n1 0.5 0.5 0.5 0.5"
    moved = tuple(replace(each, box=(0, 0, 50, 50)) for each in parsed(like.decode()))
    assert BOXES.render(moved, SIZE, like) == b"0 0.125 0.25 0.25 0.5\r\n1 0.125 0.25 0.25 0.5"


@pytest.mark.parametrize(
    ("text", "rows", "told"),
    [
        ("0 0.5 0.5 0.2 0.2\n2 0.5 0.5 0.2 0.2", BOXES, "a.txt:2: class 2, but there are names"),
        ("-1 0.5 0.5 0.2 0.2", BOXES, "a.txt:1: class -1 is no whole number"),
        ("0.5 0.5 0.5 0.2 0.2", BOXES, "a.txt:1: class 0.5 is no whole number"),
        ("cone 0.5 0.5 0.2 0.2", BOXES, "a.txt:1: 'cone' is no number"),
        ("0 0.5 0.5 0.2", BOXES, "a.txt:1: 4 columns"),
        ("\n\n0 0.5 0.5 0.2 0.2 0.9", BOXES, "a.txt:3: 6 columns"),
        ("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4", BOXES, "a.txt:1: 8 columns"),
        ("0 nan 0.5 0.2 0.2", BOXES, "a.txt:1: 'nan' is no number of a picture"),
        ("0 0.5 inf 0.2 0.2", BOXES, "a.txt:1: 'inf'"),
        ("0 0.5 0.5 1.02 0.2", BOXES, "a.txt:1: 1.02 is no fraction"),
        ("0 312 200 40 50", BOXES, "a.txt:1: 312 is no fraction"),
        ("0 0.5 0.5 -0.02 0.2", BOXES, "a.txt:1: -0.02 is no fraction"),
        ("0 0.1 0.1 3 0.2 0.3 0.3", BOXES, "a.txt:1: 1.55 is no fraction"),
        ("0 0.5 0.5 0.2 0.2", POSE, "a.txt:1: 5 columns; with `kpt_shape: [2, 3]` there are 11"),
        ("0 .5 .5 .2 .2 .5 .5 3 .5 .5 2", POSE, "a.txt:1: visibility 3"),
        ("0 .5 .5 .2 .2 .5 1.5 2 .5 .5 2", POSE, "a.txt:1: 1.5 is no fraction"),
        ("0 .1 .1 .2 .2 .3 .3", ORIENTED, "a.txt:1: 7 columns; an oriented box has 9"),
    ],
)
def test_rows_that_cannot_be_used_are_told_with_their_line(text, rows, told):
    with pytest.raises(SampleError, match=f"^{re.escape(told)}"):
        parsed(text, rows)


def test_bytes_that_are_no_text_are_told_with_their_line():
    with pytest.raises(SampleError, match=r"^a\.txt:2: it is not UTF-8"):
        BOXES.parse(b"0 0.5 0.5 0.2 0.2\n\xff\xfe", SIZE, "a.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 .5 .5 .2 .2\n1 .5 .5 .2 .2\n0 0.5 0.50 .2 .2", [Note("a.txt:3", TWICE)]),
        ("0 0.5 0.5 0 0.2", [Note("a.txt:1", NO_AREA)]),
        ("0 0.5 0.5 -0.005 0.2", [Note("a.txt:1", NO_AREA)]),
        ("0 0.05 0.5 0.2 0.2", [Note("a.txt:1", OUTSIDE)]),
        ("0 .5 .5 .2 .2\n0 0 0 1 0 0 1", [Note("a.txt:1", BOX_AMONG_OUTLINES)]),
        ("0 0.5 0.5 1 1", []),
        ("0 0.500001 0.5 1 1", []),
    ],
)
def test_what_is_odd_is_told_and_no_other_object_is_lost(text, expected):
    assert list(notes(text)) == expected
    twice = any(note.text == TWICE for note in expected)
    assert len(parsed(text)) == len(text.splitlines()) - twice


def test_a_box_among_outlines_is_written_so_that_training_reads_it_right():
    text = "0 .5 .5 .2 .2\n0 0 0 1 0 0 1"
    assert complaints(text.encode(), 2)
    box, outline = parsed(text)
    written = BOXES.render((box, replace(outline, label="cube")), SIZE)
    assert not complaints(written, 2)
    assert parsed(written.decode())[0].rings[0][0] == pytest.approx((80, 40))


def test_of_several_rings_the_largest_is_written_and_that_is_told():
    small, large = ((0, 0), (10, 0), (0, 10)), ((50, 50), (90, 50), (50, 90))
    target = Target(label="cone", rings=(small, large))
    assert BOXES.lacks(target) == "an outline of several parts; the largest is kept"
    assert parsed(BOXES.render((target,), SIZE).decode())[0].rings == (large,)


def test_an_unknown_class_is_no_number():
    with pytest.raises(SampleError, match=r"no class 'cnoe'.*did you mean 'cone'"):
        BOXES.render((Target(label="cnoe", box=(0, 0, 1, 1)),), SIZE)


def test_without_names_classes_are_called_by_their_numbers():
    (seven,) = parsed("7 0.5 0.5 0.2 0.2", Yolo())
    assert seven.label == "7"
    assert Yolo().render((seven,), SIZE).startswith(b"7 ")


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("images/train/a.jpg", "labels/train/a.txt"),
        ("train/images/a.jpg", "train/labels/a.txt"),
        ("images/images/a.jpg", "images/labels/a.txt"),
        ("images/train/images_2/a.jpg", "labels/train/images_2/a.txt"),
        ("train/a.jpg", "train/a.txt"),
        ("images/a.webp.jpg", "labels/a.webp.txt"),
    ],
)
def test_where_labels_lie(picture, expected):
    assert BOXES.beside(picture) == expected


fractions = st.floats(0, 1, allow_subnormal=False)
sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))


@st.composite
def boxes(draw, size):
    xs = sorted(draw(st.tuples(fractions, fractions)))
    ys = sorted(draw(st.tuples(fractions, fractions)))
    return xs[0] * size[0], ys[0] * size[1], xs[1] * size[0], ys[1] * size[1]


@given(st.data(), sizes)
def test_boxes_within_the_picture_are_written_within_it(data, size):
    target = Target(label="cube", box=data.draw(boxes(size)))
    written = BOXES.render((target,), size)
    assert not complaints(written, 2)
    (read,) = BOXES.parse(written, size, "a.txt").targets
    assert read.box == pytest.approx(target.box, abs=1.6e-6 * max(size))
    x, y, width, height = map(float, written.split()[1:])
    assert x - width / 2 >= -1e-12
    assert x + width / 2 <= 1 + 1e-12
    assert y - height / 2 >= -1e-12
    assert y + height / 2 <= 1 + 1e-12


@given(st.data(), sizes)
def test_written_rows_are_written_the_same_once_they_are_read(data, size):
    targets = tuple(
        Target(label="cone", box=data.draw(boxes(size)))
        for _ in range(data.draw(st.integers(1, 4)))
    )
    once = BOXES.render(targets, size)
    read = BOXES.parse(once, size, "a.txt").targets
    assume(len(read) == len(targets))
    assert BOXES.render(read, size) == once


@given(st.lists(st.tuples(fractions, fractions), min_size=3, max_size=9, unique=True), sizes)
def test_outlines_come_back_in_their_order(points, size):
    ring = tuple((x * size[0], y * size[1]) for x, y in points)
    written = BOXES.render((Target(label="cone", rings=(ring,)),), size)
    assert not complaints(written, 2)
    (read,) = BOXES.parse(written, size, "a.txt").targets
    assert len(read.rings[0]) == len(ring)
    for found, expected in zip(read.rings[0], ring, strict=True):
        assert found == pytest.approx(expected, abs=1e-6 * max(size))


@given(st.lists(st.tuples(fractions, fractions, st.integers(0, 2)), min_size=2, max_size=2), sizes)
def test_keypoints_come_back(points, size):
    keypoints = tuple(
        Keypoint(x * size[0], y * size[1], v) if v else Keypoint(0, 0, 0) for x, y, v in points
    )
    target = Target(label="cone", box=(0, 0, *size), keypoints=keypoints)
    written = POSE.render((target,), size)
    assert not complaints(written, 1, points=(2, 3))
    (read,) = POSE.parse(written, size, "a.txt").targets
    for found, expected in zip(read.keypoints, keypoints, strict=True):
        assert found.visibility == expected.visibility
        assert (found.x, found.y) == pytest.approx((expected.x, expected.y), abs=1e-6 * max(size))
