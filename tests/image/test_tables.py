"""Tables against formulas and Pillow, alone and composed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_samples import TRANSFORMS, noisy, smooth, toned
from PIL import Image, ImageOps

from augcli.image.kernels.lookup import look_up
from augcli.image.operations.ops import Op, apply, fuse
from augcli.image.picture import Picture, full_range

ALL_VALUES = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
ALL_WORDS = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)


def rounded_to(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    top = full_range(dtype)
    return np.clip(np.rint(values * top), 0, top).astype(dtype)


@pytest.mark.oracle
@pytest.mark.parametrize("pixels", [ALL_VALUES, ALL_WORDS], ids=["8 bit", "16 bit"])
@pytest.mark.parametrize(
    ("name", "params", "formula"),
    [
        ("brightness", {"delta": 0.2}, lambda v: v + 0.2),
        ("brightness", {"delta": -1.0}, lambda v: v - 1),
        ("gamma", {"gamma": 1.7}, lambda v: v**1.7),
        ("gamma", {"gamma": 0.4}, lambda v: v**0.4),
        ("solarize", {"threshold": 0.6}, lambda v: np.where(v < 0.6, v, 1 - v)),
        ("solarize", {"threshold": 0.0}, lambda v: 1 - v),
        ("invert", {}, lambda v: 1 - v),
    ],
)
def test_curves(name: str, params: dict, formula, pixels: np.ndarray) -> None:
    expected = rounded_to(formula(pixels / full_range(pixels.dtype)), pixels.dtype)
    np.testing.assert_array_equal(toned(name, pixels, **params), expected)


@pytest.mark.parametrize("name", ["brightness", "contrast", "gamma", "solarize", "invert"])
def test_float_pictures_follow_the_same_curve(name: str) -> None:
    params = {
        "brightness": {"delta": 0.1},
        "contrast": {"factor": 0.8},
        "gamma": {"gamma": 1.3},
        "solarize": {"threshold": 0.5},
    }.get(name, {})
    words = noisy(depth="uint16")
    floats = (words / 65535).astype(np.float32)
    seen = toned(name, floats, **params)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(np.clip(seen, 0, 1), toned(name, words, **params) / 65535, atol=2e-5)


@pytest.mark.oracle("posterize")
@pytest.mark.parametrize("bits", range(1, 9))
def test_posterize_like_pillow(bits: int) -> None:
    pixels = smooth()
    pillow = ImageOps.posterize(Image.fromarray(pixels), bits)
    np.testing.assert_array_equal(toned("posterize", pixels, bits=bits), np.asarray(pillow))
    words = toned("posterize", ALL_WORDS, bits=bits)
    np.testing.assert_array_equal(words, ALL_WORDS >> (16 - bits) << (16 - bits))


@pytest.mark.oracle("solarize", "invert")
@pytest.mark.parametrize("threshold", [1, 77, 128, 255])
def test_solarize_and_invert_like_pillow(threshold: int) -> None:
    pixels = smooth()
    pillow = ImageOps.solarize(Image.fromarray(pixels), threshold)
    seen = toned("solarize", pixels, threshold=(threshold - 0.5) / 255)
    np.testing.assert_array_equal(seen, np.asarray(pillow))
    inverted = ImageOps.invert(Image.fromarray(pixels))
    np.testing.assert_array_equal(toned("invert", pixels), np.asarray(inverted))


def crooked_pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    exponents = [rng.beta(a, b, (h, w, 3)) for a, b, h, w in [(2, 5, 9, 9), (5, 1, 90, 70)]]
    flat = np.full((20, 20, 3), 77, np.uint8)
    two = np.where(rng.random((30, 30, 3)) < 0.2, 90, 91).astype(np.uint8)
    few = rng.integers(100, 104, (40, 40, 3)).astype(np.uint8)
    skewed = np.minimum(rng.exponential(20, (50, 60, 3)), 255).astype(np.uint8)
    beta = [np.rint(values * 255).astype(np.uint8) for values in exponents]
    return [smooth(), smooth(200, 150), noisy(), flat, two, few, skewed, *beta]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["equalize", "autocontrast"])
def test_histogram_tables_equal_pillow(name: str) -> None:
    for pixels in crooked_pictures():
        pillow = getattr(ImageOps, name)(Image.fromarray(pixels))
        np.testing.assert_array_equal(toned(name, pixels), np.asarray(pillow))
        gray = np.ascontiguousarray(pixels[:, :, :1])
        pillow = getattr(ImageOps, name)(Image.fromarray(gray[:, :, 0]))
        np.testing.assert_array_equal(toned(name, gray)[:, :, 0], np.asarray(pillow))


def test_equalize_16_bit() -> None:
    pixels = (noisy(50, 40, channels=1) ** 2.0).astype(np.uint16)
    values, counts = np.unique(pixels, return_counts=True)
    step = (counts.sum() - counts[-1]) / 65535
    darker = np.cumsum(counts) - counts
    row = dict(zip(values, np.minimum((darker + step / 2) // step, 65535), strict=True))
    expected = np.vectorize(row.get)(pixels)
    np.testing.assert_array_equal(toned("equalize", pixels), expected)
    assert expected.max() == 65535


def test_autocontrast_16_bit() -> None:
    pixels = (noisy(depth="uint16") // 3 + 5000).astype(np.uint16)
    low, high = pixels.min(axis=(0, 1)), pixels.max(axis=(0, 1))
    scale = 65535 / (high - low.astype(float))
    expected = np.trunc(pixels * scale - low * scale)
    np.testing.assert_array_equal(toned("autocontrast", pixels), np.clip(expected, 0, 65535))


@pytest.mark.oracle("contrast")
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize(
    ("channels", "weights"), [(1, [1]), (3, [0.114, 0.587, 0.299]), (5, [0.2] * 5)]
)
@pytest.mark.parametrize("factor", [0, 0.7, 1.6])
def test_contrast(depth: str, channels: int, weights: list[float], factor: float) -> None:
    pixels = smooth(channels=channels, depth=depth)
    mean = np.dot(pixels.astype(np.float64).mean(axis=(0, 1)), weights)
    expected = np.rint(mean + factor * (pixels - mean)).clip(0, full_range(pixels.dtype))
    seen = toned("contrast", pixels, factor=factor)
    assert np.abs(seen - expected).max() <= (1e-9 if factor else 1)


LINKS = [
    ("brightness", {"delta": 0.13}),
    ("contrast", {"factor": 1.4}),
    ("gamma", {"gamma": 0.7}),
    ("solarize", {"threshold": 0.7}),
    ("posterize", {"bits": 5}),
    ("invert", {}),
    ("equalize", {}),
    ("autocontrast", {}),
]


def lowered(links: list, picture: Picture) -> list[Op]:
    return [op for name, params in links for op in TRANSFORMS[name].lower(params, picture.facts)]


def one_by_one(links: list, picture: Picture) -> np.ndarray:
    for link in links:
        picture = apply(lowered([link], picture), picture)
    return picture.pixels


@pytest.mark.parametrize(
    "links", list(itertools.permutations(LINKS, 2)), ids=lambda v: v[0][0] + v[1][0]
)
@pytest.mark.parametrize("channels", [1, 4])
def test_pairs_of_tables_compose_exactly(links: list, channels: int) -> None:
    picture = Picture(smooth(channels=channels, alpha=channels == 4), alpha=channels == 4)
    ops = lowered(list(links), picture)
    assert len(fuse(ops)) == 1
    np.testing.assert_array_equal(apply(ops, picture).pixels, one_by_one(list(links), picture))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(LINKS), min_size=1, max_size=8), st.sampled_from(["uint8", "uint16"])
)
def test_chains_of_tables_compose_exactly(links: list, depth: str) -> None:
    picture = Picture(smooth(channels=3, depth=depth))
    ops = lowered(links, picture)
    np.testing.assert_array_equal(apply(ops, picture).pixels, one_by_one(links, picture))


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [2, 4, 6])
def test_alpha_is_never_toned(depth: str, channels: int) -> None:
    pixels = smooth(channels=channels, depth=depth, alpha=True)
    pixels[:, :, -1] = np.maximum(pixels[:, :, -1], pixels.dtype.type(1))  # nothing is hidden
    picture = Picture(pixels, alpha=True)
    for link in LINKS:
        if TRANSFORMS[link[0]].refusal(picture.facts):
            continue
        result = apply(lowered([link], picture), picture).pixels
        np.testing.assert_array_equal(result[:, :, -1], picture.pixels[:, :, -1])
        plain = Picture(np.ascontiguousarray(picture.pixels[:, :, :-1]))
        np.testing.assert_array_equal(
            result[:, :, :-1], apply(lowered([link], plain), plain).pixels
        )


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_every_value_of_every_channel_is_looked_up(bands: int, depth: type) -> None:
    chance, count = np.random.default_rng(bands), np.iinfo(depth).max + 1
    pixels = chance.integers(0, count, (300, 301, bands), depth)
    rows = chance.integers(0, count, (bands, count))
    rows[-1] = rows[0]
    wanted = np.stack([rows[i].astype(depth)[pixels[:, :, i]] for i in range(bands)], axis=-1)
    assert np.array_equal(look_up(pixels, rows), wanted)
    assert np.array_equal(look_up(pixels[::2, 1:], rows), wanted[::2, 1:])
    assert np.array_equal(look_up(pixels, rows[:1]), rows[0].astype(depth)[pixels])


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_rows_that_keep_add_invert_or_clear_are_looked_up_like_any_other(bands: int) -> None:
    pixels, values = noisy(300, 301, channels=bands), np.arange(256)
    added = [np.clip(values + number, 0, 255) for number in (0, 40, -90, 127, -127, 200, -200)]
    known = [*added, values[::-1], np.zeros(256, int), np.full(256, 7)]
    for first in range(len(known)):
        rows = np.array([known[(first + 3 * band) % len(known)] for band in range(bands)])
        wanted = np.dstack([rows[i][pixels[:, :, i]] for i in range(bands)])
        np.testing.assert_array_equal(look_up(pixels, rows), wanted)
    sums = np.array([added[(3 * band) % 5] for band in range(bands)])
    wanted = np.dstack([sums[i][pixels[:, :, i]] for i in range(bands)])
    np.testing.assert_array_equal(look_up(pixels, sums), wanted)
