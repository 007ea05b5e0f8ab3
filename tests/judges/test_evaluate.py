"""`augment evaluate` on whole datasets: what it says, what it leaves alone, what it refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from arrows import MIRROR, arrow, recipe_of
from helpers import augment, manifest, recipe_text, tree, write

import augcli
from augcli.commands import anew, bench
from augcli.commands.replay import replay
from augcli.commands.sentence import sentence
from augcli.commands.verdict_page import verdict_page
from augcli.errors import RecipeError, StorageError, UsageError


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


def test_tables_are_balanced_anew_from_every_training_set(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    labels = ["few" if row % 5 == 0 else "many" for row in range(60)]
    numbers = generator.normal(size=(60, 2)) + [[2 * (each == "few"), 0] for each in labels]
    lines = [f"{a:.3f},{b:.3f},{each}" for (a, b), each in zip(numbers, labels, strict=True)]
    write(tmp_path / "rows.csv", "a,b,label\n" + "\n".join(lines) + "\n")
    dataset = {"kind": "tabular", "label": "label"}
    balance = {"method": "random_over"}
    changes = {"dataset": dataset, "balance": balance, "steps": [], "copies": 0}
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "rows.csv", **changes), repeats=2)
    assert (told.extent.sources, told.extent.dealt) == (60, False)
    assert told.extent.rows > 60
    assert told.verdict == "no_evidence"
    assert told.opinions[0].without["accuracy"] > 0.8
    held = sorted((tmp_path / "out" / ".augment" / "evaluate").glob("*/test/rows.csv"))
    assert len({path.read_bytes() for path in held}) == 2
    assert len(held) == 4


def test_mixed_copies_are_made_anew_without_what_is_left_out(arrows: Path, tmp_path: Path) -> None:
    steps = [{"mixup": {}}]
    recipe = recipe_of(tmp_path, arrows / "train", copies=1, steps=steps)
    told = augcli.evaluate(recipe, repeats=2)
    assert (told.extent.dealt, told.extent.sources) == (False, 30)
    runs = [path.parent for path in (tmp_path / "out/.augment/evaluate").glob("*/manifest.jsonl")]
    mixed = [line for run in runs for line in manifest(run) if line["partners"]]
    assert mixed
    for run in runs:
        held = {line["source"] for line in manifest(run) if line["split"] == "test"}
        assert held
        assert held.isdisjoint(name for line in manifest(run) for name in line["partners"])


def test_series_in_files_of_their_own_take_no_partner_that_is_left_out(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for n in range(24):
        values = np.sin(np.arange(20 + n) / (2 + n % 2)) + generator.normal(0, 0.1, 20 + n)
        write(tmp_path / f"in/{'ab'[n % 2]}/{n}.csv", "v\n" + "\n".join(map(str, values)) + "\n")
    dataset = {"kind": "timeseries", "layout": "long"}
    changes = {"dataset": dataset, "steps": [{"guided_warp": {}}], "copies": 1}
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "in", **changes), repeats=2)
    assert (told.extent.dealt, told.extent.sources) == (False, 24)
    runs = [path.parent for path in (tmp_path / "out/.augment/evaluate").glob("*/manifest.jsonl")]
    for run in runs:
        held = {line["source"] for line in manifest(run) if line["split"] == "test"}
        assert held
        assert held.isdisjoint(name for line in manifest(run) for name in line["partners"])
    assert any(line["partners"] for run in runs for line in manifest(run))
    for run in runs:
        again = replay(run, tmp_path / "again" / run.name, None, None)
        assert [wrong for _, wrong in again if wrong] == []


def test_folders_of_other_splits_have_no_say_where_parts_are_drawn(tmp_path: Path) -> None:
    for split, count in (("train", 8), ("te[s]t", 3)):
        for side in ("left", "right"):
            for seed in range(count):
                write(tmp_path / "in" / split / side / f"{seed}.png", arrow(seed + count, side))
    dataset = {"kind": "image", "splits": {"te[[]s]t": "test"}}
    told = {"dataset": dataset, "copies": 1, "steps": [{"mixup": {}}]}
    recipe = recipe_of(tmp_path, tmp_path / "in", **told)
    assert augcli.evaluate(recipe, repeats=2).extent.sources == 16
    for run in (tmp_path / "out/.augment/evaluate").glob("*/manifest.jsonl"):
        assert all(line["source"].startswith("train/") for line in manifest(run.parent))
    with pytest.raises(UsageError, match="--repeats 2 at least"):
        augcli.evaluate(recipe, repeats=1)
    with pytest.raises(UsageError, match="a class has 8 at most"):
        augcli.evaluate(recipe, folds=20)


def test_a_training_split_alone_is_taken_as_it_is(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for seed in range(10):
            write(tmp_path / "in" / "train" / side / f"{seed}.png", arrow(seed, side))
    recipe = recipe_of(tmp_path, tmp_path / "in", copies=1, steps=[{"mixup": {}}])
    assert augcli.evaluate(recipe, repeats=2).extent.sources == 20


def test_what_is_left_out_is_as_small_a_part_of_a_first_look(
    arrows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anew, "QUICK_SOURCES", 20)
    recipe = recipe_of(tmp_path, arrows / "train", copies=1, steps=[{"mixup": {}}])
    told = augcli.evaluate(recipe, repeats=2, quick=True)
    assert told.extent.sources == 20
    assert "20 of 30 are judged" in told.notes


@pytest.mark.parametrize("kind", ["tabular", "image"])
def test_rows_that_a_column_holds_out_have_no_say(tmp_path: Path, kind: str) -> None:
    splits = ["train"] * 30 + ["test"] * 8 + ["val"] * 8 + ["", ""]
    for n in range(len(splits)) if kind == "image" else ():
        write(tmp_path / f"{n}.png", arrow(n, ("left", "right")[n % 2]))
    rows = [f"{n}.png,{n % 7}.{n}5,{'xy'[n % 2]},{split}" for n, split in enumerate(splits)]
    write(tmp_path / "data.csv", "\n".join(["file,a,label,part", *rows]) + "\n")
    dataset = {"kind": kind, "label": "label", "split": "part"}
    dataset |= {"format": "csv"} if kind == "image" else {"ignore": ["file"]}
    steps = [{"mixup": {}}] if kind == "image" else []
    balance = None if kind == "image" else {"method": "smote", "target": {"x": 20, "y": 20}}
    told = {"dataset": dataset, "steps": steps, "balance": balance}
    recipe = recipe_of(tmp_path, tmp_path / "data.csv", **told)
    assert augcli.evaluate(recipe, repeats=2).extent.sources == 30


def test_files_of_other_splits_have_no_say_where_parts_are_drawn(tmp_path: Path) -> None:
    for at, name in enumerate(("train", "test")):
        rows = "".join(f"{n}.{at},{'xy'[n % 2]}\n" for n in range(20 + 4 * at))
        write(tmp_path / "data" / f"{name}.csv", "a,label\n" + rows)
    told = {"dataset": {"kind": "tabular", "label": "label"}, "steps": [], "balance": {}}
    for path in ("data", "data/train.csv"):
        recipe = recipe_of(tmp_path, tmp_path / path, **told)
        assert augcli.evaluate(recipe, repeats=2).extent.sources == 20
    made = [*(tmp_path / "out/.augment/evaluate").glob("*/*/*.csv")]
    assert {each.name for each in made} == {"train.csv"}


def test_splits_that_a_recipe_draws_make_way_and_groups_stay_together(tmp_path: Path) -> None:
    """The class is the whim of a ward: seen of no other, and told by a ward's own numbers."""
    draws = np.random.default_rng(0)
    wards = [(draws.normal(size=2), "xy"[n % 2], f"w{n}") for n in range(24)]
    rows = [
        f"{a + 0.01 * i},{b - 0.01 * i},{name},{label}"
        for (a, b), label, name in wards
        for i in range(8)
    ]
    write(tmp_path / "data.csv", "\n".join(["a,b,ward,label", *rows]) + "\n")
    told = {"steps": [], "balance": {"method": "smote"}, "copies": 0}
    dataset = {"kind": "tabular", "label": "label"}

    def without(**split: object) -> float:
        each = dataset | {"split": {"test": 0.2, **split}}
        recipe = recipe_of(tmp_path, tmp_path / "data.csv", dataset=each, **told)
        answer = augcli.evaluate(recipe, repeats=2)
        assert answer.extent.sources == len(rows)
        return max(each.without["accuracy"] for each in answer.opinions)

    assert without(group="ward") < 0.85 < without(stratify=False)
    by = dataset | {"split": {"test": 0.2, "by": "a"}}
    recipe = recipe_of(tmp_path, tmp_path / "data.csv", dataset=by, **told)
    with pytest.raises(RecipeError, match=r"as with --set dataset\.split=null") as caught:
        augcli.evaluate(recipe)
    assert caught.value.problems[0].line > 0


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
