"""Steps as a whole, by the formula of what they do or by a library."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from image_samples import (
    DEPTHS,
    LIKE_OTHERS,
    NETS,
    augmented,
    lowered,
    moved_by,
    noisy,
    params_of,
    smooth,
    step,
    toned,
    true_resampling,
)
from scipy.ndimage import correlate
from test_learned_warp import NODES, displacement

from augcli.image.operations.geometry import Sampling
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Picture, full_range
from augcli.image.targets import Target
from augcli.image.transforms.blur import line_kernel

OBJECTS = (Target(label="a", box=(9.0, 8.0, 20.0, 18.0)), Target(label="b", box=(30, 20, 50, 40)))
PARTS = ("box_safe_crop", "crop_near_object", "mask_crop", "crop_to_object", "center_crop")


@pytest.mark.oracle
@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("seed", range(3))
def test_parts_are_cut_out_of_the_pixels_where_params_say(name: str, seed: int) -> None:
    picture = with_targets(Picture(noisy()), OBJECTS)
    params = params_of(step(name), picture, seed)
    width, height = (params.get(side, params.get(side[0])) for side in ("width", "height"))
    x, y = params.get("x", (61 - width) // 2), params.get("y", (47 - height) // 2)
    made = augmented(step(name), picture, seed).pixels
    np.testing.assert_array_equal(made, picture.pixels[y : y + height, x : x + width])
    assert made.shape[:2] != picture.pixels.shape[:2]


@pytest.mark.oracle("random_resized_crop")
def test_a_resized_part_is_stretched_bilinearly() -> None:
    pixels, part = noisy(), {"x": 10, "y": 11, "w": 20, "h": 18, "width": 37, "height": 30}
    seen = moved_by("random_resized_crop", pixels, **part)
    cut = pixels[11:29, 10:30]
    assert np.abs(seen.astype(int) - cv2.resize(cut, (37, 30))).max() <= 1


@pytest.mark.oracle("resize")
def test_a_picture_made_larger_is_sampled_bilinearly() -> None:
    pixels = noisy()
    seen = moved_by("resize", pixels, width=80, height=90)
    assert np.abs(seen.astype(int) - cv2.resize(pixels, (80, 90))).max() <= 1


@pytest.mark.oracle("random_scale")
def test_a_scaled_picture_is_as_a_resized_one() -> None:
    pixels = noisy()
    larger = moved_by("resize", pixels, width=92, height=70)
    np.testing.assert_array_equal(moved_by("random_scale", pixels, factor=1.5), larger)


MOVES = {
    "rotate": {"degrees": 20, "expand": False},
    "scale": {"factor": 1.3},
    "shear": {"x": 10, "y": -5},
    "grid_distortion": {"columns": [0.3, -0.3, 0.1], "rows": [0.2, -0.1]},
    "translate": {"x": 0.11, "y": -0.07},
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", MOVES)
def test_moves_are_sampled_where_their_map_leads(name: str) -> None:
    """In float64; which map that is `test_moves.py` tells."""
    pixels = smooth()
    moves = lowered(name, Picture(pixels).facts, **(LIKE_OTHERS | MOVES[name]))
    truth, allowed = true_resampling(pixels, moves, Sampling())
    assert (np.abs(moved_by(name, pixels, **MOVES[name]) - truth) <= allowed).all()


@pytest.mark.oracle("motion_blur")
@pytest.mark.parametrize("depth", DEPTHS)
def test_motion_blur_is_the_mean_along_its_line(depth: str) -> None:
    pixels = noisy(depth=depth)
    seen = toned("motion_blur", pixels, length_px=7, degrees=30)[8:-8, 8:-8]
    kernel = line_kernel(7, 30)[:, :, None]
    truth = correlate(pixels.astype(np.float64), kernel)[8:-8, 8:-8]
    assert np.abs(seen - truth).max() <= full_range(pixels.dtype) * 0.004


@pytest.mark.oracle("clahe")
@pytest.mark.parametrize("clip", [1, 3])
def test_clahe_of_gray_bytes_is_that_of_opencv(clip: float) -> None:
    pixels = smooth(640, 480, channels=1) // 3 + 40
    seen = toned("clahe", pixels, clip=clip, tiles=8)[:, :, 0]
    truth = cv2.createCLAHE(clip, (8, 8)).apply(pixels[:, :, 0])
    assert np.abs(seen.astype(int) - truth).max() <= 1


VEILS = {
    "snow": {"flakes": 40, "size": 0.1, "opacity": 0.9, "haze": 0.2, "light": 0.9, "seed": 5},
    "sun_flare": {"x": 0.25, "y": 0.5, "size": 0.2, "strength": 0.8, "ghosts": 3, "seed": 1}
    | {"colour": 0.9},
}


@pytest.mark.oracle
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", VEILS)
def test_a_share_of_the_light_is_replaced(name: str, depth: str) -> None:
    """Which share `test_lighting.py` tells."""
    pixels = smooth(depth=depth)
    share = step(name).share(VEILS[name], Picture(pixels).facts)[:, :, None]
    top = full_range(pixels.dtype)
    truth = pixels * (1 - share) + 0.9 * top * share
    assert np.abs(toned(name, pixels, **VEILS[name]) - truth).max() <= top / 200


@pytest.mark.oracle
@pytest.mark.parametrize("name", NETS)
def test_a_network_without_weights_makes_gray(name: str) -> None:
    made = augmented(step(name), Picture(smooth())).pixels
    assert set(np.unique(made)) <= {127, 128}
    assert made.shape == (47, 61, 3)


@pytest.mark.oracle("learned_normalize")
def test_values_are_normalised_by_what_was_learned() -> None:
    pixels = noisy()
    made = augmented(step("learned_normalize"), Picture(pixels)).pixels
    np.testing.assert_allclose(made, (pixels / 255 - 0.4) / 0.2, atol=1e-5)


@pytest.mark.oracle("learned_warp")
def test_a_learned_warp_moves_by_its_displacement() -> None:
    picture = Picture(smooth())
    velocities = np.tile([[0.05], [-0.02]], len(NODES)).ravel()
    params = params_of(step("learned_warp"), picture) | {"velocities": velocities.tolist()}
    (field,) = step("learned_warp").lower(params, picture.facts)
    moved = field.backward(np.array([[30.5, 23.5]])) - [30.5, 23.5]
    middle = displacement(velocities).reshape(-1, 2)
    expected = middle[len(middle) // 2] * [61, 47]
    np.testing.assert_allclose(moved[0], expected, atol=0.3)
