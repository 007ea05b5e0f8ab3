"""Versions of one file, by names that tools give which augment, and splits."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from helpers import picture, write, write_recipe

from augcli.api import check, load_recipe
from augcli.run import planned


@pytest.mark.parametrize("version", ["_png.rf.{:032x}.png", ".aug-{:03d}.png"])
def test_versions_of_a_file_stay_together_or_are_told(tmp_path: Path, version: str) -> None:
    for number in range(30):
        source, of = divmod(number, 3)
        name = f"{source}.png" if version[0] == "." and not of else f"{source}{version.format(of)}"
        write(tmp_path / "ds/a" / name, picture(number))
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset={"split": {"test": 0.2}})
    of_source = defaultdict(set)
    for sample in planned(load_recipe(recipe))[0]:
        of_source[sample.id[:3]].add(sample.split)
    assert {len(found) for found in of_source.values()} == {1}
    assert not [each for each in check(load_recipe(recipe)) if each.code == "groups-apart"]
    for path in list((tmp_path / "ds/a").iterdir()):
        split = "test" if path.match(f"7{version.format(2)}") else "train"
        write(tmp_path / "ds" / split / "a" / path.name, path.read_bytes())
        path.unlink()
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out")
    (told,) = [each for each in check(load_recipe(recipe)) if each.code == "groups-apart"]
    assert told.message.startswith("1 file has versions in an augmented and in another split")
