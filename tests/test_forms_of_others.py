"""Pipelines of other libraries in all forms in which they are written."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from test_from_others import PRINTED

from augcli.others.turning import shown, turned

SERIALISED = {
    "__version__": "2.0.8",
    "transform": {
        "__class_fullname__": "Compose",
        "p": 1.0,
        "transforms": [
            {"__class_fullname__": "HorizontalFlip", "p": 0.5},
            {
                "__class_fullname__": "OneOf",
                "p": 0.3,
                "transforms": [
                    {"__class_fullname__": "GaussNoise", "p": 0.5, "std_range": [0.1, 0.2]},
                    {"__class_fullname__": "MotionBlur", "p": 0.5, "blur_limit": [3, 5]},
                ],
            },
            {
                "__class_fullname__": "albumentations.Rotate",
                "p": 1.0,
                "limit": [-20.0, 20.0],
                "border_mode": 4,
                "interpolation": 2,
                "fill": 0.0,
            },
            {"__class_fullname__": "Affine", "p": 1.0, "scale": {"x": [0.9, 1.1], "y": [1, 1]}},
            {"__class_fullname__": "RandomBrightnessContrast", "brightness_limit": [-0.1, 0.1]},
            {"__class_fullname__": "Lambda", "p": 0.5},
        ],
        "bbox_params": None,
    },
}


OF_SERIALISED = [
    {"horizontal_flip": {"p": 0.5}},
    {
        "one_of": {
            "p": 0.3,
            "steps": [
                {"gaussian_noise": {"sigma": [0.1, 0.2]}},
                {"motion_blur": {"length_px": [3, 5], "degrees": [-180, 180]}},
            ],
        }
    },
    {"rotate": {"degrees": [-20, 20], "border": "reflect", "interpolation": "cubic"}},
    {"zoom": {"x": [0.9, 1.1], "y": 1, "border": "constant"}},
    {"intensity_scale": {"p": 0.5, "factor": [0.8, 1.2], "offset": [-0.1, 0.1]}},
]


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_serialised_albumentations(write: Any) -> None:
    found = turned(write(SERIALISED).encode(), "a")
    assert found.library == "Albumentations"
    assert found.steps == OF_SERIALISED
    assert [each.name for each in found.left] == ["Lambda"]


SHARED: dict[str, Any] = {
    "ElasticTransform": {},
    "ColorJitter": {"hue": [-0.1, 0.1]},
    "Normalize": {"p": 1},
}


@pytest.mark.parametrize("form", ["serialised", "printed"])
def test_names_that_two_libraries_have_are_those_of_the_one_that_wrote_them(form: str) -> None:
    parts = [{"__class_fullname__": name} | SHARED[name] for name in SHARED]
    tree = {"transform": {"__class_fullname__": "Compose", "transforms": parts}}
    code = "Compose([ElasticTransform(), ColorJitter(), Normalize()], p=1.0, bbox_params=None)"
    found = turned((json.dumps(tree) if form == "serialised" else code).encode(), "a")
    assert found.library == "Albumentations"
    assert found.steps[0] == {"elastic": {"p": 0.5, "border": "constant"}}


def _of_both(prefix: str = "") -> str:
    names = ("Resize(256, 256)", "RandomCrop(224, 224)", "ColorJitter()")
    return f"{prefix}Compose([{', '.join(prefix + name for name in names)}])"


WRITTEN = {
    f"import albumentations as A\nt = {_of_both('A.')}": "Albumentations",
    f"import albumentations as alb\nt = {_of_both('alb.')}": "Albumentations",
    f"from albumentations import *\nt = {_of_both()}": "Albumentations",
    f"import torchvision\nimport albumentations as A\nt = {_of_both('A.')}": "Albumentations",
    f"{_of_both()[:-1]}, p=1.0)": "Albumentations",
    "Compose([Resize(height=256, width=256, p=1.0)])": "Albumentations",
    "from torchvision import transforms as A\nt = A.Compose([A.Resize(256), A.ColorJitter(0.1)])": (
        "torchvision"
    ),
    "from torchvision.transforms import v2\nt = v2.Compose([v2.RandomErasing(p=0.3)])": (
        "torchvision"
    ),
    "Compose([Resize(256), RandomCrop(224)])": "torchvision",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_prefixes_imports_and_arguments_tell_the_library(text: str) -> None:
    found = turned(text.encode(), "a")
    assert found.library == WRITTEN[text]
    assert not found.left
    assert "256" not in text or shown(found.steps[0]) in (
        "resize: {width: 256, height: 256}",
        "shortest_side: {length: 256}",
    )


def test_printed_torchvision() -> None:
    found = turned(PRINTED.encode(), "a")
    assert found.library == "torchvision"
    assert [shown(step) for step in found.steps] == [
        "shortest_side: {length: 256}",
        "horizontal_flip: {p: 0.5}",
        "sequence: {p: 0.3, steps: [{random_order: {steps: "
        "[{intensity_scale: {offset: 0, factor: [0.8, 1.2]}}, {hue: {degrees: [-36, 36]}}]}}]}",
        "affine: {rotate: [-30, 10], translate_x: [-0.1, 0.1], translate_y: [-0.2, 0.2], "
        "scale: 1, shear_x: 0, border: constant, interpolation: nearest}",
        "normalize: {mean: 0.5, std: 0.25}",
    ]
    assert [str(each).partition(": a step")[0] for each in found.left] == ["line 9: Lambda"]
