"""The page for users of other libraries: each of their names is there, each step of it is ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from augcli.transform import Control, catalogue

PAGE = (Path(__file__).parent.parent / "docs" / "from_others.md").read_text("utf-8")

THEIRS = {
    "ImageDataGenerator": """
        featurewise_center samplewise_center featurewise_std_normalization
        samplewise_std_normalization zca_whitening zca_epsilon rotation_range width_shift_range
        height_shift_range brightness_range shear_range zoom_range channel_shift_range fill_mode
        cval horizontal_flip vertical_flip rescale preprocessing_function data_format
        validation_split interpolation_order dtype
    """,
    "torchvision": """
        Resize RandomShortestSize RandomResize ScaleJitter CenterCrop RandomCrop RandomResizedCrop
        RandomIoUCrop FiveCrop TenCrop Pad RandomZoomOut RandomHorizontalFlip RandomVerticalFlip
        RandomRotation RandomAffine RandomPerspective ElasticTransform ColorJitter
        RandomPhotometricDistort RandomChannelPermutation Grayscale RandomGrayscale GaussianBlur
        GaussianNoise RandomInvert RandomPosterize RandomSolarize RandomAdjustSharpness
        RandomAutocontrast RandomEqualize RandomErasing JPEG Normalize ToDtype LinearTransformation
        Compose RandomApply RandomChoice RandomOrder AutoAugment RandAugment TrivialAugmentWide
        AugMix MixUp CutMix Lambda ClampBoundingBoxes ClampKeyPoints SanitizeBoundingBoxes RGB
        ToImage ToPILImage PILToTensor ToPureTensor ConvertBoundingBoxFormat
        UniformTemporalSubsample Identity
    """,
    "Albumentations": """
        AdditiveNoise AdvancedBlur Affine AtLeastOneBBoxRandomCrop AutoContrast
        BBoxSafeRandomCrop Blur CLAHE CenterCrop CenterCrop3D ChannelDropout ChannelShuffle
        ChromaticAberration CoarseDropout CoarseDropout3D ColorJitter
        ConstrainedCoarseDropout Crop CropAndPad CropNonEmptyMaskIfExists CubicSymmetry D4
        Defocus Downscale ElasticTransform Emboss Equalize Erasing FDA FancyPCA
        FrequencyMasking FromFloat GaussNoise GaussianBlur GlassBlur GridDistortion
        GridDropout GridElasticDeform HEStain HistogramMatching HorizontalFlip
        HueSaturationValue ISONoise Illumination ImageCompression InvertImg Lambda
        LongestMaxSize MaskDropout MedianBlur Morphological Mosaic MotionBlur
        MultiplicativeNoise Normalize OpticalDistortion OverlayElements Pad Pad3D
        PadIfNeeded PadIfNeeded3D Perspective PiecewiseAffine PixelDistributionAdaptation
        PixelDropout PlanckianJitter PlasmaBrightnessContrast PlasmaShadow Posterize
        RGBShift RandomBrightnessContrast RandomCrop RandomCrop3D RandomCropFromBorders
        RandomCropNearBBox RandomFog RandomGamma RandomGravel RandomGridShuffle RandomRain
        RandomResizedCrop RandomRotate90 RandomScale RandomShadow RandomSizedBBoxSafeCrop
        RandomSizedCrop RandomSnow RandomSunFlare RandomToneCurve Resize RingingOvershoot
        Rotate SafeRotate SaltAndPepper Sharpen ShiftScaleRotate ShotNoise SmallestMaxSize
        Solarize Spatter SquareSymmetry Superpixels TextImage ThinPlateSpline TimeMasking
        TimeReverse ToFloat ToGray ToRGB ToSepia Transpose UnsharpMask VerticalFlip
        XYMasking ZoomBlur
    """,
}
"""Every name of each library, as of Keras 3, torchvision 0.29 and Albumentations 2.0.8."""


def rows(section: str) -> list[list[str]]:
    """Return the cells of a section's table."""
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


STEPS = [
    pytest.param(code, id=f"{section}: {row[0]}")
    for section in THEIRS
    for row in rows(section)
    for code in re.findall(r"`([^`]*)`", row[1])
]


@pytest.mark.parametrize("section", THEIRS)
def test_every_name_is_there(section: str) -> None:
    told = {
        re.match(r"\w+", name)[0]
        for row in rows(section)
        for name in re.findall(r"`([^`]*)`", row[0])
    }
    assert told == set(THEIRS[section].split())


@pytest.mark.parametrize("code", STEPS)
def test_what_is_told_is_a_step(code: str) -> None:
    built(yaml.safe_load(code))


def built(step: Any) -> object:
    name, params = (step, {}) if isinstance(step, str) else next(iter(step.items()))
    cls = catalogue("image")[name]
    if issubclass(cls, Control):
        params = params | {"steps": tuple(map(built, params["steps"]))}
    return cls.model_validate(params)


@pytest.mark.parametrize("section", THEIRS)
def test_what_is_not_here_says_why(section: str) -> None:
    assert all(row[1] != "none" or len(row[2]) > 5 for row in rows(section))


def test_borders_have_all_four_names() -> None:
    named = {row[0]: row[1] for row in rows("ImageDataGenerator") if "fill_mode" in row[0]}
    assert {re.search(r'"(\w+)"', key)[1] for key in named} == {
        "nearest",
        "reflect",
        "wrap",
        "constant",
    }
