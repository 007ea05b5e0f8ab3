"""Values that change nothing change nothing, not even by a rounding."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import DEPTHS, LIKE_OTHERS, TRANSFORMS, noisy
from together import together

from augcli.image.operations.ops import apply
from augcli.image.picture import Picture

SEED = {"seed": 3}
NEUTRAL = {
    "zoom": LIKE_OTHERS | {"x": 1, "y": 1},
    "crop_and_pad": LIKE_OTHERS | {"left": 0, "top": 0, "right": 0, "bottom": 0},
    "random_scale": {"factor": 1, "interpolation": "linear"},
    "d4": {"symmetry": 0},
    "piecewise_affine": LIKE_OTHERS | SEED | {"cells": 4, "displacement": 0},
    "thin_plate_spline": LIKE_OTHERS | SEED | {"points": 4, "displacement": 0},
    "optical_distortion": LIKE_OTHERS | {"k": 0},
    "grid_shuffle": SEED | {"rows": 1, "columns": 1},
    "rgb_shift": {"red": 0, "green": 0, "blue": 0},
    "band_gain": {"gain": [1, 1, 1], "offset": [0, 0, 0]},
    "sepia": {"amount": 0},
    "white_balance": {"red": 1, "blue": 1},
    "planckian_jitter": {"kelvin": 6500},
    "fancy_pca": {"first": 0, "second": 0, "third": 0},
    "intensity_scale": {"factor": 1, "offset": 0},
    "vignette": {"amount": 0, "x": 0.5, "y": 0.5},
    "illumination": {"strength": 0, "degrees": 30},
    "plasma": SEED | {"amount": 0, "cells": 3, "roughness": 0.5},
    "bias_field": SEED | {"strength": 0},
    "shadow": SEED | {"shadows": 2, "size": 0.5, "darkness": 0, "softness": 0.01},
    "fog": SEED | {"density": 0, "patches": 0.5, "light": 0.9},
    "snow": SEED | {"flakes": 0, "size": 0.01, "opacity": 0.9, "haze": 0, "light": 1},
    "spatter": SEED | {"cover": 0.2, "cells": 5, "opacity": 0, "colour": 0.2},
    "gravel": SEED | {"stones": 0, "size": 0.01},
    "coarse_dropout": SEED | {"holes": 0, "width": 0.1, "height": 0.1, "fill": 0},
    "xy_masking": SEED | {"columns": 0, "rows": 0, "width": 0.1, "height": 0.1, "fill": 0},
    "grid_dropout": {"cells": 5, "ratio": 0, "x": 0, "y": 0, "fill": 0},
    "grid_mask": {"cells": 5, "ratio": 0, "x": 0, "y": 0, "degrees": 20, "fill": 0},
    "pixel_dropout": SEED | {"fraction": 0, "fill": 0},
    "unsharp_mask": {"sigma_px": 1, "amount": 0, "threshold": 0},
    "emboss": {"amount": 0, "degrees": 20},
    "zoom_blur": {"factor": 1},
    "chromatic_aberration": {"red": 0, "blue": 0},
    "downscale": {"factor": 1, "interpolation": "linear"},
    "pixelate": {"size_px": 1},
    "morphology": {"operation": "erode", "size_px": 1},
    "superpixels": SEED | {"patches": 50, "share": 0},
    "multiplicative_noise": SEED | {"spread": 0},
    "speckle": SEED | {"sigma": 0},
    "iso_noise": SEED | {"luma": 0, "colour": 0},
}


@pytest.mark.parametrize("depth", DEPTHS)
@together("name", NEUTRAL)
def test_neutral_values_change_nothing(name: str, depth: str) -> None:
    picture = Picture(noisy(depth=depth))
    seen = apply(TRANSFORMS[name].lower(NEUTRAL[name], picture.facts), picture).pixels
    if depth == "float32":
        np.testing.assert_allclose(seen, picture.pixels, rtol=3e-7, atol=3e-7)
    else:
        np.testing.assert_array_equal(seen, picture.pixels)
