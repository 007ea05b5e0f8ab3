"""Recipes that are run anew: what is left out has no say, whoever tells the splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from arrows import arrow, recipe_of
from helpers import manifest, write

import augcli
from augcli.commands import anew
from augcli.commands.replay import replay
from augcli.errors import RecipeError, UsageError


@pytest.fixture(scope="module")
def arrows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("arrows")
    for side in ("left", "right"):
        for seed in range(15):
            write(root / "train" / side / f"{seed}.png", arrow(seed, side))
        write(root / "test" / side / "0.png", arrow(99, side))
    return root


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
