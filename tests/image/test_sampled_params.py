"""What transforms draw has the distribution that their declarations say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from image_samples import TRANSFORMS, step

from augcli.draws import Draws
from augcli.image.picture import Facts
from augcli.ranges import Choice, Uniform
from augcli.transform import declared_range, own_fields

FACTS = Facts(400, 300, 3, "uint8", False)
COUNT = 1500
FAR = 1.95 / COUNT**0.5
"""A Kolmogorov-Smirnov distance that one in a thousand samples exceeds."""


def drawn(name: str, facts: Facts = FACTS, **params: Any) -> list[dict[str, Any]]:
    transform = step(name, **params)
    return [transform.make_params(Draws(3).at(i, name), facts) for i in range(COUNT)]


def distance(values: Any, low: float, high: float) -> float:
    """Return the distance from the uniform distribution."""
    shares = (np.sort(values) - low) / (high - low)
    return float(np.abs(shares - (np.arange(len(shares)) + 0.5) / len(shares)).max())


RANGED = [
    (name, field, default)
    for name, cls in TRANSFORMS.items()
    for field in own_fields(cls)
    if field not in cls.lists
    and declared_range(cls, field)
    and isinstance(default := cls.model_fields[field].default, Uniform | Choice)
    and field in step(name).make_params(Draws(0), FACTS)
]


@pytest.mark.parametrize(("name", "field", "default"), RANGED, ids=lambda v: str(v)[:20])
def test_drawn_as_declared(name: str, field: str, default: Uniform | Choice) -> None:
    values = [params[field] for params in drawn(name)]
    if name == "median_blur" or isinstance(default, Choice):
        shares = [values.count(value) / COUNT for value in default.values]
        assert shares == pytest.approx([1 / len(shares)] * len(shares), abs=0.06)
    elif default.whole:
        assert {min(values), max(values)} == {default.low, default.high}
        between = values + np.random.default_rng(0).uniform(-0.5, 0.5, COUNT)
        assert distance(between, default.low - 0.5, default.high + 0.5) < FAR
    elif default.log:
        assert distance(np.log(values), np.log(default.low), np.log(default.high)) < FAR
    else:
        assert distance(values, default.low, default.high) < FAR


def test_fields_of_a_step_are_independent() -> None:
    params = drawn("affine")
    fields = ["rotate", "scale", "translate_x", "translate_y", "shear_x"]
    together = np.corrcoef([[values[field] for values in params] for field in fields])
    assert np.abs(together - np.eye(5)).max() < 0.1


def test_random_crop_is_anywhere() -> None:
    params = drawn("random_crop", width=100, height=50)
    assert {(p["width"], p["height"]) for p in params} == {(100, 50)}
    assert distance([p["x"] for p in params], -0.5, 300.5) < FAR + 0.01
    assert distance([p["y"] for p in params], -0.5, 250.5) < FAR + 0.01
    whole = drawn("random_crop", width=400, height=300)
    assert {(p["x"], p["y"]) for p in whole} == {(0, 0)}


def test_random_resized_crop_area_and_ratio() -> None:
    params = drawn("random_resized_crop", width=20, height=20, area=[0.1, 0.3], ratio=[0.5, 2])
    areas = np.array([p["w"] * p["h"] for p in params]) / (400 * 300)
    ratios = np.log([p["w"] / p["h"] for p in params])
    assert distance(areas, 0.1, 0.3) < FAR + 0.01
    assert distance(ratios, -np.log(2), np.log(2)) < FAR + 0.01
    assert all(0 <= p["x"] <= 400 - p["w"] and 0 <= p["y"] <= 300 - p["h"] for p in params)
    free = [p["x"] / (400 - p["w"]) for p in params]
    assert distance(free, 0, 1) < FAR + 0.02


def test_random_resized_crop_falls_back_to_the_middle() -> None:
    narrow = Facts(1000, 10, 3, "uint8", False)
    (first, *_) = drawn("random_resized_crop", narrow, area=1, ratio=[0.5, 2])
    assert {key: first[key] for key in "xywh"} == {"x": 490, "y": 0, "w": 20, "h": 10}
    (first, *_) = drawn("random_resized_crop", narrow, area=1, ratio={"choice": [0.5, 1]})
    assert {key: first[key] for key in "xywh"} == {"x": 495, "y": 0, "w": 10, "h": 10}
    tall = Facts(10, 1000, 3, "uint8", False)
    (first, *_) = drawn("random_resized_crop", tall, area=1, ratio=[0.5, 2])
    assert {key: first[key] for key in "xywh"} == {"x": 0, "y": 490, "w": 10, "h": 20}


def test_random_erasing_area_and_ratio() -> None:
    params = drawn("random_erasing", area=[0.05, 0.2], ratio=[0.5, 2])
    areas = np.array([p["w"] * p["h"] for p in params]) / (400 * 300)
    assert distance(areas, 0.05, 0.2) < FAR + 0.01
    assert distance(np.log([p["w"] / p["h"] for p in params]), -np.log(2), np.log(2)) < FAR + 0.01
    wide = drawn("random_erasing", area=1, ratio=100)
    assert all((p["x"], p["w"]) == (0, 400) for p in wide)


def test_perspective_corners() -> None:
    corners = np.array([params["corners"] for params in drawn("perspective")])
    inwards = np.abs(corners - np.array([[0, 0], [1, 0], [1, 1], [0, 1]])).reshape(COUNT, 8)
    assert max(distance(column, 0.05, 0.1) for column in inwards.T) < FAR
    assert np.abs(np.corrcoef(inwards.T) - np.eye(8)).max() < 0.12
    assert np.all((corners > 0) & (corners < 1))


def test_grid_distortion_steps() -> None:
    params = drawn("grid_distortion", cells=3)
    steps = np.array([p["columns"] + p["rows"] for p in params])
    assert steps.shape == (COUNT, 6)
    assert max(distance(column, -0.3, 0.3) for column in steps.T) < FAR
    assert np.abs(np.corrcoef(steps.T) - np.eye(6)).max() < 0.12


@pytest.mark.parametrize("name", ["elastic", "gaussian_noise", "salt_and_pepper"])
def test_seeds_have_31_bits(name: str) -> None:
    seeds = [params["seed"] for params in drawn(name)]
    assert len(set(seeds)) == COUNT
    assert distance(seeds, 0, 2**31) < FAR
