"""Files of COCO that are odd or cannot be used: what is told, and what stays."""

from __future__ import annotations

import json
import re

import pytest
from test_coco_files import CAT, IMAGE, SIZE, annotation, file, originals, parsed, written

from augcli.errors import SampleError
from augcli.image.annotations.base import (
    APART,
    NO_AREA,
    NOT_FINITE,
    OUTSIDE,
    TINY,
    TWICE,
    UNORDERED,
    Note,
)
from augcli.image.annotations.coco import NOT_NESTED, NOWHERE, ROTATED, SHORT_RING, Coco
from augcli.image.annotations.coco_file import (
    ALIKE,
    NO_IMAGE,
    SAME_KEY,
    TOO_LARGE,
    parse_coco,
)
from augcli.image.annotations.coco_writer import Output, coco_text

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize(
    ("category", "told"),
    [
        ({"name": "dog"}, "`id` is no number: None"),
        ({"id": [4], "name": "dog"}, "`id` is no number: [4]"),
        ("dog", "it is no JSON object"),
    ],
)
def test_a_category_without_id_harms_no_other(category, told):
    found = file(annotation(), categories=[category, CAT])
    place = "x.json: categories[0]"
    assert found.notes == (Note(place, f"{told}; so no object is of this category"),)
    (target,) = Coco(found.categories).parse(found.pictures[0], SIZE, "x").targets
    assert target.label == "cat"
    assert written(found, originals(found))["categories"] == [category, CAT]


def test_pictures_without_annotations_stay_and_annotations_without_picture_are_told():
    told = file(annotation(image_id=8), images=[IMAGE])
    assert [note.text for note in told.notes] == [NO_IMAGE]
    made = written(told, originals(told))
    assert [len(made[key]) for key in ("images", "annotations")] == [1, 0]


def test_pictures_that_are_told_of_twice_cannot_be_used():
    other = {**IMAGE, "file_name": "b.jpg"}
    assert set(file(images=[IMAGE, other]).troubles) == {"a.jpg", "b.jpg"}
    again = {**IMAGE, "id": 8}
    assert set(file(images=[IMAGE, again]).troubles) == {"a.jpg"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"category_id": 4}, "no category has the id 4; there are 3"),
        ({"category_id": None}, "no category has the id None"),
        ({"bbox": [1, 2, 3]}, "`bbox` has 3 numbers, and not x, y, width, height"),
        ({"bbox": [1, 2, 3, float("nan")]}, "`bbox` has nan, which is no number of a picture"),
        ({"bbox": [1, 2, 3, "4"]}, "`bbox` has '4', which is no number"),
        ({"bbox": "1 2 3 4"}, "`bbox` is no list"),
        ({"segmentation": [[1, 2, 3, 4, 5]]}, "an outline of 5 numbers, half a point too many"),
        ({"segmentation": [[1, 2], "x"]}, "`segmentation` is no list: 'x'"),
        ({"segmentation": {"size": [20, 10], "counts": [200]}}, "a mask of [20, 10], but"),
        ({"segmentation": {"size": [10, 20], "counts": [9]}}, "the run lengths have 9 pixels"),
        ({"segmentation": {"size": [10, 20], "counts": [-1, 201]}}, "run lengths are whole"),
        ({"segmentation": {"size": [10, 20], "counts": "\x01"}}, "'\\x01' is no character"),
        ({"segmentation": {"size": [10, 20], "counts": "o"}}, "the compressed run lengths end"),
        ({"segmentation": {"size": [10, 20], "counts": "o" * 99}}, "'o' is no character"),
        ({"segmentation": {"size": [10, 20]}}, "the mask has no `counts`"),
        ({"keypoints": [1, 2]}, "2 numbers of keypoints"),
        ({"keypoints": [1, 2, 5]}, "visibility 5 is none of 0, 1 and 2"),
    ],
)
def test_annotations_that_cannot_be_used_are_told_with_their_id(changes, told):
    with pytest.raises(SampleError, match=f"^x.json: annotation 5: {re.escape(told)}"):
        parsed(annotation(**changes))


def test_of_many_categories_a_few_are_told():
    kinds = [{"id": own, "name": f"c{own}"} for own in range(1, 8)]
    for count, told in ((5, "1, 2, 3, 4, 5$"), (7, "1, 2, 3, 4, 5 and 2 more$")):
        with pytest.raises(SampleError, match=f"there are {told}"):
            parsed(annotation(category_id=9), categories=kinds[:count])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.json:1:1: it is no JSON: '{' is expected"),
        ("[]", "x.json: it is a list, where a JSON object is expected"),
        ('{"images": [{"id": 1,\n}]}', "x.json:2:1: it is no JSON"),
        ('{"images": [{"id":1,"file_name":"a"}\n{}]}', "x.json:2:1: it is no JSON: ',' is exp"),
        ('{"images": [', "x.json:1:13: it is no JSON"),
        ('{"images": {}}', "x.json: `images` is no list"),
        ('{"annotations": []}', "x.json: it has no `images`"),
        (
            '{"annotations": [{"image_id": 1, "segments_info": []}]}',
            "x.json: annotations[0]: panop",
        ),
        (f'{{"x": {"[" * 100000}', "x.json:1:8: it is no JSON"),
        ("[" * 100000, "x.json:1:1: it is no JSON: brackets in too many others"),
        ("[1,", "x.json:1:4: it is no JSON"),
        ('{"images": [], "images": []}', "x.json: `images` is there twice"),
        ("\n\xff", "x.json:2: it is not UTF-8"),
        (
            '{"images": [{"id": 3, "file_name": "a"}], "annotations": [{"image_id": "3"}]}',
            'x.json: an image or its annotations have the id 3, and the other one has "3"',
        ),
    ],
)
def test_files_that_cannot_be_read_are_told_with_their_place(text, told):
    with pytest.raises(SampleError, match=f"^{re.escape(told)}"):
        parse_coco(text.encode("latin-1"), "x.json")


@pytest.mark.parametrize(
    ("images", "annotations", "told"),
    [
        ("{}", "", "x.json: images[0]: it has no `file_name`"),
        ("1", "", "x.json: images[0]: it is no JSON object"),
        ('{"file_name": "a"}', "", "x.json: images[0]: `id` is no number: None"),
        ('{"id": true, "file_name": "a"}', "", "x.json: images[0]: `id` is no number: True"),
        ("", '{"id": 3, "bbox": [1, 2, 3, 4]}', "x.json: annotations[0]: `image_id` is no number"),
    ],
)
def test_items_that_cannot_be_used_are_told_and_harm_no_other(images, annotations, told):
    both = ",".join(filter(None, [images, '{"id": 1, "file_name": "b"}']))
    text = f'{{"images": [{both}], "annotations": [{annotations}]}}'
    found = parse_coco(text.encode(), "x.json")
    assert [each.file_name for each in found.pictures] == ["b"]
    (damage,) = found.damaged
    assert f"{damage.place}: {damage.reason}".startswith(told)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bbox": [2, 3, 0, 5]}, [NO_AREA]),
        ({"bbox": [5, 3, -2, 5]}, [UNORDERED]),
        ({"bbox": [0.2, 0.3, 0.1, 0.9]}, [TINY]),
        ({"attributes": {"rotation": 30.0}}, [ROTATED]),
        ({"attributes": {"rotation": 0.0}}, []),
        ({"bbox": [5, 3, 20, 5]}, [OUTSIDE]),
        ({"segmentation": [2, 3, 6, 3, 6, 8]}, [NOT_NESTED]),
        ({"segmentation": [[2, 3, 6, 3], [2, 3, 6, 3, 6, 8]]}, [SHORT_RING]),
        ({"segmentation": [[12, 3, 16, 3, 16, 8]]}, [APART]),
        ({"segmentation": [[0, 1, 8, 1, 8, 10]]}, []),
        ({"bbox": [15, 3, 5, 5], "segmentation": [[15, 3, 90, 3, 15, 8]]}, []),
        ({"segmentation": {"size": [10, 20], "counts": [0, 200]}, "iscrowd": 1}, []),
        ({"segmentation": [[]]}, [SHORT_RING]),
        ({"attributes": {"far": [float("nan"), 1.5]}}, [NOT_FINITE]),
        ({"segmentation": None, "iscrowd": None}, []),
    ],
)
def test_what_is_odd_is_told_and_the_object_stays(changes, expected):
    found = parsed(annotation(**changes))
    assert [note.text for note in found.notes] == expected
    assert len(found.targets) == 1


@pytest.mark.parametrize("told", [{"bbox": None}, {"bbox": [], "segmentation": []}])
def test_an_object_that_is_nowhere_is_told(told):
    found = parsed({"id": 5, "image_id": 7, "category_id": 1, **told}, annotation(id=6))
    assert [(note.place, note.text) for note in found.notes] == [("x.json: annotation 5", NOWHERE)]
    assert len(found.targets) == 1


def test_the_same_object_again_is_taken_once():
    found = parsed(annotation(), annotation(id=6))
    assert [(note.place, note.text) for note in found.notes] == [("x.json: annotation 6", TWICE)]


def test_a_number_of_thousands_of_digits_harms_one_picture_and_stays_as_it_is_written():
    digits = "9" * 5000
    other = {**IMAGE, "id": 8, "file_name": "b.jpg"}
    pair = [annotation(area=1.5), annotation(id=6, image_id=8)]
    told = {"x": {"y": 2.5}, "images": [IMAGE, other], "annotations": pair, "categories": [CAT]}
    text = json.dumps(told).replace("1.5", digits).replace("2.5", digits)
    found = parse_coco(text.encode(), "x.json")
    codec = Coco(found.categories)
    with pytest.raises(SampleError, match=r"^x\.json: annotation 5: it has a number of thousands"):
        codec.parse(found.pictures[0], SIZE, "x.json")
    assert len(codec.parse(found.pictures[1], SIZE, "x.json").targets) == 1
    made = "".join(coco_text(found, lambda: originals(found)))
    assert "".join(made.split()) == "".join(text.split())


@pytest.mark.parametrize("key", ["images", "annotations", "categories"])
def test_a_key_that_is_written_twice_in_an_item_is_told_and_the_last_counts(key):
    told = {"images": [IMAGE], "annotations": [annotation(bbox=[1, 1, 2, 2])], "categories": [CAT]}
    start = json.dumps(told[key])[1:-2]
    changed = json.dumps({key: told[key]}).replace(start, f'{start}, "x:y": {{}}, "x:y": {{}}')
    text = json.dumps({each: told[each] for each in told if each != key})[:-1]
    found = parse_coco(f"{text}, {changed[1:]}".encode(), "x.json")
    assert found.notes == (Note(f"x.json: {key}[0]", SAME_KEY),)


def test_keys_within_each_other_and_colons_in_words_are_no_key_twice():
    assert not file(annotation(id=5, attributes={"id": {"id": "a:b", "x": [{"id": 1}]}})).notes


@pytest.mark.parametrize(
    ("ids", "first", "odd"),
    [
        ((5, 7), 8, []),
        ((5, "5"), 6, [("5", ALIKE)]),
        (("a", "b"), 1, []),
        ((5, 2**63), 6, [(str(2**63), TOO_LARGE)]),
        ((2**63 - 1, 2**63 - 2**41), 2**63 - 2**41 + 1, []),
        ((-3, -2), -1, []),
    ],
)
def test_new_ids_have_room_and_ids_that_readers_mix_up_are_told(ids, first, odd):
    images = [{**IMAGE, "id": own, "file_name": f"{at}.jpg"} for at, own in enumerate(ids)]
    told = file(images=images)
    assert told.notes == tuple(Note(f"x.json: image {own}", text) for own, text in odd)
    copy = Output("x.jpg", SIZE, told.pictures[0], tuple)
    made = written(told, [*originals(told), copy])["images"]
    assert [each["id"] for each in made] == [*ids, first]
    of_objects = file(*(annotation(id=own, bbox=[1, 1, at + 1, 2]) for at, own in enumerate(ids)))
    assert of_objects.last_annotation == told.last_image == first - 1
