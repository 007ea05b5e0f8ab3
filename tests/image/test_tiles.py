"""Tiles that change places: pixels, masks and objects with them."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import DEPTHS, TRANSFORMS, lowered, noisy, params_of, step

from augcli.image.config import TargetSettings
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import bounds, with_targets
from augcli.image.operations.tiles import Tiles
from augcli.image.picture import Facts, Mask, Picture
from augcli.image.settle import settle
from augcli.image.targets import Keypoint, Region, Target

SWAPPED = Tiles(np.array([[3, 1], [2, 0]]), 61, 47)
"""The first tile of 30×23 pixels and the last change places."""


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_pixels_are_copied(channels: int, depth: str) -> None:
    pixels = noisy(channels=channels, depth=depth)
    expected = pixels.copy()
    expected[:23, :30], expected[23:46, 30:60] = pixels[23:46, 30:60], pixels[:23, :30]
    np.testing.assert_array_equal(apply([SWAPPED], Picture(pixels)).pixels, expected)


@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (1, 4), (50, 50)])
def test_grid_shuffle_keeps_every_pixel(rows: int, columns: int) -> None:
    picture = Picture(noisy())
    params = params_of(step("grid_shuffle", rows=rows, columns=columns), picture)
    seen = apply(TRANSFORMS["grid_shuffle"].lower(params, picture.facts), picture).pixels
    assert not np.array_equal(seen, picture.pixels)
    np.testing.assert_array_equal(
        np.sort(seen.reshape(-1, 3), axis=0), np.sort(picture.pixels.reshape(-1, 3), axis=0)
    )


@pytest.mark.oracle("grid_shuffle")
def test_every_order_of_tiles_is_as_likely() -> None:
    orders = [
        tuple(
            lowered("grid_shuffle", Facts(9, 9, 1, "uint8", False), rows=1, columns=3, seed=seed)[
                0
            ].sources[0]
        )
        for seed in range(600)
    ]
    assert min(orders.count(order) for order in set(orders)) > 70
    assert len(set(orders)) == 6


def test_a_mask_a_region_and_points_go_with_the_pixels() -> None:
    """Every pixel of an object is told by a mask, a region and a point alike."""
    pixels = np.zeros((47, 61, 1), np.uint8)
    pixels[20:30, 25:40] = 1
    flat = pixels[:, :, 0].T.ravel()
    runs = np.diff(np.flatnonzero(np.diff(flat, prepend=0, append=2)), prepend=0)
    region = Region((*map(int, runs[:-1]), int(flat.size - runs[:-1].sum())), 47, 61)
    targets = (
        Target(label="a", region=region),
        Target(label="b", keypoints=(Keypoint(25.5, 20.5, 2), Keypoint(60.5, 46.5, 2))),
    )
    picture = with_targets(Picture(pixels), targets, (Mask(pixels),))
    result = apply([SWAPPED], picture)
    np.testing.assert_array_equal(result.masks[0].values, result.pixels)
    rows, columns, _ = np.nonzero(result.pixels)
    left, top, right, bottom = bounds(result.objects[0])
    assert (left, top) == (columns.min(), rows.min())
    assert (right, bottom) == (columns.max() + 1, rows.max() + 1)
    np.testing.assert_allclose(result.objects[1].keypoints, [[55.5, 43.5], [60.5, 46.5]])


def test_boxes_become_the_box_of_their_parts() -> None:
    inside = Target(label="a", box=(2.0, 3.0, 10.0, 12.0))
    across = Target(label="b", box=(25.0, 3.0, 40.0, 12.0))
    edge = Target(label="c", box=(58.0, 40.0, 61.0, 47.0))
    turned = Target(label="d", corners=((4, 3), (12, 5), (11, 9), (3, 7)))
    picture = with_targets(Picture(noisy()), (inside, across, edge, turned))
    result = apply([SWAPPED], picture)
    boxes = [bounds(each) for each in result.objects]
    assert boxes[0] == (32, 26, 40, 35)
    assert boxes[1] == (30, 3, 60, 35)
    assert boxes[3] == (33, 26, 42, 32)
    assert boxes[2] == (28, 17, 61, 47)
    assert all(each.share == pytest.approx(1) for each in result.objects)
    assert len(settle(result.objects, TargetSettings()).kept) == 4


def test_a_part_that_covers_no_pixel_has_no_say_in_the_box() -> None:
    """What a tile's edge cuts off is 0.3 pixels wide, and stays at the other end of the picture."""
    ring = ((10.0, 5.0), (30.3, 5.0), (30.3, 15.0), (10.0, 15.0))
    outlined = Target(label="a", box=(10.0, 5.0, 30.3, 15.0), rings=(ring,))
    turned = Target(label="b", corners=ring)
    wider = Target(label="c", rings=(tuple((x + 0.3, y) for x, y in ring),))
    picture = with_targets(Picture(np.zeros((47, 61, 1), np.uint8)), (outlined, turned, wider))
    first, second, third = settle(apply([SWAPPED], picture).objects, TargetSettings()).kept
    assert first.box == (40, 28, 60, 38)
    assert len(first.rings) == 1
    assert set(second.corners) == {(40, 28), (60, 28), (60, 38), (40, 38)}
    assert len(third.rings) == 2, "it covers the middles of pixels"


def test_a_part_of_less_than_half_a_pixel_has_no_say_though_a_middle_is_in_it() -> None:
    tip = ((33.96, 0.0), (33.54, 0.89), (33.22, 0.0))
    whole = ((40.0, 3.0), (50.0, 3.0), (50.0, 9.0), (40.0, 9.0))
    picture = with_targets(
        Picture(noisy()), (Target(label="a", box=(33, 0, 50, 9), rings=(tip, whole)),)
    )
    (kept,) = settle(apply([SWAPPED], picture).objects, TargetSettings()).kept
    assert kept.box == (40, 3, 50, 9)


SLIVERS = (((3.0, 3.0), (3.4, 3.0), (3.4, 9.0)), ((40.0, 3.0), (40.4, 3.0), (40.4, 9.0)))


def test_an_object_of_such_parts_alone_keeps_them() -> None:
    picture = with_targets(Picture(noisy()), (Target(label="a", rings=SLIVERS),))
    (kept,) = settle(apply([SWAPPED], picture).objects, TargetSettings()).kept
    assert len(kept.rings) == 2
