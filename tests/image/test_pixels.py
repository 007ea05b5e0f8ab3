"""Colour, blur, noise and erasing: what they do to pixels."""

from __future__ import annotations

import colorsys
import io
import math
from statistics import NormalDist

import numpy as np
import pytest
from image_samples import TRANSFORMS, augmented, noisy, params_of, smooth, step, to_depth, toned
from PIL import Image
from together import together

from augcli.errors import SampleError
from augcli.image.config import TargetSettings
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Mask, Picture, full_range
from augcli.image.settle import settle
from augcli.image.targets import Target
from augcli.image.transforms.blur import line_kernel
from augcli.image.transforms.clahe import _words
from augcli.image.transforms.noise import whole_noise, with_noise

BGR_WEIGHTS = np.array([0.114, 0.587, 0.299])
DEPTHS = ["uint8", "uint16", "float32"]


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


@pytest.mark.oracle("saturation")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("factor", [0, 0.6, 1.7])
def test_saturation(depth: str, factor: float) -> None:
    pixels = smooth(depth=depth)
    values = in_levels(pixels)
    gray = (values @ BGR_WEIGHTS)[:, :, None]
    expected = gray + factor * (values - gray)
    if depth != "float32":
        expected = expected.clip(0, 1)
    seen = in_levels(toned("saturation", pixels, factor=factor))
    np.testing.assert_allclose(seen, expected, atol=0.003)


@pytest.mark.oracle("hue")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("degrees", [-20, 45, 120, 300])
def test_hue(depth: str, degrees: float) -> None:
    colours = np.random.default_rng(0).uniform(0.05, 0.95, (40, 1, 3))
    seen = in_levels(toned("hue", to_depth(colours, depth), degrees=degrees))
    for (blue, green, red), result in zip(colours[:, 0], seen[:, 0], strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        expected = colorsys.hsv_to_rgb((hue + degrees / 360) % 1, saturation, value)[::-1]
        np.testing.assert_allclose(result, expected, atol=0.03 if depth == "uint8" else 2e-4)


def test_hue_takes_red_to_green() -> None:
    red = np.zeros((2, 2, 3), np.uint8)
    red[:, :, 2] = 255
    assert toned("hue", red, degrees=120)[0, 0].tolist() == pytest.approx([0, 255, 0], abs=3)


@pytest.mark.oracle("grayscale")
@pytest.mark.parametrize("depth", DEPTHS)
def test_grayscale(depth: str) -> None:
    pixels = smooth(depth=depth)
    expected = np.repeat((in_levels(pixels) @ BGR_WEIGHTS)[:, :, None], 3, axis=2)
    np.testing.assert_allclose(in_levels(toned("grayscale", pixels)), expected, atol=0.003)


@pytest.mark.parametrize("name", ["saturation", "hue", "grayscale"])
def test_gray_pictures_have_no_colour_to_change(name: str) -> None:
    picture = Picture(smooth(channels=1))
    np.testing.assert_array_equal(augmented(step(name), picture).pixels, picture.pixels)


COLOUR_STEPS = ["saturation", "hue", "grayscale", "color_jitter", "clahe", "jpeg"]


@pytest.mark.parametrize("name", COLOUR_STEPS)
def test_bands_are_not_colours(name: str) -> None:
    reason = TRANSFORMS[name].refusal(Picture(smooth(channels=5)).facts)
    assert reason == f"{name} takes gray and colour pictures, not 5 bands"


@pytest.mark.oracle("color_jitter")
def test_color_jitter_is_its_four_parts_in_order() -> None:
    pixels = smooth()
    parts = [
        ("brightness", "delta", 0.1),
        ("contrast", "factor", 1.2),
        ("saturation", "factor", 0.8),
        ("hue", "degrees", 15),
    ]
    params = {name: value for name, _, value in parts}
    expected = pixels
    for name, field, value in parts:
        expected = toned(name, expected, **{field: value})
    np.testing.assert_array_equal(toned("color_jitter", pixels, **params), expected)


@pytest.mark.parametrize("clip", [1, 2, 4, 40])
def test_clahe_means_the_same_for_16_bits(clip: float) -> None:
    words = smooth(640, 480, channels=1, depth="uint16") // 3 + 9000
    bytes_ = toned("clahe", (words >> 8).astype(np.uint8), clip=clip, tiles=8)
    seen = toned("clahe", words.astype(np.uint16), clip=clip, tiles=8)
    difference = seen.astype(float) / 257 - bytes_
    assert np.abs(difference).mean() < 6
    assert np.corrcoef(seen.ravel(), bytes_.ravel())[0, 1] > 0.99


def test_clahe_16_bit_never_swaps_neighbouring_values() -> None:
    ramp = np.sort(noisy(64, 1, channels=1, depth="uint16")[:, :, 0], axis=1)
    plane = np.repeat(ramp, 64, axis=0)
    assert np.all(np.diff(_words(plane, 4.0, 1).astype(int), axis=1) >= 0)


@pytest.mark.oracle("gaussian_blur")
@pytest.mark.parametrize("depth", DEPTHS)
def test_gaussian_blur_of_a_spot_is_a_gaussian(depth: str) -> None:
    pixels = np.zeros((41, 41, 1))
    pixels[20, 20] = 1
    seen = in_levels(toned("gaussian_blur", to_depth(pixels, depth), sigma_px=3.0))[:, :, 0]
    x, y = np.meshgrid(*[np.arange(41) - 20] * 2)
    expected = np.exp(-(x**2 + y**2) / 18) / (18 * np.pi)
    np.testing.assert_allclose(seen, expected, atol=0.003 if depth == "uint8" else 4e-4)


@pytest.mark.parametrize(
    ("degrees", "direction"), [(0, (1, 0)), (90, (0, -1)), (45, (1, -1)), (-30, (3, 3**0.5))]
)
def test_motion_blur_direction(degrees: float, direction: tuple[float, float]) -> None:
    kernel = line_kernel(9, degrees)
    assert kernel.sum() == pytest.approx(1)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-12)
    y, x = np.nonzero(kernel)
    weights = kernel[y, x]
    y, x = y - kernel.shape[0] // 2, x - kernel.shape[1] // 2
    along = np.array(direction) / np.hypot(*direction)
    across = np.abs(x * along[1] - y * along[0])
    assert (across * weights).sum() < 0.5
    spread = ((x * along[0] + y * along[1]) ** 2 * weights).sum()
    assert spread == pytest.approx(8**2 / 12, rel=0.1)


@together("degrees", range(0, 180, 7))
@pytest.mark.parametrize("length", [2, 3.5, 6, 20])
def test_motion_blur_has_few_weights_and_deviates_as_the_movement_does(
    length: float, degrees: float
) -> None:
    kernel = line_kernel(length, degrees)
    assert np.count_nonzero(kernel) <= 2 * length + 2
    places = np.argwhere(kernel) - len(kernel) // 2
    weights = kernel[kernel > 0]
    np.testing.assert_allclose(weights @ places, 0, atol=1e-12)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    along = max(abs(cos), abs(sin)) * (length - 1)
    axis = 0 if abs(sin) > abs(cos) else 1
    assert weights @ places[:, axis] ** 2 == pytest.approx(along**2 / 12)
    line = places @ np.array([cos, sin])  # how far each is beside the movement
    assert np.abs(line).max() < 1


def test_motion_blur_of_one_pixel_changes_nothing() -> None:
    pixels = noisy()
    np.testing.assert_array_equal(toned("motion_blur", pixels, length_px=1, degrees=30), pixels)


@pytest.mark.oracle("median_blur")
@pytest.mark.parametrize("channels", [1, 2, 3, 5])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("size", [3, 5])
def test_median_blur(channels: int, depth: str, size: int) -> None:
    pixels = noisy(channels=channels, depth=depth)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (size, size), axis=(0, 1))
    reach = size // 2
    seen = toned("median_blur", pixels, size_px=size)
    np.testing.assert_array_equal(seen[reach:-reach, reach:-reach], np.median(windows, axis=(3, 4)))


def test_large_medians_are_for_bytes() -> None:
    assert augmented(step("median_blur", size_px=9), Picture(noisy())).pixels.shape == (47, 61, 3)
    with pytest.raises(SampleError, match="8-bit"):
        augmented(step("median_blur", size_px=9), Picture(noisy(depth="uint16")))


def test_median_sizes_are_odd() -> None:
    transform = step("median_blur", size_px=[3, 6])
    sizes = {params_of(transform, Picture(noisy()), seed)["size_px"] for seed in range(50)}
    assert sizes == {3, 5, 7}


@pytest.mark.oracle("sharpen")
@pytest.mark.parametrize("depth", DEPTHS)
def test_sharpen(depth: str) -> None:
    pixels = smooth(depth=depth)
    values = in_levels(pixels)
    around = sum(np.roll(values, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - values
    expected = (values + 0.3 * (8 * values - around))[1:-1, 1:-1]
    if depth != "float32":
        expected = expected.clip(0, 1)
    seen = in_levels(toned("sharpen", pixels, amount=0.3))[1:-1, 1:-1]
    np.testing.assert_allclose(seen, expected, atol=0.003)


@pytest.mark.oracle("gaussian_noise")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_gaussian_noise(depth: str, channels: int) -> None:
    pixels = to_depth(np.full((200, 200, channels), 0.5), depth)
    noise = in_levels(toned("gaussian_noise", pixels, sigma=0.05, seed=9)) - in_levels(pixels)
    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.std() == pytest.approx(0.05, rel=0.02)
    shares = [np.mean(np.abs(noise) < k * 0.05 + 1e-3) for k in (1, 2, 3)]
    assert shares == pytest.approx([0.683, 0.954, 0.997], abs=0.03)
    other = toned("gaussian_noise", pixels, sigma=0.05, seed=10)
    assert abs(np.corrcoef(noise.ravel(), in_levels(other).ravel())[0, 1]) < 0.03
    rows = noise[:, :, 0]
    assert abs(np.corrcoef(rows[:, 1:].ravel(), rows[:, :-1].ravel())[0, 1]) < 0.03


@pytest.mark.parametrize("sigma", [1.0, 3.0, 12.75, 60.0, 255.0])
def test_noise_in_whole_numbers_is_normal(sigma: float) -> None:
    noise = whole_noise((600, 900), sigma, 5).astype(float)
    assert noise.std() == pytest.approx(math.hypot(sigma, 1 / 12**0.5), rel=0.01)
    assert noise.mean() == pytest.approx(0, abs=sigma / 200 + 1 / 16)
    shares = [np.mean(np.abs(noise) <= np.ceil(k * sigma)) for k in (1, 2, 3)]
    normal = NormalDist(0, sigma)
    expected = [2 * normal.cdf(np.ceil(k * sigma) + 0.5) - 1 for k in (1, 2, 3)]
    assert shares == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize("sigma", [2.9, 3.1, 5.0, 12.75, 30.0, 59.9, 60.1])
def test_noise_on_bytes_is_normal_and_clipped(sigma: float) -> None:
    black, gray, white = (np.full((600, 900, 1), value, np.uint8) for value in (0, 128, 255))
    above, seen, below = (
        with_noise(pixels, sigma / 255, 5).astype(int) for pixels in (black, gray, white)
    )
    noise = above + below - 255
    assert noise.std() == pytest.approx(math.hypot(sigma, 1 / 12**0.5), rel=0.01)
    assert noise.mean() == pytest.approx(0, abs=sigma / 200 + 1 / 16)
    assert np.mean(noise**4) / np.var(noise) ** 2 == pytest.approx(3, abs=0.12)
    assert np.array_equal(seen, np.clip(128 + noise, 0, 255))


def test_nearby_noise_seeds_are_unrelated() -> None:
    pixels = np.full((100, 100, 1), 128, np.uint8)
    fields = [
        toned("gaussian_noise", pixels, sigma=0.1, seed=s).ravel() for s in (0, 1, 2, 3, 2**31 - 1)
    ]
    together = np.corrcoef(np.array(fields, dtype=float))
    assert np.abs(together - np.eye(5)).max() < 0.05


@pytest.mark.oracle("salt_and_pepper")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("fraction", [0.02, 0.5, 1])
def test_salt_and_pepper(depth: str, fraction: float) -> None:
    pixels = to_depth(np.full((200, 200, 3), 0.5), depth)
    seen = toned("salt_and_pepper", pixels, fraction=fraction, seed=4)
    top = full_range(seen.dtype)
    for value in (0, top):
        hit = np.all(seen == value, axis=2)
        assert hit.mean() == pytest.approx(fraction / 2, abs=0.006)
        assert np.array_equal(hit, np.any(seen == value, axis=2))


@pytest.mark.oracle("jpeg")
def test_jpeg_is_jpeg() -> None:
    pixels = smooth(64, 48)
    buffer = io.BytesIO()
    Image.fromarray(pixels[:, :, ::-1]).save(buffer, "JPEG", quality=40, subsampling="4:2:0")
    pillow = np.asarray(Image.open(buffer))[:, :, ::-1].astype(int)
    assert np.abs(toned("jpeg", pixels, quality=40) - pillow).mean() < 1
    errors = [
        np.abs(toned("jpeg", noisy(), quality=q).astype(int) - noisy()).mean() for q in (10, 50, 95)
    ]
    assert errors == sorted(errors, reverse=True)


def test_jpeg_takes_bytes_only() -> None:
    reason = TRANSFORMS["jpeg"].refusal(Picture(smooth(depth="uint16")).facts)
    assert reason == "jpeg does not take uint16 pictures, only uint8"


@pytest.mark.oracle("random_erasing")
@pytest.mark.parametrize(
    ("fill", "expected"), [(0, [0, 0, 0]), (0.5, [128] * 3), ([1, 0.5, 0], [0, 128, 255])]
)
def test_random_erasing(fill: object, expected: list[int]) -> None:
    pixels = np.full((47, 61, 3), 77, np.uint8)
    seen = toned("random_erasing", pixels, x=3, y=5, w=20, h=10, fill=fill)
    assert np.abs(seen[5:15, 3:23].astype(int) - expected).max() <= 1
    seen[5:15, 3:23] = 77
    np.testing.assert_array_equal(seen, pixels)


def test_random_erasing_keeps_labels() -> None:
    mask = Mask(np.ones((47, 61, 1), np.uint8))
    targets = (Target(label="cone", box=(1.0, 2.0, 3.0, 4.0)),)
    result = augmented(step("random_erasing"), with_targets(Picture(smooth()), targets, (mask,)))
    assert result.masks == (mask,)
    assert settle(result.objects, TargetSettings()).kept == targets


def test_invisible_colours_do_not_bleed() -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[:, 10:] = (0, 0, 255, 255)
    pixels[:, :10] = (0, 255, 0, 0)
    picture = Picture(pixels, alpha=True)
    for name in ("gaussian_blur", "motion_blur", "median_blur", "sharpen"):
        result = augmented(step(name), picture).pixels
        assert result[result[:, :, 3] > 2][:, 1].max() == 0, name


@pytest.mark.parametrize("name", ["gaussian_blur", "rotate", "hue", "jpeg"])
def test_opaque_alpha_changes_nothing(name: str) -> None:
    plain = Picture(smooth())
    opaque = Picture(np.dstack([plain.pixels, np.full((47, 61), 255, np.uint8)]), alpha=True)
    params = params_of(step(name), plain)
    expected = apply(TRANSFORMS[name].lower(params, plain.facts), plain).pixels
    seen = apply(TRANSFORMS[name].lower(params, opaque.facts), opaque).pixels
    np.testing.assert_array_equal(seen[:, :, :3], expected)
    assert np.all(seen[:, :, 3] == 255)
