"""Whole channels: shifted, scaled, exchanged, dropped."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from image_samples import DEPTHS, augmented, noisy, params_of, smooth, step, toned

from augcli.image.kernels.lookup import reordered
from augcli.image.picture import Picture, full_range


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


def clipped(values: np.ndarray, depth: str) -> np.ndarray:
    return values if depth == "float32" else values.clip(0, 1)


@pytest.mark.oracle("rgb_shift")
@pytest.mark.parametrize("depth", DEPTHS)
def test_rgb_shift(depth: str) -> None:
    pixels = smooth(depth=depth)
    seen = in_levels(toned("rgb_shift", pixels, red=0.3, green=-0.2, blue=0.1))
    expected = clipped(in_levels(pixels) + np.array([0.1, -0.2, 0.3]), depth)
    np.testing.assert_allclose(seen, expected, atol=0.002)


def test_rgb_shift_has_no_colour_to_shift_in_gray() -> None:
    picture = Picture(smooth(channels=1))
    np.testing.assert_array_equal(augmented(step("rgb_shift"), picture).pixels, picture.pixels)


@pytest.mark.oracle("band_gain")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("bands", [1, 3, 8])
def test_band_gain(bands: int, depth: str) -> None:
    pixels = smooth(channels=bands, depth=depth)
    params = params_of(step("band_gain", gain=[0.5, 1.5], offset=[-0.2, 0.2]), Picture(pixels))
    assert len(set(params["gain"])) == len(set(params["offset"])) == bands
    expected = in_levels(pixels) * params["gain"] + params["offset"]
    seen = in_levels(toned("band_gain", pixels, **params))
    np.testing.assert_allclose(seen, clipped(expected, depth), atol=0.002)


def test_all_orders_of_channels_of_pictures_of_several_blocks() -> None:
    pixels = noisy(400, 300)
    for order in permutations(range(3)):
        np.testing.assert_array_equal(reordered(pixels, order), pixels[:, :, order])
        np.testing.assert_array_equal(reordered(pixels[1:, 2:], order), pixels[1:, 2:, order])


@pytest.mark.oracle("channel_shuffle")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("bands", [2, 3, 8])
def test_channel_shuffle(bands: int, depth: str) -> None:
    pixels = noisy(channels=bands, depth=depth)
    params = params_of(step("channel_shuffle"), Picture(pixels), seed=1)
    assert sorted(params["order"]) == list(range(bands)) != params["order"]
    expected = pixels[:, :, params["order"]]
    np.testing.assert_array_equal(toned("channel_shuffle", pixels, **params), expected)


def test_every_order_of_channels_is_as_likely() -> None:
    picture = Picture(noisy())
    orders = [tuple(params_of(step("channel_shuffle"), picture, s)["order"]) for s in range(900)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert min(counts) > 110


@pytest.mark.oracle("channel_dropout")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("bands", [3, 6])
def test_channel_dropout(bands: int, depth: str) -> None:
    pixels = noisy(channels=bands, depth=depth)
    params = params_of(step("channel_dropout", channels=9, value=0.25), Picture(pixels))
    assert len(params["dropped"]) == bands - 1
    expected = in_levels(pixels)
    expected[:, :, params["dropped"]] = 0.25
    seen = in_levels(toned("channel_dropout", pixels, **params))
    np.testing.assert_allclose(seen, expected, atol=0.002)


def test_channel_dropout_takes_as_many_as_it_says() -> None:
    picture = Picture(noisy(channels=5))
    dropped = [params_of(step("channel_dropout", channels=2), picture, s) for s in range(50)]
    assert {len(params["dropped"]) for params in dropped} == {2}
    assert {band for params in dropped for band in params["dropped"]} == set(range(5))
