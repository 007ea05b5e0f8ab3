"""What `init` writes can be checked, planned and run, for every dataset there is."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from datasets import names_of_data
from helpers import write

from augcli.commands.check import findings
from augcli.commands.forecast import forecast
from augcli.commands.init import starter
from augcli.engines.local import make_engine
from augcli.errors import FindingsError, UsageError
from augcli.recipe import load_recipe
from augcli.run import run

FILES = list(map(PurePosixPath, names_of_data()))
ALL = [
    *sorted({each.parts[0] for each in FILES}),
    *sorted({"/".join(each.parts[:2]) for each in FILES if each.parts[0] == "timeseries_ucr"}),
    *sorted(
        str(each)
        for each in FILES
        if len(each.parts) == 2
        and (each.suffix in (".csv", ".tsv") or each.name in ("dev.txt", "class.txt"))
        and each.name != "INDEX.csv"
    ),
]
NO_RECIPE = {
    "cones_yolo": "the dataset has no split 'train'",
    "mnist_t10k": "no pictures, series, texts or tables",
    "penguins_csv": "has other columns than",
    "tabular": "has other columns than",
    "timeseries_csv": "has other columns than",
    "text_chinese_headlines": "dev.txt look like splits but class.txt beside them do not",
    "text_chinese_headlines/class.txt": "9 samples in 9 units leave none for 'test'",
}
"""What is not one dataset, and what `init` says of it."""
UNUSABLE = {"nasty_images"}
"""What has samples that cannot be used."""


LARGE = {
    *("bccd_voc", "clothing_small", "large_photos"),
    *("tabular/adult-train.csv", "timeseries_csv/pollution.csv"),
}
"""What takes seconds to look through."""


def settled(text: str) -> str:
    """Return a recipe whose leaks, if there are any, a person has allowed."""
    return text.replace("  #   leaks: allow", "  leaks: allow")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.faults) if n in LARGE else n for n in ALL]
)
def test_what_init_writes_is_checked_and_planned(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    if name in NO_RECIPE:
        with pytest.raises(UsageError, match=NO_RECIPE[name]):
            starter(shared_data / name)
        return
    recipe = load_recipe(settled(starter(shared_data / name)), "recipe", tmp_path)
    assert forecast(recipe).work_remains
    # A damaged file is the dataset's fault, and a run does the others.
    errors = [each for each in findings(recipe) if each.severity == "error"]
    assert {each.code for each in errors} == ({"sample"} if name in UNUSABLE else set())


def test_a_table_of_times_and_numbers_is_one_series(shared_data: Path, tmp_path: Path) -> None:
    text = starter(shared_data / "timeseries_csv/airline-passengers.csv")
    assert 'time: "Month"' in text
    summary = run(load_recipe(text, "recipe", tmp_path), make_engine(1, 60), lambda *_: None)
    assert summary.exit_code == 0
    assert [(count.before, count.after) for count in summary.counts] == [(1, 3)]


def test_texts_in_several_splits_are_told_in_the_recipe(tmp_path: Path) -> None:
    write(
        tmp_path / "in/train.tsv",
        "text\tlabel\nthe film was a great success\t1\nnever again for me\t0\n",
    )
    write(
        tmp_path / "in/test.tsv",
        "text\tlabel\nnobody liked the boring story\t0\nnever again for me\t0\n",
    )
    text = starter(tmp_path / "in")
    assert "#   train.tsv#1 'never again for me' = test.tsv#1 'never again for me'" in text
    recipe = load_recipe(text, "recipe", tmp_path)
    assert recipe.dataset.leaks == "refuse"
    with pytest.raises(FindingsError, match="never again for me"):
        run(recipe, make_engine(1, 60), lambda *_: None)
    recipe = load_recipe(settled(text), "recipe", tmp_path)
    assert run(recipe, make_engine(1, 60), lambda *_: None).exit_code == 0


def test_init_says_why_there_is_no_recipe(tmp_path: Path) -> None:
    rows = "".join(f"key-{number},{number * 7 % 31}.5\n" for number in range(60))
    table = write(tmp_path / "keys.csv", f"name,value\n{rows}")
    with pytest.raises(UsageError, match=r"for .*keys\.csv: no column is left to compare rows by"):
        starter(table)


SAID = ["big", "small", "odd", "new", "old", "red"]
TORN = {
    "texts": ("in.tsv", [f"{'ab'[len(w) % 2]}\tso {w} a thing we have never seen" for w in SAID]),
    "tables": ("in.csv", ["size,kind", *(f"{n}.5,{'ab'[n % 2]}" for n in range(20))]),
}


@pytest.mark.parametrize("kind", TORN)
def test_quotes_that_stand_open_are_taken_for_letters(tmp_path: Path, kind: str) -> None:
    name, lines = TORN[kind]
    head, mark, last = lines[-1].partition("\t" if kind == "texts" else ",")
    path = write(tmp_path / name, "\n".join([*lines, f'{head}{mark}"{last}']) + "\n")
    recipe = load_recipe(starter(path), "recipe", tmp_path)
    assert recipe.dataset.quote == ""
    assert [each for each in findings(recipe) if each.severity == "error"] == []
    assert run(recipe, make_engine(1, 60), lambda *_: None).exit_code == 0


def test_quotes_that_enclose_many_cells_stay_quotes(tmp_path: Path) -> None:
    rows = [f'{n}.5,"{"ab"[n % 2]}","x{n % 3}"' for n in range(20)]
    path = write(tmp_path / "in.csv", "\n".join(["size,kind,name", *rows, '3.5,"a","x1']) + "\n")
    assert "quote:" not in starter(path)
