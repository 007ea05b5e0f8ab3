"""Masks, boxes and keypoints move where the pixels move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_samples import (
    LIKE_OTHERS,
    MOVING,
    TRANSFORMS,
    augmented,
    lowered,
    noisy,
    smooth,
    step,
)
from together import together

from augcli.image.config import TargetSettings
from augcli.image.kernels.regions import bounds_of, plane_of, region_of
from augcli.image.operations.geometry import Resample, Sampling
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Mask, Picture
from augcli.image.settle import settle
from augcli.image.targets import Keypoint, Target
from augcli.image.transforms.geometry import Rotate, linear
from augcli.image.transforms.size import window


def masked(values: np.ndarray, ignore: tuple[int, ...] | None = None) -> Picture:
    return with_targets(Picture(smooth()), (), (Mask(values, ignore),))


def test_masks_know_no_classes_between() -> None:
    picture = masked(noisy(channels=1) // 100 * 7, (255,))
    for name in ("rotate", "perspective", "elastic", "resize", "letterbox", "grid_distortion"):
        result = augmented(step(name), picture)
        assert set(np.unique(result.masks[0].values)) <= {0, 7, 14, 255}


def test_what_was_invented_is_unknown_or_mirrored_as_the_picture_is() -> None:
    values = np.ones((47, 61, 1), np.uint8)
    values[:, :31] = 2
    shift = {"x": 0.5, "y": 0.0}
    seen = {}
    for border in ("constant", "reflect", "wrap", "replicate"):
        for ignore in (None, (99,)):
            picture = masked(values, ignore)
            ops = lowered("translate", picture.facts, **(LIKE_OTHERS | shift | {"border": border}))
            result = apply(ops, picture).masks[0].values
            assert np.all(result[:, 31:] == 2)
            seen[border, ignore] = result[0, [0, 29], 0].tolist()
    assert seen["constant", (99,)] == [99, 99]
    assert seen["constant", None] == [0, 0]
    assert seen["reflect", None] == seen["reflect", (99,)] == [2, 2]
    assert seen["wrap", None] == seen["wrap", (99,)] == [1, 1]
    assert seen["replicate", None] == seen["replicate", (99,)] == [2, 2]


def blobs(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return one channel a point with a soft spot there."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    spots = [np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * 1.5**2)) for px, py in points]
    return np.rint(np.stack(spots, axis=-1) * 255).astype(np.uint8)


def carrying(pixels: np.ndarray, points: np.ndarray) -> Picture:
    targets = [Target(label="spot", keypoints=(Keypoint(x, y, 2),)) for x, y in points.tolist()]
    return with_targets(Picture(pixels), tuple(targets), mates={"spot": (0,)})


@pytest.mark.parametrize("seed", [0, 1, 2])
@together("name", MOVING)
def test_points_follow_pixels(name: str, seed: int) -> None:
    points = np.array([[75.0, 60], [120, 60], [75, 95], [121, 93.5], [99.25, 77.75]])
    picture = carrying(blobs(points, 200, 150), points)
    wide = {"resize": (150, 180), "letterbox": (160, 160), "pad": (220, 230)}
    width, height = wide.get(name, (150, 120))
    size = {"width": width, "height": height} if "width" in TRANSFORMS[name].model_fields else {}
    border = {"border": "constant"} if "border" in TRANSFORMS[name].model_fields else {}
    result = augmented(step(name, **size, **border), picture, seed)
    height, width = result.pixels.shape[:2]
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    assert len(result.objects) == len(points)
    for channel, each in enumerate(result.objects):
        (px, py) = each.keypoints[0]
        if 12 < px < width - 12 and 12 < py < height - 12:
            weights = result.pixels[:, :, channel].astype(float)
            centre = (x * weights).sum() / weights.sum(), (y * weights).sum() / weights.sum()
            assert np.hypot(centre[0] - px, centre[1] - py) < 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
@together("name", MOVING)
def test_boxes_and_masks_follow_pixels(name: str, seed: int) -> None:
    mask = np.zeros((150, 200), np.uint8)
    mask[60:100, 70:130] = 1
    targets = (Target(label="cone", box=(70.0, 60.0, 130.0, 100.0)),)
    mask = mask[:, :, None]
    picture = with_targets(Picture(mask * 255), targets, (Mask(mask),))
    size = {"width": 150, "height": 120} if "width" in TRANSFORMS[name].model_fields else {}
    border = {"border": "constant"} if "border" in TRANSFORMS[name].model_fields else {}
    result = augmented(step(name, **size, **border), picture, seed)
    light = result.pixels[:, :, 0] > 127
    assert np.mean(light != result.masks[0].values[:, :, 0].astype(bool)) < 0.01
    if not light.any():
        return
    rows, columns = np.nonzero(light)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    (box,) = settle(result.objects, TargetSettings(min_visibility=0)).kept
    np.testing.assert_allclose(box.box, seen, atol=2)


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
            Rotate.moved(linear(turn, scale, shear), LIKE_OTHERS, facts),
            window(10, 20, 100, 90),
        ),
        Sampling(),
    )
    back = run.backward(run.forward(np.array([point])))
    np.testing.assert_allclose(back, [point], atol=1e-6)


@given(st.lists(st.lists(st.integers(0, 1), min_size=7, max_size=7), min_size=1, max_size=9))
def test_bounds_of_regions_are_those_of_their_pixels(rows: list[list[int]]) -> None:
    plane = np.array(rows, np.uint8)[:, :, None]
    region = region_of(plane)
    np.testing.assert_array_equal(plane_of(region), plane)
    y, x, _ = plane.nonzero()
    seen = (x.min(), y.min(), x.max() + 1, y.max() + 1) if len(x) else None
    assert bounds_of(region) == seen
