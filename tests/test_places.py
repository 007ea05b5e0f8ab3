"""What an output promises wherever it lies: in a folder, in memory, on a server of S3's kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from buckets import Crash, Server, s3_bucket
from helpers import make_photos, picture, recipe_text, tree, write
from places import InBucket, InFolder, Place

from augcli.engines.local import make_engine
from augcli.errors import LockedError, StorageError
from augcli.recipe import load_recipe
from augcli.reports.report import Summary
from augcli.run import run
from augcli.store import copies
from augcli.store.objects import LEASE

S3 = pytest.param("s3", marks=pytest.mark.cluster)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("moto", reason="needs moto[server]")
    with Server().running() as running:
        yield running


@pytest.fixture(params=["folder", "memory", S3])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "folder":
        return InFolder(tmp_path / "some/out")
    stores = pytest.importorskip("obstore.store", reason="needs augcli[cloud]")
    is_s3 = request.param == "s3"
    name = f"b{abs(hash(str(tmp_path))):x}"
    backend = s3_bucket(request.getfixturevalue("server"), name) if is_s3 else stores.MemoryStore()
    monkeypatch.setattr(copies, "backend_of", lambda _address: backend)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return InBucket(backend)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 2, "test/cat": 1})


def go(
    photos: Path, output: str, progress: Any = lambda _done, _total: None, /, **told: Any
) -> Summary:
    text = json.loads(recipe_text(photos, Path(), **told))
    text["output"]["path"] = output
    recipe = load_recipe(json.dumps(text), "recipe", Path.cwd())
    return run(recipe, make_engine(1, recipe.timeout), progress)


def undisturbed(photos: Path, folder: Path, /, **told: Any) -> dict[str, str]:
    go(photos, str(folder), **told)
    return {name: sha256 for name, sha256 in tree(folder).items() if sha256 != "folder"}


def test_a_rerun_does_what_changed(place: Place, photos: Path, tmp_path: Path) -> None:
    assert go(photos, place.address).made == 7
    assert place.seen() == undisturbed(photos, tmp_path / "one")
    assert go(photos, place.address).made == 0
    write(photos / "train/cat/01.png", picture(99))
    (photos / "test/cat/00.png").unlink()
    assert go(photos, place.address).made == 3
    assert place.seen() == undisturbed(photos, tmp_path / "two")


def test_what_others_changed_or_removed_is_made_again(place: Place, photos: Path) -> None:
    go(photos, place.address)
    before = place.seen()
    place.write("train/cat/00.aug-000.png", b"edited")
    place.remove("train/cat/01.png")
    assert go(photos, place.address).made == 2
    assert place.seen() == before


def test_a_stranger_keeps_what_has_the_name_of_an_output(place: Place, photos: Path) -> None:
    go(photos, place.address, copies=1)
    place.write("train/cat/00.aug-001.png", b"theirs")
    told = go(photos, place.address)
    assert told.exit_code == 3
    assert "in the way" in told.failures[0]["reason"]
    assert place.read("train/cat/00.aug-001.png") == b"theirs"


def test_a_place_with_files_of_others_is_refused(place: Place, photos: Path) -> None:
    place.write("mine.txt", b"mine")
    with pytest.raises(StorageError, match="files that augment did not make"):
        go(photos, place.address)
    assert list(place.seen()) == ["mine.txt"]


def test_of_two_runs_the_second_is_refused(place: Place, photos: Path, tmp_path: Path) -> None:
    told: list[str] = []

    def second(_done: int, _total: int) -> None:
        with pytest.raises(LockedError) as caught:
            go(photos, place.address)
        told.append(str(caught.value))

    go(photos, place.address, second)
    assert told
    assert place.seen() == undisturbed(photos, tmp_path / "one")


def test_who_holds_it_keeps_a_run_off(place: Place, photos: Path) -> None:
    go(photos, place.address, copies=1)
    before = place.seen()
    with place.held(), pytest.raises(LockedError):
        go(photos, place.address)
    assert place.seen() == before


@pytest.mark.parametrize("place", ["memory", S3], indirect=True)
def test_a_run_that_was_taken_over_publishes_no_more(place: InBucket, photos: Path) -> None:
    """Of a folder nobody takes the lock from one who lives."""
    with place.watched() as take_over:

        def usurp(done: int, _total: int) -> None:
            if done == 2:
                take_over()

        with pytest.raises(LockedError, match="took it over"):
            go(photos, place.address, usurp)
    assert place.shards() == 2
    assert place.read(LEASE) == b"usurper 0"


TABLES = pytest.param({"layout": "parquet"}, marks=pytest.mark.cluster, id="parquet")
FILES = pytest.param({}, id="files")
TARS = pytest.param({"layout": "webdataset", "shards": 2}, id="webdataset")
FEW = pytest.param([9, 22], id="few")
ALL = pytest.param(range(1, 1000), marks=pytest.mark.cluster, id="all")


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("points", [FEW, ALL])
@pytest.mark.parametrize("output", [FILES, TARS, TABLES])
def test_the_run_after_a_crash_gives_what_an_undisturbed_one_gives(
    place: Place,
    photos: Path,
    tmp_path: Path,
    *,
    output: dict[str, Any],
    points: Iterable[int],
    answered: bool,
) -> None:
    want = undisturbed(photos, tmp_path / "one", output=output)
    for point in points:
        place.clear()
        with place.dying(point, answered=answered):
            if not crashes(photos, place.address, output=output):
                assert isinstance(points, range), "more changes than a run makes"
                break
        go(photos, place.address, output=output)
        assert place.seen() == want
        assert place.passing() == []
        assert go(photos, place.address, output=output).made == 0


def crashes(photos: Path, output: str, /, **told: Any) -> bool:
    try:
        go(photos, output, **told)
    except Crash:
        return True
    return False


@pytest.mark.parametrize("point", [10, 18])
def test_a_crash_over_another_recipe_leaves_nothing_of_it(
    place: Place, photos: Path, tmp_path: Path, point: int
) -> None:
    """Outputs that only the crashed run was to have are taken back."""
    want = undisturbed(photos, tmp_path / "one", copies=1)
    go(photos, place.address, copies=1)
    with place.dying(point, answered=True):
        assert crashes(photos, place.address, copies=4, seed=8)
    go(photos, place.address, copies=1)
    assert place.seen() == want
    assert place.passing() == []
