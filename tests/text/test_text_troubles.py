"""Texts and recipes of texts that cannot be used: what is told, and what is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import augment, failures, manifest, write
from test_text_runs import COLUMNS, recipe, run, table

from augcli.errors import RecipeError

__all__ = ["table"]


def place_of(word: str, recipe: Path) -> str:
    """Return file:line:column of a quoted word in a recipe."""
    lines = recipe.read_text().partition(f'"{word}"')[0].split("\n")
    return f"{recipe.name}:{len(lines)}:{len(lines[-1]) + 1}"


def test_bad_rows_are_listed_and_the_rest_is_done(tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "x.tsv", "good film\t1\nbad\n\t0\nnice story\t1\n")
    out = tmp_path / "out"
    summary = run(path, out, dataset={"text": 0, "label": 1})
    assert summary.exit_code == 3
    assert failures(out) == {
        "x.tsv#1": "line 2 has 1 cells instead of 2",
        "x.tsv#2": "there is no text",
    }
    assert manifest(out)[0]["synthetic"] == 8


def test_a_class_that_is_not_there_is_located(tmp_path: Path, table: Path) -> None:
    steps = ["aeda", {"one_of": {"steps": [{"eda": {"only": ["pos", "ng"]}}]}}]
    made = recipe(table, tmp_path / "out", steps=steps, **COLUMNS)
    done = augment("check", made)
    assert f"{place_of('ng', made)}: error: recipe: the dataset has no class 'ng'" in done.stderr
    assert "did you mean 'neg'?" in done.stderr


def test_labels_that_are_amounts_are_no_classes_to_balance(tmp_path: Path) -> None:
    rows = "".join(f"a film of story {n},{n * 7 % 40 + 0.25}\n" for n in range(40))
    path = write(tmp_path / "in/t.csv", f"text,price\n{rows}")
    told = {"dataset": {"text": "text", "label": "price"}}
    with pytest.raises(RecipeError, match=r"labels of t\.csv are amounts, no classes"):
        run(path, tmp_path / "out", balance={"target": "max"}, **told)
    done = run(path, tmp_path / "out", balance={"target": 6}, **told)
    assert done.exit_code == 0
    assert any("labels are 40 different numbers" in note for note in done.notes)


@pytest.mark.parametrize("data", ["", "text,label\n"])
def test_a_file_without_texts(tmp_path: Path, data: str) -> None:
    made = recipe(write(tmp_path / "in" / "x.csv", data), tmp_path / "out", **COLUMNS)
    assert augment("run", made).returncode == 3
    assert failures(tmp_path / "out") == {"x.csv": "there are no texts in it"}


def test_recommended_copies_are_told(tmp_path: Path, table: Path) -> None:
    told = augment("plan", recipe(table, tmp_path / "out", copies=0, **COLUMNS)).stdout
    assert "no `copies` asked for: 16 of each text, as EDA's authors recommend for 5 texts" in told
    write(tmp_path / "texts" / "pos" / "a.txt", "a good film")
    made = recipe(tmp_path / "texts", tmp_path / "out", copies=0, dataset={"format": "folders"})
    assert "no-copies: no `copies` are asked for" in augment("check", made).stdout


def test_mistakes_are_located(tmp_path: Path, table: Path) -> None:
    made = recipe(table, tmp_path / "out", dataset={"text": "txt"})
    done = augment("run", made)
    assert done.returncode == 2
    assert "has no column 'txt'; did you mean 'text'?" in done.stderr
    made = recipe(table, tmp_path / "out", steps=[{"case": {"only": ["x"]}}], **COLUMNS)
    done = augment("run", made)
    assert "the dataset has no class 'x'" in done.stderr


@pytest.mark.parametrize("command", ["run", "check", "plan"])
def test_a_missing_model_is_located_by_every_command(
    tmp_path: Path, table: Path, command: str
) -> None:
    made = recipe(table, tmp_path / "out", steps=[{"fill_mask": {"model": "distil"}}], **COLUMNS)
    done = augment(command, made)
    assert done.returncode == 2
    assert f"{place_of('distil', made)}: " in done.stderr
    assert "'distil' is no folder of a model" in done.stderr
