"""Albumentations 2.0.8: its transforms and what stands for them."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.others.albumentations.looks import LOOKS
from augcli.others.albumentations.moves import MOVES
from augcli.others.albumentations.noises import NOISES
from augcli.others.calls import Arguments, Step, tidy
from augcli.others.rules import Library, Rule, step

_VOLUMES = "CoarseDropout3D CubicSymmetry Pad3D PadIfNeeded3D RandomCrop3D"
_FILES = "outputs are files of the depth of their source"
_OWN = "a [step of your own](python.md#steps-of-your-own) does the same"


def _one(a: Arguments) -> Sequence[Step]:
    return step("one_of", **a.choice(a.chances, forced=True))


def _one_or_other(a: Arguments) -> Sequence[Step]:
    first = a.number("p", 0.5)
    return step("one_of", **a.choice([first, tidy(1 - first)], forced=True))


def _some(a: Arguments) -> Sequence[Step]:
    steps = a.parts()
    return step("some_of", n=min(int(a.number("n", 1)), len(steps) or 1), steps=steps)


def _on_bands(a: Arguments) -> Sequence[Step]:
    return step("on_bands", bands=a.value("channels", [0, 1, 2]), steps=a.parts())


_CONTROLS = (
    Rule(
        "Compose",
        lambda a: a.steps(),
        "its transforms, one after the other",
        also="Sequential ReplayCompose",
    ),
    Rule(
        "OneOf([HorizontalFlip(p=0.8), VerticalFlip(p=0.4)])",
        _one,
        "`p` of transforms are weights there",
    ),
    Rule("OneOrOther(HorizontalFlip(), VerticalFlip(), p=0.8)", _one_or_other, weighs=True),
    Rule(
        "SomeOf([HorizontalFlip(), ToGray()], n=1)",
        _some,
        "different ones",
        order="transforms n",
    ),
    Rule(
        "RandomOrder([HorizontalFlip(), ToGray()])",
        lambda a: step("random_order", steps=a.parts()),
        "all of them; some: `some_of`",
    ),
    Rule(
        "SelectiveChannelTransform([GaussNoise()], channels=(0, 1))",
        _on_bands,
        "what gives pictures another size cannot be within",
        order="transforms channels",
    ),
    Rule("NoOp", lambda _: [], "nothing to do"),
)
_NONE = (
    Rule("CenterCrop3D", note="for volumes, not for pictures", also=_VOLUMES),
    Rule("Lambda", note=_OWN),
    Rule("FromFloat", note=_FILES, also="ToRGB ToTensorV2"),
)

_SILENT = """p always_apply metadata_key cropping_bbox_key mask_interpolation fill_mask
keypoint_remapping_method transforms
rotate_method additional_targets is_check_shapes strict seed save_applied_params mask_fill_value
first second bbox_params.format
bbox_params.label_fields bbox_params.check_each_transform bbox_params.clip
bbox_params.filter_invalid_bboxes keypoint_params.format keypoint_params.label_fields
keypoint_params.angle_in_degrees keypoint_params.check_each_transform"""
_USUAL = {
    "GaussNoise.per_channel": True,
    "approximation": 1,
    "HEStain.method": "random_preset",
    "noise_scale_factor": 1,
    "brightness_by_max": True,
    "max_pixel_value": 255,
    "by_channels": True,
    "Equalize.mode": "cv",
    "ChromaticAberration.mode": "green_purple",
    "PlanckianJitter.mode": "blackbody",
    "GlassBlur.mode": "fast",
    "allow_shifted": True,
    "direction_range": [-1, 1],
    "position": "center",
    "PixelDistributionAdaptation.transform_type": "pca",
    "TextImage.font_size_fraction_range": [0.8, 0.9],
    "TextImage.fraction_range": [1, 1],
    "TextImage.stopwords": ["the", "is", "in", "at", "of"],
    "pad_position": "center",
    "keypoint_params.remove_invisible": True,
}
_ALWAYS = """Compose Sequential ReplayCompose SomeOf RandomOrder Resize CenterCrop RandomCrop Crop
Pad CropNonEmptyMaskIfExists PadIfNeeded LongestMaxSize SmallestMaxSize RandomResizedCrop
RandomSizedCrop RandomSizedBBoxSafeCrop BBoxSafeRandomCrop RandomCropNearBBox CropAndPad
AtLeastOneBBoxRandomCrop RandomCropFromBorders Normalize ToFloat D4 SquareSymmetry RandomRotate90
GridElasticDeform"""

ALBUMENTATIONS = Library(
    "Albumentations",
    (*_CONTROLS, *MOVES, *LOOKS, *NOISES, *_NONE),
    chance=0.5,
    silent=frozenset(_SILENT.split()),
    chances=dict.fromkeys(_ALWAYS.split(), 1.0),
    usual=_USUAL,
)
