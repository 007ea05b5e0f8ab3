"""Albumentations 2.0.8: its transforms and what stands for them."""

from __future__ import annotations

from augcli.others.albumentations.looks import LOOKS
from augcli.others.albumentations.moves import MOVES
from augcli.others.rules import Library, Rule, step

_NEAR = "`histogram_matching` and `copy_paste` come near"
_VOLUMES = "CoarseDropout3D CubicSymmetry Pad3D PadIfNeeded3D RandomCrop3D TimeReverse"
_FILES = "outputs are files of the depth of their source"
_OWN = "a [step of your own](python.md#steps-of-your-own) does the same"

_CONTROLS = (
    Rule(
        "Compose",
        lambda a: a.steps(),
        "its transforms, one after the other",
        also="Sequential ReplayCompose",
    ),
    Rule(
        "OneOf([HorizontalFlip(), VerticalFlip()])",
        lambda a: step("one_of", steps=a.steps(forced=True)),
        "each equally likely",
    ),
    Rule(
        "SomeOf([HorizontalFlip(), ToGray()], n=1)",
        lambda a: step("some_of", n=int(a.number("n", 1)), steps=a.steps()),
        order="transforms n",
    ),
    Rule(
        "RandomOrder([HorizontalFlip(), ToGray()])",
        lambda a: step("random_order", steps=a.steps()),
        "all of them; some: `some_of`",
    ),
    Rule("NoOp", lambda _: [], "nothing to do"),
)
_NONE = (
    Rule("PixelDistributionAdaptation", note=_NEAR, also="OverlayElements TextImage"),
    Rule("CenterCrop3D", note="for volumes and sounds", also=_VOLUMES),
    Rule("Lambda", note=_OWN),
    Rule("FromFloat", note=_FILES, also="ToRGB ToTensorV2"),
)

_SILENT = """p always_apply mask_interpolation fill_mask keypoint_remapping_method transforms
brightness_by_max ensure_safe_range per_channel noise_scale_factor mean_range rotate_method
max_pixel_value bbox_params keypoint_params additional_targets is_check_shapes replace strict seed
save_applied_params by_channels mode area_for_downscale mask_fill_value allow_shifted pad_position
pad_if_needed position elementwise direction_range"""
_ALWAYS = """Compose Sequential ReplayCompose SomeOf RandomOrder Resize CenterCrop RandomCrop Crop
CropNonEmptyMaskIfExists PadIfNeeded LongestMaxSize SmallestMaxSize RandomResizedCrop
RandomSizedCrop RandomSizedBBoxSafeCrop BBoxSafeRandomCrop RandomCropNearBBox CropAndPad
AtLeastOneBBoxRandomCrop RandomCropFromBorders Normalize ToFloat D4 SquareSymmetry RandomRotate90
GridElasticDeform"""

ALBUMENTATIONS = Library(
    "Albumentations",
    (*_CONTROLS, *MOVES, *LOOKS, *_NONE),
    chance=0.5,
    silent=frozenset(_SILENT.split()),
    chances=dict.fromkeys(_ALWAYS.split(), 1.0),
)
