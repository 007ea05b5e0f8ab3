"""What is learned of a whole dataset's values: means, deviations, and how values vary together."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import augment, failures, manifest, run, tree, write, write_recipe
from image_samples import params_of, step

from augcli.errors import RefusedError
from augcli.image.config import ImageDatasetSettings
from augcli.image.learning.moments import MomentsLearner
from augcli.image.learning.whitening import WhiteningLearner, whitening_of
from augcli.image.picture import Picture
from augcli.steps.learned import Learner, Model, ModelError, Seen
from augcli.task import Source

SETTINGS = ImageDatasetSettings(path=".")
TIFF = {"image": {"format": "tiff"}}
RNG = np.random.default_rng(5)


def colours(count: int, side: int = 4, bands: int = 3) -> np.ndarray:
    """Return pictures whose neighbours are alike."""
    rough = RNG.integers(0, 256, (count, side, side, bands))
    return ((rough + np.roll(rough, 1, 1) + np.roll(rough, 1, 2)) / 3).astype(np.uint8)


def model_of(name: str, learner: Learner, pictures: list[np.ndarray]) -> Model:
    files = [cv2.imencode(".png", each)[1].tobytes() for each in pictures]
    looks = [learner.look([Source("a.png", "", data)], SETTINGS) for data in files]
    seen = [Seen(None, str(number), look) for number, look in enumerate(looks)]
    told = learner.learned(seen, [])
    learner.prove(told)
    return Model.of(name, learner.revision, "x", json.loads(json.dumps(told)))


def keras_zca(pictures: np.ndarray, epsilon: float) -> np.ndarray:
    """Return what ImageDataGenerator(zca_whitening=True, rescale=1/255) makes of its own data."""
    x = pictures / 255
    x -= x.mean(axis=(0, 1, 2))
    flat = x.reshape(len(x), -1)
    vectors, values, _ = np.linalg.svd(flat.T @ flat / len(flat))
    components = vectors @ np.diag((values + epsilon) ** -0.5) @ vectors.T
    return (flat @ components).reshape(x.shape)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Write pictures of 4 × 4 px, more than they have values, and others that are held out."""
    for number, pixels in enumerate(colours(50)):
        write(tmp_path / f"in/train/a/{number:03}.png", cv2.imencode(".png", pixels)[1].tobytes())
    dark = np.zeros((4, 4, 3), np.uint8)
    write(tmp_path / "in/test/a/dark.png", cv2.imencode(".png", dark)[1].tobytes())
    return tmp_path / "in"


def learn(photos: Path, out: Path, *steps: Any, copies: int = 1, **changes: Any) -> Any:
    return run(photos, out, steps=list(steps), copies=copies, output=TIFF, **changes)


def train_of(photos: Path) -> np.ndarray:
    return np.array([cv2.imread(str(each)) for each in sorted(photos.glob("train/a/*"))])


def made_in(out: Path) -> np.ndarray:
    names = sorted(each["output"] for each in manifest(out) if each["copy"] is not None)
    return np.array([cv2.imread(str(out / each), cv2.IMREAD_UNCHANGED) for each in names])


def test_a_dataset_gets_mean_0_and_deviation_1(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    learn(photos, out, "learned_normalize")
    own = train_of(photos) / 255
    expected = (own - own.mean(axis=(0, 1, 2))) / own.std(axis=(0, 1, 2))
    np.testing.assert_allclose(made_in(out), expected, atol=1e-5)
    (params,) = {json.dumps(each["steps"][0]["params"]) for each in manifest(out) if each["steps"]}
    np.testing.assert_allclose(json.loads(params)["mean"], own.mean(axis=(0, 1, 2))[::-1])


def test_whitening_is_that_of_keras_and_replay_reads_its_matrix(
    photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    learn(photos, out, {"learned_whitening": {"epsilon": 1e-4}})
    np.testing.assert_allclose(made_in(out), keras_zca(train_of(photos), 1e-4), atol=1e-3)
    done = augment("replay", out, "-o", tmp_path / "again", "--only", "train/a/00[0-2]*")
    assert (done.returncode, done.stderr.split(" made")[0]) == (0, "6 files")
    assert not failures(out)
    before = tree(out)
    assert learn(photos, out, {"learned_whitening": {"epsilon": 1e-4}}).made == 0
    assert tree(out) == before
    shutil.rmtree(out / ".augment/learned")
    done = augment("replay", out, "-o", tmp_path / "without", "--only", "train/a/000*")
    assert done.returncode == 1
    assert "what it was made by is not in .augment/learned" in done.stdout


def test_a_new_picture_changes_what_all_are_made_by(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    learn(photos, out, "learned_normalize")
    white = np.full((4, 4, 3), 255, np.uint8)
    write(photos / "train/a/white.png", cv2.imencode(".png", white)[1].tobytes())
    assert learn(photos, out, "learned_normalize").made == 51 + 1
    frozen = {"learned_normalize": {"freeze": True}}
    write(photos / "train/a/whiter.png", cv2.imencode(".png", white[:3])[1].tobytes())
    assert learn(photos, out, frozen).made == 1 + 1


def test_fewer_pictures_than_values_are_whitened_alike() -> None:
    pictures = colours(20)
    model = model_of("learned_whitening", WhiteningLearner(), list(pictures))
    assert len(model.told["variances"]) <= 20
    known = whitening_of(model)
    assert known
    seen = [known.whitened(each, 1e-3) for each in pictures]
    np.testing.assert_allclose(seen, keras_zca(pictures, 1e-3), atol=1e-3)
    other = colours(1)[0]
    x = other / 255 - (pictures / 255).mean(axis=(0, 1, 2))
    flat = (pictures / 255 - (pictures / 255).mean(axis=(0, 1, 2))).reshape(20, -1)
    values, vectors = np.linalg.eigh(flat.T @ flat / 20)
    whole = vectors @ np.diag((np.maximum(values, 0) + 1e-3) ** -0.5) @ vectors.T
    np.testing.assert_allclose(known.whitened(other, 1e-3).ravel(), whole @ x.ravel(), atol=1e-3)


def test_gray_and_colours_have_their_own_means() -> None:
    pictures = [np.full((4, 4), 51, np.uint8), np.full((4, 9), 102, np.uint8), colours(1)[0]]
    model = model_of("learned_normalize", MomentsLearner(), pictures)
    normal = step("learned_normalize", model=model, scale=False)
    gray = params_of(normal, Picture(np.zeros((3, 3, 1), np.uint8)))
    assert (gray["mean"], gray["std"]) == ([0.3], [0.1])
    with pytest.raises(RefusedError, match="learned nothing of pictures with 6 bands"):
        params_of(normal, Picture(np.zeros((3, 3, 6), np.uint8)))


def test_pictures_too_large_to_be_whitened_are_refused(tmp_path: Path) -> None:
    for number, pixels in enumerate(colours(3, side=40)):
        write(tmp_path / f"in/a/{number}.png", cv2.imencode(".png", pixels)[1].tobytes())
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", steps=["learned_whitening"])
    done = augment("check", recipe)
    assert done.returncode == 1
    assert "pictures of 40 × 40 px with 3 bands have more than 3072 values" in done.stdout
    assert "it learns from sources, before any step" in done.stdout
    assert "has learned of no pictures, and this is 40 × 40 px with 3 bands" in done.stdout
    done = augment("run", recipe)
    assert done.returncode == 2
    assert "out.yaml:" in done.stderr
    assert "pictures of 40 × 40 px with 3 bands have more than 3072 values" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("params", [{}, {"center": False}])
def test_check_does_not_take_normalized_pictures_for_black_or_white(
    tmp_path: Path, params: dict[str, bool]
) -> None:
    for number, pixels in enumerate(colours(12, side=32)):
        write(tmp_path / f"in/a/{number}.png", cv2.imencode(".png", pixels)[1].tobytes())
    recipe = write_recipe(
        tmp_path / "in", tmp_path / "out", output=TIFF, steps=[{"learned_normalize": params}]
    )
    assert "destructive" not in augment("check", recipe).stdout


def test_plan_guesses_costs_and_a_preview_shows_what_is_whitened(tmp_path: Path) -> None:
    for number, pixels in enumerate(colours(3)):
        write(tmp_path / f"in/a/{number}.png", cv2.imencode(".png", pixels)[1].tobytes())
    recipe = write_recipe(
        tmp_path / "in", tmp_path / "out", steps=["learned_whitening"], output=TIFF, copies=1
    )
    planned = augment("plan", recipe)
    assert planned.returncode == 0
    assert " of work" in planned.stdout
    assert "about 0 bytes" not in planned.stdout
    shown = augment("preview", recipe, "-o", tmp_path / "p.png", "--sources", 1, "--copies", 1)
    assert (shown.returncode, shown.stderr) == (0, f"wrote {tmp_path}/p.png\n")


@pytest.mark.parametrize(
    ("learner", "key", "odd"),
    [
        (MomentsLearner(), "bands", [{"pictures": 1, "mean": [0.5], "std": [0.1, 0.2]}]),
        (MomentsLearner(), "bands", "many"),
        (WhiteningLearner(), "shape", [4, 4, 3]),
        (WhiteningLearner(), "directions", "&"),
        (WhiteningLearner(), "variances", [-1.0]),
    ],
)
def test_models_of_nonsense_are_refused(learner: Learner, key: str, odd: object) -> None:
    learner.prove(learner.blank())
    with pytest.raises(ModelError):
        learner.prove(learner.blank() | {key: odd})
