"""torchvision's transforms, version 2 and before, and what stands for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from augcli.others.calls import BYTE, Arguments, Step, UnturnedError, opposite, pair, tidy
from augcli.others.rules import Library, Rule, plainly, ranged, step


def _fill(a: Arguments) -> Any:
    value = a.value("fill", 0)
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(value, list) and len(value) == 3:
        return [tidy(each / BYTE) for each in value]
    return tidy(value / BYTE) if isinstance(value, int | float) and value else None


_BETWEEN = {
    **dict.fromkeys(("nearest", "nearest-exact"), "nearest"),
    "bilinear": None,
    "bicubic": "cubic",
    "0": "nearest",
    "2": None,
    "3": "cubic",
}
"""Modes, and Pillow's numbers of them → what lies between pixels, where that is not linear."""
_MIRRORS = ("reflect", "symmetric")
_BORDERS = {"constant": "constant", "edge": "replicate", **dict.fromkeys(_MIRRORS, "reflect")}


def _edges(a: Arguments) -> dict[str, Any]:
    return {"border": "constant", "fill": _fill(a), **_between(a, "nearest")}


def _between(a: Arguments, default: str = "bilinear") -> dict[str, Any]:
    value = a.value("interpolation", default)
    name = str(value).lower().replace("_", "-")
    if name not in _BETWEEN:
        a.lacks(f"interpolation {name}")
    return {"interpolation": _BETWEEN.get(name)}


def _sides(a: Arguments) -> dict[str, int]:
    width, height = a.size("size")
    return {"width": width, "height": height}


def _resized(a: Arguments) -> Sequence[Step]:
    size, longest = a.value("size"), a.value("max_size")
    if size is None and isinstance(longest, int):
        return step("longest_side", length=longest, **_between(a))
    sides = size if isinstance(size, list) else [size]
    if len(sides) == 1 and isinstance(sides[0], int):
        return step("shortest_side", length=sides[0], **_between(a))
    return step("resize", **_sides(a), **_between(a))


def _padded(a: Arguments) -> Sequence[Step]:
    mode = str(a.value("padding_mode", "constant"))
    if mode not in _BORDERS:
        a.lacks(f"padding_mode {mode}")
    border = _BORDERS.get(mode, "constant")
    fill = _fill(a) if border == "constant" else None
    return step("pad_by", **a.margins("padding"), border=border, fill=fill)


def _cropped(a: Arguments) -> Sequence[Step]:
    margin = _padded(a) if a.value("padding") else []
    return [*margin, *step("random_crop", **_sides(a))]


def _in_mirrored_parts(a: Arguments) -> Sequence[Step]:
    is_upside_down = bool(a.value("vertical_flip", False))
    flip = "vertical_flip" if is_upside_down else "horizontal_flip"
    return [*step("five_crop", **_sides(a)), *step(flip, p=0.5)]


def _affine(a: Arguments) -> Sequence[Step]:
    across, down = pair(a.value("translate", [0, 0]))
    slant = a.value("shear", 0)
    ends = slant if isinstance(slant, list) else [-slant, slant]
    slant_x, slant_y = opposite(ends[:2]), opposite(ends[2:] or 0)
    first = step("shear", x=slant_x, y=0, **_edges(a)) if slant_x and slant_y else []
    last = step(
        "affine",
        rotate=opposite(a.span("degrees", 0)),
        translate_x=[-across, across] if across else 0,
        translate_y=[-down, down] if down else 0,
        scale=a.range("scale", 1),
        shear_x=0 if first else slant_x,
        shear_y=slant_y or None,
        **_edges(a),
    )
    return [*first, *last]


def _jitter(a: Arguments) -> Sequence[Step]:
    steps: list[Step] = []
    for theirs, ours in _FACTORS.items():
        if told := a.value(theirs, 0):
            about = 0 if isinstance(told, list) else 1
            steps += step(**ours, factor=a.span(theirs, 0, about=about))
    if a.value("hue", 0):
        steps += step("hue", degrees=a.span("hue", 0, by=1 / 360))
    if not steps:
        raise UnturnedError("told like this it changes nothing")
    return step("random_order", steps=steps) if len(steps) > 1 else steps


_FACTORS: dict[str, dict[str, Any]] = {
    "brightness": {"name": "intensity_scale", "offset": 0},
    "contrast": {"name": "contrast"},
    "saturation": {"name": "saturation"},
}
"""Their factors → steps that take one."""


def _distorted(a: Arguments) -> Sequence[Step]:
    """Return what draws corners inwards, by making all smaller by the most and corners larger."""
    half = a.number("distortion_scale", 0.5) / 2
    outside = _edges(a) | _between(a)
    smaller = step("scale", factor=tidy(1 - 2 * half), **outside)
    return [*smaller, *step("perspective", distortion=[0, tidy(half)], **outside)]


def _erased(a: Arguments) -> Sequence[Step]:
    return step(
        "random_erasing", area=a.range("scale", [0.02, 0.33]), ratio=a.range("ratio", [0.3, 3.3])
    )


def _normalized(a: Arguments) -> Sequence[Step]:
    return step("normalize", mean=_one_or_three(a, "mean"), std=_one_or_three(a, "std"))


def _one_or_three(a: Arguments, name: str) -> Any:
    told = a.value(name)
    if told is None:
        raise UnturnedError(f"{name} must be told")
    return told[0] if isinstance(told, list) and len(told) == 1 else told


def _one_of_sizes(a: Arguments) -> Sequence[Step]:
    return step(
        "shortest_side", length={"choice": list(map(int, pair(a.value("min_size"))))}, **_between(a)
    )


def _between_sizes(a: Arguments) -> Sequence[Step]:
    low, high = (int(a.number(name, 1)) for name in ("min_size", "max_size"))
    return step("shortest_side", length=[low, high - 1], **_between(a))


def _resized_crop(a: Arguments) -> Sequence[Step]:
    part = {"area": a.range("scale", [0.08, 1]), "ratio": a.range("ratio", [0.75, 1.333])}
    return step("random_resized_crop", **part, **_sides(a), **_between(a))


def _zoomed_out(a: Arguments) -> Sequence[Step]:
    factor = [tidy(1 / side) for side in reversed(pair(a.range("side_range", [1, 4])))]
    return step("scale", factor=factor, border="constant", fill=_fill(a))


def _turned(a: Arguments) -> Sequence[Step]:
    expand = True if a.value("expand") is True else None
    return step("rotate", degrees=a.span("degrees", 0), expand=expand, **_edges(a))


def _solarized(a: Arguments) -> Sequence[Step]:
    """Return a threshold below that byte and above the one before, or that of floats as it is."""
    threshold = a.number("threshold", 128)
    return step(
        "solarize", threshold=tidy((threshold - 0.5) / BYTE) if threshold > 1 else threshold
    )


def _policy(a: Arguments) -> Sequence[Step]:
    name = str(a.value("policy", "imagenet")).lower().rpartition(".")[2]
    return step("autoaugment", policy=name, fill=_fill(a), **_nearest(a))


def _magnified(a: Arguments) -> Sequence[Step]:
    told = {"n": a.number("num_ops", 2), "m": a.number("magnitude", 9)}
    bins = a.value("num_magnitude_bins")
    return step("randaugment", **told, bins=bins, fill=_fill(a), **_nearest(a))


def _trivial(a: Arguments) -> Sequence[Step]:
    return step("trivialaugment", bins=a.value("num_magnitude_bins"), fill=_fill(a), **_nearest(a))


def _nearest(a: Arguments) -> dict[str, Any]:
    """Return what lies between the pixels, which for policies is the nearest unless told."""
    between = _between(a, "nearest")["interpolation"] or "linear"
    return {"interpolation": None if between == "nearest" else between}


def _chained(a: Arguments) -> Sequence[Step]:
    told = {"severity": a.value("severity"), "width": a.value("mixture_width")}
    plain = False if a.value("all_ops") is False else None
    return step("augmix", **told, alpha=a.value("alpha"), enhance=plain)


def _chosen(a: Arguments) -> Sequence[Step]:
    return step("one_of", **a.choice(a.value("p") or [1] * len(a.chances)))


_FILES = "outputs are files"
_DONE = "done for every dataset with objects"
_ALL_PARTS = "one of the parts a copy; all of them by `branches`, a `part` each"
_PARTNERS = "[partners](mixing.md) are files of the split, not of a batch"
_OWN = "a [step of your own](python.md#steps-of-your-own) does the same"
_CLAMPS = "ClampKeyPoints SanitizeBoundingBoxes SanitizeKeyPoints SetClampingMode"
_JITTERED = [{"color_jitter": {"p": 0.5}}, {"channel_shuffle": {"p": 0.5}}]
_ALREADY = """RGB ToImage ToDtype ConvertImageDtype ToPILImage PILToTensor ToPureTensor
ConvertBoundingBoxFormat UniformTemporalSubsample Identity"""

RULES = (
    Rule("Resize(size=224)", _resized, order="size interpolation"),
    Rule("RandomShortestSize(min_size=(480, 544))", _one_of_sizes, order="min_size"),
    Rule("RandomResize(min_size=256, max_size=480)", _between_sizes, order="min_size max_size"),
    Rule("ScaleJitter", ranged("random_scale", factor=("scale_range", [0.1, 2]))),
    Rule("CenterCrop(size=224)", lambda a: step("center_crop", **_sides(a)), order="size"),
    Rule("RandomCrop(size=32, padding=4)", _cropped, order="size padding"),
    Rule("RandomResizedCrop(size=224)", _resized_crop, order="size scale ratio"),
    Rule("RandomIoUCrop", plainly("box_safe_crop")),
    Rule("FiveCrop(size=224)", lambda a: step("five_crop", **_sides(a)), _ALL_PARTS, order="size"),
    Rule("TenCrop(size=224)", _in_mirrored_parts, _ALL_PARTS, order="size vertical_flip"),
    Rule("Pad(padding=4)", _padded, order="padding fill padding_mode"),
    Rule("RandomZoomOut", _zoomed_out, "the size stays"),
    Rule("RandomHorizontalFlip(p=0.5)", plainly("horizontal_flip"), order="p"),
    Rule("RandomVerticalFlip(p=0.5)", plainly("vertical_flip"), order="p"),
    Rule("RandomRotation(degrees=20)", _turned, order="degrees interpolation expand"),
    Rule(
        "RandomAffine(degrees=10, translate=(0.1, 0.1), scale=(0.9, 1.1))",
        _affine,
        "a positive angle is clockwise there, and a positive shear slants the other way",
        order="degrees translate scale shear",
    ),
    Rule(
        "RandomPerspective(distortion_scale=0.5)",
        _distorted,
        "the picture shrinks into the corners; half of the scale",
        order="distortion_scale p",
    ),
    Rule("ElasticTransform", plainly("elastic"), "an amplitude by the shorter side, not an α"),
    Rule(
        "ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1)",
        _jitter,
        "hue 0.1 is 36 degrees",
        order="brightness contrast saturation hue",
    ),
    Rule("RandomPhotometricDistort", plainly("random_order", steps=_JITTERED)),
    Rule("RandomChannelPermutation", plainly("channel_shuffle")),
    Rule("Grayscale", plainly("grayscale"), "the number of channels stays"),
    Rule("RandomGrayscale(p=0.1)", plainly("grayscale"), order="p"),
    Rule(
        "GaussianBlur(kernel_size=5, sigma=(0.1, 2))",
        ranged("gaussian_blur", sigma_px=("sigma", [0.1, 2])),
        "the kernel follows from sigma",
        order="kernel_size sigma",
    ),
    Rule(
        "GaussianNoise(sigma=0.1)",
        ranged("gaussian_noise", sigma=("sigma", 0.1)),
        order="mean sigma",
    ),
    Rule("RandomInvert(p=0.5)", plainly("invert"), order="p"),
    Rule("RandomPosterize(bits=4, p=0.5)", ranged("posterize", bits=("bits", 8)), order="bits p"),
    Rule(
        "RandomSolarize(threshold=128, p=0.5)",
        _solarized,
        "a fraction of full range",
        order="threshold p",
    ),
    Rule(
        "RandomAdjustSharpness(sharpness_factor=2, p=0.5)",
        ranged("sharpness", factor=("sharpness_factor", 2)),
        order="sharpness_factor p",
    ),
    Rule("RandomAutocontrast(p=0.5)", plainly("autocontrast"), order="p"),
    Rule("RandomEqualize(p=0.5)", plainly("equalize"), order="p"),
    Rule("RandomErasing(p=0.5)", _erased, order="p scale ratio"),
    Rule("JPEG(quality=(30, 70))", ranged("jpeg", quality=("quality", 75)), order="quality"),
    Rule(
        "Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])",
        _normalized,
        "floats, which TIFF holds",
        order="mean std",
    ),
    Rule(
        "LinearTransformation",
        plainly("learned_whitening"),
        "its matrix and mean are learned from the dataset before the first picture",
        order="transformation_matrix mean_vector",
    ),
    Rule("Compose", lambda a: a.steps(), "its transforms, one after the other", also="Sequential"),
    Rule(
        "RandomApply([RandomHorizontalFlip(p=1), Grayscale()], p=0.5)",
        lambda a: step("sequence", steps=a.steps()),
        order="transforms p",
    ),
    Rule(
        "RandomChoice([RandomHorizontalFlip(p=1), Grayscale()], p=[0.8, 0.2])",
        _chosen,
        order="transforms p",
        weighs=True,
    ),
    Rule(
        "RandomOrder([RandomHorizontalFlip(p=1), Grayscale()])",
        lambda a: step("random_order", steps=a.parts()),
    ),
    Rule(
        "AutoAugment(policy=AutoAugmentPolicy.IMAGENET)",
        _policy,
        "`cifar10` and `svhn`, too; with boxes and masks",
        order="policy",
    ),
    Rule("RandAugment(num_ops=2, magnitude=9)", _magnified, order="num_ops magnitude"),
    Rule("TrivialAugmentWide", _trivial),
    Rule(
        "AugMix(severity=3, mixture_width=3)",
        _chained,
        "`all_ops=False` is `enhance: false`",
        order="severity mixture_width chain_depth alpha",
    ),
    Rule("MixUp", ranged("mixup", alpha=("alpha", 1)), _PARTNERS),
    Rule("CutMix", ranged("cutmix", alpha=("alpha", 1)), _PARTNERS),
    Rule("Lambda", note=_OWN),
    Rule("ClampBoundingBoxes", note=_DONE, also=_CLAMPS),
    Rule("ToTensor", note=_FILES, also=_ALREADY),
)

_HALF = """RandomHorizontalFlip RandomVerticalFlip RandomInvert RandomPosterize RandomSolarize
RandomAdjustSharpness RandomAutocontrast RandomEqualize RandomErasing RandomPerspective RandomApply
RandomZoomOut"""
_SILENT = "p antialias inplace num_output_channels kernel_size transforms"
_USUAL = {"interpolation": "bilinear", "clip": True, "padding_mode": "constant", "center": ()}

TORCHVISION = Library(
    "torchvision",
    RULES,
    chance=1.0,
    silent=frozenset(_SILENT.split()),
    chances=dict.fromkeys(_HALF.split(), 0.5) | {"RandomGrayscale": 0.1},
    usual=_USUAL,
)
