"""Parts, margins and scales: where each pixel goes, and what size comes out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from image_samples import LIKE_OTHERS, augmented, chain, lowered, moved_by, noisy, smooth, step

from augcli.image.config import TargetSettings
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Picture
from augcli.image.settle import settle
from augcli.image.targets import Target

FACTS = Facts(61, 47, 3, "uint8", False)


@pytest.mark.oracle("d4")
def test_d4_is_the_eight_symmetries() -> None:
    pixels = noisy()
    expected = [np.rot90(base, turns) for base in (pixels, pixels[:, ::-1]) for turns in range(4)]
    for symmetry, turned in enumerate(expected):
        np.testing.assert_array_equal(moved_by("d4", pixels, symmetry=symmetry), turned)


@pytest.mark.oracle("zoom")
def test_zoom_is_a_stretch_about_the_centre() -> None:
    (warp,) = lowered("zoom", FACTS, x=2.0, y=0.5, **LIKE_OTHERS)
    seen = warp.forward(np.array([[30.5, 23.5], [40.5, 33.5], [0, 0]]))
    np.testing.assert_allclose(seen, [[30.5, 23.5], [50.5, 28.5], [-30.5, 11.75]])


def test_zoom_with_equal_factors_is_scale() -> None:
    one = moved_by("zoom", smooth(), x=1.3, y=1.3)
    np.testing.assert_array_equal(one, moved_by("scale", smooth(), factor=1.3))


@pytest.mark.parametrize(
    ("name", "params", "size"),
    [
        ("longest_side", {"length": 122}, (122, 94)),
        ("longest_side", {"length": 1}, (1, 1)),
        ("shortest_side", {"length": 94}, (122, 94)),
        ("shortest_side", {"length": 1}, (1, 1)),
        ("random_scale", {"factor": 0.5}, (30, 24)),
        ("random_scale", {"factor": 0.05}, (3, 2)),
    ],
)
def test_sizes_keep_the_shape(name: str, params: dict, size: tuple[int, int]) -> None:
    (warp,) = lowered(name, FACTS, interpolation="linear", **params)
    assert (warp.width, warp.height) == size
    np.testing.assert_allclose(warp.forward(np.array([[61.0, 47]])), [size])


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["longest_side", "shortest_side"])
def test_sides_stretch_as_resize_does(name: str) -> None:
    width, height = (96, 74) if name == "longest_side" else (125, 96)
    resized = moved_by("resize", smooth(), width=width, height=height)
    np.testing.assert_array_equal(moved_by(name, smooth(), length=96), resized)


def test_upright_pictures_have_their_longer_side_upright() -> None:
    (warp,) = lowered("longest_side", Facts(30, 60, 3, "uint8", False), length=20, **LIKE_OTHERS)
    assert (warp.width, warp.height) == (10, 20)


@pytest.mark.oracle("crop")
def test_crop_is_a_window() -> None:
    pixels = noisy()
    seen = moved_by("crop", pixels, x=7, y=3, width=20, height=30)
    np.testing.assert_array_equal(seen, pixels[3:33, 7:27])


def test_crop_says_where_it_does_not_fit() -> None:
    with pytest.raises(Exception, match="crop at 50, 0 of 70×20 px is larger than the picture"):
        augmented(step("crop", x=50, width=20, height=20), Picture(smooth()))


@pytest.mark.oracle("crop_and_pad")
@pytest.mark.parametrize("border", ["constant", "replicate"])
def test_crop_and_pad_is_both_and_a_resize(border: str) -> None:
    pixels = smooth(60, 40)
    sides = {"left": -0.1, "top": 0.25, "right": 0.3, "bottom": -0.2}
    mode = {"mode": "edge"} if border == "replicate" else {}
    window = np.pad(pixels, ((10, 0), (0, 18), (0, 0)), **mode)[:42, 6:]
    inner = chain(Picture(window).facts, ("resize", {"width": 60, "height": 40}))
    expected = apply(inner, Picture(window)).pixels.astype(int)
    seen = moved_by("crop_and_pad", pixels, border=border, **sides)
    assert seen.shape == pixels.shape
    assert np.abs(seen[12:, :40] - expected[12:, :40]).max() <= 3


def test_crop_and_pad_moves_boxes() -> None:
    target = Target(label="cone", box=(12.0, 10, 30, 20))
    picture = with_targets(Picture(smooth(60, 40)), (target,))
    ops = lowered("crop_and_pad", picture.facts, left=1, top=0, right=0, bottom=0, **LIKE_OTHERS)
    (moved,) = settle(apply(ops, picture).objects, TargetSettings()).kept
    np.testing.assert_allclose(moved.box, [36, 10, 45, 20])


def test_values_beyond_the_range_survive_geometry() -> None:
    """Float pictures hold what they measure: degrees, heights, reflectances above 1."""
    pixels = smooth(depth="float32") * 40 - 20
    steps = ["rotate", "scale", "zoom", "d4", "random_scale", "crop_and_pad", "elastic"]
    for name, border in itertools.product(steps, ["reflect", "replicate"]):
        fields = {} if name in ("d4", "random_scale") else {"border": border}
        result = augmented(step(name, **fields), Picture(pixels)).pixels
        assert result.min() < -15, name
        assert result.max() > 15, name
