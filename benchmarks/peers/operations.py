"""Single operations on one picture of 512×512 bytes, by one library; what each takes is printed.

What is drawn belongs to an operation, as peers draw within their call. One thread.

    python operations.py augment|albumentations|augrs PICTURE [NAME …]
"""

from __future__ import annotations

import importlib
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2

_LEAST_CALLS, _MOST_CALLS = 9, 200
_LONGEST, _GIVEN_UP = 0.2, 3.0
"""Seconds for which an operation is repeated; after which it is, however few calls there were."""
_MIRRORED = {"border_mode": cv2.BORDER_REFLECT_101}
_REFLECTED = {"border": "reflect"}

Call = Callable[[int], object]
"""Does an operation once, with what is drawn for this number."""


@dataclass(frozen=True)
class Step:
    """What a peer calls an operation, and its arguments."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """The parameters of an operation of ours, and what peers have of the same strength."""

    ours: dict[str, Any]
    albumentations: Step
    augrs: Step | None = None


def _same(name: str, options: dict[str, Any] | None = None, **ours: Any) -> Pair:
    """Return an operation that both peers have under one name and with the same arguments."""
    step = Step(name, options or {})
    return Pair(ours, step, step)


def _one(name: str, options: dict[str, Any] | None = None, **ours: Any) -> Pair:
    """Return an operation that only one peer has."""
    return Pair(ours, Step(name, options or {}))


def _affine(ours: dict[str, Any], **options: Any) -> Pair:
    return _same("Affine", options | _MIRRORED, **ours, **_REFLECTED)


_SIDE = {"width": 224, "height": 224}
_TONES: dict[str, Any] = {"brightness_limit": (0, 0), "contrast_limit": (0, 0)}
_SHADES: dict[str, Any] = {"hue_shift_limit": 0, "sat_shift_limit": 0, "val_shift_limit": 0}
_PLAIN: dict[str, Any] = dict.fromkeys(("brightness", "contrast", "saturation"), (1, 1))
_COLOURS: dict[str, Any] = _PLAIN | {"hue": (0, 0)}

GEOMETRY = {
    "horizontal_flip": _same("HorizontalFlip"),
    "vertical_flip": _same("VerticalFlip"),
    "transpose": _same("Transpose"),
    "rotate90": _same("RandomRotate90", turns=[0, 3]),
    "d4": _one("D4"),
    "rotate": _same("Rotate", {"limit": (-15, 15), **_MIRRORED}, **_REFLECTED),
    "rotate, expand": _one("SafeRotate", {"limit": (-15, 15), **_MIRRORED}, expand=True),
    "scale": _affine({}, scale=(0.9, 1.1)),
    "zoom": _one("Affine", {"scale": {"x": (0.9, 1.1), "y": (0.9, 1.1)}, **_MIRRORED}),
    "translate": _affine({}, translate_percent=(-0.1, 0.1)),
    "shear": _affine({}, shear=(-10, 10)),
    "affine": _affine(
        {"shear_y": 0},
        rotate=(-15, 15),
        scale=(0.9, 1.1),
        translate_percent=(-0.1, 0.1),
        shear=(-10, 10),
    ),
    "perspective": _same("Perspective", {"scale": (0.05, 0.1), **_MIRRORED}),
    "elastic": _same("ElasticTransform", {"alpha": 300, "sigma": 20, **_MIRRORED}, sigma=0.04),
    "grid_distortion": _one("GridDistortion", _MIRRORED),
    "optical_distortion": _one("OpticalDistortion", {"distort_limit": 0.15, **_MIRRORED}),
    "piecewise_affine": _one("PiecewiseAffine", _MIRRORED),
    "thin_plate_spline": _one("ThinPlateSpline", _MIRRORED),
    "grid_shuffle": _one("RandomGridShuffle"),
    "morphology": _one("Morphological", size_px=[2, 3]),
}
FRAMES = {
    "resize": _same("Resize", _SIDE, **_SIDE),
    "random_scale": _one("RandomScale"),
    "longest_side": _same("LongestMaxSize", {"max_size": 384}, length=384),
    "shortest_side": _same("SmallestMaxSize", {"max_size": 384}, length=384),
    "pad": _same(
        "PadIfNeeded",
        {"min_width": 640, "min_height": 640, **_MIRRORED},
        **{"width": 640, "height": 640},
    ),
    "center_crop": _same("CenterCrop", _SIDE, **_SIDE),
    "random_crop": _same("RandomCrop", _SIDE, **_SIDE),
    "random_resized_crop": _same("RandomResizedCrop", {"size": (224, 224)}, **_SIDE),
    "crop": _one("Crop", {"x_min": 9, "y_min": 9, "x_max": 233, "y_max": 233}, x=9, y=9, **_SIDE),
    "crop_and_pad": _one("CropAndPad", {"percent": (-0.1, 0.1), **_MIRRORED}),
}
TONES = {
    "brightness": _same("RandomBrightnessContrast", _TONES | {"brightness_limit": (-0.2, 0.2)}),
    "contrast": _same("ColorJitter", _COLOURS | {"contrast": (0.8, 1.2)}),
    "gamma": _same("RandomGamma"),
    "tone_curve": _one("RandomToneCurve"),
    "clahe": _same("CLAHE", {"clip_limit": (1, 4)}),
    "equalize": _one("Equalize"),
    "autocontrast": _one("AutoContrast", {"method": "pil"}),
    "posterize": _one("Posterize", bits=4),
    "solarize": _one("Solarize", threshold=0.5),
    "invert": _one("InvertImg"),
    "intensity_scale": _one("ColorJitter", _COLOURS | {"brightness": (0.9, 1.1)}, offset=0),
    "normalize": _same("Normalize"),
    "standardize": _one("Normalize", {"normalization": "image"}),
}
COLOURS = {
    "color_jitter": _same(
        "ColorJitter", dict.fromkeys(_PLAIN, (0.8, 1.2)) | {"hue": (-0.05, 0.05)}
    ),
    "hue": _same("HueSaturationValue", _SHADES | {"hue_shift_limit": (-10, 10)}),
    "saturation": _same("ColorJitter", _COLOURS | {"saturation": (0.8, 1.2)}),
    "hsv": _same("HueSaturationValue"),
    "grayscale": _same("ToGray"),
    "rgb_shift": _one("RGBShift"),
    "sepia": _one("ToSepia", amount=1),
    "channel_shuffle": _one("ChannelShuffle"),
    "channel_dropout": _one("ChannelDropout"),
    "fancy_pca": _one("FancyPCA"),
    "planckian_jitter": _one("PlanckianJitter"),
    "he_stain": _one("HEStain", {"augment_background": True}),
    "illumination": _one("Illumination"),
    "plasma": _one("PlasmaShadow"),
}
BLURS = {
    "gaussian_blur": _same("GaussianBlur", {"blur_limit": 0, "sigma_limit": (0.5, 2)}),
    "median_blur": _one("MedianBlur", {"blur_limit": (3, 5)}),
    "motion_blur": _one("MotionBlur", length_px=[3, 7]),
    "advanced_blur": _one("AdvancedBlur", sigma_x_px=[0.2, 1], sigma_y_px=[0.2, 1]),
    "glass_blur": _one("GlassBlur", {"max_delta": 3, "iterations": 1}),
    "defocus": _one("Defocus", {"radius": (2, 6)}),
    "zoom_blur": _one("ZoomBlur", {"max_factor": (1.03, 1.15)}),
    "sharpen": _one("Sharpen"),
    "unsharp_mask": _one("UnsharpMask"),
    "emboss": _one("Emboss"),
    "ringing": _one("RingingOvershoot"),
    "chromatic_aberration": _one("ChromaticAberration"),
    "superpixels": _one("Superpixels", {"n_segments": (100, 300), "p_replace": (0.4, 0.9)}),
}
NOISES = {
    "gaussian_noise": _same("GaussNoise", {"std_range": (0.02, 0.08)}),
    "iso_noise": _one("ISONoise"),
    "multiplicative_noise": _one(
        "MultiplicativeNoise",
        {"multiplier": (0.9, 1.1), "per_channel": True, "elementwise": True},
        spread=0.1,
    ),
    "shot_noise": _one("ShotNoise"),
    "salt_and_pepper": _one("SaltAndPepper"),
    "jpeg": _one("ImageCompression", {"quality_range": (30, 70)}),
    "webp": _one("ImageCompression", {"compression_type": "webp", "quality_range": (20, 60)}),
    "downscale": _one("Downscale", factor=0.25, interpolation="nearest"),
}
SCENES = {
    "rain": _one("RandomRain"),
    "fog": _one("RandomFog"),
    "snow": _one("RandomSnow"),
    "gravel": _one("RandomGravel"),
    "spatter": _one("Spatter"),
    "shadow": _one("RandomShadow"),
    "sun_flare": _one("RandomSunFlare"),
    "coarse_dropout": _same("CoarseDropout", {"num_holes_range": (1, 8)}, holes=[1, 8]),
    "random_erasing": _one("Erasing"),
    "grid_dropout": _one("GridDropout"),
    "pixel_dropout": _one("PixelDropout", fraction=0.01),
    "xy_masking": _one(
        "XYMasking",
        {
            "num_masks_x": (1, 3),
            "num_masks_y": (1, 3),
            "mask_x_length": (10, 51),
            "mask_y_length": (10, 51),
        },
    ),
}
PAIRS = GEOMETRY | FRAMES | TONES | COLOURS | BLURS | NOISES | SCENES
"""Our operation → the same of the peers; what is behind a comma tells two uses of it apart."""


def calls(library: str, path: str) -> Iterator[tuple[str, Call]]:
    """Yield all operations that a library has, each ready to be called."""
    pixels = cv2.imread(path, cv2.IMREAD_COLOR)
    if library == "augment":
        yield from _ours(pixels)
        return
    made = importlib.import_module(library)
    pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    for name, pair in PAIRS.items():
        step = getattr(pair, library)
        if step:
            call = made.Compose([getattr(made, step.name)(**step.options, p=1)])
            yield name, lambda _, call=call: call(image=pixels)


def _ours(pixels: Any) -> Iterator[tuple[str, Call]]:
    """Yield our own, from what is drawn to the pixels."""
    from augcli.draws import Draws
    from augcli.image import opencv, ops
    from augcli.image.picture import Picture
    from augcli.recipe.reader import available_kind
    from augcli.transform import catalogue

    opencv.load()
    available_kind("image")
    known, picture, root = catalogue("image"), Picture(pixels), Draws(1)

    def once(step: Any, number: int) -> object:
        params = step.make_params(root.at(number), picture.facts)
        return ops.apply(step.lower(params, picture.facts), picture)

    for name, pair in PAIRS.items():
        step = known[name.partition(",")[0]].model_validate(pair.ours)
        yield name, lambda number, step=step: once(step, number)


def milliseconds(call: Call) -> float:
    """Return the mean CPU of a call, without the first and the slowest tenth.

    A median would be that of one of the values that are drawn, where these cost unlike much.
    """
    call(0)
    found: list[float] = []
    while _goes_on(found):
        before = time.thread_time()
        call(len(found) + 1)
        found.append(time.thread_time() - before)
    return statistics.fmean(sorted(found)[: max(1, len(found) * 9 // 10)]) * 1000


def _goes_on(found: list[float]) -> bool:
    if len(found) < _LEAST_CALLS:
        return sum(found) < _GIVEN_UP
    return sum(found) < _LONGEST and len(found) < _MOST_CALLS


def main(library: str, path: str, *names: str) -> None:
    cv2.setNumThreads(1)
    random.seed(1)
    found = {
        name: milliseconds(call)
        for name, call in calls(library, path)
        if not names or name in names
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
