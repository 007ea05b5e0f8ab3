"""Moves of other libraries keep their direction: matrices by the formulas that those document.

y points down and angles are in radians. A matrix leads from the picture to what is made of it.
"""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.image.operations.geometry import Warp
from augcli.image.picture import Facts
from augcli.image.transform import ImageTransform
from augcli.others.turning import built, shown, turned

Matrix = NDArray[np.float64]
FACTS = Facts(100, 60, 3, "uint8", False)


def ours(pipeline: str) -> Matrix:
    """Return the one matrix of what a pipeline that leaves nothing to chance becomes."""
    found = turned(pipeline.encode(), "a")
    steps = [step for step in map(built, found.steps) if isinstance(step, ImageTransform)]
    assert (len(steps), found.left) == (len(found.steps), [])
    params = [step.make_params(Draws(0), FACTS) for step in steps]
    ops = [op for step, made in zip(steps, params, strict=True) for op in step.lower(made, FACTS)]
    warps = [op for op in ops if isinstance(op, Warp)]
    assert len(warps) == len(ops)
    return reduce(lambda first, warp: warp.matrix @ first, warps, np.eye(3))


def linear(a: float, b: float, c: float, d: float) -> Matrix:
    return np.array([[a, b, 0], [c, d, 0], [0, 0, 1.0]])


def moved(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def about_centre(matrix: Matrix) -> Matrix:
    return moved(50, 30) @ matrix @ moved(-50, -30)


def of_albumentations(
    rotate: float, scale: tuple[float, float], shear: tuple[float, float], shift: tuple[float, ...]
) -> Matrix:
    """Scale, turn counter-clockwise, slant by the drawn angles' opposites, shift."""
    turn, (across, down) = math.radians(rotate), (-math.tan(math.radians(each)) for each in shear)
    cos, sin = math.cos(turn), math.sin(turn)
    slant = linear(1, across, down, 1)
    shape = slant @ linear(cos, sin, -sin, cos) @ linear(scale[0], 0, 0, scale[1])
    return moved(shift[0] * 100, shift[1] * 60) @ about_centre(shape)


OF_ALBUMENTATIONS = {
    "shear={'x': (20, 20)}": (0, (1, 1), (20, 0), (0, 0)),
    "shear={'y': (20, 20)}": (0, (1, 1), (0, 20), (0, 0)),
    "rotate=(20, 20)": (20, (1, 1), (0, 0), (0, 0)),
    "rotate=20, shear=7": (20, (1, 1), (7, 7), (0, 0)),
    "scale={'x': 1.2, 'y': 0.8}, translate_percent={'x': (0.2, 0.2), 'y': (-0.1, -0.1)}": (
        *(0, (1.2, 0.8)),
        *((0, 0), (0.2, -0.1)),
    ),
    "rotate=-20, scale=1.3, shear={'x': (15, 15), 'y': (-5, -5)}, translate_percent=0.1": (
        *(-20, (1.3, 1.3)),
        *((15, -5), (0.1, 0.1)),
    ),
    "rotate=20, scale={'x': 1.2, 'y': 0.8}, shear={'x': 15, 'y': 5}": (
        *(20, (1.2, 0.8)),
        *((15, 5), (0, 0)),
    ),
}


@pytest.mark.parametrize("told", OF_ALBUMENTATIONS)
def test_an_affine_of_albumentations(told: str) -> None:
    expected = of_albumentations(*OF_ALBUMENTATIONS[told])
    np.testing.assert_allclose(ours(f"[A.Affine({told}, p=1)]"), expected, atol=1e-9)


def of_torchvision(
    angle: float, scale: float, shear: tuple[float, float], shift: tuple[float, float] = (0, 0)
) -> Matrix:
    """R(a) S(s) SHy(sy) SHx(sx), a clockwise and slants by minus the tangent, then a shift."""
    turn, (across, down) = math.radians(angle), (-math.tan(math.radians(each)) for each in shear)
    cos, sin = math.cos(turn), math.sin(turn)
    shape = scale * linear(cos, -sin, sin, cos)[:2, :2] @ linear(1, 0, down, 1)[:2, :2]
    whole = linear(*(shape @ linear(1, across, 0, 1)[:2, :2]).ravel())
    return moved(*shift) @ about_centre(whole)


OF_TORCHVISION = {
    "0, shear=(20, 20)": (0, 1, (20, 0)),
    "0, shear=(0, 0, 20, 20)": (0, 1, (0, 20)),
    "(20, 20)": (20, 1, (0, 0)),
    "(-20, -20), scale=(1.2, 1.2), shear=(15, 15)": (-20, 1.2, (15, 0)),
    "(20, 20), scale=(0.8, 0.8), shear=(15, 15, -5, -5)": (20, 0.8, (15, -5)),
}


@pytest.mark.parametrize("told", OF_TORCHVISION)
def test_an_affine_of_torchvision(told: str) -> None:
    expected = of_torchvision(*OF_TORCHVISION[told])
    np.testing.assert_allclose(ours(f"[T.RandomAffine({told})]"), expected, atol=1e-9)


@pytest.mark.parametrize("call", ["T.RandomRotation((20, 20))", "A.Rotate((20, 20), p=1)"])
def test_rotations_of_both_are_counter_clockwise(call: str) -> None:
    np.testing.assert_allclose(ours(f"[{call}]"), of_torchvision(-20, 1, (0, 0)), atol=1e-9)


@pytest.mark.parametrize("scale", [0.2, 0.5])
def test_a_perspective_of_torchvision_draws_corners_inwards(scale: float) -> None:
    """There corners come to lie within so much of the half of each side, evenly."""
    matrix = ours(f"[T.RandomPerspective({scale}, p=1)]")
    corners = np.array([[0, 0, 1], [100, 0, 1], [100, 60, 1], [0, 60, 1.0]]) @ matrix.T
    inside = np.abs(corners[:, :2] / corners[:, 2:] - [50, 30]) / [50, 30]
    assert (inside < 1).all()
    assert (inside > 1 - 1.3 * scale).all()


def test_a_shear_of_keras_slants_level_lines() -> None:
    """There the place looked at is [1 −sin; 0 cos] of row and column; the width is left out."""
    sin, cos = math.sin(math.radians(10)), math.cos(math.radians(10))
    rows_first = np.diag([1, cos]) @ np.linalg.inv([[1, -sin], [0, cos]])
    (step,) = turned(b"dict(shear_range=10, fill_mode='nearest')", "a").steps
    assert shown(step) == "shear: {x: 0, y: [-10, 10], border: replicate}"
    expected = about_centre(linear(*rows_first[::-1, ::-1].ravel()))
    np.testing.assert_allclose(ours("[A.Affine(shear={'y': -10}, p=1)]"), expected, atol=1e-9)


RANGES = {
    "[A.Affine(shear={'x': (-3, 8), 'y': (1, 2)}, p=1)]": ("shear_x: [-8, 3], shear_y: [-2, -1]"),
    "[A.Affine(rotate=(-3, 8), p=1)]": "rotate: [-3, 8]",
    "[A.Affine(scale=(0.5, 2), p=1)]": "zoom: {x: [0.5, 2], y: [0.5, 2], border: constant}",
    "[A.Affine(scale=(0.5, 2), keep_ratio=True, p=1)]": "affine: {rotate: 0, scale: [0.5, 2]",
    "[A.Affine(translate_percent=(-0.1, 0.3), p=1)]": (
        "translate_x: [-0.1, 0.3], translate_y: [-0.1, 0.3]"
    ),
    "[T.RandomAffine((-3, 8), shear=(-1, 4))]": "rotate: [-8, 3]",
    "[T.RandomAffine(0, shear=(-1, 4))]": "shear_x: [-4, 1]",
    "[T.RandomAffine(0, shear=(0, 0, -1, 4))]": "shear_x: 0, shear_y: [-4, 1]",
    "[T.RandomRotation((-3, 8))]": "degrees: [-3, 8]",
    "dict(zoom_range=[0.5, 0.8])": "zoom: {x: [1.25, 2], y: [1.25, 2]",
}


@pytest.mark.parametrize("pipeline", RANGES)
def test_ranges_that_are_not_symmetric(pipeline: str) -> None:
    found = turned(pipeline.encode(), "a")
    assert not found.left
    assert RANGES[pipeline] in " ".join(map(shown, found.steps))
