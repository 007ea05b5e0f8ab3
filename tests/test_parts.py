"""Parts of a run, side by side on one output: merged, they are the run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, lines_of, make_photos, run, start, tree, write, write_recipe
from seeds import SEEDS

import augcli
from augcli.errors import LockedError, UsageError
from augcli.part import Part, part_of
from augcli.recipe import Recipe
from augcli.store.output import OutputFolder


def recipe_for(dataset: Path, output: Path, /, **changes: Any) -> Recipe:
    return augcli.load_recipe(write_recipe(dataset, output, **changes))


@pytest.mark.parametrize(
    "name",
    ["image png", "image coco", "image masks", "tabular csv", "text folders", "timeseries wav"],
)
def test_parts_and_a_run_after_them_give_what_a_run_gives(tmp_path: Path, name: str) -> None:
    seed = SEEDS[name]
    dataset = seed.written(tmp_path / "in")
    run(dataset, tmp_path / "expected", **seed.recipe)
    recipe = recipe_for(dataset, tmp_path / "out", **seed.recipe)
    made = [augcli.run_part(recipe, f"{number}/3", 1) for number in (3, 1, 2)]
    assert not (tmp_path / "out/manifest.jsonl").exists()
    summary = augcli.run(recipe, 1)
    assert summary.made == 0 < sum(made)
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    assert augcli.run_part(recipe, "1/3", 1) == 0


def test_parts_side_by_side_do_not_meet(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 9, "train/dog": 4, "test/cat": 2})
    run(source, tmp_path / "expected", copies=2, balance={"target": "max"})
    recipe = write_recipe(source, tmp_path / "out", copies=2, balance={"target": "max"})
    jobs = [start("run", recipe, "--part", f"{number}/2", "-q") for number in (1, 2)]
    assert [job.communicate() and job.returncode for job in jobs] == [0, 0]
    done = augment("run", recipe, "--json")
    assert '"made": 0' in done.stdout
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_what_is_broken_is_topped_up_by_the_run_that_merges(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 4, "train/dog": 2})
    write(source / "train/dog/broken.png", b"no picture")
    asked = {"copies": 0, "balance": {"target": 6}}
    run(source, tmp_path / "expected", **asked)
    recipe = recipe_for(source, tmp_path / "out", **asked)
    for number in (1, 2, 3, 4):
        augcli.run_part(recipe, f"{number}/4", 1)
    assert augcli.run(recipe, 1).exit_code == 3
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_a_part_that_was_killed_is_done_again(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 6})
    run(source, tmp_path / "expected", copies=1)
    recipe = recipe_for(source, tmp_path / "out", copies=1)
    augcli.run_part(recipe, "1/2", 1)
    output = OutputFolder(tmp_path / "out")
    shard = next(iter(output.shard_files()))
    records = [entry["record"] for line in lines_of(shard) for entry in line["outputs"]]
    names = {record["output"]: record["sha256"] for record in records}
    write(output.batches / f"{shard.stem}-left/names.json", json.dumps(names))
    shard.unlink()  # as if it died before the records were written
    assert augcli.run_part(recipe, "1/2", 1) > 0
    augcli.run_part(recipe, "2/2", 1)
    augcli.run(recipe, 1)
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_who_may_not_be_at_work_at_the_same_time(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 1})
    recipe = recipe_for(source, tmp_path / "out", copies=1)
    output = OutputFolder(tmp_path / "out")
    output.claim()
    with output.shared("1-of-2", lambda _name: False):
        assert augcli.run_part(recipe, "2/2", 1) >= 0
        for other in ("1/2", "1/3"):
            with pytest.raises(LockedError):
                augcli.run_part(recipe, other, 1)
        with pytest.raises(LockedError, match="parts of a run"):
            augcli.run(recipe, 1)
    with output.locked(), pytest.raises(LockedError):
        augcli.run_part(recipe, "2/2", 1)
    assert augcli.run_part(recipe, "1/3", 1) >= 0


def test_every_source_falls_to_one_part() -> None:
    ids = [f"train/cat/{number}.png" for number in range(400)]
    parts = [Part(number, 4) for number in (1, 2, 3, 4)]
    counts = [sum(part.has(each) for each in ids) for part in parts]
    assert sum(counts) == len(ids)
    assert min(counts) > 70


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected I/N"):
        part_of(text)


def test_the_command_tells_what_to_do_next(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 2})
    recipe = write_recipe(source, tmp_path / "out", copies=1)
    done = augment("run", recipe, "--part", "1/1")
    assert "4 files made by part 1/1" in done.stdout
    assert "a run without merges them" in done.stdout
    shutil.rmtree(tmp_path / "out")
    assert augment("run", recipe, "--part", "2/1").returncode == 2
