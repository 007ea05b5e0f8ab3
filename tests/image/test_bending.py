"""Bends, shapes and measured values."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import (
    DEPTHS,
    LIKE_OTHERS,
    lowered,
    moved_by,
    noisy,
    smooth,
    step,
    to_depth,
    toned,
)
from scipy.interpolate import RBFInterpolator

from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Mask, Picture, full_range
from augcli.image.targets import Keypoint, Target
from augcli.image.transforms.bending import grid, thin_plate
from augcli.image.transforms.shapes import patches

FACTS = Facts(120, 80, 3, "uint8", False)


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


def field(name: str, **params: object):
    (op,) = lowered(name, FACTS, **(LIKE_OTHERS | params))
    return op


@pytest.mark.oracle("piecewise_affine")
def test_piecewise_affine_pulls_each_node() -> None:
    nodes = field("piecewise_affine", cells=4, displacement=0.3, seed=3).nodes
    assert nodes.shape == (5, 5, 2)
    shares = nodes / np.array([30, 20])
    assert 0.2 < np.abs(shares).max() <= 0.3
    assert abs(shares.mean()) < 0.1
    still = moved_by("piecewise_affine", noisy(), cells=4, displacement=0, seed=3)
    np.testing.assert_array_equal(still, noisy())


def test_thin_plate_splines_are_those_of_scipy() -> None:
    points = grid(4)
    pulls = np.random.default_rng(0).uniform(-0.1, 0.1, (16, 2))
    places = np.random.default_rng(1).random((50, 2))
    expected = RBFInterpolator(points, pulls, kernel="thin_plate_spline", degree=1)(places)
    np.testing.assert_allclose(thin_plate(points, places) @ pulls, expected, atol=1e-9)
    np.testing.assert_allclose(thin_plate(points, points) @ pulls, pulls, atol=1e-9)


@pytest.mark.oracle("thin_plate_spline")
def test_thin_plate_spline_moves_its_points() -> None:
    bend = field("thin_plate_spline", points=3, displacement=0.1, seed=5)
    places = grid(3) * [120, 80]
    moved = (bend.backward(places) - places) / [120, 80]
    assert 0.05 < np.abs(moved).max() <= 0.1


@pytest.mark.oracle("optical_distortion")
@pytest.mark.parametrize("k", [-0.3, 0.2, 1])
def test_optical_distortion_is_radial(k: float) -> None:
    lens = field("optical_distortion", k=k)
    places = np.random.default_rng(0).uniform([0, 0], [120, 80], (40, 2))
    arms = places - [60, 40]
    squares = (arms**2).sum(axis=1, keepdims=True) / (60**2 + 40**2)
    np.testing.assert_allclose(lens.backward(places), [60, 40] + arms * (1 + k * squares), atol=0.1)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("piecewise_affine", {"cells": 4, "displacement": 0.3, "seed": 1}),
        ("thin_plate_spline", {"points": 4, "displacement": 0.06, "seed": 1}),
        ("optical_distortion", {"k": -0.3}),
        ("optical_distortion", {"k": 1}),
    ],
)
def test_targets_follow_the_bend(name: str, params: dict) -> None:
    """A spot in the picture, its mask and its keypoint stay together."""
    pixels = np.zeros((80, 120, 1), np.float32)
    pixels[20:24, 30:34] = 1
    target = Target(label="spot", keypoints=(Keypoint(32, 22, 2),))
    masks = (Mask(pixels.astype(np.uint8)),)
    picture = with_targets(Picture(pixels), (target,), masks)
    how = LIKE_OTHERS | params | {"border": "constant"}
    result = apply(lowered(name, picture.facts, **how), picture)
    y, x = np.mgrid[:80, :120] + 0.5
    for plane in (result.pixels[:, :, 0], result.masks[0].values[:, :, 0]):
        centre = [(plane * axis).sum() / plane.sum() for axis in (x, y)]
        np.testing.assert_allclose(centre, result.objects[0].keypoints[0], atol=0.5)


@pytest.mark.oracle("morphology")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
@pytest.mark.parametrize(("operation", "extreme"), [("dilate", np.max), ("erode", np.min)])
def test_morphology_is_the_extreme_of_a_square(operation, extreme, channels, depth) -> None:
    pixels = noisy(channels=channels, depth=depth)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (3, 3), (0, 1))
    seen = toned("morphology", pixels, operation=operation, size_px=3)
    np.testing.assert_array_equal(seen[1:-1, 1:-1], extreme(windows, axis=(-2, -1)))


@pytest.mark.oracle("superpixels")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_superpixels_have_one_colour_each(channels: int, depth: str) -> None:
    pixels = smooth(80, 60, channels=channels, depth=depth)
    seen = toned("superpixels", pixels, patches=30, share=1, seed=2)
    colours = np.unique(seen.reshape(-1, channels), axis=0)
    assert 15 <= len(colours) <= 45
    if depth == "float32":
        for colour in colours:
            here = np.all(seen == colour, axis=2)
            np.testing.assert_allclose(pixels[here].mean(axis=0), colour, atol=1e-5)
    np.testing.assert_array_equal(toned("superpixels", pixels, patches=30, share=0, seed=2), pixels)


def test_patches_follow_edges() -> None:
    y, x = np.mgrid[:60, :90]
    left = (x < 41 + 8 * np.sin(y / 9)).astype(np.float32)
    labels = patches(left[:, :, None], 24)
    mixed = [np.ptp(left[labels == label]) for label in np.unique(labels)]
    assert np.mean(mixed) < 0.1


@pytest.mark.oracle("intensity_scale")
@pytest.mark.parametrize("depth", DEPTHS)
def test_intensity_scale(depth: str) -> None:
    pixels = smooth(depth=depth)
    expected = in_levels(pixels) * 1.3 - 0.1
    expected = expected if depth == "float32" else expected.clip(0, 1)
    seen = in_levels(toned("intensity_scale", pixels, factor=1.3, offset=-0.1))
    np.testing.assert_allclose(seen, expected, atol=0.003)


@pytest.mark.oracle("normalize")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_normalize_makes_floats(channels: int, depth: str) -> None:
    pixels = noisy(channels=channels, depth=depth)
    seen = toned("normalize", pixels, mean=[0.4, 0.5, 0.6], std=[0.1, 0.2, 0.3])
    assert seen.dtype == np.float32
    mean, std = np.array([0.6, 0.5, 0.4]), np.array([0.3, 0.2, 0.1])
    if channels != 3:
        weights = np.array([0.114, 0.587, 0.299])
        mean, std = mean @ weights, std @ weights
    np.testing.assert_allclose(seen, (in_levels(pixels) - mean) / std, atol=2e-5)


@pytest.mark.oracle("zca_whitening")
@pytest.mark.parametrize(("depth", "channels"), [("uint8", 3), ("uint16", 6), ("float32", 1)])
def test_whitened_bands_do_not_vary_together(depth: str, channels: int) -> None:
    pixels = smooth(channels=channels, depth=depth)
    seen = toned("zca_whitening", pixels, epsilon=1e-9)
    flat = seen.reshape(-1, channels)
    assert seen.dtype == np.float32
    assert np.allclose(flat.mean(axis=0), 0, atol=1e-3)
    assert np.allclose(np.cov(flat.T, bias=True), np.eye(channels), atol=1e-3)
    # As near to what it was as such values can be: its own band tells most of each.
    before = np.column_stack([pixels.reshape(-1, channels), flat])
    with_own = np.corrcoef(before.T)[:channels, channels:]
    assert (np.argmax(with_own, axis=1) == np.arange(channels)).all()
    flat_picture = np.full((5, 5, channels), 0.5)
    assert not toned("zca_whitening", to_depth(flat_picture, depth), epsilon=1e-6).any()


@pytest.mark.oracle("standardize")
@pytest.mark.parametrize(("center", "scale"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("depth", DEPTHS)
def test_standardize_is_by_the_picture_itself(depth: str, center: bool, scale: bool) -> None:
    pixels = noisy(depth=depth)
    values = in_levels(pixels)
    expected = (values - values.mean() * center) / (values.std() if scale else 1)
    seen = toned("standardize", pixels, center=center, scale=scale)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen, expected, atol=1e-4)


@pytest.mark.parametrize("level", [0.1, 0.5, 201 / 255, 1])
@pytest.mark.parametrize("side", [5, 8])
@pytest.mark.parametrize("depth", DEPTHS)
def test_standardize_makes_nothing_of_a_flat_picture(depth: str, side: int, level: float) -> None:
    flat = to_depth(np.full((side, side, 3), level), depth)
    assert not toned("standardize", flat, center=True, scale=True).any()


def test_what_follows_normalize_works_on_floats() -> None:
    picture = Picture(np.dstack([noisy(), np.full((47, 61), 255, np.uint8)]), alpha=True)
    made = step("normalize").lower({"mean": 0.5, "std": 0.5}, picture.facts)
    facts = made[0].facts(picture.facts)
    assert facts.depth == "float32"
    both = apply([*made, *lowered("brightness", facts, delta=0.25)], picture)
    assert both.facts.depth == "float32"
    expected = in_levels(noisy()) * 2 - 1 + 0.25
    np.testing.assert_allclose(both.pixels[:, :, :3], expected, atol=1e-5)
    assert np.all(both.pixels[:, :, 3] == 1)
