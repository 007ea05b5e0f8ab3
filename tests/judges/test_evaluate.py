"""`augment evaluate` on whole datasets: what it says, what it leaves alone, what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from arrows import MIRROR, arrow, recipe_of
from helpers import augment, recipe_text, tree, write
from msgspec.structs import replace

import augcli
from augcli.commands import bench
from augcli.commands.sentence import sentence
from augcli.commands.verdict_page import verdict_page
from augcli.errors import RecipeError, StorageError


@pytest.fixture(scope="module")
def arrows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("arrows")
    for side in ("left", "right"):
        for seed in range(15):
            write(root / "train" / side / f"{seed}.png", arrow(seed, side))
        write(root / "test" / side / "0.png", arrow(99, side))
    return root


def test_mirrors_hurt_where_classes_are_each_others(arrows: Path, tmp_path: Path) -> None:
    told = augcli.evaluate(recipe_of(tmp_path, arrows, steps=MIRROR), repeats=2)
    assert told.verdict == "hurts"
    assert (told.extent.sources, told.extent.rows) == (30, 90)
    assert told.plain()["interval"][1] < 0


def test_plain_duplicates_are_no_evidence(arrows: Path, tmp_path: Path) -> None:
    told = augcli.evaluate(recipe_of(tmp_path, arrows), repeats=2)
    assert (told.verdict, told.reason) == ("no_evidence", None)
    assert abs(told.goodness.mean) < 1e-3


def test_the_same_again_makes_no_copies_and_says_the_same(arrows: Path, tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, arrows, steps=[{"rotate": {"degrees": [-9, 9]}}])
    first = augcli.evaluate(recipe, repeats=1).plain()
    before = tree(tmp_path / "out")
    assert augcli.evaluate(recipe, repeats=1).plain() == first
    assert {name for name in tree(tmp_path / "out") if name.endswith(".png")} == {
        name for name in before if name.endswith(".png")
    }


def test_a_run_afterwards_finds_its_output_free(arrows: Path, tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, arrows)
    augcli.evaluate(recipe, repeats=1)
    assert not (tmp_path / "out" / "manifest.jsonl").exists()
    assert augcli.run(recipe, 1).exit_code == 0


def test_one_recipe_beside_another(arrows: Path, tmp_path: Path) -> None:
    one = recipe_of(tmp_path / "one", arrows)
    other = recipe_of(tmp_path / "other", arrows, steps=MIRROR)
    assert augcli.evaluate(one, other, repeats=2).verdict == "helps"


def test_the_step_that_does_harm_is_found(arrows: Path, tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, arrows, copies=1, steps=[{"brightness": {}}, *MIRROR])
    told = augcli.ablate(recipe, repeats=1)
    assert {name: each.verdict for name, each in told.items()}["horizontal_flip"] == "hurts"
    assert told["brightness"].verdict == "no_evidence"


def test_the_other_recipe_must_be_for_the_same_samples(arrows: Path, tmp_path: Path) -> None:
    here = recipe_of(tmp_path / "here", arrows)
    for side in ("left", "right"):
        for seed in range(3):
            write(tmp_path / "other" / side / f"z{seed}.png", arrow(seed, side))
    there = recipe_of(tmp_path / "there", tmp_path / "other")
    with pytest.raises(RecipeError, match="has other samples"):
        augcli.evaluate(here, there, repeats=1)


@pytest.mark.parametrize("what", ["link", "files"])
def test_copies_are_made_in_no_place_of_others(arrows: Path, tmp_path: Path, what: str) -> None:
    recipe = recipe_of(tmp_path, arrows)
    outside = tmp_path / "outside"
    outside.mkdir()
    if what == "link":
        (tmp_path / "out" / ".augment").mkdir(parents=True)
        (tmp_path / "out" / ".augment" / "evaluate").symlink_to(outside)
    else:
        write(tmp_path / "out" / "mine.txt", "mine")
    with pytest.raises(StorageError):
        augcli.evaluate(recipe, repeats=1)
    assert not list(outside.iterdir())
    assert what == "link" or [each.name for each in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_is_not_judged_is_told(
    arrows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(arrows / "train", tmp_path / "in")
    write(tmp_path / "in" / "left" / "broken.png", "no picture")
    monkeypatch.setattr(bench, "MOST_ROWS", 45)
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "in"), repeats=1)
    failed, share = told.notes
    assert failed.startswith("inputs that failed and are not judged: 1; left/broken.png: ")
    assert share == f"a share of {told.extent.sources} of 30 is judged, the same of each class"
    assert told.extent.rows <= 48
    assert told.plain()["notes"] == [failed, share]


def test_a_picture_that_no_step_looked_into_may_be_cut_off(arrows: Path, tmp_path: Path) -> None:
    shutil.copytree(arrows / "train", tmp_path / "in")
    whole = cv2.imencode(".jpg", np.full((64, 64), 99, np.uint8))[1].tobytes()
    write(tmp_path / "in" / "left" / "cut.jpg", whole[:-40])
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "in", copies=1), repeats=1)
    assert told.extent.sources == 30
    assert "left/cut.jpg" in told.notes[0]


def test_texts_are_judged_by_their_words(tmp_path: Path) -> None:
    lines = [f"{word} film number {at}\t{label}" for at in range(12) for word, label in WORDS]
    table = write(tmp_path / "data" / "train.tsv", "text\tlabel\n" + "\n".join(lines) + "\n")
    settings = {"kind": "text", "text": "text", "label": "label"}
    steps = [{"random_swap": {}}]
    recipe = recipe_of(tmp_path, table.parent, dataset=settings, steps=steps)
    told = augcli.evaluate(recipe)
    assert (told.extent.sources, told.extent.rows) == (24, 72)
    assert told.opinions[0].without["accuracy"] > 0.9


WORDS = (("good", "yes"), ("bad", "no"))


def test_series_are_judged_by_kernels(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    lines = [
        [kind, *np.round(np.sin(np.arange(40) * rate) + generator.normal(0, 0.3, 40), 3)]
        for _ in range(12)
        for kind, rate in (("slow", 0.3), ("fast", 0.9))
    ]
    text = "\n".join("\t".join(map(str, line)) for line in lines) + "\n"
    write(tmp_path / "data" / "a_TRAIN.tsv", text)
    changes = {"dataset": {"kind": "timeseries"}, "output": {"originals": "omit"}}
    recipe = recipe_of(tmp_path, tmp_path / "data", **changes, steps=[{"jitter": {}}])
    told = augcli.evaluate(recipe, repeats=2)
    assert (told.extent.sources, told.extent.rows) == (24, 72)
    assert told.opinions[0].without["accuracy"] > 0.9


@pytest.mark.filterwarnings("error")
def test_many_classes_of_two_are_tested_by_a_share_of_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "QUICK_SOURCES", 20)
    for n in range(60):
        write(tmp_path / f"in/{n % 30:02}/{n}.png", arrow(n, "left"))
    recipe = recipe_of(tmp_path, tmp_path / "in", copies=1, steps=["brightness"])
    told = augcli.evaluate(recipe, repeats=1, quick=True)
    assert (told.verdict, told.extent.sources) == ("no_evidence", 60)
    assert 0.25 not in [each.share for each in told.curve]


def test_texts_without_blanks_between_words_are_judged_by_their_characters(tmp_path: Path) -> None:
    draws, themes = np.random.default_rng(0), ("足球比赛进球", "股票市场上涨")
    lines = [
        "".join(draws.permutation([*themes[n % 2][:4], *"今天我们去公园"])) + f"\t{'ab'[n % 2]}\n"
        for n in range(60)
    ]
    write(tmp_path / "texts.tsv", "".join(lines))
    dataset = {"kind": "text", "text": 0, "label": 1, "quote": ""}
    changes = {"dataset": dataset, "copies": 1, "steps": ["random_swap"]}
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "texts.tsv", **changes), repeats=1)
    assert told.opinions[0].without["accuracy"] > 0.9


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"copies": 0}, "makes no copies"),
        ({"dataset": {"augment": ["test"]}}, "no class has two samples"),
        ({"dataset": {"exclude": ["*/right/*"]}}, "all samples are of class 'left'"),
    ],
)
def test_what_cannot_be_judged_says_so(
    arrows: Path, tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(RecipeError, match=told):
        augcli.evaluate(recipe_of(tmp_path, arrows, **changes), repeats=1)


def test_the_command_says_it_in_json_and_a_sentence(arrows: Path, tmp_path: Path) -> None:
    text = recipe_text(arrows, tmp_path / "out", copies=1, steps=MIRROR)
    recipe = write(tmp_path / "recipe.json", text)
    told = augment("evaluate", recipe, "--repeats", "1", "--json")
    assert json.loads(told.stdout)["verdict"] == "hurts"
    answer = augcli.evaluate(augcli.load_recipe(recipe), repeats=1)
    assert answer.plain() == json.loads(told.stdout)
    assert sentence(answer).startswith("Hurts: accuracy -")
    assert "Brier score worse by" in sentence(answer)
    wide = replace(answer, accuracy=replace(answer.accuracy, high=0.1))
    assert "Brier score alone worse by" in sentence(wide)
    undecided = sentence(replace(answer, verdict="no_evidence"))
    level = replace(answer.accuracy, mean=0.0, error=0.0)
    cancelled = replace(answer, verdict="no_evidence", accuracy=level)
    assert "answers that copies change make up for each other" in sentence(cancelled)
    same = [replace(each, accuracy=np.zeros(3)) for each in answer.opinions]
    assert "copies change no answer" in sentence(replace(cancelled, opinions=same))
    assert "Brier score decides, by which it may be chance (p = " in undecided
    page = verdict_page("<out>", answer, {"horizontal_flip": answer}).decode()
    assert sentence(answer) in page
    assert "step horizontal_flip" in page
    assert "&lt;out&gt;" in page
    assert "<out>" not in page
