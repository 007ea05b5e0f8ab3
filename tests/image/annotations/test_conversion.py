"""The same objects in another format: places agree to the formats' own rounding."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from augcli.image.annotations.coco import Coco
from augcli.image.annotations.coco_file import Category, CocoPicture, parse_coco
from augcli.image.annotations.conversion import converted, outlines_of
from augcli.image.annotations.voc import Voc
from augcli.image.annotations.yolo import Yolo
from augcli.image.kernels.regions import region_of
from augcli.image.targets import Target

IMAGE = json.dumps({"id": 1, "file_name": "a.jpg", "width": 800, "height": 600})
NAMES = ("RBC", "WBC", "Platelets", "date", "fig", "hazelnut")


def through(targets, source: str, into: str, size: tuple[int, int]):
    """Return objects as they are once they were written in another format and read again."""
    some = tuple(made for each in targets if (made := converted(each, source, into)))
    if into == "coco":
        codec = Coco(tuple(Category(number, name) for number, name in enumerate(NAMES)))
        made = codec.render(some)
        texts = (json.dumps({"id": at, "image_id": 1, **each}) for at, each in enumerate(made))
        return codec.parse(CocoPicture("a.jpg", IMAGE, tuple(texts)), size, "x").targets
    form = Yolo(NAMES) if into == "yolo" else Voc()
    return form.parse(form.render(some, size), size, "x").targets


@pytest.fixture(scope="module")
def cells(shared_data):
    files = sorted((shared_data / "bccd_voc/Annotations").glob("*.xml"))
    found = [Voc().parse(each.read_bytes(), (640, 480), each.name) for each in files[::5]]
    return [each.targets for each in found if not each.notes]


@pytest.fixture(scope="module")
def nuts(shared_data):
    (path,) = (shared_data / "nuts_coco").glob("*.json")
    told = parse_coco(path.read_bytes(), path.name)
    return [Coco(told.categories).parse(each, (800, 600), "x").targets for each in told.pictures]


@pytest.mark.parametrize("into", ["coco", "yolo"])
def test_voc_comes_back_exactly(cells, into):
    for targets in cells:
        there = through(targets, "voc", into, (640, 480))
        assert [each.label for each in there] == [each.label for each in targets]
        back = through(there, into, "voc", (640, 480))
        assert [each.box for each in back] == [each.box for each in targets]
        if into == "coco":
            assert back == targets


def test_outlines_come_back_from_polygons_of_voc(nuts):
    for targets in nuts:
        back = through(through(targets, "coco", "voc", (800, 600)), "voc", "coco", (800, 600))
        for found, expected in zip(back, targets, strict=True):
            assert np.allclose(found.rings[0], expected.rings[0], atol=0.006)


@pytest.mark.parametrize("into", ["coco", "yolo"])
def test_outlines_come_back_to_six_decimals_and_two(nuts, into):
    for targets in nuts:
        back = through(through(targets, "coco", into, (800, 600)), into, "coco", (800, 600))
        assert [each.label for each in back] == [each.label for each in targets]
        for found, expected in zip(back, targets, strict=True):
            assert len(found.rings) == len(expected.rings) == 1
            for point, before in zip(found.rings[0], expected.rings[0], strict=True):
                assert point == pytest.approx(before, abs=0.006)


def test_boxes_agree_among_all_three(cells):
    for targets in cells:
        by_coco = through(through(targets, "voc", "coco", (640, 480)), "coco", "yolo", (640, 480))
        by_yolo = through(targets, "voc", "yolo", (640, 480))
        for one, other in zip(by_coco, by_yolo, strict=True):
            assert one.box == pytest.approx(other.box, abs=1e-3)


def test_what_is_told_of_objects_goes_along():
    voc = Target(label="RBC", box=(0, 0, 9, 9), extra={"pose": "A &amp; B", "truncated": "1"})
    coco = converted(voc, "voc", "coco")
    assert coco
    assert coco.extra == {"iscrowd": 0, "attributes": {"pose": "A & B", "truncated": True}}
    assert converted(coco, "coco", "voc") == voc
    assert converted(voc, "voc", "voc") is voc


def test_a_crowd_is_difficult_and_has_no_way_into_yolo():
    crowd = Target(label="RBC", box=(0, 0, 9, 9), extra={"id": 7, "iscrowd": 1})
    assert converted(crowd, "coco", "voc") == Target(
        label="RBC", box=(0, 0, 9, 9), extra={"difficult": "1"}
    )
    assert converted(crowd, "coco", "yolo") is None


def test_outlines_of_regions_hold_their_pixels():
    plane = np.zeros((60, 80), np.uint8)
    cv2.circle(plane, (30, 30), 20, 1, -1)
    cv2.circle(plane, (30, 30), 8, 0, -1)
    cv2.rectangle(plane, (70, 0), (79, 9), 1, -1)
    rings = sorted(outlines_of(region_of(plane[:, :, None])), key=len)
    assert len(rings) == 2
    assert np.allclose(np.array(rings[0]).min(axis=0), (70, 0), atol=0.26)
    assert np.allclose(np.array(rings[0]).max(axis=0), (80, 10), atol=0.26)
    drawn = np.zeros((600, 800), np.uint8)
    for ring in rings:
        cv2.fillPoly(drawn, [np.rint(np.array(ring) * 10 - 0.5).astype(np.int32)], 1)
    whole = cv2.resize(plane, (800, 600), interpolation=cv2.INTER_NEAREST)
    cv2.circle(whole, (300, 300), 100, 1, -1)  # holes are not told by rings
    assert (drawn & whole).sum() / (drawn | whole).sum() > 0.96
