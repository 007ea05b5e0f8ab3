"""Trouble with a source that may pass costs nothing: it is told, tried again, and nothing goes."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers import failures, leftovers, make_photos, manifest, run, tree, write

from augcli.disk import reading
from augcli.errors import StorageError
from augcli.store import sources

TABLE = "width,colour,kind\n" + "".join(f"{i}.25,{'rg'[i % 2]},{i % 4 // 3}\n" for i in range(24))
TEXTS = "text,label\n" + "".join(f"a book of {i} pages is long,{i % 2}\n" for i in range(8))
SERIES = "a,b,c,label\n" + "".join(f"{i},{i % 5}.5,{i % 3},x\n" for i in range(8))
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "image": ("", {}),
    "tabular": (TABLE, {"dataset": {"label": "kind"}, "steps": ["jitter"]}),
    "text": (TEXTS, {"dataset": {"label": "label"}, "steps": ["random_swap"]}),
    "timeseries": (SERIES, {"dataset": {"label": "label"}, "steps": ["jitter"]}),
}
ILL = ["EIO", "ESTALE", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]


@pytest.fixture(params=KINDS)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Trial:
    return Trial(tmp_path, request.param)


class Trial:
    """A dataset of two files, and runs over it."""

    def __init__(self, folder: Path, kind: str):
        self.root, self.out, self.kind = folder / "in", folder / "out", kind
        text, self.recipe = KINDS[kind]
        if kind == "image":
            make_photos(self.root, {"cat": 2})
        else:
            for name in ("one.csv", "two.csv"):
                write(self.root / name, text)
        self.name = "cat/01.png" if kind == "image" else "two.csv"

    def run(self, **changes: Any) -> Any:
        recipe = {**self.recipe, "copies": 1, **changes}
        recipe["dataset"] = {"kind": self.kind, **recipe.get("dataset", {})}
        return run(self.root, self.out, **recipe)

    @property
    def file(self) -> Path:
        return self.root / self.name


@contextmanager
def trouble(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> Iterator[None]:
    """Let the system refuse to open a file of this name."""
    opened = reading.open_at_once

    def refused(path: str, flags: int) -> int:
        if str(path).endswith(name):
            raise OSError(number, os.strerror(number), path)
        return opened(path, flags)

    with monkeypatch.context() as patched:
        patched.setattr(reading, "open_at_once", refused)
        yield


def redo(trial: Trial) -> None:
    """Make all sources look touched, so that the next run reads them."""
    for path in trial.root.rglob("*.*"):
        os.utime(path, ns=(1, 1))


def test_a_file_that_may_not_be_read_keeps_what_was_made_of_it(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.run()
    before = tree(trial.out)
    redo(trial)
    with trouble(monkeypatch, trial.name, errno.EACCES):
        assert trial.run().exit_code == 3
        assert "Permission denied" in str(failures(trial.out))
        without = {name: sha for name, sha in tree(trial.out).items() if name != "failures.jsonl"}
        assert without == before
        assert trial.run().exit_code == 3
    assert trial.run().exit_code == 0
    assert tree(trial.out) == before


def test_a_file_that_was_never_read_is_tried_again_and_the_rest_is_done(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trouble(monkeypatch, trial.name, errno.EACCES):
        assert trial.run().exit_code == 3
        assert trial.run().exit_code == 3
        assert list(failures(trial.out)) == [trial.name]
        assert {record["source"] for record in manifest(trial.out)}
        assert trial.name not in {record["source"] for record in manifest(trial.out)}
    assert trial.run().exit_code == 0
    assert failures(trial.out) == {}
    assert trial.name in {record["source"] for record in manifest(trial.out)}
    assert all(record["source_sha256"] for record in manifest(trial.out))


@pytest.mark.parametrize("name", ILL)
def test_a_system_that_is_ill_ends_the_run_and_loses_nothing(
    trial: Trial, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.run()
    before = tree(trial.out)
    redo(trial)
    with (
        trouble(monkeypatch, trial.name, getattr(errno, name)),
        pytest.raises(StorageError, match=trial.name),
    ):
        trial.run()
    assert tree(trial.out) == before
    assert trial.run().exit_code == 0
    assert tree(trial.out) == before
    assert leftovers(trial.out) == []


def grown_while_read(path: Path, more: bytes) -> Callable[..., Any]:
    """Return `read_whole` that finds a file longer when it has read it."""
    whole = reading.read_whole

    def read(name: str) -> Any:
        found = whole(name)
        if str(name).endswith(path.name):
            path.write_bytes(path.read_bytes() + more)
        return found

    return read


def test_a_file_that_changes_while_it_is_read_is_tried_again(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.run()
    before = tree(trial.out)
    redo(trial)
    more = trial.file.read_bytes().splitlines(keepends=True)[-1]
    with monkeypatch.context() as patched:
        patched.setattr(sources, "read_whole", grown_while_read(trial.file, more))
        assert trial.run().exit_code == 3
    named = {trial.name: ""} if trial.kind == "image" else {".": f"{trial.name}: "}
    told = {name: f"{file}the file changed while it was read" for name, file in named.items()}
    assert failures(trial.out) == told
    assert tree(trial.out).keys() - {"failures.jsonl"} == before.keys()
    assert trial.run().exit_code == 0
    fresh = Trial(trial.out.parent / "x", trial.kind)
    fresh.root = trial.root
    fresh.run()
    assert tree(trial.out) == tree(fresh.out)


@pytest.mark.parametrize("size", [20, 1 << 17])
def test_bytes_that_were_read_stay_what_they_were(tmp_path: Path, size: int) -> None:
    """Large files are copied aside: to cut the file off is nothing that a reader meets."""
    path = write(tmp_path / "x.csv", "0123456789\n" * size)
    source = sources.late_source(tmp_path, "x.csv")
    whole = path.read_bytes()
    os.truncate(path, 5)
    if size == 20:
        with pytest.raises(reading.UnreadError, match="changed"):
            _ = source.data
    else:
        assert bytes(source.data[:]) == whole


@pytest.mark.parametrize("kind", ["tabular", "text", "timeseries"])
def test_more_files_than_may_be_open(tmp_path: Path, kind: str) -> None:
    text, recipe = KINDS[kind]
    for number in range(110):
        write(tmp_path / f"in/{number}.csv", "\n".join(text.splitlines()[:4]) + "\n")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, limits[1]))
    try:
        dataset = {"kind": kind, **recipe["dataset"]}
        summary = run(tmp_path / "in", tmp_path / "out", **recipe | {"dataset": dataset})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert summary.exit_code == 0
    assert len(manifest(tmp_path / "out")) == 110


def test_a_file_that_is_far_too_large_is_not_even_read(trial: Trial) -> None:
    os.truncate(trial.file, 1 << 40)
    assert trial.run().exit_code == 3
    assert str(1 << 40) in failures(trial.out)[trial.name]
    assert manifest(trial.out)


def test_a_file_that_is_the_dataset_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "w.csv", TABLE)
    recipe = {"steps": ["jitter"], "copies": 1, "dataset": {"kind": "tabular", "label": "kind"}}
    run(file, tmp_path / "out", **recipe)
    os.utime(file, ns=(1, 1))
    with monkeypatch.context() as patched:
        patched.setattr(sources, "read_whole", grown_while_read(file, b"1.5,r,0\n"))
        run(file, tmp_path / "out", **recipe)
    assert failures(tmp_path / "out") == {"w.csv": "the file changed while it was read"}
    with trouble(monkeypatch, file.name, errno.EACCES):
        run(file, tmp_path / "out", **recipe)
    assert failures(tmp_path / "out")["w.csv"].startswith("cannot be read: Permission denied; what")
