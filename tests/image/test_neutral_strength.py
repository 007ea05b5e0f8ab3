"""Strength 0 leaves pictures as they are, whatever the step; found in the registry."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import DEPTHS, TRANSFORMS, augmented, noisy, step
from together import together

from augcli.image.picture import Picture
from augcli.transform import changed, declared_range, own_fields

NEARLY = {
    ("jpeg", None): "quality 100 still rounds coefficients",
    ("webp", None): "quality 100 still rounds coefficients",
    ("vae", None): "the picture as its network has it",
    ("autoencoder", None): "the picture as its network has it",
    ("convolutional_autoencoder", None): "the picture as its network has it",
    ("linear_autoencoder", None): "the picture as its network has it",
    ("posterize", "uint16"): "at most 8 bits are kept",
}
"""What has a mildest value though it changes something."""


def neutral_steps() -> list[str]:
    return [
        name
        for name, cls in TRANSFORMS.items()
        if not cls.lasting
        and any(
            declared.neutral is not None
            for field in own_fields(cls)
            if (declared := declared_range(cls, field))
        )
    ]


@pytest.mark.parametrize("depth", DEPTHS)
@together("name", neutral_steps())
def test_the_magnitudes_of_strength_0_change_nothing(name: str, depth: str) -> None:
    """Though the step is applied; pure white is left out, which `solarize` inverts at 1."""
    picture = Picture(np.minimum(noisy(depth=depth), noisy(depth=depth).max() // 1.01))
    picture = picture.with_pixels(picture.pixels.astype(depth))
    still = changed(step(name).at_strength(0), p=1)
    if still.refusal(picture.facts) or {(name, None), (name, depth)} & NEARLY.keys():
        return
    seen = augmented(still, picture).pixels
    if depth == "float32":
        np.testing.assert_allclose(seen, picture.pixels, atol=2e-6)
    else:
        np.testing.assert_array_equal(seen, picture.pixels)


def test_nearly_all_steps_with_numbers_of_more_and_less_have_a_neutral_one() -> None:
    assert len(neutral_steps()) > 55


@together("name", TRANSFORMS)
def test_at_full_strength_a_step_is_itself(name: str) -> None:
    assert step(name).at_strength(1) == step(name)


def test_what_gives_pictures_their_size_stays() -> None:
    assert step("random_resized_crop").at_strength(0).p == 1
    assert step("random_resized_crop").at_strength(0).area.extent() == (1, 1)
    assert step("normalize").at_strength(0.3).p == 1
