"""Settings that take the same files as before: all is then as a fresh run has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import run, tree
from seeds import SEEDS

SETTINGS: dict[str, Any] = {
    "exclude": ["nothing*"],
    "include": ["**"],
    "leaks": "allow",
    "links": {"follow": ["."]},
}


@pytest.mark.parametrize("key", SETTINGS)
@pytest.mark.parametrize(
    "name", ["image png", "tabular csv", "text csv", "text folders", "timeseries ts"]
)
def test_the_same_files_taken_otherwise(tmp_path: Path, name: str, key: str) -> None:
    seed = SEEDS[name]
    dataset, recipe = seed.written(tmp_path / "in"), seed.recipe
    run(dataset, tmp_path / "out", **recipe)
    recipe = recipe | {"dataset": recipe["dataset"] | {key: SETTINGS[key]}}
    run(dataset, tmp_path / "out", **recipe)
    run(dataset, tmp_path / "fresh", **recipe)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")
    assert str(tmp_path) not in (tmp_path / "fresh/manifest.jsonl").read_text()
