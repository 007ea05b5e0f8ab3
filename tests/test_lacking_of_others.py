"""What a pipeline of another library means and no step does is named, and nothing else is."""

from __future__ import annotations

import pytest

from augcli.others.turning import shown, turned

LACKING = {
    "A.GaussNoise(mean_range=(.5, .5))": "without mean_range",
    "A.GaussNoise(noise_scale_factor=0.5, per_channel=False)": "without noise_scale_factor, per_",
    "A.MotionBlur(direction_range=(0, 1))": "without direction_range",
    "A.SomeOf([A.Transpose(p=1), A.D4()], n=5, replace=True)": "without replace",
    "A.Compose([A.D4()], bbox_params=A.BboxParams('coco', min_area=9, min_visibility=0.3))": (
        "without bbox_params.min_area, bbox_params.min_visibility"
    ),
    "A.CoarseDropout(fill='inpaint_ns')": "without fill inpaint_ns",
    "A.GridDropout(fill='random')": "without fill random",
    "A.TextImage(font_path='a.ttf', font_color='red')": "without font_path, font_color red",
    "A.AdditiveNoise('beta', 'per_pixel')": "without noise_type beta",
    "A.AdditiveNoise('gaussian', 'shared')": "without spatial_mode shared",
    "A.MultiplicativeNoise(elementwise=True)": "without factors that bands share",
    "A.RandomSnow(p=1)": "without method bleach",
    "A.Illumination(mode='corner')": "without mode corner",
    "A.AutoContrast(p=1)": "without method cdf",
    "A.Sharpen(p=1)": "without lightness other than 1",
    "A.Rotate(20, border_mode=cv2.BORDER_ISOLATED)": "without border_mode BORDER_ISOLATED",
    "A.Rotate(20, border_mode=MODE)": "without border_mode MODE",
    "A.Affine(scale=0.5, interpolation=cv2.INTER_AREA)": "without interpolation INTER_AREA",
    "A.Resize(9, 9, interpolation=4)": "without interpolation 4",
    "A.Posterize(4, 3)": "without argument 2",
    "v2.Pad(4, padding_mode=MODE)": "without padding_mode MODE",
    "v2.Resize(9, interpolation=InterpolationMode.LANCZOS)": "without interpolation lanczos",
    "v2.ScaleJitter(interpolation=InterpolationMode.NEAREST)": "without interpolation",
    "v2.LinearTransformation(M, mu)": "without mean_vector, transformation_matrix",
    "v2.GaussianNoise(mean=0.2)": "without mean",
    "v2.GaussianNoise(clip=False)": "without clip",
    "v2.RandomErasing(value='random')": "without value",
    "v2.RandomRotation(20, center=(0, 0))": "without center",
    "v2.RandomAffine(20, center=[3, 4])": "without center",
}


@pytest.mark.parametrize("call", LACKING)
def test_what_changes_pictures_and_has_no_step_is_named_beside_the_steps(call: str) -> None:
    found = turned(f"[{call}]".encode(), "a")
    assert found.steps
    (left,) = found.left
    assert left.why.startswith(LACKING[call])


CONSTANTS = {
    "BORDER_CONSTANT": 0,
    "BORDER_REPLICATE": 1,
    "BORDER_REFLECT": 2,
    "BORDER_WRAP": 3,
    "BORDER_REFLECT_101": 4,
    "INTER_NEAREST": 0,
    "INTER_LINEAR": 1,
    "INTER_CUBIC": 2,
    "INTER_LINEAR_EXACT": 5,
    "INTER_NEAREST_EXACT": 6,
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_mean_what_their_numbers_mean(name: str) -> None:
    key = "border_mode" if name.startswith("BORDER") else "interpolation"
    texts = [f"[A.Rotate(20, {key}={told})]" for told in (f"cv2.{name}", CONSTANTS[name])]
    named, numbered = (turned(text.encode(), "a") for text in texts)
    assert named == numbered
    assert not named.left
    (step,) = named.steps
    told = {**step}["rotate"].get(key.removesuffix("_mode"), "linear")
    assert told == name.partition("_")[2].lower().removesuffix("_101").removesuffix("_exact")


def test_what_is_several_steps_is_chosen_as_one() -> None:
    parts = "[A.RandomSizedBBoxSafeCrop(64, 48, p=1), A.Transpose(p=1), A.Lambda(p=1)]"
    inner = "box_safe_crop, {resize: {width: 48, height: 64}}"
    both = f"{{sequence: {{steps: [{inner}]}}}}"
    found = turned(f"[A.OneOf({parts}, p=1), A.RandomOrder({parts})]".encode(), "a")
    told = [f"{name}: {{steps: [{both}, transpose]}}" for name in ("one_of", "random_order")]
    assert [*map(shown, found.steps)] == told


WEIGHED = {
    "A.OneOf([A.HorizontalFlip(p=0.01), A.VerticalFlip(p=0.99)], p=1)": [0.01, 0.99],
    "A.OneOf([A.HorizontalFlip(), A.Lambda(p=0.2), A.D4()], p=1)": [0.5, 1.0],
    "A.OneOrOther(A.HorizontalFlip(), A.VerticalFlip(), p=0.9)": [0.9, 0.1],
    "v2.RandomChoice([v2.RandomInvert(p=1), v2.RandomEqualize(p=1)], p=[0.9, 0.1])": [0.9, 0.1],
    "v2.RandomChoice(\n  RandomInvert(p=1)\n  RandomEqualize(p=1)\n)(p=[0.9, 0.1])": [0.9, 0.1],
    "A.OneOf([A.HorizontalFlip(p=0.3), A.VerticalFlip(p=0.3)], p=1)": None,
}


@pytest.mark.parametrize("call", WEIGHED)
def test_what_is_chosen_more_often_there_is_so_here(call: str) -> None:
    (step,) = turned(f"[{call}]".encode(), "a").steps
    assert step["one_of"].get("weights") == WEIGHED[call]


def test_of_few_transforms_no_more_are_chosen_than_there_are() -> None:
    text = "A.Compose([A.SomeOf([A.D4(), A.Transpose(p=1), A.Lambda()], n=5), A.D4()], p=0.5)"
    found = turned(text.encode(), "a")
    assert [*map(shown, found.steps)] == [
        "sequence: {p: 0.5, steps: [{some_of: {n: 2, steps: [d4, transpose]}}, d4]}"
    ]


AS_USUAL = """
    A.GaussNoise(mean_range=[0.0, 0.0], per_channel=True, noise_scale_factor=1)
    A.MotionBlur(direction_range=[-1.0, 1.0], allow_shifted=True)
    A.SomeOf([A.Transpose(), A.D4()], n=1, replace=False)
    A.OneOf([A.HorizontalFlip(p=0.5), A.VerticalFlip()])
    A.OneOrOther(A.HorizontalFlip(), A.VerticalFlip())
    A.Compose([A.D4()], bbox_params=A.BboxParams(format='coco', min_area=0.0, label_fields=['a']))
    v2.GaussianNoise(mean=0.0, sigma=0.1, clip=True)
    v2.RandomErasing(scale=(0.02, 0.33), ratio=(0.3, 3.3), value=[0.0], inplace=False)
    v2.RandomRotation(20, center=None)
    v2.RandomChoice([v2.RandomInvert(p=1), v2.RandomEqualize(p=1)], p=[0.5, 0.5])
    v2.RandomChoice(RandomInvert(p=1) RandomEqualize(p=1))(p=None)
"""


@pytest.mark.parametrize("call", [each.strip() for each in AS_USUAL.strip().splitlines()])
def test_defaults_that_are_told_are_not_named(call: str) -> None:
    found = turned(f"[{call}]".encode(), "a")
    assert (bool(found.steps), found.left) == (True, [])
