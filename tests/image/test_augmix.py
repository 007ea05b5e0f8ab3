"""AugMix: chains, weights and the mixture of what they make."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from image_samples import TRANSFORMS, noisy, smooth, step

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image.dirichlet import dirichlet, gamma
from augcli.image.operations.ops import apply
from augcli.image.picture import Picture
from augcli.image.transform import ImageTransform, beside_nothing

PICTURE = Picture(noisy())
MANY = 1500


AUGMIX = step("augmix")


def params_of(seed: int, augmix: ImageTransform = AUGMIX) -> dict[str, Any]:
    return augmix.make_params(Draws(seed).at("x"), PICTURE.facts)


def test_chains_are_as_many_and_as_deep_as_asked() -> None:
    drawn = [params_of(seed) for seed in range(MANY)]
    assert {len(each["chains"]) for each in drawn} == {3}
    depths = Counter(len(chain["steps"]) for each in drawn for chain in each["chains"])
    assert set(depths) == {1, 2, 3}
    assert max(depths.values()) < 1.12 * MANY
    assert {len(c["steps"]) for c in params_of(1, step("augmix", width=5, depth=4))["chains"]} == {
        4
    }


def test_magnitudes_are_of_the_weakest_bins() -> None:
    steps = [s for seed in range(MANY) for c in params_of(seed)["chains"] for s in c["steps"]]
    made = {n: [s["params"] for s in steps if s["name"] == n] for n in {s["name"] for s in steps}}
    assert {round(abs(each["degrees"]), 6) for each in made["rotate"]} == {0, 3.333333, 6.666667}
    assert {each["bits"] for each in made["posterize"]} == {3, 4}
    assert {each["threshold"] for each in made["solarize"]} == {1, 0.888888889, 0.777777778}
    assert {round(abs(each["x"]), 6) for each in made["pan"]} == {0, 0.037037, 0.074074}
    shares = Counter(each["name"] for each in steps)
    assert shares["equalize"] / len(steps) == pytest.approx(1 / 13, abs=0.012)
    assert shares["slant"] / len(steps) == pytest.approx(2 / 13, abs=0.015)
    assert "identity" not in made
    plain = step("augmix", enhance=False)
    chains = [chain for seed in range(99) for chain in params_of(seed, plain)["chains"]]
    few = {each["name"] for chain in chains for each in chain["steps"]}
    assert few == {"slant", "pan", "rotate", "posterize", "solarize", "autocontrast", "equalize"}


@pytest.mark.oracle("augmix")
def test_weights_sum_to_1_and_the_mixture_is_their_mean() -> None:
    params = params_of(4)
    weights = [params["own"], *(chain["weight"] for chain in params["chains"])]
    assert sum(weights) == pytest.approx(1)
    mixed = params["own"] * PICTURE.pixels.astype(float)
    for chain in params["chains"]:
        made = PICTURE
        for each in chain["steps"]:
            ops = TRANSFORMS[each["name"]].lower(each["params"], made.facts)
            made = apply(ops, made)
        mixed += chain["weight"] * made.pixels
    seen = apply(TRANSFORMS["augmix"].lower(params, PICTURE.facts), PICTURE).pixels
    assert np.abs(seen - mixed).max() <= 1


def test_weights_are_of_the_dirichlet_distribution() -> None:
    drawn = np.array([dirichlet(Draws(i), 0.5, 3) for i in range(6000)])
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), 1 / 3, atol=0.015)
    np.testing.assert_allclose(drawn.var(axis=0), (1 / 3) * (2 / 3) / 2.5, atol=0.006)


@pytest.mark.parametrize("shape", [0.2, 1, 5])
def test_gamma_has_its_mean_and_variance(shape: float) -> None:
    drawn = np.array([gamma(Draws(i).at("g"), shape) for i in range(8000)])
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(shape, rel=0.07)
    assert drawn.var() == pytest.approx(shape, rel=0.13)


def test_beside_objects_nothing_moves() -> None:
    still = beside_nothing(step("augmix"))
    made = [still.make_params(Draws(i), PICTURE.facts) for i in range(60)]
    names = {s["name"] for each in made for c in each["chains"] for s in c["steps"]}
    assert not names & {"slant", "pan", "rotate"}
    assert beside_nothing(step("augmix", moves=True)).moves is True


def test_at_strength_0_the_picture_is_itself() -> None:
    picture = Picture(smooth())
    still = step("augmix").at_strength(0)
    params = still.make_params(Draws(1), picture.facts)
    seen = apply(still.lower(params, picture.facts), picture).pixels
    np.testing.assert_array_equal(seen, picture.pixels)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_at_strength_0_what_cannot_be_seen_stays_too(depth: str) -> None:
    picture = Picture(noisy(channels=4, depth=depth), alpha=True)
    picture.pixels[:, :, 3] = np.arange(61) // 2
    still = step("augmix", width=5).at_strength(0)
    for seed in range(3):
        params = still.make_params(Draws(seed), picture.facts)
        seen = apply(still.lower(params, picture.facts), picture).pixels
        np.testing.assert_array_equal(seen, picture.pixels)


@pytest.mark.parametrize(
    "steps",
    [
        [{"name": "rotate", "params": {"degrees": 1e9}}],
        [{"name": "no_such", "params": {}}],
        [{"name": "resize", "params": {"width": 5, "height": 5, "interpolation": "linear"}}],
    ],
)
def test_records_of_other_chains_are_refused(steps: list[Any]) -> None:
    params = {"own": 0.5, "chains": [{"weight": 0.5, "steps": steps}]}
    with pytest.raises(SampleError):
        TRANSFORMS["augmix"].lower(params, PICTURE.facts)


@pytest.mark.parametrize("weight", [float("inf"), float("nan"), -0.1])
def test_records_of_no_shares_are_refused(weight: float) -> None:
    params = {"own": 0.5, "chains": [{"weight": weight, "steps": []}]}
    with pytest.raises(SampleError, match="no share"):
        TRANSFORMS["augmix"].lower(params, PICTURE.facts)
