"""Steps that learn: from augmented sources alone, the same whoever works, and only when needed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import augment, manifest, run, tree, write, write_recipe

import augcli
from augcli.api import load_recipe
from augcli.commands.bench import court_of, is_dealt
from augcli.requests.spread import here
from augcli.run import planned
from augcli.settings.base import DatasetSettings
from augcli.steps.learned import Learner, Learning, Model, Seen
from augcli.task import Source
from augcli.work.study import Study

WARP: list[Any] = [{"learned_warp": {"border": "constant"}}]


def bar(angle: float, width: int) -> bytes:
    pixels = np.zeros((32, 32), np.uint8)
    cv2.rectangle(pixels, (16 - width, 5), (16 + width, 26), 255, -1)
    cv2.rectangle(pixels, (16, 20), (26, 26), 255, -1)
    matrix = cv2.getRotationMatrix2D((16, 16), angle, 1)
    turned = cv2.warpAffine(cv2.GaussianBlur(pixels, (0, 0), 1), matrix, (32, 32))
    return cv2.imencode(".png", turned)[1].tobytes()


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """Write two classes of four pictures, and two that are held out."""
    for label, width in (("thin", 2), ("wide", 5)):
        for number, angle in enumerate((-15, -5, 4, 12)):
            write(tmp_path / "in/train" / label / f"{number}.png", bar(angle, width))
        write(tmp_path / "in/test" / label / "0.png", bar(40, width))
    return tmp_path / "in"


def learn(bars: Path, out: Path, **warp: Any) -> None:
    run(bars, out, steps=[{"learned_warp": {"border": "constant", **warp}}], copies=1)


def model_of(out: Path) -> bytes:
    (path,) = (out / ".augment/learned").glob("*.json")
    model = Model.parse(path.read_bytes())
    assert path.stem == model.sha256
    return path.read_bytes()


def test_whoever_works_learns_the_same(bars: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        run(bars, tmp_path / f"out{jobs}", jobs, steps=WARP, copies=1)
    assert model_of(tmp_path / "out1") == model_of(tmp_path / "out2")
    assert tree(tmp_path / "out1") == tree(tmp_path / "out2")


def test_what_is_learned_changes_with_its_sources_and_with_nothing_else(
    bars: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    learn(bars, out)
    before, made = model_of(out), tree(out)
    write(bars / "test/thin/0.png", bar(33, 2))
    (bars / "train/thin/0.png").rename(bars / "train/thin/9.png")
    os.utime(bars / "train/wide/1.png", (1, 1))
    learn(bars, out)
    assert model_of(out) == before
    write(bars / "train/wide/1.png", bar(-9, 5))
    learn(bars, out)
    assert model_of(out) != before
    copies = {name for name, sha in tree(out).items() if "aug-" in name and made.get(name) != sha}
    assert len(copies) == 8


def test_an_unchanged_second_run_neither_looks_nor_learns(bars: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    learn(bars, out)
    lesson = out / ".augment/learned/learned_warp.lesson"
    before = lesson.stat().st_mtime_ns, tree(out)
    recipe = write_recipe(bars, out, steps=WARP, copies=1)
    plan = json.loads(augment("plan", recipe, "--json").stdout)
    assert (plan["new"], plan["changed"], plan["up_to_date"]) == (0, 0, 10)
    assert "has learned from 8 pictures" in plan["story"][0]
    learn(bars, out)
    assert (lesson.stat().st_mtime_ns, tree(out)) == before


def test_plan_says_what_is_to_be_learned_and_writes_nothing(bars: Path, tmp_path: Path) -> None:
    recipe = write_recipe(bars, tmp_path / "out", steps=WARP, copies=1)
    told = augment("plan", recipe).stdout
    assert "learned_warp first learns from 8 sources" in told
    assert not (tmp_path / "out").exists()


def test_what_is_damaged_is_learned_again(bars: Path, tmp_path: Path) -> None:
    learn(bars, tmp_path / "out")
    before = model_of(tmp_path / "out")
    (path,) = (tmp_path / "out/.augment/learned").glob("*.json")
    path.write_bytes(before.replace(b"0.0", b"0.1", 1))
    learn(bars, tmp_path / "out")
    assert model_of(tmp_path / "out") == before
    lesson = path.with_name("learned_warp.lesson")
    for text in ("{", "[]", json.dumps(json.loads(lesson.read_text()) | {"model": "../x"})):
        lesson.write_text(text)
        learn(bars, tmp_path / "out")
        assert model_of(tmp_path / "out") == before


def test_replay_needs_no_model(bars: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    learn(bars, out)
    shutil.rmtree(out / ".augment/learned")
    assert len(manifest(out)[-1]["steps"][0]["params"]["velocities"]) == 50
    assert "learned_warp" in json.loads((out / "run.json").read_text())["summary"]["learned"]
    done = augment("replay", out, "-o", tmp_path / "again")
    assert (done.returncode, done.stderr) == (
        0,
        f"{len(manifest(out))} files made again in {tmp_path / 'again'}, 0 could not be\n",
    )


def test_what_is_frozen_stays_and_says_that_it_is_old(bars: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    learn(bars, out)
    before = model_of(out)
    write(bars / "train/wide/1.png", bar(-9, 5))
    warp = {"border": "constant", "freeze": True}
    recipe = write_recipe(bars, out, steps=[{"learned_warp": warp}], copies=1)
    plan = json.loads(augment("plan", recipe, "--json").stdout)
    assert (plan["new"], plan["changed"], plan["up_to_date"]) == (0, 1, 9)
    assert "frozen, and older than the sources are" in augment("run", recipe).stdout
    assert model_of(out) == before


def test_a_model_goes_from_one_recipe_to_another(bars: Path, tmp_path: Path) -> None:
    recipe = write_recipe(bars, tmp_path / "out", steps=WARP, copies=1)
    done = augment("learn", recipe, "-o", tmp_path / "model.json")
    assert (done.returncode, (tmp_path / "out").exists()) == (0, False)
    assert "has learned from 8 pictures" in done.stderr
    learn(bars, tmp_path / "own")
    learn(bars, tmp_path / "other", model="model.json")
    assert (tmp_path / "model.json").read_bytes() == model_of(tmp_path / "own")
    assert tree(tmp_path / "own") == tree(tmp_path / "other")
    assert not (tmp_path / "other/.augment/learned").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("0.0", "0.1", 1), "its hash is another one"),
        (lambda text: "[]", "is no model that `augment learn` wrote"),
        (lambda text: "{", "is no JSON"),
        (lambda text: Model.of("other", 1, "", {}).text(), "is what other has learned"),
        (lambda text: Model.of("learned_warp", 9, "", {}).text(), "is of another version"),
        (lambda text: Model.of("learned_warp", 1, "", {}).text(), "tells nothing of warps"),
    ],
)
def test_a_model_that_is_none_is_refused_with_its_place(
    bars: Path, tmp_path: Path, change: Any, reason: str
) -> None:
    good = Model.of("learned_warp", 1, "", {"classes": [], "pooled": [0.0] * 1275})
    write(tmp_path / "model.json", change(good.text()))
    steps = [{"learned_warp": {"model": "model.json"}}]
    done = augment("run", write_recipe(bars, tmp_path / "out", steps=steps, copies=1))
    assert done.returncode == 2
    assert "out.yaml:" in done.stderr
    assert reason in done.stderr
    assert not (tmp_path / "out").exists()


def test_check_refuses_what_differs_by_something_else(bars: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(4):
        noise = rng.integers(0, 256, (32, 32), np.uint8)
        write(bars / f"train/noise/{number}.png", cv2.imencode(".png", noise)[1].tobytes())
    found = {}
    for name, warp in (("all", {}), ("but", {"except": ["noise"]})):
        steps = [{"learned_warp": warp}]
        recipe = write_recipe(bars, tmp_path / name, steps=steps, copies=1)
        done = augment("check", recipe)
        found[name] = done.returncode, "little-learned" in done.stdout
        assert done.returncode == 0 or "noise: 0 of 12 pairs aligned" in done.stdout
        ran = augment("run", recipe)
        assert (ran.returncode, "noise: 0 of 12" in ran.stdout) == (0, name == "all")
    assert found == {"all": (1, True), "but": (0, False)}


def test_a_preview_shows_what_was_learned(bars: Path, tmp_path: Path) -> None:
    recipe = write_recipe(bars, tmp_path / "out", steps=WARP, copies=1)
    page, picture = tmp_path / "p.html", tmp_path / "p.png"
    for target in (page, picture):
        done = augment("preview", recipe, "-o", target, "--sources", 1, "--copies", 2)
        assert (done.returncode, done.stderr) == (0, f"wrote {target}\n")
    told = page.read_text()
    assert all(each in told for each in ("learned_warp", "drawn 2", "mode 1 (", "mode 3 ("))
    sheet = cv2.imread(str(picture))
    assert sheet.shape[0] > 4 * 140, "four rows: the picture, the grid as drawn, and both by mode"
    assert sheet.shape[1] > 7 * 200
    assert not (tmp_path / "out").exists()


def test_evaluation_never_learns_from_what_it_tests(bars: Path, tmp_path: Path) -> None:
    recipe = load_recipe(write_recipe(bars, tmp_path / "out", steps=WARP, copies=1))
    told = load_recipe(
        write_recipe(bars, tmp_path / "out", steps=[{"learned_warp": {"model": "m.json"}}])
    )
    assert not is_dealt([recipe], court_of(recipe))
    assert is_dealt([told], court_of(told))


def test_steps_inside_controls_and_branches_learn_once(bars: Path, tmp_path: Path) -> None:
    inner = [{"one_of": {"steps": [*WARP, "invert"]}}]
    branches = {"one": WARP, "other": []}
    run(bars, tmp_path / "out", steps=inner, branches=branches, copies=1)
    names = {step["name"] for each in manifest(tmp_path / "out") for step in each["steps"]}
    assert names == {"learned_warp", "invert"}
    model_of(tmp_path / "out")


def test_the_recipe_of_the_page(tmp_path: Path) -> None:
    file = Path(__file__).parents[1] / "recipes/learned.yaml"
    few = ['dataset.include=["train/*/00*.jpg"]', "copies=1"]
    recipe = load_recipe(file, few, output=tmp_path / "out")
    made = augcli.run(recipe, jobs=1)
    assert made.exit_code == 0
    given = {(s["name"], e["label"]) for e in manifest(tmp_path / "out") for s in e["steps"]}
    assert {label for name, label in given if name == "learned_warp"} == {"pants", "shoes"}


class MeanLearner(Learner):
    """Learns how bright pictures are: looking at them is enough."""

    most = 3

    def look(self, sources: Sequence[Source], _settings: DatasetSettings) -> bytes:
        pixels = cv2.imdecode(np.frombuffer(bytes(sources[0].data), np.uint8), cv2.IMREAD_GRAYSCALE)
        return repr(float(pixels.mean())).encode()

    def learned(self, seen: Sequence[Seen], worked: Sequence[bytes]) -> dict[str, Any]:
        assert not worked
        return {"means": {each.label: float(each.data) for each in seen}, "count": len(seen)}

    def blank(self) -> dict[str, Any]:
        return {"means": {}, "count": 0}

    def prove(self, told: dict[str, Any]) -> None:
        assert told.keys() == self.blank().keys()

    def story(self, told: dict[str, Any]) -> str:
        return f"{told['count']} pictures"


class Brighten(Learning):
    """Any step can learn."""

    name = "brighten"

    @classmethod
    def learner(cls) -> Learner:
        return MeanLearner()


def test_any_step_can_learn_and_of_large_classes_from_some(bars: Path) -> None:
    recipe = load_recipe(write_recipe(bars, bars.parent / "out"))
    dataset, _ = planned(recipe)
    done: list[tuple[int, int]] = []
    study = Study(Brighten, dataset, recipe.dataset, here, lambda *told: done.append(told))
    assert {dataset[row].split for row in study.rows} == {"train"}
    model = study.model()
    assert model.told["count"] == 6
    assert model.told["means"]["wide"] > model.told["means"]["thin"] > 10
    assert done == [(6, 6)]
    assert Model.parse(model.text().encode()) == model
    assert Study(Brighten, dataset, recipe.dataset, here, lambda *_: None).model() == model
