"""What holds for every image transform, found in the registry."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from image_samples import DEPTHS, NEEDED, TRANSFORMS, augmented, noisy, params_of, smooth, step
from pydantic import ValidationError

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.ops import apply, facts_after
from augcli.image.picture import Picture
from augcli.ranges import Real
from augcli.transform import COMMON_FIELDS, declared_range, own_fields

LAYOUTS = {
    "gray": (1, False),
    "gray alpha": (2, True),
    "colour": (3, False),
    "colour alpha": (4, True),
    "four bands": (4, False),
    "six bands": (6, False),
    "six bands alpha": (7, True),
}

every = pytest.mark.parametrize("name", TRANSFORMS)


def picture_of(layout: str, depth: str) -> Picture:
    channels, alpha = LAYOUTS[layout]
    pixels = smooth(channels=channels, depth=depth, alpha=alpha)
    mask = noisy(channels=1)[:, :, 0] // 64
    boxes = np.array([[5.0, 6, 30, 28], [10, 10, 50, 40]])
    points = np.array([[7.5, 9.5], [40, 30]])
    return Picture(pixels, alpha, mask, 255, boxes, (points, boxes[:, :2]), points)


@every
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_keeps_kind_and_input(name: str, layout: str, depth: str) -> None:
    picture = picture_of(layout, depth)
    transform = step(name)
    if transform.refusal(picture.facts):
        return
    before = [picture.pixels.copy(), picture.mask.copy(), picture.boxes.copy()]
    params = params_of(transform, picture)
    ops = transform.lower(params, picture.facts)
    result = apply(ops, picture)
    assert result.pixels.dtype == picture.pixels.dtype
    assert result.facts == facts_after(ops, picture.facts)
    assert result.facts.channels == picture.facts.channels
    assert result.mask.shape == result.pixels.shape[:2]
    assert result.mask.dtype == picture.mask.dtype
    assert result.boxes.shape == (2, 4)
    assert [len(polygon) for polygon in result.polygons] == [2, 2]
    assert np.isfinite(result.pixels).all()
    for was, now in zip(before, [picture.pixels, picture.mask, picture.boxes], strict=True):
        np.testing.assert_array_equal(was, now)


@every
def test_params_alone_determine_output(name: str) -> None:
    picture = Picture(smooth())
    transform = step(name)
    made = transform.make_params(Draws(3).at("x"), picture.facts)
    read = json.loads(json.dumps(made))
    assert read == made
    first = apply(transform.lower(made, picture.facts), picture)
    second = apply(transform.lower(read, picture.facts), picture)
    np.testing.assert_array_equal(first.pixels, second.pixels)


@every
def test_params_are_small_and_plain(name: str) -> None:
    params = params_of(step(name), Picture(smooth()))
    assert len(json.dumps(params)) < 500


@every
def test_draws_differ_between_samples(name: str) -> None:
    picture = Picture(smooth())
    transform = step(name)
    params = [json.dumps(params_of(transform, picture, seed)) for seed in range(20)]
    ranged = any(
        type(getattr(transform, f)).__name__ != "Constant" and declared_range(type(transform), f)
        for f in own_fields(type(transform))
    )
    random = ranged or name in ("random_crop",)
    assert (len(set(params)) > 1) == random


@every
@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 1), (1, 7), (9, 2)])
def test_tiny_pictures(name: str, width: int, height: int) -> None:
    picture = Picture(noisy(width, height))
    try:
        result = augmented(step(name), picture)
    except SampleError as error:
        assert "larger than the picture" in str(error)
        assert name in ("center_crop", "random_crop")
    else:
        assert result.pixels.ndim == 3


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


@every
def test_documented(name: str) -> None:
    cls = TRANSFORMS[name]
    first = (cls.__doc__ or "").splitlines()[0]
    assert first.endswith((".", ". Exact"))
    assert len(first) < 100
    for field in own_fields(cls):
        declared = declared_range(cls, field)
        about = declared.about if declared else cls.model_fields[field].description
        assert about, f"{field} is not described"


BOUNDED = [
    (name, field, declared)
    for name, cls in TRANSFORMS.items()
    for field in own_fields(cls)
    if (declared := declared_range(cls, field))
]


def outside(declared: Real) -> list[object]:
    low, high = declared.low, declared.high
    beyond = [low - 1, high + 1, float("nan"), float("inf"), -float("inf"), 10**400]
    malformed = ["1", None, True, [], [low], [low, high, high], {"choice": []}, {"pick": [1]}]
    ranges = [[high, low - 1], [low - 1, high], [low, high + 1], {"choice": [low, high + 1]}]
    normals = [{"normal": [high + 1, 1]}, {"normal": [low, 0]}, {"normal": [True, True]}]
    return beyond + malformed + ranges + normals + ([low + 0.5] if declared.whole else [])


@pytest.mark.parametrize(("name", "field", "declared"), BOUNDED, ids=lambda v: str(v)[:30])
def test_values_out_of_range_are_refused(name: str, field: str, declared: Real) -> None:
    cls = TRANSFORMS[name]
    for value in outside(declared):
        with pytest.raises(ValidationError) as caught:
            cls.model_validate(NEEDED.get(name, {}) | {field: value})
        assert [error["loc"][0] for error in caught.value.errors()] == [field], value


@pytest.mark.parametrize(("name", "field", "declared"), BOUNDED, ids=lambda v: str(v)[:30])
def test_bounds_themselves_work(name: str, field: str, declared: Real) -> None:
    picture = Picture(smooth())
    big = {"width", "height"} & {field}
    for value in (declared.low, *([] if big else [declared.high])):
        transform = TRANSFORMS[name](**(NEEDED.get(name, {}) | {field: value}))
        if name == "median_blur" and value > 5:
            picture = Picture(smooth(channels=1))
        assert np.isfinite(augmented(transform, picture).pixels).all()


def test_declarations_import_no_opencv() -> None:
    code = "import sys, augcli.image.transforms; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@every
def test_unknown_parameters_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        step(name, nonsense=1)


@every
def test_recipe_form_round_trip(name: str) -> None:
    transform = step(name)
    plain = transform.model_dump(mode="json", by_alias=True)
    assert set(plain) >= set(own_fields(type(transform)))
    assert type(transform).model_validate(plain) == transform
    assert {"p", "only", "id"} <= COMMON_FIELDS
