"""Real runs on sites, which are asked what those of a cluster are asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from buckets import at, bucket, seen
from helpers import make_photos, tree, write_recipe
from sites_here import Sites, fleet_on

import augcli
from augcli.work.site_check import SiteCheck

__all__ = ["bucket"]
OUT = "s3://bucket/out"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 3, "train/dog": 2, "test/cat": 1})


def test_parts_on_sites_go_into_a_bucket(bucket: Any, photos: Path, tmp_path: Path) -> None:
    """A part has a folder of its own that stands in, and sites are asked for that."""
    file = write_recipe(photos, tmp_path / "here")
    augcli.run(augcli.load_recipe(file), jobs=1)
    recipe = augcli.load_recipe(file, output=OUT)
    for part in ("1/2", "2/2"):
        assert augcli.run_part(recipe, part, engine=fleet_on(Sites(1, 1, 60), SiteCheck(recipe)))
    assert augcli.run(recipe, jobs=1).made == 0
    here = {name: h for name, h in tree(tmp_path / "here").items() if h != "folder"}
    assert seen(at(bucket, OUT)) == here
