"""Albumentations: what moves pixels and changes the frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from augcli.others.albumentations.shared import between, edges, moved, sides, sized
from augcli.others.calls import Arguments, Step, UnturnedError, opposite, pair, tidy
from augcli.others.rules import Rule, Turn, plainly, step


def _affine(a: Arguments) -> Sequence[Step]:
    """Return scale, turn, slant and shift in this order; one step where ours has the same order."""
    across, down = _apart(a, "scale", 1)
    x, y = _apart(a, "translate_percent", 0)
    slant_x, slant_y = map(opposite, _apart(a, "shear", 0))
    turn = a.range("rotate", 0)
    steps: list[Step] = []
    if across != down or (isinstance(across, list) and not a.value("keep_ratio", False)):
        steps += step("zoom", x=across, y=down, **edges(a))
        across = 1
    if turn and (slant_x or slant_y):
        steps += step("rotate", degrees=turn, **edges(a))
        turn = 0
    told = {"rotate": turn, "scale": across, "translate_x": x, "translate_y": y}
    told |= {"shear_x": slant_x, "shear_y": slant_y}
    is_done = bool(steps) and [*told.values()] == [0, 1, 0, 0, 0, 0]
    return steps if is_done else [*steps, *step("affine", **told, **edges(a))]


def _apart(a: Arguments, name: str, default: float) -> list[Any]:
    """Return the ranges of x and y, told as one or each by itself."""
    value = a.value(name, default)
    inner = a.within(value if isinstance(value, dict) else {"x": value, "y": value})
    return [inner.range("x", default), inner.range("y", default)]


def _shift_scale_rotate(a: Arguments) -> Sequence[Step]:
    shift = a.span("shift_limit", 0.0625)
    return step(
        "affine",
        translate_x=a.span("shift_limit_x", shift),
        translate_y=a.span("shift_limit_y", shift),
        scale=a.span("scale_limit", 0.1, about=1),
        rotate=a.span("rotate_limit", 45),
        shear_x=0,
        **edges(a),
    )


def _turned(a: Arguments) -> Sequence[Step]:
    return step("rotate", degrees=a.span("limit", 90), **edges(a))


def _turned_whole(a: Arguments) -> Sequence[Step]:
    return step("rotate", degrees=a.span("limit", 90), expand=True, **edges(a))


def _from_aside(a: Arguments) -> Sequence[Step]:
    """Return evenly drawn distances; the mean of a normal one's absolute value is 0.8 of it."""
    most = tidy(0.8 * sum(pair(a.range("scale", [0.05, 0.1]))))
    return step("perspective", distortion=[0, most], **edges(a))


def _bent_grid(a: Arguments) -> Sequence[Step]:
    told = {"cells": a.number("num_steps", 5), "distortion": a.span("distort_limit", 0.3)}
    return step("grid_distortion", **told, **edges(a))


def _as_a_lens(a: Arguments) -> Sequence[Step]:
    """Return k of r² alone, 1 in the corners; a camera has 1 + k (r² + r⁴), with r² of a half."""
    by = 1 if a.value("mode", "camera") == "fisheye" else 1.5
    return step("optical_distortion", k=a.span("distort_limit", 0.05, by=by), **edges(a))


def _shuffled(a: Arguments) -> Sequence[Step]:
    rows, columns = pair(a.value("grid", [3, 3]))
    return step("grid_shuffle", rows=rows, columns=columns)


def _one_side(name: str) -> Turn:
    return lambda a: step(name, length=int(a.number("max_size", 1024)), **between(a))


def _stretched(name: str) -> Turn:
    return lambda a: step(name, **sides(a), **between(a))


def _resized_crop(a: Arguments) -> Sequence[Step]:
    part = {"area": a.range("scale", [0.08, 1]), "ratio": a.range("ratio", [0.75, 1.333])}
    return step("random_resized_crop", **part, **sides(a), **between(a))


def _scaled(a: Arguments) -> Sequence[Step]:
    return step("random_scale", factor=a.span("scale_limit", 0.1, about=1), **between(a))


def _padded(a: Arguments) -> Sequence[Step]:
    width, height = (int(a.number(f"min_{side}", 1024)) for side in ("width", "height"))
    return step("pad", width=width, height=height, **edges(a))


def _safely_sized(a: Arguments) -> Sequence[Step]:
    return [*step("box_safe_crop"), *step("resize", **sides(a), **between(a))]


def _crop_at(a: Arguments) -> Sequence[Step]:
    left, top = (int(a.number(name, 0)) for name in ("x_min", "y_min"))
    right, bottom = (int(a.number(name, 1024)) for name in ("x_max", "y_max"))
    return step("crop", x=left, y=top, width=right - left, height=bottom - top)


def _margins(a: Arguments) -> Sequence[Step]:
    if "percent" not in a:
        raise UnturnedError("px is told; crop_and_pad takes fractions of the sides")
    told = a.value("percent")
    is_each = isinstance(told, list) and len(told) == 4
    each = dict(
        zip(("top", "right", "bottom", "left"), told if is_each else [told] * 4, strict=True)
    )
    sides = {name: a.within(each).range(name, 0) for name in ("left", "top", "right", "bottom")}
    return step("crop_and_pad", **sides, **edges(a))


def _cut(a: Arguments) -> Sequence[Step]:
    names = ("left", "top", "right", "bottom")
    most = {name: max(pair(a.range(f"crop_{name}", 0.1))) for name in names}
    return step("crop_and_pad", **{name: [tidy(-share), 0] for name, share in most.items()})


def _near_a_box(a: Arguments) -> Sequence[Step]:
    most = max(pair(a.value("max_part_shift", [0, 0.3])))
    return step("crop_to_object", margin=[-most, most])


_LETTERBOX = "`letterbox` makes it fit, too"
_HEIGHT_WIDTH = "height width"

MOVES = (
    Rule("HorizontalFlip", plainly("horizontal_flip"), also="TimeReverse"),
    Rule("VerticalFlip", plainly("vertical_flip")),
    Rule("Transpose", plainly("transpose")),
    Rule("RandomRotate90", plainly("rotate90", turns=[0, 3])),
    Rule("D4", plainly("d4"), also="SquareSymmetry"),
    Rule("Rotate(limit=90)", _turned, order="limit"),
    Rule(
        "SafeRotate(limit=90)",
        _turned_whole,
        "the frame grows; there the picture shrinks into it",
        order="limit",
    ),
    Rule(
        "Affine(rotate=(-15, 15), scale=(0.9, 1.1))",
        _affine,
        "x and y have a scale each, unless `keep_ratio`; a positive shear slants the other way",
    ),
    Rule("ShiftScaleRotate", _shift_scale_rotate, order="shift_limit scale_limit rotate_limit"),
    Rule("Perspective", _from_aside, "of the same mean; the normal deviation of distances there"),
    Rule(
        "ElasticTransform",
        moved("elastic"),
        "an amplitude by the shorter side, not an α",
        also="GridElasticDeform",
    ),
    Rule("GridDistortion", _bent_grid, "the normalised form"),
    Rule(
        "OpticalDistortion",
        _as_a_lens,
        "the nearest circle; there an ellipse of two terms",
        order="distort_limit",
    ),
    Rule("PiecewiseAffine", moved("piecewise_affine"), "a displacement by the cell"),
    Rule("ThinPlateSpline", moved("thin_plate_spline")),
    Rule("RandomGridShuffle(grid=(3, 3))", _shuffled, order="grid"),
    Rule("Resize(height=224, width=224)", _stretched("resize"), order=_HEIGHT_WIDTH),
    Rule("LongestMaxSize(max_size=1024)", _one_side("longest_side"), order="max_size"),
    Rule("SmallestMaxSize(max_size=1024)", _one_side("shortest_side"), order="max_size"),
    Rule("RandomScale(scale_limit=0.1)", _scaled, order="scale_limit"),
    Rule(
        "PadIfNeeded(min_height=1024, min_width=1024)",
        _padded,
        _LETTERBOX,
        order="min_height min_width",
    ),
    Rule(
        "Pad(padding=(8, 4))",
        lambda a: step("pad_by", **a.margins("padding"), **edges(a)),
        order="padding",
    ),
    Rule("CenterCrop(height=200, width=200)", sized("center_crop"), order=_HEIGHT_WIDTH),
    Rule("RandomCrop(height=200, width=200)", sized("random_crop"), order=_HEIGHT_WIDTH),
    Rule(
        "Crop(x_min=0, y_min=0, x_max=200, y_max=200)",
        _crop_at,
        order="x_min y_min x_max y_max",
    ),
    Rule("RandomResizedCrop(size=(224, 224))", _resized_crop, order="size"),
    Rule(
        "RandomSizedCrop(size=(224, 224))",
        _stretched("random_resized_crop"),
        "a part of random area, not of random height",
    ),
    Rule("CropAndPad(percent=(-0.1, 0.1))", _margins, "one number is that of all sides"),
    Rule("RandomCropFromBorders", _cut, "the size stays"),
    Rule(
        "CropNonEmptyMaskIfExists(height=200, width=200)",
        sized("mask_crop"),
        order=_HEIGHT_WIDTH,
    ),
    Rule("RandomCropNearBBox(max_part_shift=0.3)", _near_a_box, order="max_part_shift"),
    Rule(
        "AtLeastOneBBoxRandomCrop(height=200, width=200)",
        sized("crop_near_object"),
        order=_HEIGHT_WIDTH,
    ),
    Rule("BBoxSafeRandomCrop", plainly("box_safe_crop")),
    Rule(
        "RandomSizedBBoxSafeCrop(height=224, width=224)",
        _safely_sized,
        order=_HEIGHT_WIDTH,
    ),
)
