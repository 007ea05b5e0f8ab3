"""Stages, views and branches of texts and series: counted, balanced, marked, replayed."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, manifest, run, tree, write
from seeds import SEEDS

from augcli.commands.forecast import forecast
from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import RecipeError
from augcli.recipe import read_recipe

STAGES = [{"name": "easy", "copies": 1, "strength": 0.3}, {"name": "hard", "copies": 2}]
STAGED: dict[str, Any] = {"copies": 0, "stages": STAGES}
WORDS = [f"word{letter}" for letter in "abcdefghijklmno"]
STEPS = {"text": [{"random_swap": {"alpha": 0.3}}], "timeseries": [{"jitter": {"sigma": 0.1}}]}
STEPS_OF_BRANCHES = {"text": ["aeda"], "timeseries": ["scaling"]}
KINDS = [*STEPS]


def dataset_of(kind: str, root: Path, rows: tuple[int, int] = (7, 4)) -> dict[str, Any]:
    """Write samples of two classes into one file, and return what a recipe says of them."""
    labels = ["a"] * rows[0] + ["b"] * rows[1]
    if kind == "text":
        texts = (" ".join(WORDS[at:] + WORDS[:at]) for at in range(len(labels)))
        body = "".join(f"{text},{label}\n" for text, label in zip(texts, labels, strict=True))
        write(root / "in/rows.csv", "text,label\n" + body)
        return {"kind": kind, "path": str(root / "in"), "text": "text", "label": "label"}
    points = ([str((at * step) % 7) for step in range(12)] for at in range(1, len(labels) + 1))
    lines = (f"{label},{','.join(each)}" for label, each in zip(labels, points, strict=True))
    write(root / "in/rows_TRAIN.tsv", "\n".join(lines).replace(",", "\t") + "\n")
    return {"kind": kind, "path": str(root / "in")}


def made(kind: str, root: Path, out: str = "out", **changes: Any) -> tuple[Any, pl.DataFrame]:
    """Run a recipe, and return its summary and where the new rows come from."""
    dataset = dataset_of(kind, root)
    summary = run(root / "in", root / out, dataset=dataset, **{"steps": STEPS[kind]} | changes)
    return summary, pl.read_parquet(root / out / "provenance.parquet")


@pytest.mark.parametrize("kind", KINDS)
def test_stages_of_rows_are_balanced_exactly_and_marked(kind: str, tmp_path: Path) -> None:
    summary, rows = made(kind, tmp_path, **STAGED, balance={"target": 40})
    assert {each.label: each.after for each in summary.counts} == {"a": 40, "b": 40}
    told = Counter(zip(rows["label"], rows["stage"], strict=True))
    assert told == {("a", "easy"): 11, ("a", "hard"): 22, ("b", "easy"): 12, ("b", "hard"): 24}
    assert not {"group", "view"} & {name for name in rows.columns if rows[name].count()}
    told_before = forecast(read_recipe(str(tmp_path / "out.yaml")))
    assert {(e.label, e.stage): e.copies for e in told_before.copies} == told
    of_one = rows.filter(pl.col("base") == rows["base"][0], pl.col("stage") == "hard")
    assert of_one["copy"].to_list() == list(range(len(of_one)))
    assert not any(each.trouble for each in verify(tmp_path / "out", None))
    assert {wrong for _, wrong in replay(tmp_path / "out", tmp_path / "again", None, None)} == {
        None
    }


@pytest.mark.parametrize("kind", KINDS)
def test_another_strength_of_a_stage_changes_no_row_of_the_others(
    kind: str, tmp_path: Path
) -> None:
    _, before = made(kind, tmp_path, **STAGED)
    changed = [STAGES[0], STAGES[1] | {"strength": 0.5}]
    summary, after = made(kind, tmp_path, copies=0, stages=changed)
    assert summary.made
    for name, same in (("easy", True), ("hard", False)):
        steps = [
            rows.filter(pl.col("stage") == name)["steps"].to_list() for rows in (before, after)
        ]
        assert (steps[0] == steps[1]) is same
    made(kind, tmp_path, "fresh", copies=0, stages=changed)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")
    assert not made(kind, tmp_path, copies=0, stages=changed)[0].made


@pytest.mark.parametrize("kind", KINDS)
def test_views_and_branches_of_rows_are_groups_of_one_source(kind: str, tmp_path: Path) -> None:
    summary, rows = made(kind, tmp_path, copies=2, views=2)
    assert {each.label: each.after for each in summary.counts} == {"a": 35, "b": 20}
    groups = defaultdict(list)
    for row in rows.iter_rows(named=True):
        groups[row["group"]].append(row)
    assert len(groups) == 22
    for views in groups.values():
        assert [each["view"] for each in views] == ["view0", "view1"]
        assert len({(each["base"], each["copy"]) for each in views}) == 1
        assert views[0]["steps"] != views[1]["steps"]
    branches = {"weak": [], "strong": STEPS_OF_BRANCHES[kind]}
    _, rows = made(kind, tmp_path, "pairs", branches=branches)
    weak, strong = (rows.filter(pl.col("view") == name)["steps"] for name in branches)
    assert len(weak) == 22
    for one, other in zip(weak, strong, strict=True):
        assert other.startswith(one.removesuffix("]"))
        assert len(other) > len(one)
    told = augment("explain", tmp_path / f"pairs/{rows['output'][0]}", rows["row"][1])
    assert "strong of the group rows" in told.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_is_made_views_change_nothing(kind: str, tmp_path: Path) -> None:
    told = {"dataset": dataset_of(kind, tmp_path), "steps": STEPS[kind], "copies": 0}
    for output, more in (("out", {}), ("out", {"views": 2}), ("fresh", {"views": 2})):
        run(tmp_path / "in", tmp_path / output, **told, **more)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


@pytest.mark.parametrize("name", ["text folders", "timeseries wav"])
def test_samples_in_files_of_their_own_have_stages_and_groups(name: str, tmp_path: Path) -> None:
    seed = SEEDS[name]
    told: dict[str, Any] = {
        "dataset": {"kind": seed.kind, **seed.dataset},
        "steps": STEPS[seed.kind],
    }
    run(seed.written(tmp_path / "in"), tmp_path / "out", **told, **STAGED, views=2)
    copies = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    sources = {each["source"] for each in copies}
    assert len(copies) == 6 * len(sources) > 0
    for each in copies:
        assert each["output"].startswith(f"{each['group']}.{each['view']}.")
        assert each["group"].endswith(f".aug-{each['stage']}-{each['copy']:03d}")
    assert {wrong for _, wrong in replay(tmp_path / "out", tmp_path / "again", None, None)} == {
        None
    }


@pytest.mark.parametrize(
    ("kind", "changes", "text"),
    [
        ("text", {"views": 2, "balance": {"target": "max"}}, "leave `balance` out"),
        (
            "timeseries",
            {
                "views": 2,
                "balance": {"method": "smote", "target": 40},
                "output": {"originals": "omit"},
            },
            "smote makes single series",
        ),
    ],
)
def test_groups_that_cannot_be_balanced_are_refused(
    kind: str, changes: dict[str, Any], text: str, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError) as caught:
        made(kind, tmp_path, **changes)
    assert text in "\n".join(map(str, caught.value.problems))
