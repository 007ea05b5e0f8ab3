"""Discs, zooms, fringes, frosted glass, and filters of what is around a pixel."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from image_samples import DEPTHS, augmented, noisy, smooth, step, to_depth, toned

from augcli.errors import SampleError
from augcli.image.kernels.backward import Backward
from augcli.image.kernels.resample import Sampler, warp
from augcli.image.picture import Picture, full_range
from augcli.image.transforms.filters import oval
from augcli.image.transforms.lens import zoom_margins


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


def spot(size: int, depth: str = "float32", channels: int = 1) -> np.ndarray:
    pixels = np.zeros((size, size, channels))
    pixels[size // 2, size // 2] = 1
    return to_depth(pixels, depth)


@pytest.mark.oracle("defocus")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("radius", [1, 3, 6])
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_defocus_is_the_mean_of_a_disc(channels: int, radius: int, depth: str) -> None:
    pixels = noisy(channels=channels, depth=depth)
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = x**2 + y**2 <= radius * (radius + 1)
    side = 2 * radius + 1
    windows = np.lib.stride_tricks.sliding_window_view(in_levels(pixels), (side, side), (0, 1))
    expected = windows[..., disc].mean(axis=-1)
    inner = slice(radius, -radius)
    seen = in_levels(toned("defocus", pixels, radius_px=radius))[inner, inner]
    np.testing.assert_allclose(seen, expected, atol=0.0021 if depth == "uint8" else 2e-5)


@pytest.mark.oracle("zoom_blur")
@pytest.mark.parametrize("depth", DEPTHS)
def test_zoom_blur_is_the_mean_of_zoomed_views(depth: str) -> None:
    pixels, sides = smooth(depth=depth), np.array([61, 47])
    scales = [np.ones(2)]
    for cut in zoom_margins(61, 47, 1.2):
        scales += [scale * (1 - 2 * np.array(cut) / sides) for scale in scales]
    total, x, y = 0.0, *(round(side / 2 * (1 - 1.2**-0.5)) for side in (61, 47))
    small = cv2.resize(pixels, (61 - 2 * x, 47 - 2 * y))
    pixels = np.pad(small, ((y, y), (x, x), (0, 0)), "symmetric")
    for scale in scales:
        inverse = np.diag([*scale, 1.0])
        inverse[:2, 2] = sides / 2 * (1 - scale)
        how = Sampler("replicate", (0.0,) * 4, "linear")
        total = total + in_levels(warp(pixels, Backward(inverse, (61, 47)), how))
    seen = in_levels(toned("zoom_blur", smooth(depth=depth), factor=1.2))
    np.testing.assert_allclose(seen, total / len(scales), atol=0.012)


@pytest.mark.parametrize("factor", [1.03, 1.15])
@pytest.mark.parametrize(("x", "y"), [(40, 25), (250, 150), (200, 20)])
def test_zoom_blur_leaves_things_where_labels_tell_them(x: int, y: int, factor: float) -> None:
    pixels = np.zeros((180, 300, 1), np.float32)
    pixels[y - 4 : y + 4, x - 4 : x + 4] = 1
    seen = toned("zoom_blur", pixels, factor=factor)[:, :, 0]
    across, down = np.arange(300) + 0.5, np.arange(180) + 0.5
    middle = np.array([seen.sum(0) @ across, seen.sum(1) @ down]) / seen.sum()
    assert np.abs(middle - [x, y]).max() < 1.5


@pytest.mark.parametrize("factor", [1.01, 1.05, 1.15, 1.3])
@pytest.mark.parametrize("size", [(640, 480), (301, 77)])
def test_zoom_blur_reaches_its_factor_in_small_steps(size: tuple[int, int], factor: float) -> None:
    sides, scales = np.array(size), [np.ones(2)]
    for cut in zoom_margins(*size, factor):
        scales += [scale * (1 - 2 * np.array(cut) / sides) for scale in scales]
    edges = np.sort(sides / 2 / np.array(scales), axis=0)
    assert edges[-1] == pytest.approx(sides / 2 * factor, abs=0.5 * factor**2)
    assert np.hypot(*np.diff(edges, axis=0).T).max() < 4


@pytest.mark.parametrize("factor", [1.15, 3])
def test_zoom_blur_of_large_pictures_has_as_many_views(factor: float) -> None:
    views = 2 ** len([*zoom_margins(4000, 3000, factor)])
    assert 2500 * (factor - 1) / (views - 1) <= 3


def test_zoom_blur_makes_lines_of_dots_far_from_the_middle() -> None:
    pixels = np.zeros((40, 4000, 1), np.uint8)
    pixels[19:21, 3700:3702] = 255
    line = toned("zoom_blur", pixels, factor=1.15).max(axis=(0, 2))
    (seen,) = np.nonzero(line)
    assert seen[-1] - seen[0] > 200
    assert (np.diff(seen) == 1).all()


def test_zoom_blur_leaves_flat_pictures_as_bright_as_they_are() -> None:
    """However often it takes the mean of two: halves of odd bytes are rounded down and up."""
    assert len([*zoom_margins(160, 120, 1.3)]) >= 3
    for level in range(256):
        pixels = np.full((120, 160, 3), level, np.uint8)
        np.testing.assert_array_equal(toned("zoom_blur", pixels, factor=1.3), pixels)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (2, 2), (3, 5)])
def test_zoom_blur_of_few_pixels(size: tuple[int, int]) -> None:
    pixels = noisy(*size)
    assert toned("zoom_blur", pixels, factor=3).shape == pixels.shape


def test_zoom_blur_by_one_changes_nothing() -> None:
    np.testing.assert_array_equal(toned("zoom_blur", noisy(), factor=1), noisy())


@pytest.mark.oracle("chromatic_aberration")
def test_chromatic_aberration_moves_red_and_blue_apart() -> None:
    pixels = np.zeros((101, 101, 3), np.float32)
    pixels[10:14, 10:14] = 1
    seen = toned("chromatic_aberration", pixels, red=0.1, blue=-0.1)
    np.testing.assert_array_equal(seen[:, :, 1], pixels[:, :, 1])
    x = np.arange(101) + 0.5
    for channel, factor in ((2, 1.1), (0, 0.9)):
        weights = seen[:, :, channel].sum(axis=0)
        assert (weights * x).sum() / weights.sum() == pytest.approx(
            50.5 + factor * (12 - 50.5), abs=0.05
        )
        assert weights.sum() == pytest.approx(16 * factor**2, rel=0.05)
    gray = smooth(channels=1)
    np.testing.assert_array_equal(toned("chromatic_aberration", gray, red=0.1, blue=0.1), gray)


@pytest.mark.oracle("glass_blur")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_glass_blur_takes_pixels_from_nearby(channels: int, depth: str) -> None:
    _, x = np.mgrid[:40, :50] / 60
    plane = to_depth(np.dstack([x] * channels), depth)
    seen = in_levels(toned("glass_blur", plane, reach_px=3, sigma_px=0.1, seed=5))
    moved = np.rint((seen[3:-3, 3:-3] - in_levels(plane)[3:-3, 3:-3]) * 60)
    assert np.abs(moved).max() == 3
    counts = np.unique(moved[:, :, 0], return_counts=True)[1] / moved[:, :, 0].size
    np.testing.assert_allclose(counts, [1 / 7] * 7, atol=0.03)
    other = in_levels(toned("glass_blur", plane, reach_px=3, sigma_px=0.1, seed=6))
    assert not np.array_equal(seen, other)


def test_glass_blur_reaches_no_further_than_it_can_address() -> None:
    long = np.zeros((1, 32_760, 1), np.uint8)
    long[0, -4] = 255
    seen = toned("glass_blur", long, reach_px=6, sigma_px=0.1, seed=5)
    assert not seen[0, :1000].any()
    with pytest.raises(SampleError, match="longer than 32759 px, too long for glass_blur"):
        toned("glass_blur", long, reach_px=7, sigma_px=0.1, seed=5)


@pytest.mark.oracle("unsharp_mask")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("threshold", [0, 0.05])
def test_unsharp_mask(threshold: float, depth: str) -> None:
    pixels = noisy(depth=depth)
    blurred = in_levels(toned("gaussian_blur", pixels, sigma_px=1.5))
    values = in_levels(pixels)
    expected = values + 0.8 * (values - blurred) * (np.abs(values - blurred) >= threshold)
    expected = expected if depth == "float32" else expected.clip(0, 1)
    seen = toned("unsharp_mask", pixels, sigma_px=1.5, amount=0.8, threshold=threshold)
    unsure = np.abs(np.abs(values - blurred) - threshold) < 0.005
    assert np.abs(np.where(unsure, 0, in_levels(seen) - expected)).max() < 0.006


@pytest.mark.oracle("emboss")
@pytest.mark.parametrize(
    ("degrees", "direction"),
    [(0, (1, 0)), (90, (0, -1)), (180, (-1, 0)), (45, (0.5**0.5, -(0.5**0.5)))],
)
def test_emboss_adds_the_slope(degrees: float, direction: tuple[float, float]) -> None:
    y, x = np.mgrid[:20, :20] / 100
    slope = 2 * x + 3 * y
    seen = toned("emboss", slope[:, :, None].astype(np.float32), amount=0.5, degrees=degrees)
    rise = 6 * (2 * direction[0] + 3 * direction[1]) / 100
    np.testing.assert_allclose(seen[1:-1, 1:-1, 0], (slope + 0.5 * rise)[1:-1, 1:-1], atol=1e-5)


@pytest.mark.oracle("ringing")
@pytest.mark.parametrize("cutoff", [0.3, 0.5])
def test_ringing_lets_low_frequencies_pass_and_overshoots(cutoff: float) -> None:
    x = np.arange(200)
    for share, passes in ((0.5, 1), (1.6, 0)):
        wave = 0.5 + 0.4 * np.cos(math.pi * cutoff * share * x)
        pixels = np.tile(wave, (9, 1))[:, :, None].astype(np.float32)
        seen = toned("ringing", pixels, cutoff=cutoff, reach_px=20)[4, 60:140, 0]
        assert np.std(seen) / np.std(wave[60:140]) == pytest.approx(passes, abs=0.12)
    edge = np.repeat([[0.25] * 30 + [0.75] * 30], 9, axis=0)[:, :, None].astype(np.float32)
    seen = toned("ringing", edge, cutoff=cutoff, reach_px=10)
    assert seen.max() > 0.77
    assert seen.min() < 0.23


def test_advanced_blur_with_shape_1_is_a_gaussian() -> None:
    seen = toned("advanced_blur", spot(41), sigma_x_px=2, sigma_y_px=2, degrees=30, shape=1)
    expected = toned("gaussian_blur", spot(41), sigma_px=2.0)
    np.testing.assert_allclose(seen, expected, atol=1e-3)


@pytest.mark.oracle("advanced_blur")
@pytest.mark.parametrize("degrees", [0, 30, 120])
def test_advanced_blur_is_a_turned_oval(degrees: float) -> None:
    kernel = oval(3, 1, degrees, 1)
    reach = len(kernel) // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    angle = math.radians(degrees)
    along = x * math.cos(angle) - y * math.sin(angle)
    across = x * math.sin(angle) + y * math.cos(angle)
    assert math.sqrt((kernel * along**2).sum()) == pytest.approx(3, rel=0.05)
    assert math.sqrt((kernel * across**2).sum()) == pytest.approx(1, rel=0.05)
    seen = toned("advanced_blur", spot(41), sigma_x_px=3, sigma_y_px=1, degrees=degrees, shape=1)
    np.testing.assert_allclose(
        seen[20 - reach : 21 + reach, 20 - reach : 21 + reach, 0], kernel[::-1, ::-1], atol=1e-6
    )


def test_advanced_blur_leaves_out_what_no_byte_shows() -> None:
    pixels = noisy()
    for sigmas, shape in (((0.2, 1), 8), ((1, 1), 1), ((0.5, 0.3), 0.5)):
        params = {"sigma_x_px": sigmas[0], "sigma_y_px": sigmas[1], "degrees": 30, "shape": shape}
        seen = toned("advanced_blur", pixels, **params)
        whole = cv2.filter2D(pixels, -1, oval(*sigmas, 30, shape))
        assert np.abs(seen.astype(int) - whole).max() <= 1


def test_advanced_blur_is_flatter_with_more_shape() -> None:
    kernels = [oval(2, 2, 0, shape) for shape in (0.5, 1, 4)]
    middle = len(kernels[0]) // 2
    beside = [kernel[middle, middle + 1] / kernel[middle, middle] for kernel in kernels]
    assert beside == sorted(beside)
    assert beside[2] > 0.99
    tails = [kernel[middle, 0] / kernel[middle, middle] for kernel in kernels]
    assert tails == sorted(tails, reverse=True)


def test_blurs_keep_invisible_colours_apart() -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[:, 20:] = (0, 0, 255, 255)
    pixels[:, :20] = (0, 255, 0, 0)
    picture = Picture(pixels, alpha=True)
    names = [
        "defocus",
        "zoom_blur",
        "glass_blur",
        "unsharp_mask",
        "advanced_blur",
        "ringing",
        "pixelate",
        "downscale",
    ]
    for name in names:
        result = augmented(step(name), picture).pixels
        assert result[result[:, :, 3] > 2][:, 1].max() == 0, name
