"""Versions by names of metadata are those that the metadata tell."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from augcli.installed import version_of


def test_versions_are_those_of_the_standard_library() -> None:
    told = {each.name: metadata.version(each.name) for each in metadata.distributions()}
    assert {"numpy", "pydantic"} <= told.keys()
    assert {name: version_of(name) for name in told} == told


def test_a_library_that_is_not_there() -> None:
    assert version_of("no-such-library") is None


def test_names_are_written_in_many_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Odd_Name-1.2.dist-info", "older-0.3-py3.11.egg-info", "bare.egg-info", "x-1.txt"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "absent"), str(tmp_path), *sys.path])
    assert [*map(version_of, ("odd.name", "Odd-Name", "older"))] == ["1.2", "1.2", "0.3"]
    assert version_of("bare") is version_of("x") is None
