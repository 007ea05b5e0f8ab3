"""Noise that follows the light, and detail that is lost."""

from __future__ import annotations

import io

import numpy as np
import pytest
from image_samples import DEPTHS, TRANSFORMS, noisy, smooth, to_depth, toned
from PIL import Image
from scipy import stats

from augcli.image.picture import Picture, full_range
from augcli.image.transforms.sensor import poisson_quantiles


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


def flat(value: float, depth: str, channels: int = 3) -> np.ndarray:
    return to_depth(np.full((200, 200, channels), value), depth)


def test_photons_are_poisson_numbers() -> None:
    means = np.array([0, 0.02, 0.5, 3, 9, 15.9, 16, 40, 300, 20_000.0])
    shares = (np.arange(256) + 0.5) / 256
    expected = stats.poisson.ppf(shares, means[:, None])
    assert np.abs(poisson_quantiles(means) - expected)[:6].max() == 0
    assert np.abs(poisson_quantiles(means) - expected)[6:].max() <= np.sqrt(means[-1]) / 20
    assert np.mean(np.abs(poisson_quantiles(means) - expected)[6:9] > 1) < 0.01


@pytest.mark.oracle("shot_noise")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("photons", [30, 2000])
@pytest.mark.parametrize("value", [0.1, 0.6])
def test_shot_noise_has_the_variance_of_its_light(value: float, photons: float, depth: str) -> None:
    seen = in_levels(toned("shot_noise", flat(value, depth), photons=photons, seed=4))
    assert seen.mean() == pytest.approx(value, abs=0.004)
    rounding = 1 / 12 / 255**2 if depth == "uint8" else 0
    assert seen.std() == pytest.approx(np.sqrt(value / photons + rounding), rel=0.05, abs=1e-6)
    planes = seen.reshape(-1, 3).T
    assert np.abs(np.corrcoef(planes) - np.eye(3)).max() < 0.03
    assert not toned("shot_noise", flat(0, depth), photons=photons, seed=4).any()


@pytest.mark.oracle("iso_noise")
@pytest.mark.parametrize("depth", DEPTHS)
def test_iso_noise_is_one_for_all_channels_and_one_for_each(depth: str) -> None:
    pixels = flat(0.5, depth)
    seen = in_levels(toned("iso_noise", pixels, luma=0.04, colour=0.03, seed=4))
    noise = (seen - in_levels(pixels)).reshape(-1, 3)
    assert noise.std() == pytest.approx(0.05, rel=0.03)
    together = np.corrcoef(noise.T)
    assert together[0, 1] == pytest.approx(0.16 / 0.25, abs=0.02)
    gray = toned("iso_noise", flat(0.5, depth, 1), luma=0.04, colour=0.03, seed=4)
    assert in_levels(gray).std() == pytest.approx(0.04, rel=0.03)


@pytest.mark.oracle("multiplicative_noise")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_multiplicative_noise_is_uniform_about_1(channels: int, depth: str) -> None:
    pixels = flat(0.5, depth, channels)
    seen = in_levels(toned("multiplicative_noise", pixels, spread=0.2, seed=4))
    factors = (seen / in_levels(pixels)).ravel()
    assert factors.mean() == pytest.approx(1, abs=0.003)
    assert factors.min() == pytest.approx(0.8, abs=0.005)
    assert factors.max() == pytest.approx(1.2, abs=0.005)
    assert factors.std() == pytest.approx(0.4 / 12**0.5, rel=0.03)


@pytest.mark.oracle("speckle")
@pytest.mark.parametrize("depth", DEPTHS)
def test_speckle_grows_with_the_value(depth: str) -> None:
    for value in (0.0, 0.2, 0.6):
        seen = in_levels(toned("speckle", flat(value, depth), sigma=0.15, seed=4))
        assert seen.mean() == pytest.approx(value, abs=0.004)
        rounding = 1 / 12 / 255**2 if depth == "uint8" and value else 0
        expected = np.sqrt((0.15 * value) ** 2 + rounding)
        assert seen.std() == pytest.approx(expected, rel=0.04)


@pytest.mark.oracle("webp")
def test_webp_is_webp() -> None:
    pixels = smooth(64, 48)
    buffer = io.BytesIO()
    Image.fromarray(pixels[:, :, ::-1]).save(buffer, "WEBP", quality=30)
    pillow = np.asarray(Image.open(buffer))[:, :, ::-1].astype(int)
    assert np.abs(toned("webp", pixels, quality=30) - pillow).mean() < 1
    errors = [
        np.abs(toned("webp", noisy(), quality=q).astype(int) - noisy()).mean() for q in (5, 50, 95)
    ]
    assert errors == sorted(errors, reverse=True)
    assert toned("webp", smooth(channels=1), quality=50).shape == (47, 61, 1)


def test_webp_takes_bytes_only() -> None:
    reason = TRANSFORMS["webp"].refusal(Picture(smooth(depth="uint16")).facts)
    assert reason == "webp does not take uint16 pictures, only uint8"


@pytest.mark.oracle("pixelate")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_pixelate_gives_blocks_their_mean(channels: int, depth: str) -> None:
    pixels = noisy(61, 47, channels=channels, depth=depth)
    values, expected = in_levels(pixels), np.empty(pixels.shape)
    for y in range(0, 47, 8):
        for x in range(0, 61, 8):
            block = values[y : y + 8, x : x + 8]
            expected[y : y + 8, x : x + 8] = block.mean(axis=(0, 1))
    seen = in_levels(toned("pixelate", pixels, size_px=8))
    np.testing.assert_allclose(seen, expected, atol=0.003)


@pytest.mark.oracle("downscale")
@pytest.mark.parametrize("depth", DEPTHS)
def test_downscale_loses_detail_only(depth: str) -> None:
    fine = noisy(64, 48, depth=depth)
    seen = in_levels(toned("downscale", fine, factor=0.25, interpolation="nearest"))
    blocks = in_levels(toned("pixelate", fine, size_px=4))
    np.testing.assert_allclose(seen, blocks, atol=0.003)
    soft = smooth(640, 480, depth=depth)
    kept = in_levels(toned("downscale", soft, factor=0.5, interpolation="linear"))
    assert np.abs(kept - in_levels(soft)).mean() < 0.01
