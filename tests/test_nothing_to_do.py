"""What a plan tells of a run that would make nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, make_photos, write, write_recipe


@pytest.mark.parametrize("kind", ["image", "tabular"])
def test_nothing_to_do_is_no_work(tmp_path: Path, kind: str) -> None:
    table = "width,label\n" + "".join(f"{i}.25,{i % 2}\n" for i in range(24))
    root = make_photos(tmp_path / "in", {"cat": 2}) if kind == "image" else tmp_path / "in"
    steps = ["invert"] if kind == "image" else ["jitter"]
    told: dict[str, Any] = {"copies": 1, "steps": steps, "dataset": {"kind": kind}}
    if kind == "tabular":
        write(root / "t.csv", table)
        told["dataset"]["label"] = "label"
    recipe = write_recipe(root, tmp_path / "out", **told)
    before = augment("plan", recipe, cwd=tmp_path).stdout
    assert "of work" in before
    assert augment("run", recipe).returncode == 0
    done = augment("plan", recipe)
    assert done.returncode == 0
    assert "up to date" in done.stdout
    assert "of work" not in done.stdout
    told = json.loads(augment("plan", recipe, "--json").stdout)
    assert (told["bytes"], told["seconds"]) == (0, 0)
