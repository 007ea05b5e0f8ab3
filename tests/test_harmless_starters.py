"""What starter recipes do is no harm: steps, and how far classes grow."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import make_photos, write

from augcli.commands.check import findings
from augcli.commands.init import starter
from augcli.recipe import load_recipe

CAREFUL = {
    "small": (np.tile(np.arange(28, dtype=np.uint8) * 9, (28, 1)), ["# - scale"]),
    "black and white": (np.eye(64, dtype=np.uint8) * 255, ["# - brightness", "# - contrast"]),
    "usual": (np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1)), []),
}


@pytest.mark.parametrize("what", CAREFUL)
def test_steps_are_those_that_do_no_harm(tmp_path: Path, what: str) -> None:
    pixels, without = CAREFUL[what]
    for number in range(4):
        done, file = cv2.imencode(".png", np.roll(pixels, number, 1))
        assert done
        write(tmp_path / f"in/{'ab'[number % 2]}x/{number}.png", file.tobytes())
    text = starter(tmp_path / "in", tmp_path).text
    steps = text.split("steps:")[1].splitlines()[1:]
    assert [line.strip() for line in steps if "#" in line] != [] or not without
    assert all(any(line.strip().startswith(each) for line in steps) for each in without)
    assert sum(line.startswith("  # ") for line in steps) == len(without)


def test_a_class_of_few_is_not_made_of_copies_nearly_all(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 30, "train/b": 2, "val/a": 1, "val/b": 1})
    text = starter(tmp_path / "in", tmp_path).text
    assert "\ncopies: 1" in text
    assert '\nbalance: {target: {"a": 60, "b": 20}}' in text
    recipe = load_recipe(text, "recipe", tmp_path)
    assert "growth" not in {each.code for each in findings(recipe)}


def test_one_class_of_two_does_not_keep_the_others_from_balance(tmp_path: Path) -> None:
    lines = [f"{n * 7 % 31}.5,{n % 13},{'abbb'[n % 4] if n > 1 else 'c'}" for n in range(130)]
    write(tmp_path / "t.csv", "\n".join(["u,v,y", *lines, ""]))
    (line,) = re.findall(
        r"^balance:.*target: ({.*?})", starter(tmp_path / "t.csv", tmp_path).text, re.M
    )
    goals = json.loads(line)
    assert goals["a"] > 60, "as many as b has"
    assert goals["c"] <= 20


@pytest.mark.parametrize("name", ["tabular/abalone.csv", "timeseries_ucr/OSULeaf"])
def test_balance_that_files_tell_of_grows_nothing_too_far(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    text = starter(shared_data / name, tmp_path).text
    assert "\nbalance: {" in text
    recipe = load_recipe(text, "recipe", tmp_path)
    assert {"growth", "recipe"}.isdisjoint(each.code for each in findings(recipe))
