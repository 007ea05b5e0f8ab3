"""`metadata.jsonl` and `.csv`: what is told of a picture travels along, and its objects move."""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.annotations.base import NO_AREA, NOT_FINITE, SAME_KEY, Note
from augcli.image.annotations.captions import said
from augcli.image.annotations.metadata import CLASSES, parse_metadata

SIZE = (200, 100)
LINE = (
    '{"file_name": "a.jpg", "text": "a cat", "n": 1.50, '
    '"objects": {"bbox": [[10, 20, 30, 40], [1, 2, 3, 4]], "categories": [7, 0], "id": [4, 5]}}\n'
)


def targets(text: str, name: str = "metadata.jsonl", file: str = "a.jpg"):
    told = parse_metadata(text.encode(), name)
    row = told.pictures[file]
    return told.rows.parse(row.text, SIZE, f"{name}:{row.line}").targets


def rendered(
    text: str, name: str, made, file: str = "a.jpg", source: str = "metadata.jsonl"
) -> str:
    told = parse_metadata(text.encode(), source)
    return told.rows.render(told.pictures[file].text, name, made)


def test_a_row_of_the_same_picture_stays_as_it_is():
    assert rendered(LINE, "a.jpg", None) == LINE


def test_objects_are_moved_and_what_is_told_of_each_stays_with_it():
    first, second = targets(LINE)
    assert (first.label, first.box) == ("7", (10, 20, 40, 60))
    moved = replace(second, box=(0, 0, 5, 5.5))
    assert rendered(LINE, "b.jpg", (moved,)) == (
        '{"file_name": "b.jpg", "text": "a cat", "n": 1.50, '
        '"objects": {"bbox": [[0, 0, 5, 5.5]], "categories": [0], "id": [5]}}\n'
    )
    assert json.loads(rendered(LINE, "b.jpg", ()))["objects"] == {
        "bbox": [],
        "categories": [],
        "id": [],
    }


def test_a_list_of_objects_stays_one():
    line = '{"file_name": "a.jpg", "objects": [{"label": "cat", "bbox": [1, 2, 3, 4], "area": 12}]}'
    (target,) = targets(line)
    moved = replace(target, box=(0, 0, 2, 2))
    assert json.loads(rendered(line, "a.jpg", (moved,)))["objects"] == [
        {"bbox": [0, 0, 2, 2], "label": "cat", "area": 4}
    ]


def test_rows_without_objects_travel_along():
    line = '{"text": "a dog", "file_name": "a.jpg"}\n\n'
    assert targets(line) == ()
    assert rendered(line, "b.jpg", ()) == '{"text": "a dog", "file_name": "b.jpg"}\n'


def test_tables_travel_along():
    text = 'file_name,text\r\na.jpg,"one, ""two"""\r\nb.jpg,x\r\n'
    told = parse_metadata(text.encode(), "train/metadata.csv")
    assert told.header == "file_name,text\r\n"
    assert list(told.pictures) == ["a.jpg", "b.jpg"]
    assert rendered(text, "a.jpg", None, source="metadata.csv") == 'a.jpg,"one, ""two"""\r\n'
    assert rendered(text, "c.jpg", None, source="metadata.csv") == 'c.jpg,"one, ""two"""\r\n'
    assert told.rows.texts(told.pictures["a.jpg"].text) == ['one, "two"']


def test_a_table_of_classes_travels_along_and_tells_by_1_which_a_picture_is_of():
    text = "filename, left_ear, tail\na.jpg, 1, 0\n"
    told = parse_metadata(text.encode(), f"train/{CLASSES}")
    assert rendered(text, "c.jpg", None, source=CLASSES) == "c.jpg, 1, 0\n"
    assert said(told.rows.texts(told.pictures["a.jpg"].text)) == {"sides"}


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ('\n{"file_name": 1}', "metadata.jsonl", "metadata.jsonl:2: there is no 'file_name'"),
        ('{"filename": "a"}', "metadata.jsonl", "metadata.jsonl:1: there is no 'file_name'; did y"),
        ("{", "metadata.jsonl", "metadata.jsonl:1: it is no JSON"),
        ("[" * 100000, "metadata.jsonl", "metadata.jsonl:1: it is no JSON"),
        ("[]", "metadata.jsonl", "metadata.jsonl:1: it is no JSON object"),
        ('{"file_name": "a"}\n' * 2, "metadata.jsonl", "metadata.jsonl:2: a is in line 1 already"),
        ("file_name,x\n,y\n", "metadata.csv", "metadata.csv:2: there is no 'file_name'"),
    ],
)
def test_rows_that_cannot_be_used_are_told_with_their_line_and_harm_no_other(text, name, told):
    good = "b.png,z\n" if name.endswith(".csv") else '\n{"file_name": "b.png"}\n'
    found = parse_metadata((text + good).encode(), name)
    reasons = [f"{each.place}: {each.reason}" for each in found.damaged] + [*found.twice.values()]
    assert len(reasons) == 1
    assert reasons[0].startswith(told)
    assert found.pictures.keys() - found.twice.keys() == {"b.png"}


def test_a_table_without_a_column_of_names_is_told_with_those_that_it_has():
    with pytest.raises(
        SampleError, match=r"^metadata\.csv:1: there is no column 'file_name'; did you"
    ):
        parse_metadata(b"filename,x\n", "metadata.csv")


@pytest.mark.parametrize(
    ("objects", "told"),
    [
        ('{"bbox": [[1, 2, 3, 4]], "id": []}', "the lists of `objects` are not equally long: bb"),
        ('{"bbox": [[1, 2, 3]]}', "object 0: its box is not x, y, width and height: [1, 2, 3]"),
        ('{"bbox": [[1, 2, 3, NaN]]}', "object 0: its box is not x, y, width and height"),
        ('"x"', "`objects` is neither"),
    ],
)
def test_objects_that_cannot_be_used_are_told_with_their_line(objects, told):
    with pytest.raises(SampleError, match=f"^metadata.jsonl:1: {re.escape(told)}"):
        targets(f'{{"file_name": "a.jpg", "objects": {objects}}}')


def test_what_is_odd_is_told():
    line = '{"file_name": "a.jpg", "objects": {"bbox": [[1, 2, 0, 4]], "keypoints": [[1, 2]]}}'
    told = parse_metadata(line.encode(), "metadata.jsonl")
    found = told.rows.parse(line, SIZE, "metadata.jsonl:1")
    assert [note.text for note in found.notes] == [NO_AREA, "'keypoints' is not moved"]
    (moved,) = found.targets
    assert "keypoints" not in rendered(line, "a.jpg", (moved,))


def test_numbers_that_json_has_no_word_for_are_told_and_null_in_copies():
    line = '{"file_name": "a.jpg", "objects": [{"bbox": [1, 2, 3, 4], "score": NaN}]}'
    found = parse_metadata(line.encode(), "m.jsonl").rows.parse(line, SIZE, "m.jsonl:1")
    assert found.notes == (Note("m.jsonl:1: object 0", NOT_FINITE),)
    assert '"score": null' in rendered(line, "a.jpg", found.targets)


def test_a_key_that_is_written_twice_is_told():
    line = '{"file_name": "a.jpg", "text": "a", "text": "b"}'
    found = parse_metadata(line.encode(), "m.jsonl").rows.parse(line, SIZE, "m.jsonl:1")
    assert found.notes == (Note("m.jsonl:1", SAME_KEY),)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a cat on the left", {"sides"}),
        ("the right-hand lane", {"sides"}),
        ("turning Clockwise", {"sides", "heights"}),
        ("a plane above the sea", {"heights"}),
        ("a bright red car", {"colours"}),
        ("golden leaves, a greenish sky", {"colours"}),
        ("copyright of the frightened tanker, which I understand", set()),
        ("a cat", set()),
        ("turn_left", {"sides"}),
    ],
)
def test_captions_that_a_step_would_make_untrue(caption, expected):
    row = json.dumps({"file_name": "left-red-top.jpg", "x": {"captions": ["-", caption]}})
    texts = parse_metadata(row.encode(), "metadata.jsonl").rows.texts(row)
    assert said(texts) == expected
