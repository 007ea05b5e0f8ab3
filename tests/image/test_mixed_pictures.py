"""Steps that mix pictures: shares to the pixel, labels that follow, and partners that fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from image_samples import noisy, smooth, step
from msgspec import Struct, field
from msgspec.structs import replace
from scipy import stats

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.config import TargetSettings
from augcli.image.operations.alike import alike
from augcli.image.operations.mixing import covering
from augcli.image.operations.ops import Op, Stage, apply, mask_after, objects_after
from augcli.image.operations.placed import bounds, placed
from augcli.image.operations.sight import behind
from augcli.image.picture import Facts, Mask, Picture, Placed
from augcli.image.settle import settle
from augcli.image.targets import Keypoint, Region, Target
from augcli.image.transforms.mixing import smaller_part

WIDTH, HEIGHT = 61, 47


class Other(Struct):
    """A partner in memory."""

    whole: Picture
    targets: tuple[Target, ...] = ()
    numbers: Mask | None = None
    label: str | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        return self.whole.facts

    def part_for(self, _stages: Sequence[Stage]) -> int:
        return 1

    def picture(self, _stages: Sequence[Stage], _part: int) -> Picture:
        return self.whole

    @property
    def objects(self) -> tuple[Placed, ...]:
        return placed(self.targets, (self.facts.width, self.facts.height))

    @property
    def seen(self) -> tuple[Placed, ...]:
        return self.objects

    def mask(self, _number: int) -> Mask:
        assert self.numbers is not None
        return self.numbers


class Few(Struct):
    """So many partners, picked in their order."""

    others: Sequence[Other]

    def pick(self, _draws: Draws, count: int, _pool: str) -> list[str]:
        return [str(number % len(self.others)) for number in range(count)]

    def __getitem__(self, ident: str) -> Other:
        return self.others[int(ident)]


BASE = Picture(smooth())
EQUAL = Other(Picture(noisy()))
WIDE = Other(Picture(noisy(90, 33, seed=5)))


def mixing(name: str, *others: Other, seed: int = 0, **said: object) -> tuple[dict, list[Op]]:
    """Return a step's params as JSON keeps them, and what they mean."""
    facts = replace(BASE.facts, peers=Few(others or [EQUAL]))
    made = step(name, **said).make_params(Draws(seed).at("x"), facts)
    params = json.loads(json.dumps(made))
    return params, list(type(step(name)).lower(params, facts))


@pytest.mark.parametrize("alpha", [0.2, 1, 6])
def test_shares_are_the_smaller_parts_of_a_beta(alpha: float) -> None:
    drawn = np.array([smaller_part(Draws(3).at(n), alpha) for n in range(3000)])
    assert drawn.min() >= 0 and drawn.max() <= 0.5
    folded = stats.beta(alpha, alpha)
    assert stats.kstest(drawn, lambda x: 2 * folded.cdf(np.minimum(x, 0.5))).pvalue > 0.01
    assert all(0 <= smaller_part(Draws(0).at(n), 0.01) <= 0.5 for n in range(200))


@pytest.mark.oracle("mixup")
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_mixup_is_the_weighted_mean(depth: str) -> None:
    base, other = Picture(smooth(depth=depth)), Other(Picture(noisy(depth=depth)))
    facts = replace(base.facts, peers=Few([other]))
    params = step("mixup").make_params(Draws(1).at("x"), facts)
    (weight,) = params["weights"]
    made = apply(type(step("mixup")).lower(params, facts), base).pixels.astype(np.float64)
    truth = (1 - weight) * base.pixels + weight * other.whole.pixels.astype(np.float64)
    assert np.abs(made - truth).max() <= (1e-6 if depth == "float32" else 0.51)


def test_mixup_weighs_colours_by_what_is_seen_of_them() -> None:
    clear, red = np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8)
    clear[:, :, 0], red[:, :, 2:] = 255, 255
    params, facts = {"partners": ["0"], "weights": [0.4]}, Picture(clear, alpha=True).facts
    ops = type(step("mixup")).lower(params, replace(facts, peers=Few([Other(Picture(red, True))])))
    assert apply(ops, Picture(clear, alpha=True)).pixels[0, 0].tolist() == [0, 0, 255, 102]


@pytest.mark.oracle("cutmix")
@pytest.mark.parametrize("seed", range(8))
def test_cutmix_weighs_by_what_of_its_rectangle_is_in_the_frame(seed: int) -> None:
    params, ops = mixing("cutmix", WIDE, seed=seed)
    made = apply(ops, BASE).pixels
    other = apply(covering(WIDE.facts, WIDTH, HEIGHT), WIDE.whole).pixels
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[params["y"] :, params["x"] :][: params["h"], : params["w"]] = True
    np.testing.assert_array_equal(made, np.where(inside[:, :, None], other, BASE.pixels))
    assert params["weights"] == [pytest.approx(inside.mean(), abs=1e-8)]


@pytest.mark.oracle("fmix")
@pytest.mark.parametrize("seed", range(4))
def test_fmix_gives_the_partner_just_so_many_pixels(seed: int) -> None:
    params, ops = mixing("fmix", EQUAL, seed=seed)
    made = apply(ops, BASE).pixels
    differs = (EQUAL.whole.pixels != BASE.pixels).any(axis=2)
    from_other = (made == EQUAL.whole.pixels).all(axis=2)
    assert ((made == BASE.pixels).all(axis=2) | from_other).all()
    assert abs(np.count_nonzero(from_other) - params["pixels"]) <= np.count_nonzero(~differs)
    assert params["weights"] == [pytest.approx(params["pixels"] / (WIDTH * HEIGHT), abs=1e-8)]


@pytest.mark.oracle("mosaic")
@pytest.mark.parametrize("grid", [(2, 2), (3, 3), (4, 1)])
def test_mosaic_fills_the_frame_with_what_covers_each_window(grid: tuple[int, int]) -> None:
    others = [Other(Picture(noisy(40 + n, 30, seed=n))) for n in range(8)]
    params, ops = mixing("mosaic", *others, grid=grid)
    made = apply(ops, BASE)
    assert made.facts == BASE.facts
    x, y = [0, *params["x"], WIDTH], [0, *params["y"], HEIGHT]
    shown: list[Picture] = [others[int(ident)].whole for ident in params["partners"]]
    shown.insert(params["place"], BASE)
    areas = []
    for at, picture in enumerate(shown):
        (row, column), window = divmod(at, grid[0]), []
        left, right, top, bottom = x[column], x[column + 1], y[row], y[row + 1]
        areas.append((right - left) * (bottom - top) / (WIDTH * HEIGHT))
        window = apply(covering(picture.facts, right - left, bottom - top), picture).pixels
        np.testing.assert_array_equal(made.pixels[top:bottom, left:right], window)
    assert params["weights"] == pytest.approx(
        areas[: params["place"]] + areas[params["place"] + 1 :]
    )
    assert sum(areas) == pytest.approx(1)


def test_objects_of_a_mosaic_are_cut_by_their_windows() -> None:
    whole = Target(label="other", box=(0.0, 0.0, float(WIDTH), float(HEIGHT)))
    own = replace(whole, label="own")
    params, ops = mixing("mosaic", Other(EQUAL.whole, (whole,)), grid=(2, 1), shift=0)
    kept, lost = settle(objects_after(ops, placed((own,), (WIDTH, HEIGHT))), ANY)
    middle = params["x"][0]
    halves = [(0.0, 0.0, middle, HEIGHT), (middle, 0.0, WIDTH, HEIGHT)]
    assert [each.label for each in kept] == ["own", "other"]
    assert [each.box for each in kept] == [halves[params["place"]], halves[1 - params["place"]]]
    # Each is scaled until it is as high as the window, so about half of it is left.
    assert [each.share for each in kept] == pytest.approx([30 / 61, 31 / 61], abs=0.02)
    assert not lost


ANY = TargetSettings(min_visibility=0, min_area=0, min_side=0)
BOX = Target(label="a", box=(10.0, 5.5, 30.0, 25.0))


def seen(target: Target, left: int, top: int, right: int, bottom: int) -> Placed:
    """Return an object behind a rectangle."""
    (each,) = placed((target,), (WIDTH, HEIGHT))
    shown = np.ones((HEIGHT, WIDTH), bool)
    shown[top:bottom, left:right] = False
    return behind(each, shown)


def test_a_box_behind_something_is_that_of_what_is_left() -> None:
    assert bounds(seen(BOX, 0, 0, 20, 47)) == (20, 5.5, 30, 25)
    assert seen(BOX, 0, 0, 20, 47).share == 0.5
    corner = seen(BOX, 20, 0, 61, 15)
    assert bounds(corner) == BOX.box
    assert 0.7 < corner.share < 0.8
    assert seen(BOX, 40, 0, 61, 47) is not None
    assert not seen(BOX, 40, 0, 61, 47).changed
    assert bounds(seen(BOX, 0, 0, 61, 47)) is None


def test_an_outline_behind_something_runs_along_pixels() -> None:
    square = Target(label="a", rings=(((10, 10), (30, 10), (30, 20), (10, 20)),))
    half = seen(square, 0, 0, 16, 47)
    assert half.share == 0.7
    ((*corners,),) = half.rings
    assert sorted(map(tuple, corners)) == [(16, 10), (16, 20), (30, 10), (30, 20)]
    parted = seen(square, 15, 0, 20, 47)
    assert sorted(ring[:, 0].min() for ring in parted.rings) == [10, 20]


def test_regions_and_points_behind_something() -> None:
    region = Region((0, HEIGHT * 10, HEIGHT * 51), HEIGHT, WIDTH)
    left = seen(Target(label="a", region=region), 0, 0, 5, 47)
    assert left.region == Region((HEIGHT * 5, HEIGHT * 5, HEIGHT * 51), HEIGHT, WIDTH)
    assert left.share == 0.5
    points = (Keypoint(3, 3, 2), Keypoint(40, 3, 2), Keypoint(0, 0, 0))
    assert seen(Target(label="a", keypoints=points), 0, 0, 5, 47).visibility == (1, 2, 0)


def test_objects_under_cutmix_and_masks_are_those_of_what_is_seen() -> None:
    other = Other(EQUAL.whole, (replace(BOX, label="b"),), Mask(np.full((47, 61, 1), 2, np.uint8)))
    params = {"partners": ["0"], "weights": [0.1], "x": 0, "y": 0, "w": 20, "h": 47}
    ops = list(type(step("cutmix")).lower(params, replace(BASE.facts, peers=Few([other]))))
    kept, _ = settle(objects_after(ops, placed((BOX,), (WIDTH, HEIGHT))), ANY)
    assert [(each.label, each.box, each.share) for each in kept] == [
        ("a", (20, 5.5, 30, 25), 0.5),
        ("b", (10, 5.5, 20, 25), 0.5),
    ]
    made = mask_after(ops, Mask(np.ones((47, 61, 1), np.uint8))).values
    assert (made[:, :20] == 2).all() and (made[:, 20:] == 1).all()


def test_mixup_keeps_all_objects_with_their_weights_and_refuses_masks() -> None:
    params, ops = mixing("mixup", Other(EQUAL.whole, (BOX,)))
    made = objects_after(ops, placed((BOX,), (WIDTH, HEIGHT)))
    (weight,) = params["weights"]
    kept, _ = settle(made, ANY)
    assert [each.extra["weight"] for each in kept] == pytest.approx([1 - weight, weight])
    assert [each.box for each in kept] == [BOX.box, BOX.box]
    with pytest.raises(SampleError, match="no meaning for masks"):
        mask_after(ops, Mask(np.ones((47, 61, 1), np.uint8)))


@pytest.mark.oracle("copy_paste")
@pytest.mark.parametrize("seed", range(6))
def test_copy_paste_lays_an_object_into_the_frame_and_over_others(seed: int) -> None:
    ring = ((12.0, 8.0), (32.0, 8.0), (22.0, 28.0))
    other = Other(WIDE.whole, (Target(label="b", rings=(ring,)),))
    params, ops = mixing("copy_paste", other, seed=seed, objects=1, blend_px=0)
    (pasted,) = params["pasted"]
    whole = Target(label="a", box=(0.0, 0.0, float(WIDTH), float(HEIGHT)))
    own, new = objects_after(ops, placed((whole,), (WIDTH, HEIGHT)))
    assert new.share == 1
    truth = np.array(ring) * pasted["scale"] + (pasted["x"], pasted["y"])
    np.testing.assert_allclose(new.rings[0], truth, atol=1e-6)
    changed = (apply(ops, BASE).pixels != BASE.pixels).any(axis=2)
    assert changed.sum() == pytest.approx(200 * pasted["scale"] ** 2, abs=25)
    assert own.share == pytest.approx(1 - changed.mean(), abs=0.01)


def test_copy_paste_takes_regions_and_only_classes_that_are_asked_for() -> None:
    region = Region((0, 33 * 12, 33 * 78), 33, 90)
    other = Other(WIDE.whole, (BOX, Target(label="r", region=region)))
    params, ops = mixing("copy_paste", other, objects=5, scale=1, blend_px=0, classes=["r"])
    (pasted,) = params["pasted"]
    assert pasted["object"] == 1
    made = apply(ops, BASE).pixels
    assert (made != BASE.pixels).any(axis=2).sum() == pytest.approx(12 * 33, abs=4)
    assert mixing("copy_paste", other, classes=["none"])[0]["partners"] == []


def test_edges_of_what_is_pasted_are_blended() -> None:
    other = Other(Picture(np.full((40, 40, 3), 255, np.uint8)), (BOX,))
    dark = Picture(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    hard, soft = (mixing("copy_paste", other, objects=1, blend_px=blur)[1] for blur in (0, 2))
    assert len(np.unique(apply(hard, dark).pixels)) == 2
    assert len(np.unique(apply(soft, dark).pixels)) > 20


def test_partners_are_made_alike() -> None:
    gray, deep = noisy(channels=1), smooth(depth="uint16")
    assert alike(Picture(gray), BASE.facts).pixels.shape == (HEIGHT, WIDTH, 3)
    assert alike(BASE, Picture(gray).facts).pixels.shape == (HEIGHT, WIDTH, 1)
    made = alike(BASE, Picture(deep).facts).pixels
    np.testing.assert_array_equal(made, BASE.pixels.astype(np.uint16) * 257)
    shown = alike(BASE, Picture(smooth(channels=4), alpha=True).facts)
    assert shown.alpha and (shown.pixels[:, :, 3] == 255).all()
    with pytest.raises(SampleError, match="6 bands and not 3"):
        alike(Picture(noisy(channels=6)), BASE.facts)


@pytest.mark.parametrize(
    "name",
    ["mixup", "cutmix", "fmix", "mosaic", "copy_paste", "fda", "color_transfer", "overlay"],
)
@pytest.mark.parametrize(("channels", "alpha"), [(1, False), (2, True), (4, True), (6, False)])
def test_all_take_every_layout(name: str, channels: int, alpha: bool) -> None:
    base = Picture(smooth(channels=channels, alpha=alpha), alpha)
    other = Other(Picture(noisy(channels=channels), alpha), (BOX,))
    facts = replace(base.facts, peers=Few([other]))
    params = step(name).make_params(Draws(2).at("x"), facts)
    before = base.pixels.copy(), other.whole.pixels.copy()
    if type(step(name)).refusal(facts):
        return
    made = apply(type(step(name)).lower(params, facts), base)
    assert made.facts == base.facts
    np.testing.assert_array_equal(base.pixels, before[0])
    np.testing.assert_array_equal(other.whole.pixels, before[1])


def test_records_of_what_cannot_be_are_refused() -> None:
    facts = replace(BASE.facts, peers=Few([WIDE]))
    lines = {"partners": ["0"], "weights": [0.5], "grid": [2, 1], "x": [10**9], "y": [], "place": 0}
    with pytest.raises(SampleError, match="do not lie in the frame"):
        type(step("mosaic")).lower(lines, facts)
    pasted = {
        "object": 0,
        "scale": 1,
        "x": 0,
        "y": 0,
        "counts": [0, 10**12],
        "size": [10**6, 10**6],
    }
    params = {"partners": ["0"], "objects": 1, "blend_px": 0, "pasted": [pasted]}
    with pytest.raises(SampleError, match="not of its partner's size"):
        type(step("copy_paste")).lower(params, facts)
