"""What holds for every image transform, found in the registry."""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from declared import held_to_its_declaration
from helpers import environment
from image_samples import DEPTHS, NETS, TRANSFORMS, augmented, noisy, params_of, smooth, step
from together import together

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.config import TargetSettings
from augcli.image.operations.geometry import Warp
from augcli.image.operations.ops import Floats, apply, facts_after, mask_after, objects_after
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Mask, Picture, Placed
from augcli.image.settle import settle
from augcli.image.targets import Keypoint, Region, Target
from augcli.ranges import Real
from augcli.transform import declared_range, own_fields

LAYOUTS = {
    "gray": (1, False),
    "gray alpha": (2, True),
    "colour": (3, False),
    "colour alpha": (4, True),
    "four bands": (4, False),
    "six bands": (6, False),
    "six bands alpha": (7, True),
}

every = together("name", TRANSFORMS)


def picture_of(layout: str, depth: str) -> Picture:
    channels, alpha = LAYOUTS[layout]
    pixels = smooth(channels=channels, depth=depth, alpha=alpha)
    classes = Mask(noisy(channels=1) // 64, ignore=(255,))
    return with_targets(Picture(pixels, alpha), OBJECTS, (classes,), {"person": (1, 0)})


ALL = TargetSettings(min_visibility=0, min_area=0, min_side=0)
OBJECTS = (
    Target(label="cone", box=(5.0, 6.0, 30.0, 28.0)),
    Target(label="cone", rings=(((10, 10), (50, 10), (30, 40)), ((3, 3), (9, 3), (3, 9)))),
    Target(label="ship", corners=((10, 5), (50, 15), (48, 25), (8, 15))),
    Target(label="person", keypoints=(Keypoint(7.5, 9.5, 2), Keypoint(40, 30, 1))),
    Target(label="crowd", box=(0, 0, 61, 5), region=Region((0, 5, 47 * 60 - 5, 47), 47, 61)),
)


@every
def test_declarations_take_what_is_drawn_and_no_nonsense(name: str) -> None:
    params = params_of(step(name), picture_of("colour", "uint8"))
    held_to_its_declaration(TRANSFORMS[name], params)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_keeps_kind_and_input(name: str) -> None:
    for layout, depth in product(LAYOUTS, DEPTHS):
        check_kind_and_input(name, layout, depth)


def check_kind_and_input(name: str, layout: str, depth: str) -> None:
    picture = picture_of(layout, depth)
    transform = step(name)
    if transform.refusal(picture.facts):
        return
    arrays = [picture.pixels, *(mask.values for mask in picture.masks), *arrays_of(picture.objects)]
    before = [array.copy() for array in arrays]
    params = params_of(transform, picture)
    ops = transform.lower(params, picture.facts)
    result = apply(ops, picture)
    becomes_float = any(isinstance(op, Floats) for op in ops)
    assert becomes_float == transform.makes_floats
    assert result.pixels.dtype == ("float32" if becomes_float else depth)
    assert result.facts == facts_after(ops, picture.facts)
    assert result.facts.channels == picture.facts.channels
    assert result.masks[0].values.shape == (*result.pixels.shape[:2], 1)
    assert result.masks[0].values.dtype == np.uint8
    assert set(np.unique(result.masks[0].values)) <= {0, 1, 2, 3, 255}
    assert [each.target for each in result.objects] == list(OBJECTS)
    apart = objects_after(ops, picture.objects), mask_after(ops, picture.masks[0])
    assert settle(apart[0], ALL) == settle(result.objects, ALL)
    assert np.array_equal(apart[1].values, result.masks[0].values)
    assert all(np.isfinite(array).all() for array in arrays_of(result.objects))
    assert np.isfinite(result.pixels).all()
    for was, now in zip(before, arrays, strict=True):
        assert np.array_equal(was, now)


def arrays_of(objects: Sequence[Placed]) -> list[np.ndarray]:
    return [a for each in objects for a in (*each.rings, each.corners, each.keypoints)]


def test_params_alone_determine_output() -> None:
    """Another process with other hashes makes the same pixels of what JSON keeps of the params."""
    picture = Picture(smooth())
    params = {name: step(name).make_params(Draws(3).at("x"), picture.facts) for name in TRANSFORMS}
    assert json.loads(json.dumps(params)) == params
    here = {name: digest(name, made) for name, made in params.items()}
    program = "from test_contract import digests_of_stdin; digests_of_stdin()"
    there = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(params),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=environment(PYTHONHASHSEED="7", PYTHONPATH=os.pathsep.join(sys.path)),
    )
    assert json.loads(there.stdout) == here


def digest(name: str, params: dict) -> str:
    picture = Picture(smooth())
    result = apply(TRANSFORMS[name].lower(params, picture.facts), picture)
    return hashlib.sha256(np.ascontiguousarray(result.pixels)).hexdigest()


def digests_of_stdin() -> None:
    print(json.dumps({name: digest(name, made) for name, made in json.load(sys.stdin).items()}))


OF_SEVERAL = ("augmix", "learned_warp", *NETS)
"""Their params are those of up to nine steps, 50 numbers, or a small picture."""


@every
def test_params_are_small_and_plain(name: str) -> None:
    params = params_of(step(name), Picture(smooth()))
    assert len(json.dumps(params)) < (2500 if name in OF_SEVERAL else 500)


@every
def test_draws_differ_between_samples(name: str) -> None:
    picture = with_targets(Picture(smooth()), OBJECTS[:1])
    transform = step(name)
    params = [json.dumps(params_of(transform, picture, seed)) for seed in range(20)]
    ranged = any(
        type(getattr(transform, f)).__name__ != "Constant" and declared_range(type(transform), f)
        for f in own_fields(type(transform))
    )
    learned = {"mean", "std"} if name == "learned_normalize" else set()
    fields = {*own_fields(type(transform))} - type(transform).lists
    beside = params_of(transform, picture).keys() - fields - learned
    assert (len(set(params)) > 1) == bool(ranged or beside)


@every
def test_tiny_pictures(name: str) -> None:
    for width, height in [(1, 1), (2, 1), (1, 7), (9, 2)]:
        check_tiny(name, width, height)


def check_tiny(name: str, width: int, height: int) -> None:
    picture = Picture(noisy(width, height))
    try:
        result = augmented(step(name), picture)
    except SampleError as error:
        assert "larger than the picture" in str(error)
        assert "crop" in name
    else:
        assert result.pixels.ndim == 3


@every
def test_pixels_that_are_no_numbers_do_not_spoil_all_others(name: str) -> None:
    pixels = smooth(channels=3, depth="float32")
    pixels[4, 5], pixels[9, 9] = np.nan, np.inf
    picture = Picture(pixels)
    if not step(name).refusal(picture.facts):
        result = augmented(step(name), picture)
        assert result.pixels.dtype == np.float32
        assert np.isfinite(result.pixels).any()


@every
def test_refusals_say_why(name: str) -> None:
    refused = {
        (layout, depth): TRANSFORMS[name].refusal(picture_of(layout, depth).facts)
        for layout in LAYOUTS
        for depth in DEPTHS
    }
    for (_, depth), reason in refused.items():
        assert reason is None or (name in reason and (depth in reason or "bands" in reason))
    assert refused["colour", "uint8"] is None
    assert refused["gray", "uint8"] is None


BOUNDED = [
    (name, field, declared)
    for name, cls in TRANSFORMS.items()
    for field in own_fields(cls)
    if (declared := declared_range(cls, field))
]


SIZES = ("width", "height", "length", "left_px", "top_px", "right_px", "bottom_px")


def inside(field: str, declared: Real) -> list[float]:
    """Return both bounds and some round values between; of sizes only what is quickly made."""
    is_size = declared.whole and field in SIZES
    low, high = (1, 200) if is_size else (declared.low, declared.high)
    if declared.log:
        return [low, math.sqrt(low * high), high]
    between = [low + (high - low) * i / 16 for i in range(17)]
    return sorted({round(value) for value in between}) if declared.whole else between


MANY = 80


def combinations(values: Sequence[list[float]]) -> Iterator[Sequence[float]]:
    """Return every combination; where there are more than many, as many with each value in turn."""
    if math.prod(map(len, values)) <= MANY:
        return product(*values)
    rng = np.random.default_rng(0)
    return zip(*(rng.permutation(np.resize(each, MANY)).tolist() for each in values), strict=True)


@pytest.mark.parametrize("name", dict.fromkeys(name for name, _, _ in BOUNDED))
def test_bounds_work_in_every_combination(name: str) -> None:
    fields = {field: inside(field, declared) for of, field, declared in BOUNDED if of == name}
    for values in combinations([*fields.values()]):
        check_bounds(name, dict(zip(fields, values, strict=True)))


def check_bounds(name: str, values: dict[str, float]) -> None:
    picture = Picture(smooth(channels=1 if name == "median_blur" else 3))
    transform = step(name, **values)
    try:
        ops = transform.lower(params_of(transform, picture), picture.facts)
    except SampleError as error:
        assert str(error).endswith(("folds the picture flat", "put pad or resize before it"))
        return
    assert np.isfinite(apply(ops, picture).pixels).all(), values
    places = np.array([[0, 0], [61, 0], [61, 47], [0, 47], [30.5, 23.5]])
    for warp in (op for op in ops if isinstance(op, Warp)):
        np.testing.assert_allclose(warp.backward(warp.forward(places)), places, atol=1e-6)


def test_declarations_import_no_opencv() -> None:
    code = "import sys, augcli.transform as t; [*t.REGISTRY]; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
