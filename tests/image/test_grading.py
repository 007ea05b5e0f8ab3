"""Looks of a photo, each against its formula."""

from __future__ import annotations

import colorsys
import itertools

import numpy as np
import pytest
from image_samples import DEPTHS, augmented, noisy, smooth, step, to_depth, toned

from augcli.image.picture import Picture, full_range
from augcli.image.transforms.grading import black_body, covariance

COLOURS_ONLY = ["sepia", "fancy_pca", "planckian_jitter", "white_balance", "he_stain"]


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


def clipped(values: np.ndarray, depth: str) -> np.ndarray:
    return values if depth == "float32" else values.clip(0, 1)


@pytest.mark.parametrize("name", COLOURS_ONLY)
def test_gray_pictures_stay(name: str) -> None:
    picture = Picture(smooth(channels=1))
    np.testing.assert_array_equal(augmented(step(name), picture).pixels, picture.pixels)


@pytest.mark.oracle("sepia")
@pytest.mark.parametrize("depth", DEPTHS)
def test_sepia(depth: str) -> None:
    pixels = noisy(depth=depth)
    rgb = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    values = in_levels(pixels)
    brown = (values[:, :, ::-1] @ rgb.T)[:, :, ::-1]
    for amount in (0, 0.5, 1):
        expected = clipped((1 - amount) * values + amount * brown, depth)
        seen = in_levels(toned("sepia", pixels, amount=amount))
        np.testing.assert_allclose(seen, expected, atol=0.003)


@pytest.mark.oracle("tone_curve")
@pytest.mark.parametrize("depth", DEPTHS)
def test_tone_curve_is_a_bezier_curve(depth: str) -> None:
    ramp = np.linspace(0, 1, 256)[:, None, None]
    seen = in_levels(toned("tone_curve", to_depth(ramp, depth), shadows=0.1, lights=0.8))
    by_casteljau = [0.0, 0.1, 0.8, 1.0]
    points = [np.full_like(ramp, height) for height in by_casteljau]
    while len(points) > 1:
        points = [a + (b - a) * ramp for a, b in itertools.pairwise(points)]
    np.testing.assert_allclose(seen, points[0], atol=0.003)
    same = toned("tone_curve", to_depth(ramp, depth), shadows=1 / 3, lights=2 / 3)
    np.testing.assert_allclose(in_levels(same), ramp, atol=0.003)


@pytest.mark.oracle("hsv")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    "change", [(0, 0.2, -0.1), (120, 0, 0), (-45, -0.3, 0.2), (0, -0.2, 0.4), (9, 0, -0.3)]
)
def test_hsv(change: tuple[float, float, float], depth: str) -> None:
    turn, more_saturation, more_value = change
    colours = np.random.default_rng(0).uniform(0.05, 0.75, (40, 1, 3))
    params = {"hue": turn, "saturation": more_saturation, "value": more_value}
    seen = in_levels(toned("hsv", to_depth(colours, depth), **params))
    for (blue, green, red), result in zip(colours[:, 0], seen[:, 0], strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        saturation = min(max(saturation + more_saturation, 0), 1)
        hue, value = (hue + turn / 360) % 1, value + more_value
        value = value if depth == "float32" else min(max(value, 0), 1)
        expected = colorsys.hsv_to_rgb(hue, saturation, value)[::-1]
        np.testing.assert_allclose(result, expected, atol=0.03 if depth == "uint8" else 4e-4)


def test_hsv_lightens_gray() -> None:
    pixels = smooth(channels=1)
    expected = toned("brightness", pixels, delta=0.1)
    seen = toned("hsv", pixels, hue=40, saturation=0.3, value=0.1)
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("more", [(0.01, 0, 0), (0, 1e-5, 0), (0, 0, 1e-5), (0, 0, -1e-5)])
def test_little_hsv_is_little_of_any_float(more: tuple[float, float, float]) -> None:
    pixels = np.random.default_rng(3).uniform(-0.5, 1.5, (20, 20, 3)).astype(np.float32)
    params = dict(zip(("hue", "saturation", "value"), more, strict=True))
    for each in (pixels, pixels[:, :, :1]):
        np.testing.assert_allclose(toned("hsv", each, **params), each, atol=5e-4)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("value", [-0.6, 0.4])
def test_hsv_of_gray_is_that_of_gray_colours(value: float, depth: str) -> None:
    gray, params = smooth(channels=1, depth=depth), {"hue": 40, "saturation": 0, "value": value}
    coloured = toned("hsv", np.repeat(gray, 3, axis=2), **params)
    atol = {"uint8": 1, "uint16": 1, "float32": 1e-6}[depth]
    np.testing.assert_allclose(
        np.repeat(toned("hsv", gray, **params), 3, axis=2), coloured, atol=atol
    )


@pytest.mark.oracle("fancy_pca")
@pytest.mark.parametrize("depth", DEPTHS)
def test_fancy_pca(depth: str) -> None:
    pixels = smooth(depth=depth)
    values = in_levels(pixels)
    np.testing.assert_allclose(
        covariance(pixels) / full_range(pixels.dtype) ** 2,
        np.cov(values.reshape(-1, 3).T, bias=True),
        atol=1e-7,
    )
    _, sizes, directions = np.linalg.svd((values - values.mean((0, 1))).reshape(-1, 3))
    eigenvalues = sizes**2 / values[:, :, 0].size
    directions *= np.where(directions.sum(axis=1) < 0, -1, 1)[:, None]
    amounts = {"first": 0.8, "second": -0.5, "third": 2.0}
    added = (np.array(list(amounts.values())) * eigenvalues) @ directions
    seen = in_levels(toned("fancy_pca", pixels, **amounts))
    np.testing.assert_allclose(seen, clipped(values + added, depth), atol=0.003)


@pytest.mark.parametrize(
    ("kelvin", "x", "y"), [(2000, 0.5267, 0.4133), (2856, 0.4476, 0.4074), (6500, 0.3135, 0.3237)]
)
def test_black_bodies_have_their_chromaticity(kelvin: float, x: float, y: float) -> None:
    """Against the CIE's tables of the Planckian locus."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
         [0.0193339, 0.1191920, 0.9503041]]
    )  # fmt: skip
    xyz = to_xyz @ black_body(kelvin)[::-1]
    np.testing.assert_allclose(xyz[:2] / xyz.sum(), [x, y], atol=0.002)


@pytest.mark.oracle("planckian_jitter")
def test_planckian_jitter_is_warm_below_daylight_and_cold_above() -> None:
    gray = np.full((2, 2, 3), 128, np.uint8)
    warm, cold = (toned("planckian_jitter", gray, kelvin=k)[0, 0] for k in (3500, 12000))
    assert warm[2] > warm[1] == 128 > warm[0]
    assert cold[0] > cold[1] == 128 > cold[2]
    np.testing.assert_array_equal(toned("planckian_jitter", gray, kelvin=6500), gray)


@pytest.mark.oracle("white_balance")
@pytest.mark.parametrize("depth", DEPTHS)
def test_white_balance(depth: str) -> None:
    pixels = smooth(depth=depth)
    seen = in_levels(toned("white_balance", pixels, red=1.4, blue=0.6))
    expected = clipped(in_levels(pixels) * [0.6, 1, 1.4], depth)
    np.testing.assert_allclose(seen, expected, atol=0.003)


@pytest.mark.oracle("he_stain")
@pytest.mark.parametrize("depth", DEPTHS)
def test_he_stain(depth: str) -> None:
    """Pixels mixed from the dyes by Beer and Lambert's law change as the dyes do."""
    rgb = np.array([[0.65, 0.704, 0.29], [0.072, 0.991, 0.105], [0.268, 0.57, 0.778]])
    rgb /= np.linalg.norm(rgb, axis=1, keepdims=True)
    dyes = np.random.default_rng(0).uniform(0.1, 0.9, (30, 1, 2)) @ rgb[:2]
    params = {"haematoxylin": 1, "eosin": 1, "more_haematoxylin": 0, "more_eosin": 0}
    pixels = to_depth(np.exp(-dyes)[:, :, ::-1], depth)
    same = in_levels(toned("he_stain", pixels, **params))
    np.testing.assert_allclose(same, in_levels(pixels), atol=0.003)
    params |= {"haematoxylin": 1.5, "more_eosin": 0.2}
    amounts = np.random.default_rng(0).uniform(0.1, 0.9, (30, 1, 2)) * [1.5, 1] + [0, 0.2]
    seen = in_levels(toned("he_stain", pixels, **params))
    np.testing.assert_allclose(seen, np.exp(-(amounts @ rgb[:2]))[:, :, ::-1], atol=0.006)
