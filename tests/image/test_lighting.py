"""Light and weather: gains, veils and what is drawn, each against its formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from image_samples import (
    DEPTHS,
    TRANSFORMS,
    augmented,
    noisy,
    params_of,
    smooth,
    step,
    to_depth,
    toned,
)

from augcli.draws import Draws
from augcli.image.kernels.light import lit, veiled
from augcli.image.kernels.seeded import cloud, numbers, random_bytes, random_words
from augcli.image.picture import Facts, Picture, full_range
from augcli.image.transforms.lighting import Lighting
from augcli.image.transforms.weather import Veil

FACTS = Facts(80, 60, 3, "uint8", False)
LIGHTING = [name for name, cls in TRANSFORMS.items() if issubclass(cls, Lighting)]
VEILS = [name for name, cls in TRANSFORMS.items() if issubclass(cls, Veil)]


def in_levels(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float64) / full_range(pixels.dtype)


def gain(name: str, **params: object) -> np.ndarray:
    return TRANSFORMS[name].gain(params, FACTS)


def share(name: str, **params: object) -> np.ndarray:
    return TRANSFORMS[name].share(params, FACTS)


@pytest.mark.oracle
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
@pytest.mark.parametrize("name", LIGHTING)
def test_light_multiplies(name: str, channels: int, depth: str) -> None:
    pixels = smooth(80, 60, channels=channels, depth=depth)
    params = params_of(step(name), Picture(pixels))
    plane = TRANSFORMS[name].gain(params, FACTS)
    assert plane.shape == (60, 80)
    expected = in_levels(pixels) * plane[:, :, None]
    expected = expected if depth == "float32" else expected.clip(0, 1)
    np.testing.assert_allclose(in_levels(toned(name, pixels, **params)), expected, atol=0.003)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
@pytest.mark.parametrize("colour", [(0.0,), (0.7,), (0.2, 0.5, 0.9)])
def test_veils_replace_a_share(colour: tuple[float, ...], channels: int, depth: str) -> None:
    pixels = noisy(80, 60, channels=channels, depth=depth)
    plane = np.random.default_rng(0).random((60, 80), np.float32)
    values = (
        colour
        if channels == 3
        else (np.dot(colour, [0.114, 0.587, 0.299]) if len(colour) > 1 else colour[0],)
    )
    expected = in_levels(pixels) * (1 - plane[:, :, None]) + plane[:, :, None] * np.array(values)
    np.testing.assert_allclose(in_levels(veiled(pixels, plane, colour)), expected, atol=0.0065)
    np.testing.assert_array_equal(veiled(pixels, plane * 0, colour), pixels)


@pytest.mark.parametrize("name", VEILS)
def test_veils_are_shares(name: str) -> None:
    for seed in range(5):
        params = step(name).make_params(Draws(seed), FACTS)
        plane = TRANSFORMS[name].share(params, FACTS)
        assert plane.shape == (60, 80)
        assert plane.dtype == np.float32
        assert 0 <= plane.min() < plane.max() <= 1


def test_vignette_is_parabolic() -> None:
    plane = gain("vignette", amount=0.6, x=0.5, y=0.5)
    y, x = np.mgrid[:60, :80] + 0.5
    squares = ((x - 40) ** 2 + (y - 30) ** 2) / (40**2 + 30**2)
    np.testing.assert_allclose(plane, 1 - 0.6 * squares, atol=1e-6)
    aside = gain("vignette", amount=1, x=0, y=0)
    assert aside[0, 0] == pytest.approx(1, abs=1e-3)
    assert aside[-1, -1] == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("degrees", [0, 90, 200])
def test_illumination_falls_evenly(degrees: float) -> None:
    plane = gain("illumination", strength=0.4, degrees=degrees)
    y, x = np.mgrid[:60, :80] + 0.5
    right, up = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    along = (right * (x / 40 - 1) - up * (y / 30 - 1)) / (abs(right) + abs(up))
    np.testing.assert_allclose(plane, 1 + 0.4 * along, atol=1e-6)


def test_plasma_is_between_its_extremes() -> None:
    plane = gain("plasma", amount=0.3, cells=3, roughness=0.5, seed=7)
    assert plane.min() == pytest.approx(0.7)
    assert plane.max() == pytest.approx(1.3)
    rougher = gain("plasma", amount=0.3, cells=3, roughness=1, seed=7)
    assert np.abs(np.diff(rougher)).mean() > 1.5 * np.abs(np.diff(plane)).mean()


def test_bias_field_is_the_exponential_of_a_cubic() -> None:
    logs = np.log(gain("bias_field", strength=0.5, seed=3).astype(np.float64))
    y, x = np.mgrid[:60, :80]
    x, y = (2 * x + 1) / 80 - 1, (2 * y + 1) / 60 - 1
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    terms = np.stack([(x**i * y**j).ravel() for i, j in powers], axis=1)
    found, rest, *_ = np.linalg.lstsq(terms, logs.ravel(), rcond=None)
    assert rest[0] < 1e-8
    assert 0.1 < np.abs(found).max() <= 0.5
    np.testing.assert_array_equal(gain("bias_field", strength=0, seed=3), 1)


def test_shadows_darken_so_much_and_softly() -> None:
    planes = [
        gain("shadow", shadows=2, size=0.8, darkness=0.5, softness=0.01, seed=s) for s in range(30)
    ]
    assert min(plane.min() for plane in planes) == pytest.approx(0.5, abs=0.01)
    assert max(plane.max() for plane in planes) == 1
    assert 0.05 < np.mean(np.array(planes) < 0.75) < 0.6
    soft, hard = (
        gain("shadow", shadows=2, size=0.8, darkness=0.5, softness=w, seed=3) for w in (0.1, 0.0)
    )
    steepest = [
        max(np.abs(np.diff(p)).max(), np.abs(np.diff(p, axis=0)).max()) for p in (soft, hard)
    ]
    assert steepest[0] < steepest[1] / 3
    assert gain("shadow", shadows=0, size=0.8, darkness=0.5, softness=0.01, seed=1).min() == 1


@pytest.mark.oracle("fog")
def test_fog_is_between_thick_and_thin() -> None:
    plane = share("fog", density=0.6, patches=0.5, seed=4)
    assert plane.max() == pytest.approx(0.6)
    assert plane.min() == pytest.approx(0.3)
    seen = toned("fog", noisy(80, 60), density=1, patches=0, light=0.9, seed=4)
    assert np.abs(seen.astype(int) - round(0.9 * 255)).max() <= 1


@pytest.mark.parametrize("width", [1, 4])
@pytest.mark.parametrize("degrees", [-75, -40, 0, 30, 45, 80])
def test_rain_falls_at_its_slant(degrees: float, width: int) -> None:
    facts, whole = Facts(400, 300, 3, "uint8", False), []
    params = {"drops": 1, "length": 0.1, "degrees": degrees, "width_px": width, "opacity": 0.5}
    way = np.array([math.sin(math.radians(degrees)), math.cos(math.radians(degrees))])
    for seed in range(40):
        plane = TRANSFORMS["rain"].share(params | {"seed": seed}, facts)
        end = numbers(seed, 1, 2)[0] * (400, 300)
        there = np.argwhere(plane)[:, ::-1] + 0.5 - end
        along, aside = there @ way, there @ np.array([way[1], -way[0]])
        assert set(np.unique(plane)) <= {0, np.float32(0.5)}
        assert np.all((along > -30 - width) & (along < width))
        assert np.abs(aside).max(initial=0) <= (width + 1) / 2 * np.abs(way).max() + 1e-9
        whole.append(len(there))
    assert max(whole) == width * round(30 * np.abs(way).max())
    assert np.mean(whole) > 0.8 * max(whole)


def test_rain_of_bytes_is_that_of_floats() -> None:
    params = {"drops": 50, "length": 0.3, "degrees": 20, "width_px": 2, "opacity": 0.5, "seed": 3}
    pixels = noisy()
    bytes_ = toned("rain", pixels, light=0.8, darkness=0.2, **params)
    floats = toned("rain", in_levels(pixels), light=0.8, darkness=0.2, **params)
    np.testing.assert_allclose(in_levels(bytes_), floats, atol=0.5 / 255 + 1e-6)
    assert np.ptp(floats - in_levels(pixels) * np.float32(0.8)) > 0.3


@pytest.mark.oracle("rain")
def test_rain_darkens_the_scene() -> None:
    params = {"drops": 0, "length": 0.1, "degrees": 0, "width_px": 1, "opacity": 0.5, "light": 0.8}
    pixels = smooth()
    seen = toned("rain", pixels, darkness=0.25, seed=2, **params)
    np.testing.assert_allclose(in_levels(seen), in_levels(pixels) * 0.75, atol=0.003)


def test_snow_is_flakes_in_haze() -> None:
    params = {"size": 0.1, "opacity": 0.9, "haze": 0.2, "seed": 5}
    none, some, many = (share("snow", flakes=n, **params) for n in (0, 40, 400))
    np.testing.assert_allclose(none, 0.2)
    assert some.max() == pytest.approx(0.9, abs=0.01)
    covered = [np.mean(plane > 0.4) for plane in (none, some, many)]
    assert covered == sorted(covered)
    assert 0.02 < covered[1] < 0.3


def test_sun_flare_glows_where_the_sun_is() -> None:
    params = {"x": 0.25, "y": 0.5, "size": 0.2, "strength": 0.8, "seed": 1}
    plane = share("sun_flare", ghosts=0, **params)
    y, x = np.mgrid[:60, :80] + 0.5
    expected = 0.8 * np.exp(-((x - 20) ** 2 + (y - 30) ** 2) / (2 * 12**2))
    np.testing.assert_allclose(plane, expected, atol=1e-5)
    ghosts = share("sun_flare", ghosts=8, **params) - plane
    hit = np.flatnonzero(ghosts.max(axis=1) > 0.05)
    assert len(hit) > 0
    assert 29 <= (hit.min() + hit.max()) / 2 <= 31
    assert ghosts[:, 60:].max() > 0.05 or ghosts[:, :60].max() > 0.05


@pytest.mark.parametrize("cover", [0.05, 0.2, 0.5])
def test_spatter_covers_its_share(cover: float) -> None:
    planes = [share("spatter", cover=cover, cells=6, opacity=1, seed=seed) for seed in range(10)]
    assert np.mean([plane.mean() for plane in planes]) == pytest.approx(cover, abs=0.03)
    assert share("spatter", cover=0, cells=6, opacity=1, seed=1).max() == 0


@pytest.mark.oracle("spatter")
def test_spatter_has_its_colour() -> None:
    pixels = noisy(80, 60)
    params = {"cover": 1, "cells": 6, "opacity": 1, "seed": 1, "colour": [1, 0.5, 0]}
    hidden = TRANSFORMS["spatter"].share(params, FACTS) == 1
    seen = toned("spatter", pixels, **params)[hidden]
    assert np.abs(seen.astype(int) - [0, 128, 255]).max() <= 1


@pytest.mark.oracle("gravel")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_gravel_is_gray_stones(channels: int, depth: str) -> None:
    pixels = to_depth(np.full((200, 200, channels), 1.0), depth)
    seen = in_levels(toned("gravel", pixels, stones=40, size=0.05, seed=6))
    hit = np.any(seen < 0.99, axis=2)
    assert 0.01 < hit.mean() < 0.15
    assert np.ptp(seen, axis=2).max() < 0.003
    grays = np.unique(np.rint(seen[hit][:, 0] * 100))
    assert 3 <= len(grays) <= 8
    np.testing.assert_array_equal(toned("gravel", pixels, stones=0, size=0.05, seed=6), pixels)


def test_clouds_span_everything_and_are_smooth() -> None:
    plane = cloud(3, Facts(300, 200, 3, "uint8", False), 3, 0.5)
    assert (plane.min(), plane.max()) == (0, 1)
    assert np.abs(np.diff(plane)).max() < 0.1
    for width, height in ((1, 1), (1, 500), (500, 1), (2, 3)):
        assert np.isfinite(cloud(3, Facts(width, height, 3, "uint8", False), 3, 0.5)).all()


def test_seeds_are_frozen() -> None:
    np.testing.assert_allclose(
        numbers(1234, 3), [0.9233961855827627, 0.07538722223833594, 0.0626039597753345], rtol=1e-12
    )
    assert random_bytes(1234, 2, 2).tolist() == [[175, 123], [24, 27]]
    assert random_words(1234, 3).tolist() == [31663, 6936, 47456]


def test_gains_of_no_light() -> None:
    assert lit(noisy(), np.zeros((47, 61), np.float32)).max() == 0
    assert (
        augmented(step("vignette", amount=0), Picture(noisy())).pixels.tolist() == noisy().tolist()
    )
