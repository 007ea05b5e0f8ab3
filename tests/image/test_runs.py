"""Runs of moves against the float64 reference of the composed map."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import (
    BORDERS,
    DEPTHS,
    PERSPECTIVE,
    chain,
    smooth,
    true_resampling,
)

from augcli.image.operations.geometry import Resample, Sampling
from augcli.image.operations.ops import apply, fuse
from augcli.image.operations.runs import Runs
from augcli.image.picture import Picture, full_range

GRID = {"columns": [0.3, -0.2, 0.1, -0.3, 0], "rows": [-0.1, 0.2, 0.25, -0.3, 0.1]}
RUNS = {
    "rotate": [("rotate", {"degrees": 17.3})],
    "scale": [("scale", {"factor": 1.37})],
    "shrink a little": [("scale", {"factor": 0.7})],
    "shear": [("shear", {"x": 12, "y": -4})],
    "translate": [("translate", {"x": 0.113, "y": -0.07})],
    "perspective": [("perspective", PERSPECTIVE)],
    "flip, rotate, scale, crop": [
        ("horizontal_flip", {}),
        ("rotate", {"degrees": -31}),
        ("scale", {"factor": 1.2}),
        ("random_crop", {"x": 5, "y": 7, "width": 40, "height": 33}),
    ],
    "rotate, perspective, quarter turn, resized crop": [
        ("rotate", {"degrees": 8}),
        ("perspective", PERSPECTIVE),
        ("rotate90", {"turns": 3}),
        ("random_resized_crop", {"x": 4, "y": 3, "w": 30, "h": 41, "width": 32, "height": 37}),
    ],
    "rotate, pad": [("rotate", {"degrees": 8}), ("pad", {"width": 80, "height": 60})],
    "resize up": [("resize", {"width": 100, "height": 71})],
    "transpose, resize, shear": [
        ("transpose", {}),
        ("resize", {"width": 70, "height": 66}),
        ("shear", {"x": 5, "y": 3}),
    ],
}
FIELD_RUNS = {
    "grid": [("grid_distortion", GRID)],
    "rotate, grid, flip": [
        ("rotate", {"degrees": 11}),
        ("grid_distortion", GRID),
        ("horizontal_flip", {}),
    ],
    "elastic": [("elastic", {"amplitude": 0.04, "sigma": 0.15, "seed": 7})],
    "elastic, perspective, crop": [
        ("elastic", {"amplitude": 0.03, "sigma": 0.2, "seed": 8}),
        ("perspective", PERSPECTIVE),
        ("center_crop", {"width": 40, "height": 41}),
    ],
    "elastic, crop at the top left": [
        ("elastic", {"amplitude": 0.04, "sigma": 0.15, "seed": 9}),
        ("random_crop", {"x": 0, "y": 0, "width": 120, "height": 90}),
    ],
}


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("run", RUNS)
def test_a_run_is_one_map(run: str, border: str) -> None:
    """Every pixel within 1/32 of what its neighbourhood spans, and 3/4 of a level."""
    picture = Picture(smooth(channels=3))
    ops = chain(picture.facts, *RUNS[run], border=border, fill=0.25)
    (stage,) = fuse(ops)
    truth, tolerance = true_resampling(picture.pixels, ops, stage.sampling)
    seen = stage.apply(picture).pixels
    if run == "resize up" and border in ("wrap", "constant"):
        truth, tolerance = true_resampling(picture.pixels, ops, Sampling("replicate"))
    assert np.all(np.abs(seen - truth) <= tolerance)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_depths_and_cubic(depth: str, interpolation: str) -> None:
    picture = Picture(smooth(channels=6, depth=depth))
    links = [("rotate", {"degrees": 20}), ("perspective", PERSPECTIVE)]
    ops = chain(picture.facts, *links, interpolation=interpolation)
    top = full_range(picture.pixels.dtype)
    truth, tolerance = true_resampling(picture.pixels, ops, ops[0].sampling)
    seen = apply(ops, picture).pixels.astype(np.float64)
    levels = (tolerance - 0.75) + (0.75 if top > 1 else 1e-5)
    assert np.all(
        np.abs(seen - np.clip(truth, 0, top)) <= levels + (interpolation == "cubic") * top / 255
    )


@pytest.mark.parametrize("run", FIELD_RUNS)
@pytest.mark.parametrize("border", BORDERS)
def test_fields_fold_into_the_run(run: str, border: str) -> None:
    """Every pixel as if it were a matrix; twice the loss where the field is looked up as well."""
    picture = Picture(smooth(200, 150))
    ops = chain(picture.facts, *FIELD_RUNS[run], border=border, fill=0.25)
    (stage,) = fuse(ops)
    truth, tolerance = true_resampling(picture.pixels, ops, stage.sampling)
    error = np.abs(stage.apply(picture).pixels - truth)
    assert np.all(error <= 2 * tolerance)
    assert np.mean(error <= tolerance) > 0.99


def test_different_sampling_starts_a_new_run() -> None:
    facts = Picture(smooth()).facts
    turn = ("rotate", {"degrees": 5})
    assert len(fuse(chain(facts, turn, turn))) == 1
    assert len(fuse([*chain(facts, turn), *chain(facts, turn, border="wrap")])) == 2
    assert len(fuse([*chain(facts, turn), *chain(facts, turn, interpolation="cubic")])) == 2
    assert len(fuse([*chain(facts, turn, fill=0.1), *chain(facts, turn, fill=0.9)])) == 1
    constant = {"border": "constant"}
    two = [*chain(facts, turn, fill=0.1, **constant), *chain(facts, turn, fill=0.9, **constant)]
    assert len(fuse(two)) == 2


def test_flips_and_resizes_join_any_run() -> None:
    facts = Picture(smooth()).facts
    links = [
        ("resize", {"width": 70, "height": 60}),
        ("horizontal_flip", {}),
        ("rotate", {"degrees": 5}),
    ]
    ops = chain(facts, *links, border="constant")
    (stage,) = fuse(ops)
    assert stage.sampling == Sampling("constant")


def test_a_crop_never_gives_back_what_it_removed() -> None:
    pixels = np.zeros((60, 60, 1), np.uint8)
    pixels[20:40, 20:40] = 50
    pixels[pixels == 0] = 255
    picture = Picture(pixels)
    crop = ("center_crop", {"width": 20, "height": 20})
    for turn in (13, 45, 90, 180):
        links = [crop, ("rotate", {"degrees": turn})]
        assert np.all(apply(chain(picture.facts, *links), picture).pixels == 50)


@pytest.mark.oracle("letterbox")
def test_letterbox_bars_show_nothing() -> None:
    picture = Picture(np.full((40, 80, 3), 200, np.uint8))
    links = [
        ("rotate", {"degrees": 30}),
        ("letterbox", {"width": 64, "height": 64, "border": "constant", "fill": 0.0}),
    ]
    for border in BORDERS:
        ops = chain(picture.facts, links[0], border=border) + chain(picture.facts, links[1])
        result = apply(ops, picture).pixels
        assert np.all(result[:16] == 0)
        assert np.all(result[48:] == 0)
    assert np.all(apply(chain(picture.facts, links[1]), picture).pixels[16:48] == 200)


def test_runs_worked_out_together_are_as_each_is_alone() -> None:
    """To the bit for matrices, and in what is told of them."""
    facts = Picture(smooth()).facts
    turns = [("rotate", {"degrees": degrees}) for degrees in (0, 0.01, 13, 90, 180, 201.5)]
    scales = [("scale", {"factor": factor}) for factor in (0.25, 0.45, 0.5, 0.55, 1, 1.3, 3)]
    others = [("perspective", PERSPECTIVE), ("horizontal_flip", {}), ("shear", {"x": 9, "y": 30})]
    chains = [[one, other] for one in turns for other in scales] + [[each] for each in others]
    sampled = [{"interpolation": "nearest"}, {}]
    each = [chain(facts, *links, **how) for links in chains for how in sampled]
    together, alone = ([Resample(tuple(ops), ops[-1].sampling) for ops in each] for _ in range(2))
    runs = Runs()
    runs.take(together)
    runs.work_out()
    for one, other in zip(together, alone, strict=True):
        assert vars(one), "it was worked out"
        for name in {*vars(one)} - {"back"}:
            assert np.array_equal(getattr(one, name), getattr(other, name)), (name, other.moves)
        assert one.back.shown == other.back.shown
        assert np.array_equal(one.back.between_centres, other.back.between_centres)
