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


def test_what_is_several_steps_is_chosen_as_one() -> None:
    parts = "[A.RandomBrightnessContrast(p=1), A.Transpose(p=1), A.Lambda(p=1)]"
    inner = "{brightness: {delta: [-0.2, 0.2]}}, {contrast: {factor: [0.8, 1.2]}}"
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
