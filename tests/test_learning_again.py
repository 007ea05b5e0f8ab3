"""What a step has learned is learned again when a first run would learn something else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from helpers import COMMAND, finished, run, tree, write, write_recipe
from test_every_key import Change, changed, changes, dataset_of

from augcli.api import load_recipe
from augcli.engines.local import InProcess
from augcli.errors import UnreadError
from augcli.image.config import ImageDatasetSettings
from augcli.image.learning.moments import MomentsLearner
from augcli.image.transforms.intensity import LearnedNormalize
from augcli.run import planned
from augcli.store.output import OutputFolder
from augcli.task import Source
from augcli.work.blocks import Blocks
from augcli.work.study import Study

LEARN: dict[str, Any] = {
    "steps": ["learned_normalize"],
    "copies": 1,
    "output": {"image": {"format": "tiff"}},
}
SIDES = (4, 4, 4, 6, 6, 9)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Write pictures of several sizes, and the hash that each is to have: that of one is wrong."""
    rng = np.random.default_rng(3)
    sums = []
    for number, side in enumerate(SIDES):
        data = cv2.imencode(".png", rng.integers(0, 256, (side, side, 3), np.uint8))[1].tobytes()
        name = write(tmp_path / f"in/train/a/{number}.png", data).name
        told = hashlib.sha256(data + b"damaged" * (number == 1)).hexdigest()
        sums.append(f"{told}  train/a/{name}\n")
    write(tmp_path / "in/SUMS", "".join(sums))
    return tmp_path / "in"


def learn(photos: Path, out: Path, **dataset: Any) -> dict[str, str]:
    """Return what a run makes."""
    run(photos, out, dataset=dataset, **LEARN)
    return tree(out)


@pytest.mark.parametrize("told", [{"max_pixels": 50}, {"checksums": "SUMS"}], ids=str)
def test_how_pictures_are_read_is_noticed_and_once(
    photos: Path, tmp_path: Path, told: dict[str, Any]
) -> None:
    plain, out = learn(photos, tmp_path / "plain"), tmp_path / "out"
    learn(photos, out)
    assert learn(photos, out, **told) == learn(photos, tmp_path / "fresh", **told)
    (lesson,) = (out / ".augment/learned").glob("*.lesson")
    before = lesson.stat().st_mtime_ns
    learn(photos, out, **told)
    assert lesson.stat().st_mtime_ns == before
    assert learn(photos, out) == plain


def test_a_picture_that_is_not_what_it_was_to_be_teaches_nothing(
    photos: Path, tmp_path: Path
) -> None:
    damaged = learn(photos, tmp_path / "damaged", checksums="SUMS")
    (photos / "train/a/1.png").unlink()
    without = learn(photos, tmp_path / "without", checksums="SUMS")
    copies = {name: sha for name, sha in without.items() if "aug-" in name}
    assert copies
    assert copies.items() <= damaged.items()


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root reads what others cannot"
)
def test_a_picture_that_someone_else_could_not_read_is_looked_at(
    photos: Path, tmp_path: Path
) -> None:
    (photos / "train/a/2.png").chmod(0)
    recipe = str(write_recipe(photos, tmp_path / "out", **LEARN))
    weaker = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    assert finished([*weaker, *COMMAND, "run", recipe, "-j", "1"]).returncode == 3
    assert learn(photos, tmp_path / "out") == learn(photos, tmp_path / "fresh")


class Hindered(MomentsLearner):
    """Cannot read pictures of some names."""

    hindered: ClassVar[set[str]] = set()

    def look(self, sources: Sequence[Source], settings: ImageDatasetSettings) -> bytes:
        if sources[0].name in self.hindered:
            raise UnreadError("cannot be read")
        return super().look(sources, settings)


class LearnsHindered(LearnedNormalize):
    """As it says."""

    @classmethod
    def learner(cls) -> MomentsLearner:
        return Hindered()


def test_what_a_stopped_run_could_not_read_is_tried_again(photos: Path, tmp_path: Path) -> None:
    """Its blocks lie there, and tell of all sources but one."""
    recipe = load_recipe(write_recipe(photos, tmp_path / "out", **LEARN))
    dataset, _ = planned(recipe)
    output = OutputFolder(tmp_path / "out")
    output.claim()
    share = Blocks(InProcess().spread, output)

    def study() -> Study:
        return Study(LearnsHindered, dataset, recipe.dataset, share, lambda *_: None)

    Hindered.hindered = {"train/a/2.png"}
    less = study()
    assert len(less.seen) == len(SIDES) - 1
    Hindered.hindered = set()
    assert len(study().seen) == len(SIDES)
    assert study().lesson(study().model()).seal == study().seal != less.lesson(less.model()).seal


@pytest.mark.parametrize("freeze", [False, True])
def test_force_learns_again_what_is_not_frozen(photos: Path, tmp_path: Path, freeze: bool) -> None:
    """What a lesson says of the sources is right, what it says was learned from them is not."""
    told = LEARN | {"steps": [{"learned_normalize": {"freeze": freeze}}]}
    out, fresh, other = (tmp_path / name for name in ("out", "fresh", "other"))
    for each in (out, fresh):
        run(photos, each, **told)
    run(photos, other, dataset={"exclude": ["**/5.png"]}, **told)
    (model,) = other.glob(".augment/learned/*.json")
    (lesson,) = out.glob(".augment/learned/*.lesson")
    shutil.copy(model, lesson.parent)
    write(lesson, json.dumps(json.loads(lesson.read_text()) | {"model": model.stem}))
    run(photos, out, **told)
    assert tree(out) != tree(fresh)
    run(photos, out, force=True, **told)
    assert (tree(out) == tree(fresh)) is not freeze


OF_PICTURES = [each for each in changes("image") if each[0].startswith("dataset.")]


@pytest.mark.parametrize("case", OF_PICTURES, ids=lambda case: case[0])
def test_any_key_of_a_dataset_is_noticed_by_what_learns(
    tmp_path: Path, case: tuple[str, dict[str, Any], Change]
) -> None:
    _, before, change = case
    told = {"dataset": dataset_of(tmp_path / "in", "image"), **LEARN}
    told |= before | {"dataset": told["dataset"] | before.get("dataset", {})}
    after = changed(told, change)
    run(tmp_path / "in", tmp_path / "out", **told)
    run(tmp_path / "in", tmp_path / "out", **after)
    run(tmp_path / "in", tmp_path / "fresh", **after)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")
