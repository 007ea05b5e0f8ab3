"""`split: {…, of: COLUMN}`: what is not drawn keeps the name that the column has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, write

import augcli
from augcli.errors import RecipeError
from augcli.recipe import Recipe

PARTS = ["AAAAB"[n % 5] for n in range(60)]
ROWS = ["a,b,label,part", *(f"{n}.5,{n % 11},{'xy'[n % 2]},{PARTS[n]}" for n in range(60))]
TEXTS = ["content,label,part", *(f"text {n} of many,{'xy'[n % 2]},{PARTS[n]}" for n in range(60))]
SERIES = ["label,part,v0,v1,v2,v3", *(f"{'xy'[n % 2]},{PARTS[n]},{n},2,{n},4" for n in range(60))]
KINDS: dict[str, tuple[list[str], dict[str, Any], dict[str, Any]]] = {
    "tabular": (ROWS, {}, {"balance": {"target": 36}}),
    "text": (TEXTS, {"text": "content"}, {"copies": 1, "steps": ["random_swap"]}),
    "timeseries": (SERIES, {"layout": "wide"}, {"copies": 1, "steps": ["jitter"]}),
}


def recipe_of(folder: Path, kind: str, split: Any, augmented: list[str], **keys: Any) -> Recipe:
    lines, told, steps = KINDS[kind]
    write(folder / "t.csv", "\n".join(lines) + "\n")
    dataset = {"path": str(folder / "t.csv"), "kind": kind, "label": "label", "split": split} | told
    plain = {"version": 1, "dataset": dataset | {"augment": augmented}, **steps}
    plain |= {"output": {"path": str(folder / "out")}} | keys
    return augcli.load_recipe(write(folder / "r.json", json.dumps(plain)))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_drawn_keeps_the_name_that_the_column_has(tmp_path: Path, kind: str) -> None:
    recipe = recipe_of(tmp_path, kind, {"val": 0.25, "of": "part"}, ["A"])
    assert augcli.run(recipe, 1).exit_code == 0
    output = tmp_path / "out"
    samples = augcli.load(output)
    assert {Path(each.record.output).parent.name: each.split for each in samples} == {
        name: name for name in ("A", "val", "other")
    }
    counts = [sum(each.split == name for each in samples) for name in ("A", "val", "other")]
    assert counts == [72, 12, 12]
    assert all("B" not in path.read_text() for path in output.glob("[!o]*/t.csv"))
    assert augment("replay", output, "-o", tmp_path / "again").returncode == 0
    made = {path.relative_to(output): path.read_bytes() for path in output.glob("*/t.csv")}
    assert made == {path: (tmp_path / "again" / path).read_bytes() for path in made}


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawn_split_that_is_augmented_is_refused(tmp_path: Path, kind: str) -> None:
    recipe = recipe_of(tmp_path, kind, {"val": 0.25, "of": "part"}, ["A", "val"])
    path = tmp_path / "t.csv"
    write(path, path.read_text().replace(",B", ",val"))
    with pytest.raises(RecipeError, match="'val' is drawn, and is a split to be augmented, too"):
        augcli.run(recipe, 1)


def test_series_that_are_mixed_are_judged_by_parts_of_what_their_column_augments(
    tmp_path: Path,
) -> None:
    recipe = recipe_of(tmp_path, "timeseries", "part", ["A"], steps=[{"mixup": {}}])
    assert augcli.evaluate(recipe, repeats=2).extent.sources == PARTS.count("A")
