"""Pictures made anew: what is drawn of codes, decoded by NumPy, recorded and replayed; no torch."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import augment, failures, manifest, run, tree, write, write_recipe
from image_samples import NETS, params_of, smooth, step
from linear_nets import linear_model, seen_of
from scipy.signal import correlate2d

from augcli.api import check, load_recipe
from augcli.draws import Draws
from augcli.errors import RecipeError, SampleError, StepError
from augcli.image.config import ImageDatasetSettings
from augcli.image.learning.nets import SIDE, nets_of
from augcli.image.operations.ops import apply
from augcli.image.picture import Facts, Picture
from augcli.networks import Dense, Enlarging, Network
from augcli.steps.learned import ModelError

NAMES = tuple(NETS)


def stroke(angle: float, width: int, colour: int = 255) -> bytes:
    """Return a soft bar, turned."""
    pixels = np.zeros((40, 40), np.uint8)
    cv2.rectangle(pixels, (20 - width, 6), (20 + width, 34), colour, -1)
    matrix = cv2.getRotationMatrix2D((20, 20), angle, 1)
    turned = cv2.GaussianBlur(cv2.warpAffine(pixels, matrix, (40, 40)), (0, 0), 1)
    return cv2.imencode(".png", turned)[1].tobytes()


CLASSES: dict[str | None, list[bytes]] = {
    "thin": [stroke(angle, 2) for angle in (-15, -5, 4, 12)],
    "wide": [stroke(angle, 8) for angle in (-15, -5, 4, 12)],
}
MODELS = {name: linear_model(name, CLASSES) for name in NAMES}


def facts(label: str, number: int) -> Facts:
    digest = sha256(CLASSES[label][number]).hexdigest()
    return Facts(40, 40, 1, "uint8", alpha=False, label=label, sha256=digest)


def small(params: dict) -> np.ndarray:
    """Return recorded pixels, as they are shown in their own size."""
    picture = Picture(np.zeros((SIDE, SIDE, 1), np.uint8))
    return apply(step("vae").lower(params, picture.facts), picture).pixels.astype(int)


def looked(label: str, number: int) -> np.ndarray:
    (seen,) = seen_of({label: [CLASSES[label][number]]})
    return np.frombuffer(seen.data, np.uint8).reshape(SIDE, SIDE, 1).astype(int)


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    for label, files in CLASSES.items():
        for number, data in enumerate(files):
            write(tmp_path / f"in/train/{label}/{number}.png", data)
        write(tmp_path / f"in/test/{label}/0.png", stroke(40, 3 + 3 * (label == "wide")))
    for name, model in MODELS.items():
        write(tmp_path / f"{name}.json", model.text())
    return tmp_path / "in"


def given(name: str, **told: object) -> list:
    return [{name: {"model": f"{name}.json", **told}}]


@pytest.mark.oracle("vae")
def test_between_begins_at_the_source_and_ends_at_another_of_its_class() -> None:
    here, files = facts("thin", 1), CLASSES["thin"]
    for distance, place in ((0, 0), (1, 1)):
        vae = step("vae", model=MODELS["vae"], distance=distance)
        params = vae.make_params(Draws(1).at("x"), here)
        hashes = [sha256(each).hexdigest() for each in files]
        ends = [hashes.index(each) for each in params["of"]]
        assert ends[0] == 1
        assert ends[1] != 1
        assert np.abs(small(params) - looked("thin", ends[place])).max() <= 1


def test_around_lies_as_far_from_the_source_as_is_said() -> None:
    here, nets = facts("wide", 2), nets_of(MODELS["vae"].told)
    own = nets.codes[1][nets.classes[1].sources.index(here.sha256)]
    away = []
    for distance in (0, 1, 2):
        vae = step("autoencoder", model=MODELS["autoencoder"], mode="around", distance=distance)
        params = vae.make_params(Draws(1).at("x"), here)
        assert params["of"] == [here.sha256]
        away.append(np.array(params["code"]) - own)
    np.testing.assert_allclose(away[0], 0, atol=1e-4)
    np.testing.assert_allclose(away[2], 2 * away[1], atol=1e-3)


def test_what_is_made_of_nothing_looks_like_its_class_to_the_judge() -> None:
    nets = nets_of(MODELS["gan"].told)
    gan = step("gan", model=MODELS["gan"])
    for seed in range(8):
        try:
            params = gan.make_params(Draws(seed).at("x"), facts("wide", 0))
        except StepError as error:
            assert "none of 20 samples looks like wide" in str(error)
        else:
            assert nets.looks_like(small(params).astype(np.uint8), "wide")
            assert not nets.looks_like(small(params).astype(np.uint8), "thin")


def test_the_judge_knows_the_originals() -> None:
    nets = nets_of(MODELS["vae"].told)
    for label, files in CLASSES.items():
        for number in range(len(files)):
            assert nets.looks_like(looked(label, number).astype(np.uint8), label)


def test_a_run_makes_the_same_whoever_works_and_a_replay_needs_no_model(
    bars: Path, tmp_path: Path
) -> None:
    for jobs in (1, 2):
        run(bars, tmp_path / f"out{jobs}", jobs, steps=given("vae"), copies=2)
    out = tmp_path / "out1"
    assert tree(out) == tree(tmp_path / "out2")
    assert failures(out) == {}
    (tmp_path / "vae.json").unlink()
    done = augment("replay", out, "-o", tmp_path / "again")
    assert "0 could not be" in done.stderr
    sources = {each["source_sha256"]: each["label"] for each in manifest(out)}
    for record in manifest(out):
        for each in record["steps"]:
            assert {sources[parent] for parent in each["params"]["of"]} == {record["label"]}


@pytest.mark.parametrize("name", NAMES)
def test_without_torch_it_says_what_to_install(
    bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    recipe = load_recipe(write_recipe(bars, tmp_path / "out", steps=[name], copies=1))
    with pytest.raises(RecipeError) as told:
        check(recipe)
    (problem,) = told.value.problems
    assert problem.message == f"{name} takes the extra `torch`: pip install 'augcli[torch]'"
    assert problem.line > 1
    run(bars, tmp_path / "given", steps=given(name), copies=1)


def test_an_enlarging_layer_repeats_and_correlates() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(9 * 2 + 1, 3))
    layer = Enlarging.of(matrix, 4)
    values = rng.normal(size=(2, 4, 4, 2)).astype(np.float32)
    made = layer(values.reshape(2, -1)).reshape(2, 8, 8, 3)
    wide = values.repeat(2, axis=1).repeat(2, axis=2)
    for picture, expected in zip(made, wide, strict=True):
        for band in range(3):
            windows = matrix[:-1, band].reshape(3, 3, 2)
            parts = [
                correlate2d(expected[..., at], windows[..., at], mode="same") for at in range(2)
            ]
            np.testing.assert_allclose(picture[..., band], sum(parts) + matrix[-1, band], atol=1e-5)
    assert (layer.inputs, layer.outputs) == (32, 192)
    with pytest.raises(ValueError, match="do not fit"):
        Network(layers=[layer, layer])


def test_check_says_what_such_pictures_are_worth(bars: Path, tmp_path: Path) -> None:
    recipe = load_recipe(write_recipe(bars, tmp_path / "out", steps=given("vae"), copies=1))
    (found,) = [each for each in check(recipe) if each.code == "generated"]
    assert "have cost accuracy" in found.message
    assert "`augment evaluate`" in found.message


@pytest.mark.parametrize("form", ["yolo", "masks", "pairs", "metadata"])
def test_what_else_is_told_of_a_picture_has_no_place_in_one_made_anew(form: str) -> None:
    settings = ImageDatasetSettings(path=".", format=form)
    assert "it is for datasets of classes (folders, csv)" in step("vae").unfit(settings)


@pytest.mark.parametrize("odd", ["", "no base64", "aGVsbG8=", None, 7])
def test_pictures_in_a_manifest_may_be_nonsense(odd: object) -> None:
    picture = Picture(smooth())
    params = params_of(step("vae"), picture) | {"picture": odd}
    with pytest.raises(SampleError, match=r"vae.picture in the manifest"):
        step("vae").lower(params, picture.facts)


def test_a_recorded_picture_is_not_decoded_where_it_is_too_large() -> None:
    params = params_of(step("vae"), Picture(smooth()))
    large = cv2.imencode(".png", np.zeros((SIDE, SIDE + 1), np.uint8))[1].tobytes()
    with pytest.raises(SampleError, match=r"vae.picture in the manifest"):
        step("vae").lower(params | {"picture": b64encode(large).decode()}, FACTS)


FACTS = Facts(40, 40, 1, "uint8", alpha=False)


def test_models_of_nonsense_are_refused() -> None:
    good = json.loads(json.dumps(MODELS["vae"].told))
    step("vae").learner().prove(good)
    layers = good["decoder"]["layers"]
    odd = (
        {},
        good | {"bands": 3},
        good | {"size": 1},
        good | {"decoder": {"layers": []}},
        good | {"decoder": {"layers": [layers[0] | {"weights": "AAAA"}]}},
        good | {"decoder": {"layers": [*layers, *layers]}},
        good | {"classes": [good["classes"][0] | {"codes": ""}]},
        good | {"judge": layers[0]},
    )
    for each in odd:
        with pytest.raises(ModelError, match="tells nothing of pictures"):
            step("vae").learner().prove(each)


def test_layers_follow_each_other_as_written_out() -> None:
    first, second = np.array([[1.0, -1], [2, 0], [0.5, 1]]), np.array([[1.0], [3], [-2]])
    network = Network(layers=[Dense.of(first), Dense.of(second)])
    made = network(np.array([[1, 2], [-3, 1]], np.float32))
    np.testing.assert_allclose(made, [[5.5 + 0 - 2], [0 + 3 * 4 - 2]])
