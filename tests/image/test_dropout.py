"""Painted parts: how many, how large, where, and with what."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import DEPTHS, TRANSFORMS, augmented, noisy, smooth, step, toned

from augcli.draws import Draws
from augcli.image.config import TargetSettings
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Mask, Picture, full_range
from augcli.image.settle import settle
from augcli.image.targets import Target

FACTS = Facts(120, 80, 3, "uint8", False)
HIDING = ["coarse_dropout", "xy_masking", "grid_dropout", "grid_mask", "pixel_dropout"]


def hidden_by(name: str, params: dict, facts: Facts = FACTS) -> np.ndarray:
    """Return where a step paints white on black."""
    black = Picture(np.zeros((facts.height, facts.width, 1), np.uint8))
    ops = TRANSFORMS[name].lower(params | {"fill": 1}, facts)
    return apply(ops, black).pixels[:, :, 0]


def mask(name: str, **params: object) -> np.ndarray:
    return hidden_by(name, params)


@pytest.mark.oracle
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
@pytest.mark.parametrize("name", HIDING)
def test_what_is_hidden_is_painted_and_nothing_else(name: str, channels: int, depth: str) -> None:
    pixels = smooth(120, 80, channels=channels, depth=depth)
    transform = step(name, fill=0.5)
    facts = Picture(pixels).facts
    params = transform.make_params(Draws(1), facts)
    hidden = hidden_by(name, params, facts) > 0
    assert 0 < hidden.mean() < 1
    seen = toned(name, pixels, **params)
    np.testing.assert_array_equal(seen[~hidden], pixels[~hidden])
    gray = full_range(pixels.dtype) / 2
    assert np.abs(seen[hidden].astype(float) - gray).max() <= 0.5


@pytest.mark.parametrize("name", HIDING)
def test_labels_stay(name: str) -> None:
    mask = Mask(noisy(channels=1) // 64)
    targets = (Target(label="cone", box=(1.0, 2.0, 30.0, 40.0)),)
    result = augmented(step(name), with_targets(Picture(smooth()), targets, (mask,)))
    assert result.masks == (mask,)
    assert settle(result.objects, TargetSettings()).kept == targets


def test_coarse_dropout_is_so_many_rectangles() -> None:
    one = mask("coarse_dropout", holes=1, width=0.25, height=0.2, seed=3)
    rows, columns = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
    assert (len(columns), len(rows)) == (30, 16)
    assert one.sum() == 255 * 30 * 16
    many = [mask("coarse_dropout", holes=40, width=0.1, height=0.1, seed=s) > 0 for s in range(60)]
    expected = 1 - (1 - 0.01) ** 40
    assert np.mean(many) == pytest.approx(expected, abs=0.02)
    edges = np.mean(many, axis=0)
    assert edges[40, 60] > edges[0, 0] > 0


def test_grid_dropout_is_a_square_in_each_cell() -> None:
    seen = mask("grid_dropout", cells=4, ratio=0.5, x=0, y=0) > 0
    y, x = np.mgrid[:80, :120]
    np.testing.assert_array_equal(seen, (x % 20 < 10) & (y % 20 < 10))
    moved = mask("grid_dropout", cells=4, ratio=0.5, x=0.25, y=0.5) > 0
    np.testing.assert_array_equal(moved, ((x - 5) % 20 < 10) & ((y - 10) % 20 < 10))


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_grid_mask_turns_the_grid(degrees: float, turns: int) -> None:
    square = Facts(90, 90, 3, "uint8", False)
    params = {"cells": 5, "ratio": 0.4, "x": 0.3, "y": 0.1}
    masks = [hidden_by("grid_mask", params | {"degrees": d}, square) for d in (0, degrees)]
    assert np.mean(masks[1] != np.rot90(masks[0], turns)) < 0.02


@pytest.mark.parametrize("degrees", [0, 30, 77])
@pytest.mark.parametrize("ratio", [0.3, 0.6])
def test_grid_mask_hides_the_square_of_the_ratio(ratio: float, degrees: float) -> None:
    params = {"cells": 8, "ratio": ratio, "x": 0.2, "y": 0.7, "degrees": degrees}
    assert (mask("grid_mask", **params) > 0).mean() == pytest.approx(ratio**2, abs=0.03)


@pytest.mark.parametrize("fraction", [0, 0.1, 0.6, 1])
def test_pixel_dropout_hits_each_pixel_with_one_probability(fraction: float) -> None:
    hits = [mask("pixel_dropout", fraction=fraction, seed=seed) > 0 for seed in range(30)]
    assert np.mean(hits) == pytest.approx(fraction, abs=0.005)
    assert np.mean(hits[0] == hits[1]) == pytest.approx(fraction**2 + (1 - fraction) ** 2, abs=0.02)


def test_xy_masking_is_whole_stripes() -> None:
    params = {"columns": 2, "rows": 1, "width": 0.1, "height": 0.25}
    for seed in range(20):
        seen = mask("xy_masking", seed=seed, **params) > 0
        across, down = seen.all(axis=0), seen.all(axis=1)
        np.testing.assert_array_equal(seen, across | down[:, None])
        assert down.sum() == 20
        assert 12 <= across.sum() <= 24
