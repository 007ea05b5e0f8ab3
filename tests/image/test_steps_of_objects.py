"""Steps that know where objects lie."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_samples import TRANSFORMS, noisy, smooth, step
from msgspec.structs import replace
from together import together

from augcli.draws import Draws
from augcli.image.config import TargetSettings
from augcli.image.kernels.regions import region_of
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Mask, Picture
from augcli.image.settle import Settled, settle
from augcli.image.targets import Target, Targets

WIDTH, HEIGHT = 61, 47
WHOLE = TargetSettings(min_visibility=1, min_area=0, min_side=0)
FEW = (
    Target(label="cone", box=(5.2, 6.0, 15.0, 16.5)),
    Target(label="cone", rings=(((30, 20), (44, 22), (37, 31)),)),
    Target(label="cube", box=(20.0, 3.0, 29.0, 9.0)),
)


def facts_of(targets: Targets) -> Facts:
    picture = with_targets(Picture(smooth()), targets)
    return replace(picture.facts, objects=picture.objects)


def after(name: str, targets: Targets, seed: int, settings=WHOLE, **params) -> tuple[dict, Settled]:
    picture = with_targets(Picture(smooth()), targets)
    made = step(name, **params).make_params(Draws(seed).at(name), facts_of(targets))
    result = apply(TRANSFORMS[name].lower(made, picture.facts), picture)
    return made, settle(result.objects, settings)


@together("seed", range(30))
def test_box_safe_crop_holds_all_objects(seed: int) -> None:
    made, (kept, lost) = after("box_safe_crop", FEW, seed, area=[0.05, 0.6])
    assert len(kept) == len(FEW)
    assert not lost
    assert made["w"] < WIDTH or made["h"] < HEIGHT or seed


@together("seed", range(10))
def test_box_safe_crop_has_the_area_that_was_drawn_where_objects_let_it(seed: int) -> None:
    small = (Target(label="cone", box=(30.0, 20.0, 33.0, 23.0)),)
    made, (kept, _) = after("box_safe_crop", small, seed, area=0.25, ratio=1)
    assert (made["w"], made["h"]) == (27, 27)
    assert len(kept) == 1


def test_box_safe_crop_is_in_every_place_that_holds_the_objects() -> None:
    small = (Target(label="cone", box=(30.0, 20.0, 33.0, 23.0)),)
    made = [after("box_safe_crop", small, seed, area=0.25, ratio=1)[0] for seed in range(600)]
    assert {each["x"] for each in made} == set(range(33 - 27, 30 + 1))
    assert {each["y"] for each in made} == set(range(0, 20 + 1))


@together("seed", range(30))
@pytest.mark.parametrize("side", [4, 12, 24])
def test_crop_near_object_shows_one_object(seed: int, side: int) -> None:
    made, (kept, _) = after("crop_near_object", FEW, seed, width=side, height=side)
    assert (made["width"], made["height"]) == (side, side)
    if side == 24:
        assert kept
    x, y, end_x, end_y = made["x"], made["y"], made["x"] + side, made["y"] + side
    assert any(
        (x <= left and right <= end_x) or (left <= x and end_x <= right)
        for left, right in ((5, 15), (30, 44), (20, 29))
    )
    assert any(
        (y <= top and bottom <= end_y) or (top <= y and end_y <= bottom)
        for top, bottom in ((6, 17), (20, 31), (3, 9))
    )


def test_only_the_objects_that_a_step_concerns_are_looked_for() -> None:
    """A picture has a cone and a cube: the step is for cubes."""
    for seed in range(20):
        _, (kept, _) = after("crop_near_object", FEW, seed, width=15, height=15, only=["cube"])
        assert "cube" in {each.label for each in kept}
        made, _ = after("object_erasing", FEW, seed, **{"except": ["cone"]})
        assert len(made["parts"]) == 1


@st.composite
def objects(draw) -> Target:
    label = draw(st.sampled_from(["a", "b"]))
    if draw(st.booleans()):
        x, y = draw(st.integers(0, WIDTH - 2)), draw(st.integers(0, HEIGHT - 2))
        right, bottom = draw(st.integers(x + 1, WIDTH)), draw(st.integers(y + 1, HEIGHT))
        return Target(label=label, box=(x, y, right, bottom))
    points = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
    ring = tuple(draw(st.lists(points, min_size=3, max_size=6)))
    return Target(label=label, rings=(ring,))


@given(st.lists(objects(), max_size=3), st.integers(0, 1000))
def test_steps_stay_in_the_picture(targets: list[Target], seed: int) -> None:
    for name in ("box_safe_crop", "crop_near_object", "mask_crop", "object_erasing"):
        size = {"width": 17, "height": 13} if "width" in TRANSFORMS[name].model_fields else {}
        made = step(name, **size).make_params(Draws(seed).at(name), facts_of(tuple(targets)))
        parts = made.get("parts", [])
        if name != "object_erasing":
            parts = [(made["x"], made["y"], made.get("w", 17), made.get("h", 13))]
        for x, y, width, height in parts:
            assert 0 <= x <= x + width <= WIDTH
            assert 0 <= y <= y + height <= HEIGHT


@together("seed", range(20))
def test_mask_crop_is_never_empty(seed: int) -> None:
    """Of a ring of pixels around nothing most crops would show nothing."""
    plane = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    plane[2:45, 3:58] = 1
    plane[4:43, 5:56] = 0
    picture = with_targets(Picture(smooth()), (), (Mask(plane),))
    told = facts_of((Target(label="frame", region=region_of(plane)),))
    made = step("mask_crop", width=9, height=7).make_params(Draws(seed).at("x"), told)
    result = apply(TRANSFORMS["mask_crop"].lower(made, picture.facts), picture)
    assert result.masks[0].values.any()


@together("seed", range(20))
def test_mask_crop_finds_thin_polygons(seed: int) -> None:
    thin = Target(label="line", rings=(((1, 1), (60, 45), (60, 46), (1, 2)),))
    _, (kept, _) = after("mask_crop", (thin,), seed, lenient(min_area=0.1), width=5, height=5)
    assert kept


def lenient(**limits: float) -> TargetSettings:
    return TargetSettings(min_visibility=0, min_side=0, **limits)


@pytest.mark.oracle("object_erasing")
def test_object_erasing_paints_within_objects() -> None:
    picture = with_targets(Picture(np.full((HEIGHT, WIDTH, 3), 200, np.uint8)), FEW)
    shares = []
    for seed in range(40):
        made, (kept, _) = after("object_erasing", FEW, seed, area=[0.1, 0.3])
        assert kept == FEW
        dark = apply(TRANSFORMS["object_erasing"].lower(made, picture.facts), picture).pixels == 0
        for (x, y, width, height), box in zip(
            made["parts"], [(5, 6, 15, 17), (30, 20, 44, 31), (20, 3, 29, 9)], strict=True
        ):
            assert box[0] <= x <= x + width <= box[2]
            assert box[1] <= y <= y + height <= box[3]
            assert dark[y : y + height, x : x + width].all()
            shares.append(width * height / ((box[2] - box[0]) * (box[3] - box[1])))
        assert dark.any(axis=2).sum() <= sum(w * h for _, _, w, h in made["parts"])
    assert 0.05 < min(shares) < max(shares) < 0.35


def test_without_objects_any_place_will_do() -> None:
    facts = Picture(noisy()).facts
    places = {
        name: [
            step(name, width=20, height=20).make_params(Draws(seed).at(name), facts)["x"]
            for seed in range(300)
        ]
        for name in ("crop_near_object", "mask_crop", "random_crop")
    }
    assert all({min(xs), max(xs)} == {0, 41} for xs in places.values())
    made = step("object_erasing").make_params(Draws(1), facts)
    assert made["parts"] == []
    assert not TRANSFORMS["object_erasing"].lower(made, facts)


@pytest.mark.parametrize("degrees", [0, 10, 45, 90, 180, -137.5, 270, 360])
def test_an_expanded_turn_loses_nothing(degrees: float) -> None:
    corners = [(x, y, x + 1, y + 1) for x, y in itertools.product((0, 60), (0, 46))]
    targets = tuple(Target(label="corner", box=box) for box in corners)
    picture = with_targets(Picture(smooth()), targets)
    made = step("rotate", degrees=degrees, expand=True, border="constant")
    result = apply(made.lower(made.make_params(Draws(0), picture.facts), picture.facts), picture)
    kept, lost = settle(result.objects, WHOLE)
    assert len(kept) == 4
    assert not lost
    boxes = np.array([each.box for each in kept])
    size = np.array([result.facts.width, result.facts.height])
    assert np.all(boxes[:, :2].min(axis=0) < 1)
    assert np.all(boxes[:, 2:].max(axis=0) > size - 1)
    if degrees % 90 == 0:
        turned = np.rot90(picture.pixels, round(degrees) // 90)
        np.testing.assert_array_equal(result.pixels, turned)


def test_turns_that_were_recorded_without_a_word_on_the_frame_keep_it() -> None:
    facts = Picture(smooth()).facts
    params = {"degrees": 30, "border": "reflect", "fill": 0.0, "interpolation": "linear"}
    (turn,) = TRANSFORMS["rotate"].lower(params, facts)
    assert (turn.width, turn.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("margin", [-0.2, 0, 0.5])
def test_one_object_is_cut_out_with_a_margin(margin: float) -> None:
    places = set()
    for seed in range(30):
        made, (kept, _) = after("crop_to_object", FEW, seed, margin=margin)
        parts = {
            (round(left - margin * (right - left)), round(right + margin * (right - left)))
            for left, right in ((5, 15), (30, 44), (20, 29))
        }
        assert (made["x"], made["x"] + made["w"]) in parts
        assert bool(kept) or margin < 0
        places.add(made["x"])
    assert len(places) == 3


@together("seed", range(10))
def test_margins_of_an_object_are_drawn_for_each_side_and_end_with_the_picture(seed: int) -> None:
    corner = (Target(label="cone", box=(0.0, 40.0, 10.0, 47.0)),)
    made, _ = after("crop_to_object", corner, seed, margin=[0, 1])
    assert (made["x"], made["y"] + made["h"]) == (0, HEIGHT)
    assert 10 <= made["w"] <= 20 and 7 <= made["h"] <= 14
    assert after("crop_to_object", (), seed, margin=2)[0] == {"x": 0, "y": 0, "w": 61, "h": 47}
