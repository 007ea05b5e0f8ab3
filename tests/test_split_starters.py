"""What `init` writes of splits: those that it found, and never a test set that is augmented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, make_photos, manifest, picture, write
from test_split_runs import IN_FILES, IN_FOLDERS, grown, table

from augcli.commands.init import starter
from augcli.engines.local import make_engine
from augcli.errors import FindingsError, RecipeError
from augcli.recipe import Recipe, load_recipe
from augcli.run import run


def started(path: Path, tmp_path: Path) -> Recipe:
    return load_recipe(
        starter(path, tmp_path).text, "recipe", tmp_path, output_path=tmp_path / "out"
    )


def ran(recipe: Recipe) -> Any:
    return run(recipe, make_engine(1, 60), lambda *_: None)


@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_folders_of_splits_are_told_and_held_out(tmp_path: Path, kind: str) -> None:
    for seed, name in enumerate(("set_train", "set_test")):
        IN_FOLDERS[kind][0](tmp_path / "in" / name, 100 * seed)
    assert "3 in test, 3 in train" in starter(tmp_path / "in", tmp_path).text
    ran(started(tmp_path / "in", tmp_path))
    assert all(name.startswith("set_train/") for name in grown(tmp_path / "out"))


@pytest.mark.parametrize("kind", ["tables", "texts", "series"])
def test_files_of_splits_are_told_and_held_out(tmp_path: Path, kind: str) -> None:
    for seed, name in enumerate(("m_train", "m_test")):
        IN_FILES[kind][0](tmp_path / f"in/{name}.x", 100 * seed)
    text = starter(tmp_path / "in", tmp_path).text
    assert "# by the names of files: m_test." in text and "is test" in text
    ran(started(tmp_path / "in", tmp_path))
    assert all(name.startswith("m_train.") for name in grown(tmp_path / "out"))


@pytest.mark.parametrize("kind", ["tables", "texts", "series"])
def test_a_lone_file_of_a_held_out_name_is_asked_about(tmp_path: Path, kind: str) -> None:
    IN_FILES[kind][0](tmp_path / "in/x-eval.x", 1)
    (path,) = (tmp_path / "in").iterdir()
    text = starter(path, tmp_path).text
    settled = f"  splits: {{{path.name}: train}}    # by its name it is val"
    assert settled.replace("splits", "# splits") in text and "question: no-such-split: " in text
    with pytest.raises(RecipeError, match="no split 'train'"):
        ran(started(path, tmp_path))
    told = text.replace(f"# {settled.strip()}", settled.strip())
    assert ran(load_recipe(told, "r", tmp_path, output_path=tmp_path / "out")).exit_code == 0


@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_folders_in_doubt_are_asked_about(tmp_path: Path, kind: str) -> None:
    for seed, name in enumerate(("set_train", "set_test", "more")):
        IN_FOLDERS[kind][0](tmp_path / "in" / name, 100 * seed)
    text = starter(tmp_path / "in", tmp_path).text.replace("\n  #   ", " ")
    assert re.search(r"# question: .*more beside them does not; .*`dataset\.splits`", text)
    with pytest.raises(RecipeError, match="more beside them does not"):
        ran(started(tmp_path / "in", tmp_path))


def test_pictures_of_a_test_set_alone_are_asked_about(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"test_2/cat": 2, "test_3/dog": 2})
    told = starter(tmp_path / "in", tmp_path).text
    assert "# question: no-such-split: the dataset has no split 'train'" in told
    with pytest.raises(RecipeError, match="no split 'train'"):
        ran(started(tmp_path / "in", tmp_path))


def test_a_column_of_splits_is_found_and_told_where_it_is_not_used(tmp_path: Path) -> None:
    table(tmp_path / "t.x", 3)
    head, *rows = (tmp_path / "t.csv").read_text().splitlines()
    phases = ["Train", "Train", "Holdout"]
    rows = [f"{row},{phases[n // 3 % 3]}" for n, row in enumerate(rows)]
    path = write(tmp_path / "t.csv", "\n".join([f"{head},phase", *rows]) + "\n")
    text = starter(path, tmp_path).text
    assert '  split: "phase"    # it says Holdout and Train' in text
    bare = text.replace('  split: "phase"', "  #")
    with pytest.raises(RecipeError, match=r"`splits: \{phase: class\}`"):
        ran(load_recipe(bare, "recipe", tmp_path))
    told = load_recipe(bare, "recipe", tmp_path, ["dataset.splits={phase: class}"])
    assert {count.split for count in ran(told).counts} == {"train"}
    recipe = load_recipe(text, "recipe", tmp_path, output_path=tmp_path / "out")
    counts = {c.split: (c.before, c.after) for c in ran(recipe).counts if c.label == "yes"}
    assert counts["test"][0] == counts["test"][1]


def test_a_column_of_splits_of_pictures_is_found_and_told(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path / f"in/x/{number}.png", picture(number))
    rows = [f"x/{number}.png,cat,{'test' if number > 3 else 'train'}" for number in range(6)]
    path = write(tmp_path / "in/list.csv", "\n".join(["file,label,subset", *rows]) + "\n")
    text = starter(path, tmp_path).text
    assert 'split: "subset"' in text
    ran(load_recipe(text, "recipe", tmp_path, output_path=tmp_path / "out"))
    assert {r["split"] for r in manifest(tmp_path / "out") if r["copy"] is not None} == {"train"}
    bare = text.replace('  split: "subset"\n', "")
    with pytest.raises(RecipeError, match=r"`splits: \{subset: class\}`"):
        ran(load_recipe(bare, "recipe", tmp_path, output_path=tmp_path / "none"))
    settled = ["dataset.splits={subset: class}"]
    ran(load_recipe(bare, "recipe", tmp_path, settled, output_path=tmp_path / "all"))
    assert sum(r["copy"] == 0 for r in manifest(tmp_path / "all")) == 6


def test_leaks_are_told_and_not_allowed(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/cat": 3, "valid/cat": 2})
    write(tmp_path / "in/valid/cat/same.png", (tmp_path / "in/train/cat/01.png").read_bytes())
    text = starter(tmp_path / "in", tmp_path).text
    assert "  #   train/cat/01.png = valid/cat/same.png" in text
    assert "run refuses this until one of both is done" in text
    with pytest.raises(FindingsError):
        ran(started(tmp_path / "in", tmp_path))


def test_a_file_of_one_split_says_so_in_manifest_and_story(tmp_path: Path) -> None:
    for seed, name in enumerate(("m_train", "m_test")):
        table(tmp_path / f"in/{name}.x", 100 * seed)
    ran(started(tmp_path / "in", tmp_path))
    told = {record["source"]: record["split"] for record in manifest(tmp_path / "out")}
    assert told == {"m_train.csv": "train", "m_test.csv": "test"}
    assert "split test" in augment("explain", tmp_path / "out/m_test.csv").stdout
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "again").returncode == 0


def test_of_one_long_series_the_end_is_held_out_by_windows(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day:02},{day * 7 % 11}.5\n" for day in range(1, 31))
    text = starter(write(tmp_path / "t.csv", f"the day,x\n{rows}"), tmp_path).text
    assert "`windows: {length: N, stride: N}` and `split: {test: last 20%, by: " in text
    (split,) = re.findall("`split: ({.*})`", text)
    sets = ["--set", "dataset.windows={length: 5, stride: 5}", "--set", f"dataset.split={split}"]
    path = write(tmp_path / "r.yaml", text)
    assert augment("run", path, *sets, "-o", tmp_path / "out").returncode == 0
    assert (tmp_path / "out/test/t.csv").is_file()
