"""The set of lowest versions that `make test-lowest` tries is the one that is declared."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = [each.partition(";")[0] for each in project["dependencies"]]
    return [re.fullmatch(r"([\w-]+)>=([\d.]+),<(\d+)", each) for each in told]


def test_every_dependency_has_a_lowest_version_and_a_next_major_that_it_stops_at():
    assert all(declared())


def test_the_lowest_set_is_what_is_declared():
    lines = (ROOT / "tests/lowest.txt").read_text().splitlines()
    pins = dict(line.removesuffix(".*").split("==") for line in lines)
    assert pins == {found[1]: found[2] for found in declared()}
