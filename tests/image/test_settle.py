"""Which objects a picture keeps, and why others are lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_samples import LIKE_OTHERS, chain, lowered, smooth
from msgspec.structs import replace

from augcli.image.config import TargetSettings
from augcli.image.kernels.clip import area
from augcli.image.operations.geometry import Resample
from augcli.image.operations.ops import Op, apply, fuse, objects_after
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Picture
from augcli.image.settle import Settled, settle
from augcli.image.targets import Keypoint, Region, Target

WIDTH, HEIGHT = 61, 47
ALL = TargetSettings(min_visibility=0, min_area=0, min_side=0)
BOX = Target(label="cone", box=(10.0, 10.0, 30.0, 20.0))
SHIFT = LIKE_OTHERS | {"border": "constant"}


def after(ops: list[Op], *targets: Target, settings: TargetSettings = ALL) -> Settled:
    picture = with_targets(Picture(smooth()), targets)
    told = settle(objects_after(ops, picture.objects), settings)
    assert settle(apply(ops, picture).objects, settings) == told
    return told


def cut(x: int, y: int, width: int, height: int) -> tuple[str, dict]:
    return "random_crop", {"x": x, "y": y, "width": width, "height": height}


def test_what_is_not_moved_is_as_it_was_read() -> None:
    odd = Target(label="cone", box=(1 / 3, 0.1 + 0.2, 7.123456789, 9.0), extra={"id": 7})
    assert after([], odd).kept == (odd,)
    assert after(lowered("invert", Picture(smooth()).facts), odd).kept[0] is odd


def test_what_lies_beyond_the_picture_is_cut_off_and_not_lost() -> None:
    wide = Target(label="cone", box=(-5.0, 3.0, 70.0, 9.0))
    seen = round(61 / 75, 4)
    assert after([], wide).kept == (replace(wide, box=(0.0, 3.0, 61.0, 9.0), share=seen),)
    kept, (lost,) = after([], Target(label="cone", box=(70.0, 3.0, 80.0, 9.0)))
    assert not kept
    assert lost.reason == "outside the picture"


def test_what_crops_leave_is_told() -> None:
    facts = Picture(smooth()).facts
    once = chain(facts, cut(20, 0, 41, 47))
    assert after(once, BOX).kept == (replace(BOX, box=(0.0, 10.0, 10.0, 20.0), share=0.5),)
    twice = chain(facts, cut(20, 0, 41, 47), cut(0, 15, 41, 32))
    assert after(twice, BOX).kept == (replace(BOX, box=(0.0, 0.0, 10.0, 5.0), share=0.25),)


def test_what_a_crop_removed_never_comes_back() -> None:
    facts = Picture(smooth()).facts
    ops = chain(facts, cut(20, 0, 41, 47), ("translate", SHIFT | {"x": 20 / 41, "y": 0}))
    (each,) = after(ops, BOX).kept
    assert each.box == (20.0, 10.0, 30.0, 20.0)
    assert each.share == 0.5


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"min_visibility": 0.51}, "less than min_visibility is left"),
        ({"min_area": 101}, "smaller than min_area"),
        ({"min_side": 10.5}, "narrower than min_side"),
        ({"min_visibility": 0.5, "min_area": 100, "min_side": 10}, None),
    ],
)
def test_limits(limits: dict, reason: str | None) -> None:
    ops = chain(Picture(smooth()).facts, cut(20, 0, 41, 47))
    kept, lost = after(ops, BOX, settings=ALL.model_copy(update=limits))
    assert [each.reason for each in lost] == ([reason] if reason else [])
    assert len(kept) == (not reason)
    assert not lost or lost[0].target is BOX


@pytest.mark.parametrize("box", [(5.0, 5.0, 5.0, 9.0), (5.0, 9.0, 8.0, 9.0)])
def test_a_box_without_any_area_is_lost_even_where_no_limit_is_set(box: tuple) -> None:
    (lost,) = after([], Target(label="cone", box=box)).lost
    assert lost.reason == "without any area"


@given(st.floats(-180, 180), st.floats(0.5, 2), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_what_is_left_is_that_of_the_moved_area(
    turn: float, scale: float, x: float, y: float
) -> None:
    facts = Picture(smooth()).facts
    params = {"rotate": turn, "scale": scale, "translate_x": x, "translate_y": y}
    ops = lowered("affine", facts, **(SHIFT | params | {"shear_x": 11, "shear_y": 3}))
    (run,) = fuse(ops)
    assert isinstance(run, Resample)
    corners = np.array([[10, 10], [30, 10], [30, 20], [10, 20.0]])
    (each,) = objects_after(ops, with_targets(Picture(smooth()), (BOX,)).objects)
    whole, left = area(run.forward(corners)), sum(map(area, each.rings))
    assert each.share == pytest.approx(left / whole, abs=1e-9)


def test_a_view_that_draws_the_rest_out_far_loses_nothing_that_it_shows() -> None:
    """What is near the horizon becomes as large as one likes, beside the frame."""
    facts = Picture(smooth(100, 100)).facts
    view = {"corners": [[0.4, 0.4], [0.6, 0.4], [1, 1], [0, 1]]}
    ops = lowered("perspective", facts, **(SHIFT | view))
    picture = with_targets(Picture(smooth(100, 100)), (Target(label="a", box=(20, 5, 60, 70)),))
    (each,), lost = settle(objects_after(ops, picture.objects), TargetSettings())
    assert not lost
    assert each.box == (0, 0, 100, pytest.approx(83.3333))
    assert 0.3 < each.share < 0.4


def test_oriented_boxes_stay_four_corners_in_their_order() -> None:
    corners = ((10.0, 5.0), (50.0, 15.0), (48.0, 25.0), (8.0, 15.0))
    ship = Target(label="ship", corners=corners)
    facts = Picture(smooth()).facts
    (each,) = after(lowered("horizontal_flip", facts), ship).kept
    assert each.corners == tuple((WIDTH - x, y) for x, y in corners)
    (each,) = after(chain(facts, cut(20, 0, 41, 47)), ship).kept
    assert each.corners == tuple((x - 20, y) for x, y in corners)
    assert 0.5 < each.share < 0.9
    assert each.box is None
    (lost,) = after(chain(facts, cut(51, 0, 10, 47)), ship).lost
    assert lost.reason == "outside the picture"


def test_keypoints_that_leave_are_not_labelled_any_more() -> None:
    points = (Keypoint(10.5, 10.5, 2), Keypoint(25.5, 15.5, 1), Keypoint(0, 0, 0))
    hand = replace(BOX, keypoints=points)
    (each,) = after(chain(Picture(smooth()).facts, cut(20, 0, 41, 47)), hand).kept
    assert each.keypoints == (Keypoint(0, 0, 0), Keypoint(5.5, 15.5, 1), Keypoint(0, 0, 0))
    alone = Target(label="hand", keypoints=points)
    assert len(after(chain(Picture(smooth()).facts, cut(20, 0, 41, 47)), alone).kept) == 1
    assert len(after(chain(Picture(smooth()).facts, cut(31, 0, 30, 47)), alone).lost) == 1


def test_an_object_that_is_cut_in_two_stays_one() -> None:
    shoe = ((5, 2), (25, 2), (25, 40), (20, 40), (20, 9), (10, 9), (10, 40), (5, 40))
    ops = chain(Picture(smooth()).facts, cut(0, 20, 61, 20))
    (each,) = after(ops, Target(label="shoe", box=(5, 2, 25, 40), rings=(shoe,))).kept
    assert len(each.rings) == 2
    assert each.box == (5, 0, 25, 20)
    assert each.share == pytest.approx(200 / 450, abs=1e-4)


def test_regions_are_judged_by_their_pixels() -> None:
    crowd = Target(label="crowd", region=Region((0, 47 * 30, 47 * 31), 47, 61))
    ops = chain(Picture(smooth()).facts, cut(20, 0, 41, 47))
    (each,) = after(ops, crowd).kept
    assert each.region == Region((0, 47 * 10, 47 * 31), 47, 41)
    assert each.share == pytest.approx(1 / 3, abs=1e-4)
    (lost,) = after(ops, crowd, settings=TargetSettings(min_area=471)).lost
    assert lost.reason == "smaller than min_area"
