"""The recipes of policies and views, and the loader of the page about them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers import make_photos, manifest, run

from augcli.engines.local import make_engine
from augcli.recipe import read_recipe
from augcli.run import run as run_recipe

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/policies.md").read_text("utf-8")


def made(name: str, out: Path) -> list[dict[str, Any]]:
    few = ['dataset.include=["*/hat/*", "*/shoes/*"]']
    recipe = read_recipe(str(ROOT / f"recipes/{name}.yaml"), overrides=few, output_path=out)
    run_recipe(recipe, make_engine(1, 60), lambda _done, _of: None)
    return manifest(out)


def test_randaugment_for_classification(tmp_path: Path) -> None:
    records = [each for each in made("randaugment", tmp_path / "out") if each["split"] == "train"]
    assert len({*Counter(each["label"] for each in records).values()}) == 1
    stages = Counter((each["label"], each["stage"]) for each in records if "stage" in each)
    for label in {label for label, _ in stages}:
        assert abs(stages[label, "hard"] - 2 * stages[label, "easy"]) <= 2
    degrees = {
        each.get("stage"): {
            abs(s["params"]["degrees"]) for s in each["steps"] if s["name"] == "rotate"
        }
        for each in records
    }
    assert degrees["easy"] <= {3.6}
    assert degrees["hard"] <= {9}


def test_views_for_contrastive_learning(tmp_path: Path) -> None:
    records = [each for each in made("contrastive", tmp_path / "out") if each["split"] == "train"]
    sizes = Counter(each["group"] for each in records)
    assert {*sizes.values()} == {2}
    assert {(each["width"], each["height"]) for each in records} == {(96, 96)}
    assert len({each["source"] for each in records}) * 4 == len(records)


@pytest.mark.parametrize(
    "changes", [{"views": 2}, {"branches": {"weak": [], "strong": ["invert"]}}]
)
def test_the_loader_of_the_page_gives_whole_groups(tmp_path: Path, changes: dict[str, Any]) -> None:
    photos = make_photos(tmp_path / "in", {"train/a": 3, "val/a": 1})
    run(photos, tmp_path / "out", **changes)
    told: dict[str, Any] = {}
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, told)
    groups = told["Groups"](tmp_path / "out")
    assert len(groups) == 6
    for pictures, label in (groups[index] for index in range(6)):
        assert [*pictures] == [*changes.get("branches", ["view0", "view1"])]
        assert {each.size for each in pictures.values()} == {(20, 16)}
        assert label == "a"


@pytest.mark.parametrize("code", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_recipes_of_the_page_are_recipes(tmp_path: Path, code: str) -> None:
    photos = make_photos(tmp_path / "in", {"train/a": 1})
    told = {"copies": 0 if "stages" in code else 1, **yaml.safe_load(code)}
    assert run(photos, tmp_path / "out", **told).failures == []
