"""Pictures that take the style of another, against formulas and libraries."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import noisy, smooth, step
from msgspec.structs import replace
from scipy import linalg
from test_mixed_pictures import BASE, EQUAL, HEIGHT, WIDE, WIDTH, Few, Other, mixing

from augcli.image.operations.ops import apply
from augcli.image.picture import Picture, full_range


@pytest.mark.oracle("histogram_matching")
def test_histogram_matching_gives_the_partners_values_by_rank() -> None:
    """As it is defined: quantiles of own values, looked up among those of the other's."""
    _, ops = mixing("histogram_matching", WIDE, share=1)
    made = apply(ops, BASE).pixels
    for band in range(3):
        own, other = BASE.pixels[:, :, band], WIDE.whole.pixels[:, :, band]
        _, place, counts = np.unique(own, return_inverse=True, return_counts=True)
        values, others = np.unique(other, return_counts=True)
        ranks = np.cumsum(counts) / own.size
        truth = np.interp(ranks, np.cumsum(others) / other.size, values)[place].reshape(own.shape)
        assert np.abs(made[:, :, band] - truth).max() <= 0.5
    _, half = mixing("histogram_matching", WIDE, share=0)
    np.testing.assert_array_equal(apply(half, BASE).pixels, BASE.pixels)


@pytest.mark.oracle("fda")
def test_fda_takes_low_amplitudes_and_keeps_phases() -> None:
    base, other = Picture(smooth(depth="float32")), Other(Picture(noisy(depth="float32")))
    facts = replace(base.facts, peers=Few([other]))
    ops = type(step("fda")).lower({"partners": ["0"], "beta": 0.1}, facts)
    made = np.fft.fft2(apply(ops, base).pixels, axes=(0, 1))
    own, their = (np.fft.fft2(p.pixels, axes=(0, 1)) for p in (base, other.whole))
    reach, rows, columns = 4, np.fft.fftfreq(HEIGHT) * HEIGHT, np.fft.fftfreq(WIDTH) * WIDTH
    low = (np.abs(rows) <= reach + 0.5)[:, None] & (np.abs(columns) <= reach + 0.5)
    amplitude = np.where(low[:, :, None], np.abs(their), np.abs(own))
    np.testing.assert_allclose(made, amplitude * np.exp(1j * np.angle(own)), atol=2e-3)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_fda_leaves_what_is_no_number_where_it_is(odd: float) -> None:
    base, other = smooth(depth="float32"), noisy(depth="float32")
    whole = [base.copy(), other.copy()]
    base[3, 4, 1] = other[7, 8] = odd
    made, truth = (
        apply(
            type(step("fda")).lower(
                {"partners": ["0"], "beta": 0.1},
                replace(Picture(own).facts, peers=Few([Other(Picture(their))])),
            ),
            Picture(own),
        ).pixels
        for own, their in ((base, other), whole)
    )
    np.testing.assert_array_equal(made[3, 4, 1], odd)
    seen = np.isfinite(made)
    assert np.count_nonzero(~seen) == 1
    assert np.abs(made - truth)[seen].max() < 0.05


@pytest.mark.oracle("color_transfer")
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_color_transfer_gives_the_partners_moments_by_the_least_move(
    depth: str, channels: int
) -> None:
    """The linear map between two normal distributions, by matrix roots of SciPy."""
    base, other = (Picture(made(channels=channels, depth=depth)) for made in (smooth, noisy))
    facts = replace(base.facts, peers=Few([Other(other)]))
    ops = type(step("color_transfer")).lower({"partners": ["0"], "share": 0.5}, facts)
    own, their = (p.pixels.reshape(-1, channels).astype(np.float64) for p in (base, other))
    cov, wanted = (np.atleast_2d(np.cov(each.T, bias=True)) for each in (own, their))
    root, back = (
        np.atleast_2d(np.real(linalg.fractional_matrix_power(cov, e))) for e in (0.5, -0.5)
    )
    least = back @ np.real(linalg.sqrtm(root @ wanted @ root)) @ back
    moved = (own - own.mean(0)) @ least.T + their.mean(0)
    np.testing.assert_allclose(np.cov(moved.T, bias=True), wanted.squeeze(), rtol=1e-6)
    top = full_range(base.pixels.dtype)
    truth = np.clip((own + moved) / 2, *((0, top) if depth != "float32" else (-9, 9)))
    made = apply(ops, base).pixels.reshape(-1, channels)
    assert np.abs(made - truth).max() <= top * 1e-3 + (0.5 if depth == "uint8" else 0)


def test_color_transfer_of_flat_pictures_moves_to_the_partners_mean() -> None:
    flat, facts = Picture(np.full((9, 9, 3), 77, np.uint8)), replace(BASE.facts, peers=Few([EQUAL]))
    ops = type(step("color_transfer")).lower({"partners": ["0"], "share": 1}, facts)
    mean = EQUAL.whole.pixels.mean(axis=(0, 1))
    assert np.abs(apply(ops, flat).pixels - mean).max() <= 0.5
