"""What is measured of operations: our parameters, and what peers have of the same strength."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import cv2
from msgspec import Struct, field
from PIL import ImageFont

_MIRRORED = {"border_mode": cv2.BORDER_REFLECT}
_REFLECTED = {"border": "reflect"}


class Step(Struct, frozen=True):
    """What a peer calls an operation, and its arguments."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    partner: str = ""
    """Under which name it is told of another picture."""
    beside: Any = None
    """What it is told beside that picture."""

    def told(self, other: Any) -> dict[str, Any]:
        """Return what a call is told beside the picture."""
        if not self.partner:
            return {}
        return {self.partner: [other] if self.beside is None else self.beside(other)}


class Pair(Struct, frozen=True):
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


def _beside(
    name: str, options: dict[str, Any], partner: str, beside: Any = None, **ours: Any
) -> Pair:
    """Return an operation that takes something of another picture, which one peer has."""
    return Pair(ours, Step(name, options, partner, beside))


def _affine(ours: dict[str, Any], **options: Any) -> Pair:
    return _same("Affine", options | _MIRRORED, **ours, **_REFLECTED)


def _font() -> str:
    """Return the file of the font that Pillow brings along, which both write with."""
    file = Path(tempfile.gettempdir()) / "font.ttf"
    file.write_bytes(ImageFont.load_default(12).font_bytes)
    return str(file)


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
    "rotate, expand": _one(
        "Affine", {"rotate": (10, 10), "fit_output": True, **_MIRRORED}, degrees=10, expand=True
    ),
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
    "morphology": _one("Morphological", {"scale": (3, 3)}, size_px=3),
}
FRAMES = {
    "resize": _same("Resize", _SIDE, **_SIDE),
    "random_scale": _one("RandomScale", {"scale_limit": (0.1, 0.1)}, factor=1.1),
    "longest_side": _same("LongestMaxSize", {"max_size": 384}, length=384),
    "shortest_side": _same("SmallestMaxSize", {"max_size": 384}, length=384),
    "pad": _same(
        "PadIfNeeded",
        {"min_width": 640, "min_height": 640, **_MIRRORED},
        **{"width": 640, "height": 640},
    ),
    "pad_by": _one(
        "Pad",
        {"padding": 16, **_MIRRORED},
        **dict.fromkeys(("left_px", "top_px", "right_px", "bottom_px"), 16),
    ),
    "center_crop": _same("CenterCrop", _SIDE, **_SIDE),
    "random_crop": _same("RandomCrop", _SIDE, **_SIDE),
    "random_resized_crop": _same(
        "RandomResizedCrop", {"size": (224, 224), "scale": (0.08, 0.5)}, area=[0.08, 0.5], **_SIDE
    ),
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
    "median_blur": _one("MedianBlur", {"blur_limit": (5, 5)}, size_px=5),
    "motion_blur": _one("MotionBlur", length_px=[2, 6.5]),
    "advanced_blur": _one("AdvancedBlur", sigma_x_px=[0.2, 1], sigma_y_px=[0.2, 1]),
    "glass_blur": _one("GlassBlur", {"max_delta": 3, "iterations": 1}),
    "defocus": _one("Defocus", {"radius": (2, 6)}),
    "zoom_blur": _one("ZoomBlur", {"max_factor": (1.03, 1.15)}),
    "sharpen": _one("Sharpen"),
    "unsharp_mask": _one("UnsharpMask"),
    "emboss": _one("Emboss", degrees=-45),
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
    "jpeg": _one("ImageCompression", {"quality_range": (50, 50)}, quality=50),
    "webp": _one(
        "ImageCompression", {"compression_type": "webp", "quality_range": (40, 40)}, quality=40
    ),
    "downscale": _one(
        "Downscale",
        {"interpolation_pair": {"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_NEAREST}},
        factor=0.25,
        interpolation="nearest",
    ),
}
SCENES = {
    "rain": _one("RandomRain", drops=437, length=0.04),
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
_SPOT = (0.3, 0.3, 0.6, 0.6)
_WRITING = {
    "font_path": _font(),
    "font_size_fraction_range": (0.9, 0.9),
    "font_color": (255, 255, 255),
}
PARTNERS = {
    "histogram_matching": _beside(
        "HistogramMatching", {"blend_ratio": (0.5, 1)}, "hm_metadata", share=[0.5, 1]
    ),
    "fda": _beside("FDA", {"beta_limit": (0.01, 0.02)}, "fda_metadata", beta=[0.01, 0.02]),
    "color_transfer": _beside(
        "PixelDistributionAdaptation", {"blend_ratio": (0.25, 1)}, "pda_metadata", share=[0.25, 1]
    ),
    "overlay": _beside(
        "OverlayElements",
        {},
        "overlay_metadata",
        lambda other: [{"image": other, "bbox": _SPOT}],
        size=0.3,
    ),
    "text_overlay": _beside(
        "TextImage",
        {
            "font_path": _font(),
            "font_size_fraction_range": (0.9, 0.9),
            "font_color": (255, 255, 255),
        },
        "textimage_metadata",
        lambda _: [{"bbox": (0.2, 0.4, 0.8, 0.56), "text": "Sample"}],
        **{"size": 0.144, "opacity": 1},
    ),
    "mosaic": _beside(
        "Mosaic",
        {"cell_shape": (256, 256), "center_range": (0.5, 0.5)},
        "mosaic_metadata",
        lambda other: [{"image": other}] * 3,
        shift=0,
    ),
}
PAIRS = GEOMETRY | FRAMES | TONES | COLOURS | BLURS | NOISES | SCENES | PARTNERS
"""Our operation → the same of the peers; what is behind a comma tells two uses of it apart."""
