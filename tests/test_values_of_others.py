"""Values of other libraries keep their meaning: pixels by the formulas that those document."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.image.operations.ops import apply
from augcli.image.picture import Picture
from augcli.image.transform import ImageTransform
from augcli.others.turning import built, shown, turned

PIXELS = np.random.default_rng(7).integers(0, 256, (40, 50, 3), dtype=np.uint8)
VALUES = PIXELS.astype(float)


def ours(call: str) -> NDArray[np.float64]:
    """Return what the one step that a call becomes makes of the pixels."""
    (step,) = map(built, turned(f"[{call}]".encode(), "a").steps)
    assert isinstance(step, ImageTransform)
    picture = Picture(PIXELS)
    params = step.make_params(Draws(0), picture.facts)
    return apply(step.lower(params, picture.facts), picture).pixels.astype(float)


def kernel(alpha: float) -> NDArray[np.float64]:
    """Return the kernel of an embossing of strength 1 that is mixed with the picture."""
    return alpha * np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2.0]]) + np.diag([0, 1 - alpha, 0])


EXPECTED = {
    "A.RandomBrightnessContrast((0.2, 0.2), (0.3, 0.3), p=1)": 1.3 * VALUES + 0.2 * 255,
    "A.RandomBrightnessContrast((-0.1, -0.1), (-0.4, -0.4), p=1)": 0.6 * VALUES - 0.1 * 255,
    "A.Emboss(alpha=(0.4, 0.4), strength=(1, 1), p=1)": cv2.filter2D(VALUES, -1, kernel(0.4)),
    **{
        f"T.RandomSolarize({t}, p=1)": np.where(t <= VALUES, 255 - VALUES, VALUES)
        for t in (2, 100, 128, 255)
    },
    "A.MultiplicativeNoise(multiplier=(0.7, 0.7), p=1)": 0.7 * VALUES,
    "A.RGBShift((30, 30), (-20, -20), (10, 10), p=1)": VALUES + np.array([10, -20, 30]),
}


@pytest.mark.parametrize("call", EXPECTED)
def test_values_are_those_of_the_formula(call: str) -> None:
    """Ours round to the nearest byte, after fractions of four digits."""
    assert np.abs(ours(call) - EXPECTED[call].clip(0, 255)).max() <= 0.51


UNITS = {
    "A.AdditiveNoise(p=1)": "rgb_shift: {red: [-0.1, 0.1], green: [-0.1, 0.1], blue: [-0.1, 0.1]}",
    "A.AdditiveNoise('gaussian', 'per_pixel', p=1)": "gaussian_noise: {sigma: [0.05, 0.15]}",
    "A.AdditiveNoise('uniform', 'per_pixel', {'ranges': [(-0.3, 0.3)]}, p=1)": "{sigma: 0.1732}",
    "A.MultiplicativeNoise(multiplier=(0.8, 1.1), per_channel=True, p=1)": "{gain: [0.8, 1.1], of",
    "A.ShotNoise(scale_range=(0.01, 0.1), p=1)": "shot_noise: {photons: [13, 130]}",
    "A.UnsharpMask((3, 5), threshold=51, p=1)": (
        "{sigma_px: [0.8, 1.1], amount: [0.2, 0.5], threshold: 0.2}"
    ),
    "A.RandomToneCurve(0.2, p=1)": (
        "{shadows: {normal: [0.25, 0.2]}, lights: {normal: [0.75, 0.2]}}"
    ),
    "A.Illumination(intensity_range=(0.1, 0.2), p=1)": "illumination: {strength: [0.1, 0.2]}",
    "A.PlasmaShadow(shadow_intensity_range=(0.5, 0.5), p=1)": "plasma: {amount: [0.3333, 0.3333]}",
    "A.HEStain(intensity_scale_range=(0.9, 1.1), p=1)": "eosin: [0.9, 1.1], more_haematoxylin: [-",
    "A.RandomRain(brightness_coefficient=0.8, drop_width=2, p=1)": "{width_px: 2, darkness: 0.2}",
    "A.RandomShadow(num_shadows_limit=(2, 3), p=1)": "shadow: {shadows: [2, 3], darkness: 0.5}",
    "A.RandomSunFlare(flare_roi=(0.2, 0, 0.4, 0.1), p=1)": "x: [0.2, 0.4], y: [0, 0.1], ghosts",
    "A.Spatter(mode='mud', p=1)": "cover: 0.2392, opacity: 0.6, colour: [0.07843, 0.1647, 0.2471]",
    "A.MotionBlur((7, 7), angle_range=(20, 30), p=1)": "degrees: [150, 160]",
    "A.OpticalDistortion((-0.15, 0.3), p=1)": "k: [-0.1, 0.2]",
    "A.OpticalDistortion((-0.15, 0.3), mode='fisheye', p=1)": "k: [-0.15, 0.3]",
    "A.MultiplicativeNoise((0.8, 1.1), elementwise=True, per_channel=True, p=1)": "{spread: 0.2}",
    "A.CropAndPad(percent=0.1, p=1)": "{left: 0.1, top: 0.1, right: 0.1, bottom: 0.1",
    "A.CropAndPad(percent=(0.1, 0.2, 0.3, 0.4), p=1)": (
        "{left: 0.4, top: 0.1, right: 0.2, bottom: 0.3"
    ),
    "A.Perspective(scale=(0.05, 0.1), p=1)": "distortion: [0, 0.12]",
    "A.AutoContrast(method='pil', p=1)": "autocontrast",
    "A.Sharpen(alpha=(0.3, 0.3), lightness=(1, 1), p=1)": "amount: 0.3",
}


@pytest.mark.parametrize("call", UNITS)
def test_units_are_ours(call: str) -> None:
    found = turned(f"[{call}]".encode(), "a")
    assert UNITS[call] in " ".join(map(shown, found.steps))
    assert not found.left
