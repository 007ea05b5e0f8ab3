"""What a kind may lack is not asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import make_photos, write, write_recipe
from msgspec.structs import replace
from seeds import SEEDS

import augcli
from augcli.commands.init import starter
from augcli.commands.page import page
from augcli.errors import RecipeError, UsageError
from augcli.image.kind import KIND


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave pictures nothing but what every kind must offer."""
    lacking = dict.fromkeys(("starter", "preview", "remarks", "index", "figure", "contents"))
    monkeypatch.setattr("augcli.image.kind.KIND", replace(KIND, **lacking))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 2, "val/cat": 1})


@pytest.mark.usefixtures("bare")
def test_a_bare_kind_is_run_checked_and_reported(tmp_path: Path, photos: Path) -> None:
    rows = [f"{each.relative_to(photos)},cat,train" for each in sorted(photos.rglob("*.png"))]
    table = write(photos / "list.csv", "\n".join(["file,label,split", *rows, ""]))
    told = {"format": "csv", "split": "split"}
    recipe = augcli.load_recipe(write_recipe(table, tmp_path / "out", dataset=told))
    summary = augcli.run(recipe, jobs=1)
    assert (summary.made > len(rows), summary.exit_code) == (True, 0)
    assert not (tmp_path / "out/list.csv").exists()
    assert "error" not in {problem.severity for problem in augcli.check(recipe)}
    assert "<figure" in page(tmp_path / "out")


@pytest.mark.usefixtures("bare")
def test_what_a_kind_lacks_is_said(tmp_path: Path, photos: Path) -> None:
    recipe = augcli.load_recipe(write_recipe(photos, tmp_path / "out"))
    with pytest.raises(RecipeError, match="there is no preview of image datasets"):
        augcli.preview(recipe)
    with pytest.raises(UsageError, match="there are no pictures"):
        starter(photos, tmp_path)
    augcli.run(recipe, jobs=1)
    with pytest.raises(UsageError, match="no way to read single samples of image outputs"):
        augcli.load(tmp_path / "out")[0]


@pytest.mark.parametrize("kind", ["tabular", "text", "timeseries"])
def test_a_path_that_leads_nowhere_is_told_with_the_nearest(tmp_path: Path, kind: str) -> None:
    seed = SEEDS[f"{kind} csv" if kind != "timeseries" else "timeseries wide"]
    seed.written(tmp_path / "harvest")
    told = augcli.load_recipe(write_recipe(tmp_path / "harvets", tmp_path / "out", **seed.recipe))
    with pytest.raises(RecipeError, match=r"no file or folder .*; did you mean 'harvest'\?"):
        augcli.plan(told)
