"""Pictures of the same: moved as one, toned where that is asked, recognised by names and pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import augment, failures, manifest, picture, run, tree, write, write_recipe

from augcli.errors import RecipeError
from augcli.image.listing.paired import bands_among
from augcli.image.picture import PixelArray

MOVES = ["horizontal_flip", {"rotate": {"degrees": 15}}]
PAIRS = {"dataset": {"format": "pairs"}, "steps": MOVES, "copies": 2}


def stored(pixels: PixelArray, extension: str = ".png") -> bytes:
    done, file = cv2.imencode(extension, pixels)
    assert done
    return file.tobytes()


def pixels_of(path: Path) -> PixelArray:
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert found is not None, path
    return found


def scene(seed: int) -> PixelArray:
    """Return a picture with details and without noise."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    return cv2.resize(coarse, (96, 72), interpolation=cv2.INTER_CUBIC)


def noisy(pixels: PixelArray) -> PixelArray:
    noise = np.random.default_rng(1).normal(0, 12, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def denoising(tmp_path: Path) -> Path:
    """Return pictures with noise and without, and how far away all is, in 16 bits."""
    root = tmp_path / "in"
    for at, split in enumerate(("train", "train", "test")):
        depth = np.repeat(np.array([[700, 0], [9000, 65000]], np.uint16), 36, 0).repeat(48, 1)
        write(root / split / f"noisy/{at}.jpg", stored(noisy(scene(at)), ".jpg"))
        write(root / split / f"clean/{at}.png", stored(scene(at)))
        write(root / split / f"depth/{at}.png", stored(depth))
    return root


def test_all_are_moved_alike_and_depths_are_never_mixed(denoising: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(denoising, out, **PAIRS)
    clean = pixels_of(out / "train/clean/0.aug-000.png")
    with_noise = pixels_of(out / "train/noisy/0.aug-000.jpg")
    assert clean.shape == with_noise.shape
    assert np.abs(clean.astype(int) - with_noise).mean() < 14
    turned = pixels_of(out / "train/depth/0.aug-000.png")
    assert turned.dtype == np.uint16
    assert {*np.unique(turned).tolist()} == {0, 700, 9000, 65000}
    assert {line["label"] for line in manifest(out)} == {None}


def test_untouched_files_stay_and_copies_are_made_again(denoising: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    run(denoising, out, **PAIRS)
    before, made = tree(denoising), tree(out)
    assert {name: made[name] for name in before} == before
    assert augment("verify", out).returncode == 0
    assert "with pairs, 96 x 72 px" in augment("explain", out / "train/clean/0.aug-000.png").stdout
    assert augment("replay", out, "-o", again).returncode == 0
    assert tree(again) == {name: made[name] for name in made if name != "manifest.jsonl"}


def test_tones_change_the_picture_and_who_is_named(denoising: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = [{"brightness": {"delta": 0.2}}, {"gaussian_noise": {"sigma": 0.1}}]
    run(denoising, out, dataset={"format": "pairs"}, steps=steps, copies=1)
    assert np.array_equal(pixels_of(out / "train/clean/0.aug-000.png"), scene(0))
    told = {"format": "pairs", "targets": {"tones": {"clean": ["brightness"]}}}
    run(denoising, out, dataset=told, steps=steps, copies=1)
    brighter = np.clip(scene(0).astype(int) + 51, 0, 255)
    assert np.array_equal(pixels_of(out / "train/clean/0.aug-000.png"), brighter)


def test_another_quality_makes_pairs_anew(tmp_path: Path) -> None:
    for folder, number in (("noisy", 1), ("clean", 0)):
        write(tmp_path / f"in/{folder}/0.jpg", stored(noisy(scene(number)), ".jpg"))
    for out, quality in (("out", 90), ("out", 40), ("fresh", 40)):
        run(tmp_path / "in", tmp_path / out, **PAIRS, output={"image": {"quality": quality}})
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


def test_what_lies_between_pixels_is_told_by_folder(denoising: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = {"format": "pairs", "targets": {"interpolation": {"depth": "linear"}}}
    run(denoising, out, dataset=told, steps=MOVES, copies=1)
    assert len(np.unique(pixels_of(out / "train/depth/0.aug-000.png"))) > 4


def test_a_constant_border_is_told_or_that_of_the_step(denoising: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = [{"translate": {"x": 0.5, "y": 0, "border": "constant", "fill": 1}}]
    run(denoising, out, dataset={"format": "pairs"}, steps=steps, copies=1)
    assert (pixels_of(out / "train/clean/0.aug-000.png")[:, :40] == 255).all()
    told = {"format": "pairs", "targets": {"ignore": [7]}}
    run(denoising, out, dataset=told, steps=steps, copies=1)
    assert (pixels_of(out / "train/clean/0.aug-000.png")[:, :40] == 7).all()
    assert (pixels_of(out / "train/depth/0.aug-000.png")[:, :40] == 7).all()


def test_a_lone_picture_and_one_of_another_size_fail_alone(tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    for name in ("input/a", "input/b", "input/c_input", "input/d", "target/c_target"):
        write(root / f"{name}.png", picture(len(name)))
    write(root / "target/a.png", stored(scene(1)))
    write(root / "target/d.png", picture(4))
    write(root / "target/d.jpg", picture(4, ".jpg"))
    run(root, out, **PAIRS, max_failures="100%")
    reasons = failures(out)
    assert "96 × 72 px and its picture 20 × 16" in reasons["input/a.png"]
    assert reasons["input/b.png"] == "it has no picture of the same in target/"
    assert "target/d.jpg and target/d.png may both" in reasons["input/d.png"]
    assert (out / "target/c_target.aug-000.png").exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"input": "nosy"}, "no picture in a folder 'nosy'"),
        ({"targets": {"tones": {"clena": ["invert"]}}}, "did you mean 'clean'"),
        ({"targets": {"tones": {"clean": ["brightnes"]}}}, "did you mean 'brightness'"),
        ({"targets": {"interpolation": {"dpth": "cubic"}}}, "did you mean 'depth'"),
    ],
)
def test_a_slip_is_told(denoising: Path, tmp_path: Path, told: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        run(denoising, tmp_path / "out", dataset={"format": "pairs", **told})


def test_pairs_nobody_spoke_of_are_refused_and_classes_are_not(tmp_path: Path) -> None:
    pairs, classes = tmp_path / "pairs", tmp_path / "classes"
    for at in range(4):
        for root, other in ((pairs, at), (classes, at + 50)):
            write(root / f"dark/{at}.png", stored(noisy(scene(at) // 3)))
            write(root / f"bright/{at}.png", stored(scene(other)))
    recipe = write_recipe(pairs, tmp_path / "out")
    told = augment("check", recipe)
    assert told.returncode == 2
    assert "bright/ holds pictures of the same as those in dark/; `format: pairs`" in told.stderr
    started = augment("init", pairs).stdout
    assert "format: pairs" in started
    assert "brightness" not in started
    assert run(classes, tmp_path / "classed").made > 0


@pytest.mark.parametrize(("others", "told"), [(0, True), (111, True), (112, False)])
def test_bands_are_told_by_the_first_names_of_each_folder(others: int, told: bool) -> None:
    """A tenth of the names that are looked at may be of anything else."""
    bands = [f"a/{n:04}_{band}.tif" for n in range(800) for band in ("B02", "B03")]
    lone = [f"b/{n:04}.tif" for n in range(others)]
    assert bands_among({"a": bands, "b": lone}) == (bands[:2] if told else [])
