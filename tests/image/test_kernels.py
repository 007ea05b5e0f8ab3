"""What is no number in a picture of floats reaches no further than the kernel of a blur."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import noisy, toned

from augcli.image.kernels.means import averaged
from augcli.image.kernels.moments import channel_means, channel_products
from augcli.image.transforms.blur import line_kernel
from augcli.image.transforms.filters import oval

KERNELS = {"long": line_kernel(15, 30), "wide": oval(3, 2, 40, 1), "small": line_kernel(4, 60)}


def summed_directly(pixels: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return Σ weight · neighbour over the weights that are not 0, term by term."""
    reach = len(kernel) // 2
    height, width = pixels.shape[:2]
    wide = np.pad(pixels.astype(float), ((reach, reach), (reach, reach), (0, 0)), "reflect")
    terms = [kernel[y, x] * wide[y : y + height, x : x + width] for y, x in np.argwhere(kernel)]
    with np.errstate(invalid="ignore"):
        return np.sum(terms, axis=0)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_values_that_are_no_numbers_spoil_what_the_kernel_reaches(
    channels: int, kernel: np.ndarray
) -> None:
    pixels = noisy(depth="float32", channels=channels)
    pixels[5, 7, 0], pixels[30, 40, -1], pixels[31, 44, -1] = np.nan, np.inf, -np.inf
    seen = averaged(pixels, kernel).reshape(pixels.shape)
    np.testing.assert_allclose(seen, summed_directly(pixels, kernel), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("defocus", {"radius_px": 5}),
        ("motion_blur", {"length_px": 30, "degrees": 20}),
        ("advanced_blur", {"sigma_x_px": 4, "sigma_y_px": 2, "degrees": 10, "shape": 1}),
    ],
)
def test_one_pixel_does_not_spoil_a_picture(name: str, params: dict[str, float]) -> None:
    pixels = noisy(200, 160, depth="float32")
    clean = toned(name, pixels, **params)
    pixels[80, 100] = np.nan
    seen = toned(name, pixels, **params)
    spoilt = np.isnan(seen)
    assert 30 <= spoilt.sum() <= 3 * 31**2
    np.testing.assert_allclose(seen[~spoilt], clean[~spoilt], atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3, 6])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_means_and_products_of_whole_numbers_are_exact(depth: str, channels: int) -> None:
    pixels = noisy(depth=depth, channels=channels)
    flat = pixels.reshape(-1, channels).astype(object)
    assert (channel_products(pixels) == flat.T @ flat).all()
    assert (channel_means(pixels) == flat.sum(axis=0) / len(flat)).all()
