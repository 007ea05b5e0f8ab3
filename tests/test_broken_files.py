"""In a folder that is worked on as a whole a broken file is listed, and the others are done."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, manifest, run, tree, write

from augcli.commands.check import findings
from augcli.commands.replay import replay
from augcli.disk import reading
from augcli.recipe import read_recipe
from augcli.reports.report import Summary

TABLE = "width,colour,kind\n" + "".join(f"{i}.5,{'ab'[i % 2]},{i % 3 // 2}\n" for i in range(30))
TEXTS = "text,label\n" + "".join(f"the film number {i} was good,{i % 2}\n" for i in range(9))
HEAD = "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n"
SERIES = HEAD + "1,2,3,5:a\n2,3,4,1:b\n"
WIDE = "a,b,c,label\n" + "".join(f"{i},{i % 7}.5,{i % 3},x\n" for i in range(8))

KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "tabular": (".csv", TABLE, {"dataset": {"label": "kind"}, "steps": ["swap"]}),
    "text": (".csv", TEXTS, {"dataset": {"label": "label"}, "steps": ["random_swap"]}),
    "timeseries": (".ts", SERIES, {"steps": ["jitter"]}),
    "wide": (".csv", WIDE, {"dataset": {"label": "label"}, "steps": ["jitter"]}),
}
"""Suffix, a sound file, and a recipe's keys."""

BROKEN = [
    ("tabular", "", "the table is empty"),
    ("tabular", "width,colour,kind\n\n", "the table has a header and no rows"),
    ("tabular", '"width,colour,kind\n1,a,0\n', "the first row does not end"),
    ("text", "", "there are no texts in it"),
    ("text", "text,label\n", "there are no texts in it"),
    ("text", b"\xff\xfe\x00", "is not utf-16-le"),
    ("timeseries", "", "is empty"),
    ("timeseries", HEAD, "there are no series in it"),
    ("wide", "", "is empty"),
    ("wide", "a,b,c,label\n", "has names and no rows"),
]


def made(folder: Path, kind: str, files: dict[str, bytes | str]) -> Any:
    """Run over a folder with these files; the names are without their suffix."""
    suffix, _, changes = KINDS[kind]
    for name, data in files.items():
        write(folder / "in" / f"{name}{suffix}", data)
    told = {"kind": "timeseries" if kind == "wide" else kind, **changes.get("dataset", {})}
    return run(folder / "in", folder / "out", **changes | {"copies": 1, "dataset": told})


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Summary, dict]]:
    """Return what gives the run of two sound files of a kind, and what it leaves."""

    @cache
    def alone(kind: str) -> tuple[Summary, dict]:
        folder, sound = tmp_path_factory.mktemp(kind), KINDS[kind][1]
        return made(folder, kind, {"a": sound, "c": sound}), tree(folder / "out")

    return alone


@pytest.mark.parametrize(("kind", "data", "reason"), BROKEN)
def test_one_broken_file_does_not_stop_the_others(
    tmp_path: Path, alone: Callable[[str], Any], kind: str, data: bytes | str, reason: str
) -> None:
    suffix, sound, _ = KINDS[kind]
    summary = made(tmp_path, kind, {"a": sound, "b": data, "c": sound})
    others, expected = alone(kind)
    assert (summary.exit_code, others.exit_code) == (3, 0)
    assert summary.counts == others.counts
    assert list(failures(tmp_path / "out")) == [f"b{suffix}"]
    assert reason in failures(tmp_path / "out")[f"b{suffix}"]
    told = tree(tmp_path / "out")
    assert all(told[f"{name}{suffix}"] == expected[f"{name}{suffix}"] for name in "ac")
    assert {record["source"] for record in manifest(tmp_path / "out")} == {
        f"a{suffix}",
        f"c{suffix}",
    }
    assert not [
        wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None) if wrong
    ]
    found = list(findings(read_recipe(str(tmp_path / "out.yaml"))))
    assert [each.file for each in found if each.severity == "error"] == [f"b{suffix}"]
    assert augment("plan", tmp_path / "out.yaml").returncode == 0
    assert made(tmp_path, kind, {}).made == 0
    assert made(tmp_path, kind, {"b": sound}).exit_code == 0
    assert {record["source"][0] for record in manifest(tmp_path / "out")} == {"a", "b", "c"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("allowed", [1, "33%"])
def test_what_a_run_allows_for_is_a_warning_of_check(
    tmp_path: Path, kind: str, allowed: int | str
) -> None:
    suffix, sound, changes = KINDS[kind]
    for name, data in {"a": sound, "b": "", "c": sound}.items():
        write(tmp_path / "in" / f"{name}{suffix}", data)
    told = {"kind": "timeseries" if kind == "wide" else kind, **changes.get("dataset", {})}
    more = {"copies": 1, "dataset": told, "max_failures": allowed}
    summary = run(tmp_path / "in", tmp_path / "out", **changes | more)
    found = findings(read_recipe(str(tmp_path / "out.yaml")))
    (broken,) = (each for each in found if each.code == "sample")
    assert broken.severity == ("error" if summary.exit_code else "warning")


@pytest.mark.parametrize("kind", ["tabular", "text", "timeseries"])
def test_a_file_that_cannot_be_read_is_one_of_the_broken(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = reading.open_at_once

    def refused(path: str, flags: int) -> int:
        if Path(path).stem == "b":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opened(path, flags)

    monkeypatch.setattr(reading, "open_at_once", refused)
    suffix, sound, _ = KINDS[kind]
    assert made(tmp_path, kind, {"a": sound, "b": sound}).exit_code == 3
    assert failures(tmp_path / "out") == {f"b{suffix}": "cannot be read: Permission denied"}
    assert [record["source"] for record in manifest(tmp_path / "out")] == [f"a{suffix}"]


@pytest.mark.parametrize("kind", ["tabular", "text", "timeseries"])
def test_what_is_held_out_stays_so_where_all_of_train_is_broken(tmp_path: Path, kind: str) -> None:
    suffix, sound, _ = KINDS[kind]
    summary = made(tmp_path, kind, {"train": "", "test": sound})
    assert summary.exit_code == 3
    assert f"train{suffix}" in str(summary.failures)
    assert all(count.before == count.after for count in summary.counts)
