"""Parts of a run that write into one bucket, and crashes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from buckets import Crash, Doomed, Hasty, at, bucket, seen
from helpers import make_photos, recipe_text
from test_remote_runs import (
    IN,
    OUT,
    TABLES,
    TARS,
    backend,
    go,
    opening,
    passing,
    photos,
    same_in_a_folder,
    upload,
)

import augcli
from augcli.errors import LockedError
from augcli.recipe import load_recipe
from augcli.reports.report import Summary
from augcli.store.objects import PARTS, PROBES, ObjectStore

__all__ = ["backend", "bucket", "photos"]


@pytest.fixture
def two(bucket: Any, tmp_path: Path) -> Path:
    """Return a folder of two photos, which are in the bucket as well."""
    folder = make_photos(tmp_path / "two", {"train/cat": 1, "test/cat": 1})
    upload(folder, bucket)
    return folder


def parts(*numbers: str, **changes: Any) -> int:
    """Do parts of a run into the bucket, and return how many files they made."""
    text = json.loads(recipe_text(Path(), Path(), **changes))
    text["dataset"]["path"], text["output"]["path"] = IN, OUT
    recipe = load_recipe(json.dumps(text), "recipe", Path.cwd())
    return sum(augcli.run_part(recipe, number, 1) for number in numbers)


FILES = pytest.param({}, id="files")


@pytest.mark.parametrize("output", [FILES, TARS, TABLES])
def test_parts_and_the_run_that_merges_them_give_what_a_run_gives(
    backend: Any, photos: Path, tmp_path: Path, output: dict[str, Any]
) -> None:
    assert parts("2/3", "1/3", output=output) + parts("3/3", output=output) == 13
    assert not [name for name in seen(at(backend, OUT)) if name.endswith("manifest.jsonl")]
    assert parts("1/3", output=output) == 0
    assert go(output=output).made == 0
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path, output=output)
    assert passing(backend) == set()


def test_who_may_not_write_at_the_same_time(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = at(backend, OUT)
    opening(monkeypatch, at(backend, OUT, patience=4))
    with store.lease(f"{PARTS}1-of-2"):
        assert parts("2/2") > 0
        for other in ("1/2", "1/3"):
            with pytest.raises(LockedError, match="another run"):
                parts(other)
        with pytest.raises(LockedError, match="another run"):
            go()
    with store.lease(), pytest.raises(LockedError, match="another run"):
        parts("2/2")


class Company(ObjectStore):
    """A store in which another part begins as soon as somebody has looked at it."""

    def scan(self, prefix: str = "") -> Iterator[Any]:
        yield from super().scan(prefix)
        self.write(f"{PROBES}of-another", b"1")


def test_parts_that_begin_at_the_same_time_are_no_strangers(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening(monkeypatch, Company(at(backend, OUT).address, backend))
    assert parts("2/2") > 0


def test_a_part_that_was_killed_holds_nobody_off_for_long(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening(monkeypatch, Hasty(at(backend, OUT).address, backend))
    at(backend, OUT).write(f"{PARTS}1-of-2", b"of-one-who-died 7")
    assert go().made == 13
    assert passing(backend) == set()


ALL = pytest.param(range(1, 80), marks=pytest.mark.cluster, id="all")


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("points", [pytest.param([6], id="few"), ALL])
@pytest.mark.parametrize("output", [TARS, pytest.param({}, id="files", marks=pytest.mark.cluster)])
def test_a_crash_of_a_part_is_made_up_for(
    bucket: Any, two: Path, tmp_path: Path, *, points: list[int], answered: bool, output: Any
) -> None:
    want = same_in_a_folder(two, tmp_path, output=output)
    part, whole = partial(parts, "1/2", output=output), partial(go, output=output)
    crash_at_each(bucket, points, part, want, answered=answered, mend=whole)


def crash_at_each(
    backend: Any,
    points: Iterable[int],
    do: Callable[[], Any],
    want: Mapping[str, str],
    *,
    answered: bool,
    mend: Callable[[], Summary] | None = None,
) -> None:
    """Have a client die at each change; what is done after it, over what it left, is whole."""
    mend, store = mend or do, at(backend, OUT)
    for point in points:
        store.remove([each.name for each in store.scan()])
        with pytest.MonkeyPatch.context() as patch:
            opening(patch, Doomed(store.address, backend, at=point, answered=answered))
            if not crashes(do):
                assert isinstance(points, range), "more changes than a run makes"
                break
        opening_again(backend, mend)
        assert seen(store) == want
        assert passing(backend) == set()
        assert mend().made == 0


def opening_again(backend: Any, mend: Callable[[], Summary]) -> None:
    """Do what mends, on a store that knows soon enough that a lease is nobody's."""
    with pytest.MonkeyPatch.context() as patch:
        opening(patch, Hasty(at(backend, OUT).address, backend))
        mend()


def crashes(do: Callable[[], object]) -> bool:
    try:
        do()
    except Crash:
        return True
    return False
