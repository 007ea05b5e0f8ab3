"""Pipelines of other libraries become steps; the page for their users says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers import augment, make_photos

from augcli.errors import RecipeError
from augcli.others.origin import LIBRARIES
from augcli.others.page import example_of, page
from augcli.others.rules import Library
from augcli.others.turning import built, shown, turned
from augcli.recipe.reader import available_kind

available_kind("image")

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
        AugMix MixUp CutMix Lambda ClampBoundingBoxes ClampKeyPoints SanitizeBoundingBoxes
        SanitizeKeyPoints SetClampingMode RGB ToTensor ConvertImageDtype
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
        NoOp OneOf OneOrOther RandomOrder ReplayCompose SelectiveChannelTransform Sequential
        SomeOf Compose
        Rotate SafeRotate SaltAndPepper Sharpen ShiftScaleRotate ShotNoise SmallestMaxSize
        Solarize Spatter SquareSymmetry Superpixels TextImage ThinPlateSpline TimeMasking
        TimeReverse ToFloat ToGray ToRGB ToSepia Transpose UnsharpMask VerticalFlip
        XYMasking ZoomBlur
    """,
}
"""Every name of each library, as of Keras 3, torchvision 0.29 and Albumentations 2.0.8."""


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_every_name_has_a_rule(library: Library) -> None:
    assert set(THEIRS[library.name].split()) <= library.by_name.keys()


NO_PICTURES = """
    CenterCrop3D CoarseDropout3D CubicSymmetry Pad3D PadIfNeeded3D RandomCrop3D
    FromFloat ToRGB ToTensorV2 ToTensor RGB ToImage ToDtype ConvertImageDtype ToPILImage
    PILToTensor ToPureTensor ConvertBoundingBoxFormat UniformTemporalSubsample Identity
    ClampBoundingBoxes ClampKeyPoints SanitizeBoundingBoxes SanitizeKeyPoints SetClampingMode
    data_format dtype validation_split Lambda preprocessing_function
"""
"""Volumes, types of values and files, what is done anyway, and functions of one's own."""


def test_whatever_changes_pictures_becomes_steps() -> None:
    for library in LIBRARIES:
        without = {name for name in library.by_name if library.by_name[name].turn is None}
        assert without <= {*NO_PICTURES.split()}, library.name


CIFAR = "Compose([RandomCrop(32, padding=4, padding_mode='reflect'), FiveCrop((10, 20))])"


def test_margins_and_parts_of_torchvision() -> None:
    found = turned(CIFAR.encode(), "a")
    assert [*map(shown, found.steps)] == [
        "pad_by: {left_px: 4, top_px: 4, right_px: 4, bottom_px: 4, border: reflect}",
        "random_crop: {width: 32, height: 32}",
        "five_crop: {width: 20, height: 10}",
    ]
    assert found.left == []


@pytest.mark.parametrize(
    ("padding", "sides"),
    [("4", (4, 4, 4, 4)), ("(1, 2)", (1, 2, 1, 2)), ("[1, 2, 3, 4]", (1, 2, 3, 4))],
)
def test_margins_are_told_for_all_sides_or_each(padding: str, sides: tuple[int, ...]) -> None:
    for call in ("v2.Pad({})", "A.Compose([A.Pad({})], bbox_params=None)"):
        (step,) = turned(f"[{call.format(padding)}]".encode(), "a").steps
        told = step["pad_by"]
        assert tuple(told[f"{side}_px"] for side in ("left", "top", "right", "bottom")) == sides


def test_the_page_is_made_of_the_rules() -> None:
    told = (Path(__file__).parent.parent / "docs" / "from_others.md").read_text("utf-8")
    assert told == page()


def test_each_rule_turns_its_own_example_or_says_why_not() -> None:
    for library in LIBRARIES:
        for rule in library.rules:
            told = example_of(library, rule) if rule.turn else []
            assert [*map(built, told)] or rule.note, rule.example
            assert rule.turn or len(rule.note) > 5, rule.example


def test_what_changes_nothing_is_told() -> None:
    found = turned(b"v2.Compose([v2.ColorJitter(), v2.Grayscale()])", "a")
    assert found.steps == ["grayscale"]
    assert [each.name for each in found.left] == ["ColorJitter"]


FUNCTIONS = {
    "A.Compose([A.FDA([x], read_fn=lambda x: x), A.D4()])": (["fda", "d4"], ["FDA"]),
    "A.Compose([A.FDA([x], read_fn=<function <lambda> at 0x7f>), A.D4()])": (
        ["fda", "d4"],
        ["FDA"],
    ),
    "A.Compose([A.Lambda(image=lambda x, **k: x[..., ::-1] % 7, p=1), A.D4()])": (
        ["d4"],
        ["Lambda"],
    ),
    "v2.Compose([v2.FiveCrop(9), v2.Lambda(lambda c: torch.stack([t(x) for x in c])), "
    "v2.Grayscale()])": (["five_crop", "grayscale"], ["Lambda"]),
}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_functions_are_left_and_nothing_else(text: str) -> None:
    found = turned(text.encode(), "a")
    steps, left = FUNCTIONS[text]
    assert [shown(each).partition(":")[0] for each in found.steps] == steps
    assert [each.name for each in found.left] == left
    assert not any("](" in str(each) for each in found.left)


PRINTED = """Compose(
      Resize(size=[256], interpolation=InterpolationMode.BILINEAR, antialias=True)
      RandomHorizontalFlip(p=0.5)
      RandomApply(
      p=0.3
      ColorJitter(brightness=(0.8, 1.2), contrast=None, saturation=None, hue=(-0.1, 0.1))
)
      RandomAffine(degrees=[-10.0, 30.0], translate=(0.1, 0.2))
      Lambda()
      Normalize(mean=[0.5], std=[0.25], inplace=False)
)
"""


ARGUMENTS = {
    "a call": "gen = ImageDataGenerator(\n  rescale=1./255, rotation_range=20,\n  cval=255.,\n"
    "  fill_mode='constant', vertical_flip=False,\n  zca_whitening=True, shear_rang=3)",
    "a dict": "{'rescale': 1./255, 'rotation_range': 20, 'cval': 255.,\n\n"
    "'fill_mode': 'constant', 'vertical_flip': False,\n\n'zca_whitening': True, 'shear_rang': 3}",
    "YAML": "rescale: 0.00392156862\nrotation_range: 20\ncval: 255\nfill_mode: constant\n"
    "zca_whitening: true\nshear_rang: 3",
}


@pytest.mark.parametrize("form", ARGUMENTS)
def test_arguments_of_a_generator(form: str) -> None:
    found = turned(ARGUMENTS[form].encode(), "a")
    assert found.steps == [
        {"rotate": {"degrees": [-20, 20], "border": "constant", "fill": 1}},
        {"normalize": {"mean": 0, "std": 1}},
        "learned_whitening",
    ]
    told = [str(each) for each in found.left]
    assert any(each.endswith("did you mean 'shear_range'?") for each in told)
    assert {each.place.line for each in found.left} <= {5, 6}
    assert {each.name for each in found.left} == {"shear_rang"}


@pytest.mark.parametrize(
    ("center", "scale", "step"),
    [
        (True, True, "standardize"),
        (True, False, {"standardize": {"scale": False}}),
        (False, True, {"standardize": {"center": False}}),
    ],
)
def test_samples_are_centred_and_scaled_as_told(center: bool, scale: bool, step: object) -> None:
    text = f"dict(samplewise_center={center}, samplewise_std_normalization={scale})"
    assert turned(text.encode(), "a").steps == [step]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("Compose([\n  Rotate(limit=),\n])", (2, 16), "expected a value, got ')'"),
        ("Compose([\n  HorizontalFlip(", (2, 17), "the text ends too early"),
        ("Compose([HorizontalFlip() ~])", (1, 27), "did not expect '~'"),
        ("Compos([Rotat()])", (1, 1), "no library has 'Compos'; did you mean 'Compose'?"),
        ("[" * 60, (1, 34), "nested deeper"),
        ("42", (1, 1), "this is no pipeline"),
        ('{"__class_fullname__": 3}', (1, 24), "must be the name of a class"),
    ],
)
def test_what_is_no_pipeline_is_refused_at_its_place(
    text: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(RecipeError) as error:
        turned(text.encode(), "a")
    (problem,) = error.value.problems
    assert (problem.line, problem.column) == place
    assert message in problem.message


def _source(*before: str) -> str:
    return "\n".join(
        (
            *before,
            "def train(size=224, p=(0.5)):",
            "    return Compose([",
            "        Resize(256, 256),  # to (256, 256)",
            "        RandomCrop(size - 0, 2 * 112), ColorJitter(hue=20 / 360),",
            "    ])",
            "VALID = {'train': None, 'val': Compose([Resize(256, 256)])}",
            "model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())",
        )
    )


ALL_IN_BRACKETS = ("from {} import (", "    Compose,  # (all)", "    Resize", ")")


@pytest.mark.parametrize(
    ("module", "resized"),
    [
        ("albumentations", "resize: {width: 256, height: 256}"),
        ("torchvision.transforms", "shortest_side: {length: 256}"),
    ],
)
def test_a_file_of_python_has_its_pipeline_among_other_things(module: str, resized: str) -> None:
    imports = [line.format(module) for line in ALL_IN_BRACKETS]
    found = turned(_source('"""Für (alles)."""', "import torch.nn as nn", *imports).encode(), "a")
    assert shown(found.steps[0]) == resized
    assert "hue: {degrees: [-20, 20]}" in shown(found.steps[-1])
    told = [(each.place.line, each.name) for each in found.left]
    assert told[-3:] == [(10, "RandomCrop"), (12, "Compose"), (13, "Sequential")]


def test_what_is_told_for_each_channel_may_be_a_list_some_times() -> None:
    (step,) = turned(b"[T.Normalize([0.5] * 3, (1 / 4,) * 3)]", "a").steps
    assert shown(step) == "normalize: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}"


def test_what_would_have_to_be_run_is_left() -> None:
    found = turned(
        b"dict(rescale=1/0, shear_range=__import__('os').remove('a'), rotation_range=3)", "a"
    )
    assert [*map(shown, found.steps)] == ["rotate: {degrees: [-3, 3], border: replicate}"]
    assert {each.name for each in found.left} == {"rescale", "shear_range"}
    told = b"[A.D4(), A.CoarseDropout(max_height=int(9.5)), A.Normalize(MEAN), T.Normalize(m, s)]"
    assert [each.name for each in turned(told, "a").left] == ["CoarseDropout", *["Normalize"] * 2]


def test_what_a_step_does_not_allow_is_left_with_the_reason() -> None:
    found = turned(b"Compose([Perspective(scale=(0.1, 0.9)), HorizontalFlip(p=1)])", "a")
    assert found.steps == ["horizontal_flip"]
    (left,) = found.left
    assert "perspective: {distortion: [0, 0.8]" in left.why


ODD = ("x", "-1", "0", "1e299", "True", "[]", "[1]", "(2, 1)", "[1, 2, 3]", "{'x': 1}", "f(1)")


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_arguments_of_any_form_are_turned_or_left(library: Library) -> None:
    names = re.compile(r"\b[a-z]\w*(?==)")
    for rule in filter(lambda rule: rule.turn, library.rules):
        for name in {"p", *names.findall(rule.example), *rule.order.split()}:
            for value in ODD:
                call = f"{rule.names[0]}({name}={value})"
                text = f"dict({name}={value})" if library.of_arguments else f"[{call}]"
                found = turned(text.encode(), "a")
                assert all(map(built, found.steps)), text


def test_init_writes_a_recipe_with_the_steps(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "photos", {"train/a": 2, "train/b": 2})
    (tmp_path / "pipeline.txt").write_text(PRINTED)
    told = augment("init", photos, "--from", tmp_path / "pipeline.txt", "-o", tmp_path / "r.yaml")
    assert told.returncode == 0
    assert "line 9: Lambda" in told.stderr
    recipe = (tmp_path / "r.yaml").read_text("utf-8")
    assert "  - shortest_side: {length: 256}\n" in recipe
    assert "  # not turned: line 9: Lambda" in recipe
    done = augment("run", tmp_path / "r.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert len([*(tmp_path / "build/photos").rglob("*.tif*")]) == 4 * 5


def test_a_pipeline_without_steps_ends_in_a_usage_error(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "photos", {"train/a": 2})
    (tmp_path / "pipeline.txt").write_text("Compose([ToTensor()])")
    told = augment("init", photos, "--from", tmp_path / "pipeline.txt")
    assert told.returncode == 2
    assert "nothing of" in told.stderr
