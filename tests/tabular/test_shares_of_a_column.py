"""`split: {…, of: COLUMN}`: what is not drawn keeps the names that the column has."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from helpers import write
from table_samples import augmented

import augcli
from augcli.errors import RecipeError

ROWS = [f"{n}.5,{n % 11},{'xy'[n % 4 == 0]},{'AAAB'[n % 4 - n // 4 % 2]}" for n in range(120)]


def told(tmp_path, **split):
    path = write(tmp_path / "t.csv", "\n".join(["a,b,label,part", *ROWS]) + "\n")
    return {"path": str(path), "label": "label", "split": {"of": "part", **split}}


def test_names_in_augment_are_those_of_the_column(tmp_path):
    dataset = told(tmp_path, val=0.2) | {"augment": ["A"]}
    counts = augmented(tmp_path, dataset, balance={"target": "max"}).counts
    assert {each.split for each in counts} == {"A", "val", "other"}
    assert {each.split for each in counts if each.after > each.before} == {"A"}
    assert sum(each.before for each in counts if each.split == "other") == sum(
        row.endswith("B") for row in ROWS
    )


def test_a_drawn_split_that_is_augmented_is_refused(tmp_path):
    dataset = told(tmp_path, val=0.2) | {"augment": ["A", "val"]}
    write(tmp_path / "t.csv", (tmp_path / "t.csv").read_text().replace(",B", ",val"))
    with pytest.raises(RecipeError, match="'val' is drawn, and is a split to be augmented, too"):
        augmented(tmp_path, dataset, balance={"target": "max"})


@pytest.mark.parametrize("augment", [["A"], ["A", "B"]])
def test_a_recipe_that_is_run_anew_is_judged_by_names_of_its_own(tmp_path, augment):
    dataset = told(tmp_path) | {"kind": "tabular", "augment": augment, "split": "part"}
    output = {"path": str(tmp_path / "out")}
    plain = {"version": 1, "dataset": dataset, "output": output, "balance": {"method": "smote"}}
    write(tmp_path / "r.json", json.dumps(plain))
    answer = augcli.evaluate(augcli.load_recipe(tmp_path / "r.json"), repeats=2)
    wanted = sum(row[-1] in augment for row in ROWS)
    assert answer.extent.sources == wanted


def test_a_list_of_pictures_is_written_with_the_drawn_splits(tmp_path):
    rows = [f"{n}.png,{'xy'[n % 2]},{'BAAAA'[n % 5]}" for n in range(40)]
    for n in range(40):
        write(tmp_path / f"in/{n}.png", cv2.imencode(".png", np.full((8, 8, 3), n))[1].tobytes())
    listed = write(tmp_path / "in/labels.csv", "\n".join(["file,label,part", *rows]) + "\n")
    dataset = {"path": str(listed), "format": "csv", "label": "label", "augment": ["A"]}
    dataset |= {"split": {"test": 0.25, "of": "part"}}
    plain = {"version": 1, "seed": 1, "dataset": dataset, "steps": ["horizontal_flip"]}
    plain |= {"output": {"path": str(tmp_path / "out")}}
    recipe = write(tmp_path / "r.json", json.dumps(plain))
    assert augcli.run(augcli.load_recipe(recipe), 1).exit_code == 0
    written = [line.split(",") for line in (tmp_path / "out/labels.csv").read_text().splitlines()]
    assert {row[2] for row in written[1:]} == {"A", "test", "other"}
    assert all(row[0].startswith(f"{row[2]}/") for row in written[1:])
