"""Objects lie where their pixels lie: polygons and masks of real pictures, drawn and compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from image_samples import MOVING, drawn, params_of, sized

from augcli.image.config import TargetSettings
from augcli.image.kernels.regions import filled, plane_of, region_of
from augcli.image.operations.geometry import Resample
from augcli.image.operations.ops import apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Mask, Picture
from augcli.image.settle import settle
from augcli.image.targets import Ring, Target, Targets

LARGE = 400
"""Pixels of an object that is large enough to be compared."""
ALL = TargetSettings(min_visibility=0, min_area=0, min_side=0)


def steps_after(name: str, seed: int) -> list[str]:
    """Return a chain of three moves, one of which has this name."""
    names = [name, *np.random.default_rng(seed).choice(MOVING, 2).tolist()]
    return np.random.default_rng([seed, 1]).permutation(names).tolist()


def moved(names: list[str], picture: Picture, seed: int) -> Picture:
    """Return a picture after steps with what they draw."""
    ops, facts = [], picture.facts
    for at, name in enumerate(names):
        made = sized(name, facts, 0.8)
        if "border" in type(made).model_fields:
            made = made.model_copy(update={"border": "constant"})
        blank = Picture(np.empty((facts.height, facts.width, facts.channels), np.uint8))
        new = made.lower(params_of(made, blank, seed + at), facts)
        for op in new:
            facts = op.facts(facts)
        ops += new
    return apply(ops, picture)


@cache
def outlines(shared_data: Path) -> list[tuple[int, int, list[tuple[Ring, ...]]]]:
    """Return width, height and the rings of each object of real pictures, or of others."""
    told = json.loads((shared_data / "nuts_coco/trainval.json").read_text())
    found = {image["id"]: (image["width"], image["height"], []) for image in told["images"]}
    for each in told["annotations"]:
        rings = [list(zip(flat[::2], flat[1::2], strict=True)) for flat in each["segmentation"]]
        found[each["image_id"]][2].append(tuple(map(tuple, rings)))
    real = [each for each in found.values() if each[2]]
    return real or [made_up(number) for number in range(9)]


def made_up(number: int) -> tuple[int, int, list[tuple[Ring, ...]]]:
    """Return a picture's size, and outlines in it that go in and out around their middles."""
    random = np.random.default_rng(number)
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    objects = []
    for x, y in ((110, 110), (250, 200), (340, 90)):
        radii = 55 + 18 * np.sin(3 * angles + random.uniform(0, 6)) + random.uniform(-4, 4, 40)
        ring = zip(x + radii * np.cos(angles), y + radii * np.sin(angles), strict=True)
        objects.append((tuple((float(a), float(b)) for a, b in ring),))
    return 440, 320, objects


@pytest.mark.parametrize("name", MOVING)
def test_polygons_cover_their_pixels(name: str, shared_data: Path) -> None:
    pictures = outlines(shared_data)
    compared = 0
    for seed in (0, 1):
        width, height, objects = pictures[(MOVING.index(name) + 7 * seed) % len(pictures)]
        picture = Picture(np.dstack([drawn(rings, width, height, 3) for rings in objects]))
        result = moved(steps_after(name, seed), with_targets(picture, of_rings(objects)), seed)
        kept = {int(each.label): each for each in settle(result.objects, ALL).kept}
        for channel in range(len(objects)):
            plane = result.pixels[:, :, channel]
            if np.count_nonzero(plane > 127) > LARGE:
                assert_covers(kept[channel], plane)
                compared += 1
    assert compared


WINDOWED = ("perspective", "random_crop", "elastic", "random_crop", "rotate", "random_crop")
"""Each crop ends a run of moves, so that numbers go through several."""


HALF_A_DIAGONAL = 0.5**0.5
"""How far the centre of a pixel is from what lies in it, at most."""


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 9])
def test_polygons_cover_their_masks_after_several_runs(seed: int, shared_data: Path) -> None:
    """Where they differ, an outline or the edge of a frame goes through that pixel of the source.

    Of thin slices that is more than 3 %; there the polygon is the true one, to less than 1 %.
    """
    all_of_them = outlines(shared_data)
    width, height, objects = all_of_them[seed % len(all_of_them)]
    centres = np.arange(width) + 0.5, np.arange(height) + 0.5
    planes = [filled([*map(np.array, rings)], *centres)[:, :, None] for rings in objects]
    masks = tuple(Mask(plane.astype(np.uint8)) for plane in planes)
    blank = Picture(np.zeros((height, width, 1), np.uint8))
    result = moved([*WINDOWED], with_targets(blank, of_rings(objects), masks), seed)
    kept = {int(each.label): each for each in settle(result.objects, ALL).kept}
    centres = np.arange(result.facts.width) + 0.5, np.arange(result.facts.height) + 0.5
    compared = [at for at, mask in enumerate(result.masks) if np.sum(mask.values) > LARGE]
    for at in compared:
        there = filled([*map(np.array, kept[at].rings)], *centres)
        mask = result.masks[at].values[:, :, 0] > 0
        runs = result.masks[at].trail.runs
        differing = np.argwhere(there != mask)[:, ::-1] + 0.5
        inside, inmost = traced(differing, runs, (width, height), objects[at])
        assert np.all(np.minimum(np.abs(inside), np.abs(inmost)) <= HALF_A_DIAGONAL)
        if (there & mask).sum() / (there | mask).sum() < 0.97:
            assert agreement_by_eighths(kept[at].rings, runs, (width, height), objects[at]) > 0.99
    assert compared


def traced(
    points: np.ndarray, runs: Sequence[Resample], size: tuple[int, int], rings: tuple[Ring, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far within an object of the source points of a result were, and within frames."""
    inmost = np.full(len(points), np.inf)
    for at in reversed(range(len(runs))):
        points, frame = runs[at].backward(points), runs[at - 1].size if at else size
        inmost = np.minimum(inmost, np.minimum(points, frame - points).min(axis=1, initial=np.inf))
    (ring,) = (np.float32(each) for each in rings)
    inside = [cv2.pointPolygonTest(ring, point, True) for point in points.tolist()]
    return np.array(inside), inmost


def agreement_by_eighths(
    found: tuple[Ring, ...],
    runs: Sequence[Resample],
    size: tuple[int, int],
    rings: tuple[Ring, ...],
) -> float:
    """Return how much of a polygon and of the truth both have, at eight points a pixel and side."""
    corners = np.concatenate([*map(np.array, found)])
    ends = np.clip([corners.min(axis=0) - 1, corners.max(axis=0) + 1], 0, runs[-1].size).round()
    x, y = (np.arange(8 * low, 8 * high) / 8 + 1 / 16 for low, high in zip(*ends, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside, inmost = traced(points, runs, size, rings)
    truth = ((inside > 0) & (inmost > 0)).reshape(len(y), len(x))
    polygon = filled([*map(np.array, found)], x, y)
    return float((polygon & truth).sum() / (polygon | truth).sum())


def of_rings(objects: list[tuple[Ring, ...]]) -> Targets:
    box = (0.0, 0.0, 1.0, 1.0)
    return tuple(Target(label=str(at), box=box, rings=rings) for at, rings in enumerate(objects))


def assert_covers(target: Target, plane: np.ndarray) -> None:
    """Assert that an object is where pixels are light, and its box their bound to a pixel.

    A pixel at a sharp tip is hardly lit, and one beside an edge is a little: the box must hold
    what is light, and may hold nothing that is dark.
    """
    height, width = plane.shape
    light, there = plane > 127, drawn(target.rings, width, height) > 0
    assert (there & light).sum() / (there | light).sum() >= 0.97
    inner, outer, box = bound(light), bound(plane > 12), np.array(target.box) * (1, 1, -1, -1)
    assert np.all(box <= inner + 1)
    assert np.all(box >= outer - 1)


def bound(lit: np.ndarray) -> np.ndarray:
    """Return left, top, and right and bottom negative, so that what is larger is narrower."""
    rows, columns = lit.nonzero()
    return np.array([columns.min(), rows.min(), -columns.max() - 1, -rows.max() - 1])


def regions(path: Path) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a mask of classes and its larger areas as H×W×1 of 0 and 1."""
    classes = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    planes = []
    for value in np.unique(classes):
        count, parts = cv2.connectedComponents((classes == value).astype(np.uint8))
        planes += [(parts == i).astype(np.uint8)[:, :, None] for i in range(1, count)]
    return classes, sorted(planes, key=np.sum)[-12:]


@pytest.mark.parametrize("name", MOVING)
def test_regions_are_their_mask(name: str, shared_data: Path) -> None:
    paths = sorted((shared_data / "camvid_masks/masks").glob("*.png"))
    classes, planes = regions(paths[MOVING.index(name) % len(paths)])
    numbers = np.zeros_like(classes)
    targets = []
    for at, plane in enumerate(planes):
        numbers[plane[:, :, 0] > 0] = at + 1
        targets.append(Target(label=str(at + 1), box=(0.0, 0.0, 9.0, 9.0), region=region_of(plane)))
        np.testing.assert_array_equal(plane_of(targets[-1].region), plane)
    masks = (Mask(classes[:, :, None], (255,)), Mask(numbers[:, :, None], (0,)))
    picture = with_targets(Picture(np.dstack([classes] * 3)), tuple(targets), masks)
    result = moved(steps_after(name, 5), picture, 5)
    assert set(np.unique(result.masks[0].values)) <= {*np.unique(classes), 255}
    moved_numbers = result.masks[1].values
    kept = {int(each.label): each for each in settle(result.objects, ALL).kept}
    assert set(kept) == set(np.unique(moved_numbers).tolist()) - {0}
    for number, each in kept.items():
        np.testing.assert_array_equal(plane_of(each.region), moved_numbers == number)
        rows, columns, _ = (moved_numbers == number).nonzero()
        assert each.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
