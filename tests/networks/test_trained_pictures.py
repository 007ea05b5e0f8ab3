"""Networks that torch trains on pictures: the same each time, as NumPy runs them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import augment, failures, manifest, run, tree, write, write_recipe

from augcli.image.config import ImageDatasetSettings
from augcli.image.learning.nets import Nets, Shown, nets_of
from augcli.steps.learned import Learner, Model, Seen
from augcli.task import Source
from augcli.transform import catalogue

pytestmark = pytest.mark.torch
NAMES = ("gan", "linear_autoencoder", "vae")


def learner_of(name: str) -> Learner:
    return catalogue("image")[name].learner()


def stroke(angle: float, width: int) -> bytes:
    pixels = np.zeros((32, 32), np.uint8)
    cv2.rectangle(pixels, (16 - width, 5), (16 + width, 27), 255, -1)
    matrix = cv2.getRotationMatrix2D((16, 16), angle, 1)
    turned = cv2.GaussianBlur(cv2.warpAffine(pixels, matrix, (32, 32)), (0, 0), 1)
    return cv2.imencode(".png", turned)[1].tobytes()


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    for label, width in (("thin", 2), ("wide", 7)):
        for number in range(6):
            data = stroke(-20 + 8 * number, width)
            write(tmp_path / f"in/train/{label}/{number}.png", data)
        write(tmp_path / f"in/test/{label}/0.png", stroke(1, width + 1))
    return tmp_path / "in"


def seen() -> list[Seen]:
    settings, learner = ImageDatasetSettings(path="."), learner_of("vae")
    files = [
        (label, stroke(-20 + 5 * n, width))
        for label, width in (("a", 2), ("b", 7))
        for n in range(8)
    ]
    return [
        Seen(label, f"{n:02d}", learner.look([Source("x", "", data)], settings))
        for n, (label, data) in enumerate(files)
    ]


@cache
def nets(name: str) -> Nets:
    """Return what was trained on some bars, once for all tests that look at it."""
    learner, every = learner_of(name), seen()
    return nets_of(learner.learned(every, [learner.worked(every, "all")]))


@pytest.mark.parametrize(
    "name", ["autoencoder", "convolutional_autoencoder", "linear_autoencoder", "vae"]
)
def test_codes_decode_to_their_pictures_better_than_to_others(name: str) -> None:
    every = seen()
    rows = Shown.of(every).pixels
    codes = np.concatenate(nets(name).codes)
    made = [
        nets(name).decoded(code, each.label).ravel() / 255
        for code, each in zip(codes, every, strict=True)
    ]
    apart = ((np.stack(made)[:, None] - rows) ** 2).mean(axis=2)
    assert (apart.argmin(axis=1) == np.arange(len(rows))).all()
    assert np.diag(apart).mean() < 0.1 * apart.mean()


@pytest.mark.parametrize(("name", "least"), [("gan", 30), ("vae", 30)])
def test_samples_of_nothing_look_like_their_class(name: str, least: int) -> None:
    right, known = 0, nets(name)
    for number in range(40):
        code = np.random.default_rng(number).normal(size=known.size)
        right += known.looks_like(known.decoded(code, "ab"[number % 2]), "ab"[number % 2])
    assert right >= least


@pytest.mark.parametrize("name", NAMES)
def test_whoever_works_trains_the_same_and_a_replay_needs_no_model(
    bars: Path, tmp_path: Path, name: str
) -> None:
    for jobs in (1, 2):
        run(bars, tmp_path / f"out{jobs}", jobs, steps=[name], copies=1)
    out = tmp_path / "out1"
    (model,) = (out / ".augment/learned").glob("*.json")
    (other,) = (tmp_path / "out2/.augment/learned").glob("*.json")
    assert model.read_bytes() == other.read_bytes()
    assert Model.parse(model.read_bytes()).sha256 == model.stem
    assert tree(out) == tree(tmp_path / "out2")
    assert failures(out) == {}
    model.unlink()
    assert "0 could not be" in augment("replay", out, "-o", tmp_path / "again").stderr
    assert any(each["steps"] for each in manifest(out))


def test_a_second_run_trains_nothing(bars: Path, tmp_path: Path) -> None:
    steps = [{"linear_autoencoder": {"mode": "around"}}]
    recipe = write_recipe(bars, tmp_path / "out", steps=steps, copies=1)
    run(bars, tmp_path / "out", steps=steps, copies=1)
    plan = json.loads(augment("plan", recipe, "--json").stdout)
    assert (plan["new"], plan["changed"]) == (0, 0)
    assert "linear_autoencoder has learned from 12 pictures of 2 classes" in plan["story"][0]


def test_torch_is_as_it_was_afterwards() -> None:
    import torch

    before = torch.random.get_rng_state(), torch.get_num_threads()
    learner, every = learner_of("linear_autoencoder"), seen()
    learner.worked(every, "all")
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert torch.get_num_threads() == before[1]
    assert not torch.are_deterministic_algorithms_enabled()
