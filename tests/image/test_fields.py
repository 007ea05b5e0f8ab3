"""Displacement fields: their shape, their inverse, their seeds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_samples import (
    LIKE_OTHERS,
    lowered,
)

from augcli.image.operations.geometry import Field, Sampling
from augcli.image.picture import Facts
from augcli.image.transforms.distortion import offsets, smooth_noise


@settings(max_examples=40, deadline=None)
@given(
    columns=st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=8),
    rows=st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=8),
    x=st.floats(-20, 220),
    y=st.floats(-20, 170),
)
def test_fields_invert(columns: list[float], rows: list[float], x: float, y: float) -> None:
    nodes = np.stack(np.meshgrid(offsets(columns, 200), offsets(rows, 150)), axis=-1)
    field = Field(nodes, 200, 150, Sampling())
    there = field.forward(np.array([[x, y]]))
    np.testing.assert_allclose(field.backward(there), [[x, y]], atol=0.05)


def test_grid_distortion_fills_the_frame() -> None:
    for distortions in ([0.3, -0.3, 0.1], [0.9, -0.9], [0.0]):
        moves = offsets(distortions, 100)
        assert moves[0] == pytest.approx(0)
        assert moves[-1] == pytest.approx(0)
        shares = np.diff(moves + np.linspace(0, 100, len(moves)))
        expected = (1 + np.array(distortions)) / sum(1 + d for d in distortions) * 100
        np.testing.assert_allclose(shares, expected)


@pytest.mark.oracle("elastic")
@pytest.mark.parametrize("sigma", [0.01, 0.05, 0.3, 1])
@pytest.mark.parametrize(("width", "height"), [(200, 150), (33, 70), (1, 40), (1, 1)])
def test_elastic_amplitude(sigma: float, width: int, height: int) -> None:
    facts = Facts(width, height, 3, "uint8", False)
    params = LIKE_OTHERS | {"amplitude": 0.1, "sigma": sigma, "seed": 5}
    (field,) = lowered("elastic", facts, **params)
    lengths = np.hypot(field.nodes[:, :, 0], field.nodes[:, :, 1])
    assert lengths.max() == pytest.approx(0.1 * min(width, height))


def test_elastic_smoothness() -> None:
    """Neighbouring nodes half a sigma apart correlate as a Gaussian's own convolution does."""
    facts = Facts(2000, 1500, 3, "uint8", False)
    nodes = smooth_noise(3, 50.0, facts)
    assert nodes.shape == (61, 81, 2)
    together = np.corrcoef(nodes[:, :-1].ravel(), nodes[:, 1:].ravel())[0, 1]
    apart = np.corrcoef(nodes[:, :-12].ravel(), nodes[:, 12:].ravel())[0, 1]
    assert together == pytest.approx(np.exp(-(0.5**2) / 4), abs=0.02)
    assert abs(apart) < 0.2
    assert abs(np.corrcoef(nodes[:, :, 0].ravel(), nodes[:, :, 1].ravel())[0, 1]) < 0.2


def test_elastic_seed_is_frozen() -> None:
    nodes = smooth_noise(1234, 10.0, Facts(60, 40, 3, "uint8", False))
    np.testing.assert_allclose(nodes[2, 3], [-1.3041080314681976, 0.8968541652606827], rtol=1e-9)
