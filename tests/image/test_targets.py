"""Masks, boxes, polygons and keypoints move where the pixels move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_samples import (
    LIKE_OTHERS,
    TRANSFORMS,
    augmented,
    lowered,
    noisy,
    params_of,
    smooth,
    step,
)

from augcli.image.geometry import Field, Resample, Sampling, Warp
from augcli.image.ops import apply
from augcli.image.picture import Facts, Picture
from augcli.image.transforms.geometry import about_centre, linear
from augcli.image.transforms.size import shift


def test_masks_know_no_classes_between() -> None:
    mask = (noisy(channels=1)[:, :, 0] // 100) * 7
    picture = Picture(smooth(), mask=mask, ignore=255)
    for name in ("rotate", "perspective", "elastic", "resize", "letterbox", "grid_distortion"):
        assert set(np.unique(augmented(step(name), picture).mask)) <= {0, 7, 14, 255}


def test_what_was_invented_is_ignored() -> None:
    picture = Picture(smooth(), mask=np.ones((47, 61), np.uint8), ignore=99)
    params = LIKE_OTHERS | {"x": 0.5, "y": 0.0}
    result = apply(lowered("translate", picture.facts, **params), picture)
    assert np.all(result.mask[:, :30] == 99)
    assert np.all(result.mask[:, 31:] == 1)
    unknown = Picture(smooth(), mask=np.ones((47, 61), np.uint8))
    assert np.all(apply(lowered("translate", picture.facts, **params), unknown).mask == 1)


MOVING = [
    name
    for name in TRANSFORMS
    if any(
        isinstance(op, Warp | Field)
        for op in step(name).lower(
            params_of(step(name), Picture(smooth())), Picture(smooth()).facts
        )
    )
]


def blobs(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return one channel a point with a soft spot there."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    spots = [np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * 1.5**2)) for px, py in points]
    return np.rint(np.stack(spots, axis=-1) * 255).astype(np.uint8)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", MOVING)
def test_points_follow_pixels(name: str, seed: int) -> None:
    points = np.array([[75.0, 60], [120, 60], [75, 95], [121, 93.5], [99.25, 77.75]])
    picture = Picture(blobs(points, 200, 150), keypoints=points, polygons=(points, points[:3]))
    wide = {"resize": (150, 180), "letterbox": (160, 160), "pad": (220, 230)}
    width, height = wide.get(name, (150, 120))
    size = {"width": width, "height": height} if "width" in TRANSFORMS[name].model_fields else {}
    border = {"border": "constant"} if "border" in TRANSFORMS[name].model_fields else {}
    result = augmented(step(name, **size, **border), picture, seed)
    height, width = result.pixels.shape[:2]
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    for channel, (px, py) in enumerate(result.keypoints):
        if 12 < px < width - 12 and 12 < py < height - 12:
            weights = result.pixels[:, :, channel].astype(float)
            centre = (x * weights).sum() / weights.sum(), (y * weights).sum() / weights.sum()
            assert np.hypot(centre[0] - px, centre[1] - py) < 0.6
    np.testing.assert_allclose(result.polygons[0], result.keypoints)
    np.testing.assert_allclose(result.polygons[1], result.keypoints[:3])


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", MOVING)
def test_boxes_and_masks_follow_pixels(name: str, seed: int) -> None:
    mask = np.zeros((150, 200), np.uint8)
    mask[60:100, 70:130] = 1
    picture = Picture(mask[:, :, None] * 255, mask=mask, boxes=np.array([[70.0, 60, 130, 100]]))
    size = {"width": 150, "height": 120} if "width" in TRANSFORMS[name].model_fields else {}
    border = {"border": "constant"} if "border" in TRANSFORMS[name].model_fields else {}
    result = augmented(step(name, **size, **border), picture, seed)
    light = result.pixels[:, :, 0] > 127
    assert np.mean(light != result.mask.astype(bool)) < 0.01
    if not light.any():
        return
    rows, columns = np.nonzero(light)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    limits = [result.pixels.shape[1], result.pixels.shape[0]] * 2
    box = np.clip(result.boxes[0], 0, limits)
    np.testing.assert_allclose(box, seen, atol=2)


def test_no_boxes_is_no_problem() -> None:
    picture = Picture(smooth(), boxes=np.zeros((0, 4)), keypoints=np.zeros((0, 2)))
    for name in MOVING:
        result = augmented(step(name), picture)
        assert result.boxes.shape == (0, 4)
        assert result.keypoints.shape == (0, 2)


@settings(max_examples=40, deadline=None)
@given(
    turn=st.floats(-360, 360),
    scale=st.floats(0.1, 5),
    shear=st.floats(-60, 60),
    point=st.tuples(st.floats(-50, 250), st.floats(-50, 250)),
)
def test_backward_undoes_forward(
    turn: float, scale: float, shear: float, point: tuple[float, float]
) -> None:
    facts = Facts(200, 150, 3, "uint8", False)
    run = Resample(
        (
            Warp(about_centre(linear(turn, scale, shear), facts), 200, 150, Sampling()),
            Warp(shift(-10, -20), 100, 90, window=True),
        ),
        Sampling(),
    )
    back = run.backward(run.forward(np.array([point])))
    np.testing.assert_allclose(back, [point], atol=1e-6)
