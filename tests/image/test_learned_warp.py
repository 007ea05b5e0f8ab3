"""Warps that are learned: flows, what brings pictures onto each other, and what is drawn of it."""

from __future__ import annotations

import numpy as np
import pytest
from image_samples import params_of, smooth, step
from scipy.linalg import expm

from augcli.errors import SampleError
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels import opencv as cv2
from augcli.image.learning.aligning import SIDE, aligned
from augcli.image.learning.velocities import COUNT, affine, displacement, places, smallest_area
from augcli.image.learning.warps import WarpLearner, warps_of
from augcli.image.operations.geometry import Field, Sampling
from augcli.image.picture import Picture
from augcli.steps.learned import ModelError, Seen
from augcli.task import Source

SETTINGS = ImageDatasetSettings(path=".")
NODES = places(5)


def velocities(seed: int, sigma: float = 0.03) -> np.ndarray:
    """Return velocities that are mostly affine, as learned ones are."""
    drawn = np.random.default_rng(seed).normal(0, sigma, (2, 25))
    return (3 * drawn @ affine() + drawn).ravel()


def field(found: np.ndarray) -> Field:
    return Field(displacement(found), 1, 1, Sampling())


def inner(count: int = 400) -> np.ndarray:
    """Return points far enough inside that no flow leaves the frame."""
    return np.random.default_rng(0).uniform(0.3, 0.7, (count, 2))


@pytest.mark.parametrize("seed", range(3))
def test_the_opposite_velocities_are_the_inverse(seed: int) -> None:
    there, back = field(velocities(seed)), field(-velocities(seed))
    moved = there.backward(inner())
    assert np.abs(moved - inner()).max() > 0.02
    np.testing.assert_allclose(back.backward(moved), inner(), atol=0.1 / 32)


def test_affine_velocities_are_those_of_the_matrix_exponential() -> None:
    linear, shift = np.array([[-0.2, 0.1], [-0.15, -0.3]]), np.array([0.02, -0.03])
    across = (NODES - 0.5) @ linear.T + shift
    whole = expm(np.block([[linear, shift[:, None]], [np.zeros((1, 3))]]))
    arms = places(33) - 0.5
    expected = arms @ (whole[:2, :2] - np.eye(2)).T + whole[:2, 2]
    found = displacement(across.T.ravel()).reshape(-1, 2)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("spread", [1, 3])
def test_nothing_folds(spread: float) -> None:
    for seed in range(20):
        moved = displacement(spread * velocities(seed)) * 32
        assert smallest_area(moved) > 0


def shape(angle: float, shift: float = 0.0, side: int = 40) -> np.ndarray:
    """Return a bar with a foot, turned and pushed to the right."""
    pixels = np.zeros((side, side), np.uint8)
    cv2.rectangle(pixels, (17, 8), (22, 32), 255, -1)
    cv2.rectangle(pixels, (17, 27), (30, 32), 255, -1)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1)
    matrix[0, 2] += shift
    return cv2.warpAffine(cv2.GaussianBlur(pixels, (0, 0), 1), matrix, (side, side))


def seen(pixels: np.ndarray, label: str | None = None) -> Seen:
    data = cv2.imencode(".png", pixels)[1].tobytes()
    looked = WarpLearner().look([Source("x.png", "", data)], SETTINGS)
    return Seen(label, str(hash(data)), looked)


def learned(pictures: list[np.ndarray]) -> dict:
    learner = WarpLearner()
    all_seen = [seen(each) for each in pictures]
    worked = [learner.worked(all_seen, part) for part in learner.parts(all_seen)]
    return learner.learned(all_seen, worked)


def test_pictures_are_brought_onto_each_other() -> None:
    planes = [
        np.frombuffer(seen(shape(angle)).data, "<f4").reshape(1, SIDE, SIDE) for angle in (0, 20)
    ]
    found = aligned(*planes)
    assert found.left[0] < 0.05
    assert found.area[0] > 0.5


def test_pushed_pictures_teach_pushing_and_nothing_else() -> None:
    told = learned([shape(0, push) for push in (-4, -2, 0, 2, 4)])
    (only,) = told["classes"]
    assert (only["sources"], only["pairs"], only["aligned"]) == (5, 20, 20)
    values, vectors = np.linalg.eigh(warps_of(told).root(None))
    across, down = vectors[:, -1].reshape(2, 25)
    assert values[-1] > 3 * values[-2]
    assert np.abs(down).max() < 0.1 * np.abs(across).mean()
    assert across.std() < 0.3 * abs(across.mean())


def test_noise_cannot_be_aligned() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 32, 32), np.uint8)
    told = learned(list(noise))
    assert told["classes"][0]["aligned"] == 0
    (doubt,) = WarpLearner().doubts(told, step("learned_warp"))
    assert doubt.refused


def test_a_class_that_was_not_learned_of_gets_what_all_show() -> None:
    told = learned([shape(angle) for angle in (-10, 0, 10)])
    root = warps_of(told).root("other")
    assert np.abs(root).max() > 0
    np.testing.assert_array_equal(root[np.triu_indices(COUNT)], told["pooled"])


def test_pictures_that_show_nothing_are_left_out() -> None:
    with pytest.raises(SampleError, match="shows nothing"):
        seen(np.full((20, 30), 99, np.uint8))


@pytest.mark.parametrize("odd", [[1.0], [float("nan")] * COUNT, [9.0] * COUNT, "much", None])
def test_velocities_in_a_manifest_may_be_nonsense(odd: object) -> None:
    picture = Picture(smooth())
    warp = step("learned_warp")
    params = params_of(warp, picture) | {"velocities": odd}
    with pytest.raises((SampleError, ValueError, TypeError)):
        warp.lower(params, picture.facts)


def test_models_of_nonsense_are_refused() -> None:
    for odd in ({}, {"classes": [], "pooled": [1.0]}, {"classes": 1, "pooled": [0.0] * 1275}):
        with pytest.raises(ModelError):
            WarpLearner().prove(odd)


def test_modes_are_orthogonal_and_come_in_pairs() -> None:
    modes = step("learned_warp", spread=2).modes(None)
    moved = [np.array(params["velocities"]) for _, params in modes]
    np.testing.assert_allclose(moved[0], -moved[1])
    assert abs(moved[0] @ moved[2]) < 1e-6
