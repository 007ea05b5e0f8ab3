"""Colours that nobody sees, because alpha is 0 there, change nothing that anybody sees."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pytest
from image_samples import DEPTHS, TRANSFORMS, noisy, params_of, smooth, step
from together import together

from augcli.image.operations.ops import apply
from augcli.image.picture import Picture, full_range

every = together("name", TRANSFORMS)


def with_hidden(depth: str, channels: int, seed: int) -> Picture:
    """Return a picture of which the left third is hidden, with other colours for each seed."""
    pixels = smooth(channels=channels, depth=depth)
    pixels[:, :20, :-1] = noisy(20, 47, channels - 1, depth, seed)
    pixels[:, :, -1] = full_range(pixels.dtype)
    pixels[:, :20, -1] = 0
    pixels[:, 20:24, -1] = full_range(pixels.dtype) / 2
    return Picture(pixels, alpha=True)


@every
def test_hidden_colours_have_no_say(name: str) -> None:
    for depth, channels in product(DEPTHS, [2, 4]):
        check_hidden(name, depth, channels)


def check_hidden(name: str, depth: str, channels: int) -> None:
    first, second = (with_hidden(depth, channels, seed) for seed in (1, 2))
    transform = step(name)
    if transform.refusal(first.facts):
        return
    ops = transform.lower(params_of(transform, first), first.facts)
    one, other = (apply(ops, picture).pixels for picture in (first, second))
    np.testing.assert_array_equal(one[:, :, -1], other[:, :, -1])
    seen = one[:, :, -1] > 0
    np.testing.assert_array_equal(one[seen], other[seen])


@every
def test_nothing_to_see_is_no_trouble(name: str) -> None:
    for depth in DEPTHS:
        check_nothing_to_see(name, depth)


def check_nothing_to_see(name: str, depth: str) -> None:
    picture = Picture(np.zeros((47, 61, 4), depth), alpha=True)
    transform = step(name)
    if transform.refusal(picture.facts):
        return
    with warnings.catch_warnings(action="error"):
        result = apply(transform.lower(params_of(transform, picture), picture.facts), picture)
    assert np.isfinite(result.pixels).all()


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_contrast_is_about_the_mean_of_what_is_seen(depth: str) -> None:
    picture = with_hidden(depth, 4, 1)
    seen = np.ascontiguousarray(picture.pixels[:, 20:, :-1])
    ops = step("contrast").lower({"factor": 1.7}, picture.facts)
    expected = apply(ops, Picture(seen)).pixels
    np.testing.assert_array_equal(apply(ops, picture).pixels[:, 20:, :-1], expected)
