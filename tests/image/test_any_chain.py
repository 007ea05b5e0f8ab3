"""What holds for objects and masks after any chain of steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_samples import MOVING, TRANSFORMS, lowered, params_of, sized, smooth

from augcli.errors import SampleError
from augcli.image.config import TargetSettings
from augcli.image.kernels.regions import region_of
from augcli.image.operations.geometry import Field, Resample
from augcli.image.operations.ops import Op, apply, fuse
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Facts, Mask, Picture
from augcli.image.settle import settle
from augcli.image.targets import Keypoint, Target

WIDTH, HEIGHT = 90, 70
MIRRORS = ("horizontal_flip", "vertical_flip", "transpose")
VALUES = (0, 3, 7, 250)
IGNORE = 255
TAKEN = sorted(name for name in TRANSFORMS if TRANSFORMS[name].depths)

x, y = st.floats(-20, WIDTH + 20), st.floats(-20, HEIGHT + 20)
points = st.tuples(x, y)
rings = st.lists(points, min_size=3, max_size=7).map(tuple)
boxes = st.tuples(x, y, x, y).map(lambda b: (*np.minimum(b[:2], b[2:]), *np.maximum(b[:2], b[2:])))
chains = st.lists(st.tuples(st.sampled_from(TAKEN), st.integers(0, 99)), min_size=1, max_size=4)


def ops_of(chain: Sequence[tuple[str, int]], facts: Facts) -> list[Op]:
    ops: list[Op] = []
    for name, seed in chain:
        made = sized(name, facts)
        if made.refusal(facts):
            continue
        blank = Picture(np.empty((facts.height, facts.width, 3), np.uint8))
        new = made.lower(params_of(made, blank, seed), facts)
        for op in new:
            facts = op.facts(facts)
        ops += new
    return ops


@settings(max_examples=60)
@given(chains, st.lists(boxes | rings, max_size=4), st.lists(points, min_size=4, max_size=4))
def test_objects_stay_in_the_picture(chain, outlines, places) -> None:
    picture = Picture(smooth(WIDTH, HEIGHT))
    values = np.random.default_rng(0).choice(np.array(VALUES, np.uint8), (HEIGHT, WIDTH, 1))
    targets = [
        Target(
            label="cone",
            box=each if len(each) == 4 and isinstance(each[0], float) else None,
            rings=() if isinstance(each[0], float) else (each,),
        )
        for each in outlines
    ]
    targets.append(Target(label="crowd", region=region_of(values == 7)))
    targets.append(Target(label="person", keypoints=tuple(Keypoint(*at, 2) for at in places)))
    masks = (Mask(values, (IGNORE,)), Mask(np.dstack([values] * 3), (1, 2, 3)))
    picture = with_targets(picture, tuple(targets), masks, {"person": (1, 0, 2, 3)})
    result = apply(ops_of(chain, picture.facts), picture)
    width, height = result.facts.width, result.facts.height
    for each in settle(result.objects, TargetSettings()).kept:
        lines = [*each.rings, [each.box[:2], each.box[2:]] if each.box else []]
        lines.append([(point.x, point.y) for point in each.keypoints])
        seen = np.array([point for line in lines for point in line]).reshape(-1, 2)
        assert np.all((seen >= 0) & (seen <= (width, height)))
        assert not each.box or (each.box[0] < each.box[2] and each.box[1] < each.box[3])
        assert not each.region or (each.region.width, each.region.height) == (width, height)
        assert 0 < each.share <= 1
    first, coloured = (mask.values for mask in result.masks)
    assert set(np.unique(first)) <= {*VALUES, IGNORE}
    assert set(map(tuple, coloured.reshape(-1, 3))) <= {*((v, v, v) for v in VALUES), (1, 2, 3)}
    assert first.shape == (height, width, 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(MOVING), st.integers(0, 99)), min_size=1, max_size=4))
def test_points_keep_their_order_and_pairs_swap_in_mirrors(chain) -> None:
    facts = Picture(smooth(WIDTH, HEIGHT)).facts
    ring = ((40.0, 30.0), (50.0, 31.0), (49.0, 38.0), (41.0, 39.0))
    mates = (1, 0, 3, 2)
    points = tuple(Keypoint(*at, 1) for at in ring)
    target = Target(label="hand", rings=(ring,), keypoints=points)
    ops = ops_of(chain, facts)
    result = apply(
        ops, with_targets(Picture(smooth(WIDTH, HEIGHT)), (target,), mates={"hand": mates})
    )
    there = np.array(ring)
    for stage in fuse(ops):
        there = stage.forward(there) if isinstance(stage, Resample) else there
    (each,) = result.objects
    mirrored = winding(there) != winding(np.array(ring))
    for at, (point, visibility) in enumerate(zip(each.keypoints, each.visibility, strict=True)):
        if visibility:
            np.testing.assert_allclose(point, there[mates[at] if mirrored else at], atol=1e-3)
        else:
            assert tuple(point) == (0, 0)
    if each.share == 1 and not any(isinstance(op, Field) for op in ops):
        np.testing.assert_allclose(each.rings[0], there, atol=1e-3)


def winding(ring: np.ndarray) -> bool:
    """Return whether a ring is run through clockwise, as the eye sees it."""
    (x, y), (after_x, after_y) = ring.T, np.roll(ring, -1, axis=0).T
    return bool((x * after_y - after_x * y).sum() > 0)


@pytest.mark.parametrize("name", MIRRORS)
def test_a_mirror_without_pairs_is_refused(name: str) -> None:
    target = Target(label="dog", keypoints=(Keypoint(5, 6, 2), Keypoint(9, 6, 2)))
    picture = with_targets(Picture(smooth()), (target,))
    with pytest.raises(SampleError, match="keypoints of dog are pairs"):
        apply(lowered(name, picture.facts), picture)
    turned = apply(lowered("rotate90", picture.facts, turns=2), picture).objects[0]
    assert turned.keypoints.tolist() == [[56, 41], [52, 41]]
