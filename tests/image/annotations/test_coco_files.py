"""COCO files: what is read is written back, and readers that people use agree on what is there."""

from __future__ import annotations

import contextlib
import io
import json
from functools import partial

import numpy as np
import pytest
from datasets import real
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pycocotools import mask as masks
from pycocotools.coco import COCO

from augcli.image.annotations.coco import Coco
from augcli.image.annotations.coco_file import (
    NO_ID,
    SAME_ID,
    SAME_NAME,
    Category,
    parse_coco,
)
from augcli.image.annotations.coco_places import places_of
from augcli.image.annotations.coco_writer import Output, coco_text, new_coco
from augcli.image.annotations.rle import counts_of, text_of
from augcli.image.kernels.regions import plane_of, region_of
from augcli.image.targets import Keypoint, Target

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIZE = (20, 10)
IMAGE = {"id": 7, "file_name": "a.jpg", "width": 20, "height": 10}
CAT = {"id": 3, "name": "cat"}


def file(*annotations: object, images: object = (IMAGE,), categories: object = (CAT,), **more):
    told = {"images": images, "annotations": annotations, "categories": categories, **more}
    return parse_coco(json.dumps(told).encode(), "x.json")


def annotation(**changes: object) -> dict[str, object]:
    return {"id": 5, "image_id": 7, "category_id": 3, "bbox": [2, 3, 4, 5], **changes}


def parsed(*annotations: object, **changes):
    told = file(*annotations, **changes)
    return Coco(told.categories).parse(told.pictures[0], SIZE, "x.json")


def rendered(target: Target, *annotations: object) -> dict[str, object]:
    told = file(*annotations)
    (made, *_) = Coco(told.categories).render((target,), told.pictures[0])
    return made


def read_again(codec, each):
    return codec.parse(each, (800, 600), "x").targets


def originals(told):
    return [Output(each.file_name, SIZE, each, None) for each in told.pictures]


def written(told, outputs) -> dict[str, object]:
    return json.loads("".join(coco_text(told, lambda: outputs)))


def read(data: dict[str, object], path) -> COCO:
    path.write_text(json.dumps(data))
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(path)


@pytest.fixture(scope="module")
def nuts():
    (path,) = real("nuts_coco").glob("*.json")
    return json.loads(path.read_bytes()), parse_coco(path.read_bytes(), path.name)


def test_a_real_file_is_written_back_with_equal_values(nuts):
    data, told = nuts
    assert written(told, originals(told)) == data
    assert not told.notes


def test_unmoved_copies_of_a_real_file_have_equal_values_and_new_ids(nuts, tmp_path):
    data, told = nuts
    codec = Coco(told.categories)
    copies = [
        Output(f"{number}.copy.jpg", (800, 600), each, partial(read_again, codec, each))
        for number, each in enumerate(told.pictures)
    ]
    made = written(told, [*originals(told), *copies])
    pictures, objects = len(data["images"]), len(data["annotations"])
    assert len({each["id"] for each in made["images"]}) == len(made["images"]) == 2 * pictures
    ids = {each["id"] for each in made["annotations"]}
    assert len(ids) == len(made["annotations"]) == 2 * objects
    without_ids = [{**each, "id": 0, "image_id": 0} for each in made["annotations"]]
    assert without_ids[:objects] == without_ids[objects:]
    assert made["annotations"][:objects] == data["annotations"]
    coco = read(made, tmp_path / "x.json")
    for each in coco.anns.values():
        assert coco.annToMask(each).any()


def test_unmoved_objects_of_another_picture_are_written_from_what_is_known_of_them(nuts):
    """Their boxes, outlines and areas are those of the file, to its two decimals."""
    _, told = nuts
    codec = Coco(told.categories)
    for picture in told.pictures:
        targets = codec.parse(picture, (800, 600), "x").targets
        for made, text in zip(codec.render(targets), picture.annotations, strict=True):
            expected = json.loads(text)
            assert made["bbox"] == pytest.approx(expected["bbox"], abs=0.006)
            for ring, before in zip(made["segmentation"], expected["segmentation"], strict=True):
                assert ring == pytest.approx(before, abs=0.006)
            assert made["category_id"] == expected["category_id"]


def test_all_that_is_unknown_survives_as_it_is_written():
    text = """{"info": {"x": 1.50, "y": 1e3}, "extra": [1.0, 2.10],
    "images": [{"id": 7, "file_name": "a.jpg", "width": 20, "height": 10, "cam": 1.10}],
    "categories": [{"id": 90, "name": "dog"}, {"id": 3, "name": "cat", "supercategory": "x"}],
    "annotations": [{"id": 5, "image_id": 7, "category_id": 3, "bbox": [2.0, 3.10, 4, 5],
     "attributes": {"far": true}, "segmentation": [], "iscrowd": 0, "area": 20.000}]}"""
    told = parse_coco(text.encode(), "x.json")
    (target,) = Coco(told.categories).parse(told.pictures[0], SIZE, "x.json").targets
    copy = Output("b.jpg", (40, 30), told.pictures[0], lambda: (replace(target, box=(0, 0, 2, 3)),))
    made = "".join(coco_text(told, lambda: [*originals(told), copy]))
    for part in ("1.50", "1e3", "2.10", "1.10", "3.10", "20.000", '"id": 90'):
        assert part in made
    assert list(json.loads(made)) == list(json.loads(text))
    image, annotation = json.loads(made)["images"][1], json.loads(made)["annotations"][1]
    assert image == {"id": 8, "file_name": "b.jpg", "width": 40, "height": 30, "cam": 1.1}
    assert annotation == {
        "id": 6,
        "image_id": 8,
        "category_id": 3,
        "bbox": [0, 0, 2, 3],
        "attributes": {"far": True},
        "segmentation": [],
        "iscrowd": 0,
        "area": 6,
    }


def test_captions_are_no_objects_and_travel_along():
    caption = {"id": 6, "image_id": 7, "caption": "a cat"}
    told = file(annotation(), caption)
    targets = Coco(told.categories).parse(told.pictures[0], SIZE, "x").targets
    assert len(targets) == 1
    made = Coco(told.categories).render((), told.pictures[0])
    assert made == [{"caption": "a cat"}]


def test_several_rings_stay_several():
    rings = [[0, 0, 4, 0, 4, 4], [6, 6, 9, 6, 9, 9]]
    (target,) = parsed(annotation(segmentation=rings)).targets
    assert [len(ring) for ring in target.rings] == [3, 3]
    moved = replace(target, rings=target.rings[::-1])
    assert rendered(moved, annotation(segmentation=rings))["segmentation"] == rings[::-1]
    assert rendered(moved, annotation(segmentation=rings))["area"] == 8 + 4.5


def test_what_has_no_outline_gets_none():
    (target,) = parsed(annotation()).targets
    moved = replace(target, box=(0, 0, 1, 1))
    assert "segmentation" not in rendered(moved, annotation())
    assert "iscrowd" not in rendered(moved, annotation())


def test_a_mask_of_a_copy_may_be_of_another_size():
    source = annotation(segmentation={"size": [10, 20], "counts": [0, 200]}, iscrowd=1)
    (target,) = parsed(source).targets
    cut = replace(target, region=region_of(np.ones((4, 5, 1), np.uint8)))
    assert rendered(cut, source)["segmentation"] == {"size": [4, 5], "counts": [0, 20]}


@pytest.mark.parametrize("packed", [False, True])
def test_run_lengths_stay_run_lengths_of_their_kind(packed):
    plane = np.zeros((10, 20, 1), np.uint8)
    plane[2:5, 7:9] = 1
    region = region_of(plane)
    counts = text_of(region.counts) if packed else list(region.counts)
    source = annotation(segmentation={"size": [10, 20], "counts": counts}, iscrowd=1)
    (target,) = parsed(source).targets
    assert target.region == region
    moved = replace(target, region=region_of(plane[:, ::-1]))
    made = rendered(moved, source)
    assert isinstance(made["segmentation"]["counts"], str) == packed
    assert made["area"] == 6
    packed_form = made["segmentation"]
    if not packed:
        packed_form = masks.frPyObjects(packed_form, 10, 20)
    assert np.array_equal(masks.decode(packed_form), plane[:, ::-1, 0])


def test_keypoints_are_centres_of_pixels():
    source = annotation(keypoints=[2, 3, 2, 0, 0, 0, 19, 9, 1], num_keypoints=2)
    (target,) = parsed(source).targets
    assert target.keypoints == (Keypoint(2.5, 3.5, 2), Keypoint(0, 0, 0), Keypoint(19.5, 9.5, 1))
    flipped = tuple(
        replace(each, x=20 - each.x) if each.visibility else each for each in target.keypoints
    )
    made = rendered(replace(target, keypoints=(flipped[0], *target.keypoints[1:])), source)
    assert made["keypoints"] == [17, 3, 2, 0, 0, 0, 19, 9, 1]  # W - x - 1
    lost = (Keypoint(0, 0, 0), *target.keypoints[1:])
    assert rendered(replace(target, keypoints=lost), source)["num_keypoints"] == 1


def test_ids_of_copies_are_above_all_others_and_those_taken_twice_are_mended():
    told = file(annotation(id=9), annotation(id=9, bbox=[1, 1, 2, 2]), annotation(id=None))
    assert [note.text for note in told.notes] == [SAME_ID, NO_ID]
    made = written(told, originals(told))
    assert [each["id"] for each in made["annotations"]] == [9, 10, 11]
    assert made["annotations"][1]["bbox"] == [1, 1, 2, 2]


def test_two_categories_of_one_name_stay_two():
    told = file(annotation(category_id=4), categories=[CAT, {"id": 4, "name": "cat"}])
    assert [note.text for note in told.notes] == [SAME_NAME]
    (target,) = Coco(told.categories).parse(told.pictures[0], SIZE, "x").targets
    assert target.label == "cat (4)"
    moved = replace(target, box=(0, 0, 1, 1))
    (made,) = Coco(told.categories).render((moved,), told.pictures[0])
    assert made["category_id"] == 4


def test_a_copy_keeps_the_numbers_of_its_picture_as_they_are_written():
    text = '{"images": [{"id": 7, "file_name": "a.jpg", "gsd": 0.50 } ], "annotations": []}'
    told = parse_coco(text.encode(), "x.json")
    made = "".join(coco_text(told, lambda: [Output("b.jpg", (4, 3), told.pictures[0], tuple)]))
    assert '"gsd": 0.50, "width": 4, "height": 3}' in made


def test_the_size_that_is_told_is_known():
    assert parsed(annotation()).told == SIZE
    for told in ({}, {"width": float("inf"), "height": 10}, {"width": "20", "height": 10}):
        assert parsed(annotation(), images=[{"id": 7, "file_name": "a.jpg", **told}]).told is None


def test_a_new_file_is_read_by_its_users(tmp_path):
    told = new_coco("x.json", (Category(1, "cat"), Category(2, "dog", ("nose", "tail"))))
    target = Target(label="dog", box=(1, 2, 3, 4), keypoints=(Keypoint(1.5, 2.5, 2),))
    ring = Target(label="cat", rings=(((0, 0), (4, 0), (4, 4)),))
    coco = read(
        written(told, [Output("a.jpg", SIZE, None, lambda: (target, ring))]), tmp_path / "x.json"
    )
    assert coco.getCatIds() == [1, 2]
    assert coco.loadAnns(coco.getAnnIds(catIds=[1]))[0]["bbox"] == [0, 0, 4, 4]
    (dog,) = coco.loadAnns(coco.getAnnIds(catIds=[2], iscrowd=0))
    assert dog["keypoints"] == [1, 2, 2]


@pytest.mark.parametrize(
    ("names", "pictures", "file", "expected"),
    [
        (["a.jpg"], ["a.jpg"], "x.json", ["a.jpg"]),
        (["a.jpg"], ["images/a.jpg"], "x.json", ["images/a.jpg"]),
        (
            ["a.jpg"],
            ["train/a.jpg", "valid/a.jpg"],
            "valid/_annotations.coco.json",
            ["valid/a.jpg"],
        ),
        (
            ["a.jpg"],
            ["train2017/a.jpg", "val2017/a.jpg"],
            "annotations/instances_val2017.json",
            ["val2017/a.jpg"],
        ),
        (["b.jpg", "a.jpg"], ["x/a.jpg", "y/a.jpg", "y/b.jpg"], "x.json", ["y/b.jpg", "y/a.jpg"]),
        (["sub/a.jpg", "a.jpg"], ["i/sub/a.jpg", "i/a.jpg"], "x.json", ["i/sub/a.jpg", "i/a.jpg"]),
        (["/home/me/x/train/a.jpg"], ["train/a.jpg", "val/a.jpg"], "x.json", ["train/a.jpg"]),
        (["x\\a.jpg"], ["x/a.jpg"], "x.json", ["x/a.jpg"]),
        (["../../a.jpg"], ["a.jpg"], "x.json", ["a.jpg"]),
        (["b.jpg"], ["a.jpg"], "x.json", [None]),
        (["a.jpg", "b.jpg"], ["v/a.jpg", "v/b.jpg", "t/a.jpg"], "t.json", ["v/a.jpg", "v/b.jpg"]),
    ],
)
def test_which_pictures_are_meant(names, pictures, file, expected):
    found = places_of(names, pictures, file)
    assert [found.get(name) for name in names] == expected


def test_a_missing_picture_is_not_taken_from_another_split():
    pictures = ["train/a.jpg", "train/b.jpg", "val/c.jpg"]
    assert places_of(["a.jpg", "b.jpg", "c.jpg"], pictures, "train.json") == {
        "a.jpg": "train/a.jpg",
        "b.jpg": "train/b.jpg",
    }


@given(st.integers(1, 40), st.binary(min_size=1, max_size=40))
def test_run_lengths_are_those_of_pycocotools(height, data):
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    plane = bits[: max(len(bits) // height, 1) * height]
    plane = np.resize(plane, (height, max(len(bits) // height, 1)))
    theirs = masks.encode(np.asfortranarray(plane))["counts"].decode()
    region = region_of(plane[:, :, None])
    assert text_of(region.counts) == theirs
    assert counts_of(theirs) == region.counts
    assert np.array_equal(plane_of(region)[:, :, 0], plane)


@given(st.text(st.characters(codec="utf-8"), max_size=9))
def test_text_that_is_no_run_lengths_is_refused_or_read(text):
    try:
        counts = counts_of(text)
    except ValueError:
        return
    assert text_of(counts) == text or len(text_of(counts)) < len(text)


numbers = st.integers(0, 2000).map(lambda number: number / 100)
points = st.tuples(numbers, numbers)


@given(
    st.lists(st.lists(points, min_size=3, max_size=5).map(tuple), max_size=3).map(tuple),
    st.tuples(points, points),
)
def test_boxes_and_outlines_come_back(rings, corners):
    xs, ys = (sorted(side) for side in zip(*corners, strict=True))
    target = Target(label="cat", box=(xs[0], ys[0], xs[1], ys[1]), rings=rings)
    made = rendered(target)
    (found,) = parsed({"id": 1, "image_id": 7, **made}).targets if any(made["bbox"]) else (target,)
    assert found.box == pytest.approx(target.box)
    assert found.rings == rings
