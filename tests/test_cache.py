"""A cache that outputs share: the same bytes with it and without, and never an error."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from buckets import at, bucket
from helpers import augment, make_photos, picture, tree, write, write_recipe
from helpers import run as run_directly
from seeds import SEEDS

import augcli
from augcli.errors import StorageError, UsageError
from augcli.recipe import Recipe
from augcli.store.objects import ObjectStore

__all__ = ["bucket"]
CACHE = "s3://bucket/some/cache"


def recipe_for(dataset: Path, output: Path, /, **changes: object) -> Recipe:
    return augcli.load_recipe(write_recipe(dataset, output, **changes))


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "name", ["image png", "image yolo", "image masks", "tabular csv", "text folders", "text csv"]
)
def test_a_second_output_is_taken_out_of_the_cache(tmp_path: Path, name: str) -> None:
    seed = SEEDS[name]
    dataset = seed.written(tmp_path / "in")
    run_directly(dataset, tmp_path / "expected", **seed.recipe)
    for output in ("one", "two"):
        recipe = recipe_for(dataset, tmp_path / output, **seed.recipe)
        augcli.run(recipe, 1, cache=tmp_path / "cache")
        before = {path: path.stat().st_mtime_ns for path in entries(tmp_path / "cache")}
        assert tree(tmp_path / output) == tree(tmp_path / "expected")
    assert before
    assert before == {path: path.stat().st_mtime_ns for path in entries(tmp_path / "cache")}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 3, "test/cat": 1})


def test_nothing_is_decoded_or_drawn_again(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    augcli.run(recipe_for(photos, tmp_path / "one", copies=2), 1, cache=tmp_path / "cache")

    def refuse(*_told: object, **_named: object) -> None:
        raise AssertionError("a picture was decoded")

    for module in ("augcli.image.listing.whole", "augcli.image.augment"):
        for name in ("decoded", "decode"):
            monkeypatch.setattr(f"{module}.{name}", refuse, raising=False)
    summary = augcli.run(
        recipe_for(photos, tmp_path / "two", copies=2), 1, cache=tmp_path / "cache"
    )
    assert (summary.exit_code, summary.made) == (0, 10)
    with pytest.raises(AssertionError, match="was decoded"):
        augcli.run(recipe_for(photos, tmp_path / "three", copies=2), 1)


def test_what_is_damaged_in_it_is_made_again(tmp_path: Path, photos: Path) -> None:
    augcli.run(recipe_for(photos, tmp_path / "one"), 1, cache=tmp_path / "cache")
    for number, path in enumerate(entries(tmp_path / "cache")):
        data = path.read_bytes()
        path.write_bytes([b"", data[:40], data[:-1] + b"?", b"no entry"][number % 4])
    augcli.run(recipe_for(photos, tmp_path / "two"), 1, cache=tmp_path / "cache")
    assert tree(tmp_path / "two") == tree(tmp_path / "one")


def exchanged(paths: list[Path]) -> None:
    data = [path.read_bytes() for path in paths]
    for path, other in zip(paths, [*data[1:], data[0]], strict=True):
        path.write_bytes(other)


def pipes(paths: list[Path]) -> None:
    for path in paths:
        path.unlink()
        os.mkfifo(path)


def endless(paths: list[Path]) -> None:
    for path in paths:
        path.unlink()
        path.symlink_to("/dev/zero")


def vast(paths: list[Path]) -> None:
    for path in paths:
        os.truncate(path, 1 << 40)


@pytest.mark.parametrize("damage", [exchanged, pipes, endless, vast])
@pytest.mark.parametrize("name", ["image png", "text csv"])
def test_what_is_no_entry_is_made_again(tmp_path: Path, name: str, damage: Any) -> None:
    seed = SEEDS[name]
    dataset = seed.written(tmp_path / "in")
    recipe = recipe_for(dataset, tmp_path / "one", **seed.recipe)
    augcli.run(recipe, 1, cache=tmp_path / "cache")
    whole = {path: path.read_bytes() for path in entries(tmp_path / "cache")}
    damage([*whole])
    recipe = recipe_for(dataset, tmp_path / "two", **seed.recipe)
    augcli.run(recipe, 1, cache=tmp_path / "cache")
    assert tree(tmp_path / "two") == tree(tmp_path / "one")
    assert whole == {path: path.read_bytes() for path in entries(tmp_path / "cache")}


def test_a_job_that_may_only_read_adds_nothing(tmp_path: Path, photos: Path) -> None:
    recipe = recipe_for(photos, tmp_path / "one")
    (tmp_path / "cache").mkdir()
    augcli.run(recipe, 1, cache=tmp_path / "cache", cache_writes=False)
    assert not entries(tmp_path / "cache")
    with pytest.raises(
        StorageError, match=r"there is no cache at .*nowhere, and `read` makes none"
    ):
        augcli.run(recipe, 1, cache=tmp_path / "nowhere", cache_writes=False)
    assert not (tmp_path / "nowhere").exists()
    write(tmp_path / "file", "no folder")
    with pytest.raises(StorageError):
        augcli.run(recipe, 1, cache=tmp_path / "file")


def test_a_cache_may_be_in_a_store(tmp_path: Path, photos: Path, bucket: Any) -> None:
    store = at(bucket, CACHE)
    augcli.run(recipe_for(photos, tmp_path / "one"), 1, cache=CACHE)
    marks = {each.name: each.mark for each in store.scan("cas/")}
    told = recipe_for(photos, tmp_path / "two")
    augcli.run(told, 1, cache=Path(CACHE))
    assert marks == {each.name: each.mark for each in store.scan("cas/")} != {}
    for name in marks:
        store.write(name, store.read(name)[:-1] + b"?")
    damaged = {each.name: each.mark for each in store.scan("cas/")}
    augcli.run(recipe_for(photos, tmp_path / "three"), 1, cache=CACHE, cache_writes=False)
    assert damaged == {each.name: each.mark for each in store.scan("cas/")}
    augcli.run(recipe_for(photos, tmp_path / "four"), 1, cache=CACHE)
    assert not damaged.items() & {each.name: each.mark for each in store.scan("cas/")}.items()
    assert [tree(tmp_path / name) for name in ("two", "three", "four")] == [
        tree(tmp_path / "one")
    ] * 3


def test_a_store_that_does_not_answer_is_left_alone(
    tmp_path: Path, photos: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    read_of_a_store = ObjectStore.read

    def read(store: ObjectStore, name: str) -> bytes:
        if not name.startswith("cas/"):
            return read_of_a_store(store, name)
        asked.append(name)
        raise StorageError("no answer")

    monkeypatch.setattr(ObjectStore, "read", read)
    assert augcli.run(recipe_for(photos, tmp_path / "one"), 1, cache=CACHE).exit_code == 0
    assert len(asked) == 1
    assert not [*at(bucket, CACHE).scan("cas/")]


def test_a_cache_inside_an_output_of_a_store_is_refused(photos: Path, bucket: Any) -> None:
    recipe = recipe_for(photos, photos.parent / "out", output={"path": "s3://bucket/some"})
    with pytest.raises(UsageError, match="cache s3://bucket/some/cache is inside the output"):
        augcli.run(recipe, 1, cache=CACHE)


def test_force_makes_all_again_and_what_is_kept_anew(tmp_path: Path, photos: Path) -> None:
    recipe = recipe_for(photos, tmp_path / "one")
    augcli.run(recipe, 1, cache=tmp_path / "cache")
    path = max(entries(tmp_path / "cache"), key=lambda each: each.stat().st_size)
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    augcli.run(recipe, 1, cache=tmp_path / "cache", force=True)
    assert path.read_bytes() == whole


def test_a_broken_picture_is_told_each_time(tmp_path: Path, photos: Path) -> None:
    write(photos / "train/cat/broken.png", picture(9)[:200])
    for output in ("one", "two"):
        recipe = recipe_for(photos, tmp_path / output)
        summary = augcli.run(recipe, 1, cache=tmp_path / "cache")
        assert [each["source"] for each in summary.failures] == ["train/cat/broken.png"]


def test_the_command_and_the_environment_name_it(tmp_path: Path, photos: Path) -> None:
    recipe = write_recipe(photos, tmp_path / "one", copies=1)
    done = augment("run", recipe, "--cache", tmp_path / "cache", "--json", "-j", 2)
    assert json.loads(done.stdout)["made"] == 7
    count = len(entries(tmp_path / "cache"))
    assert count > 3
    assert augment("run", recipe, "--cache", tmp_path / "in/train/cat/00.png").returncode == 2
    assert augment("run", recipe, "--cache", "x", "--cache-mode", "write").returncode == 2


@pytest.mark.parametrize("inside", ["in", "in/new", "out", "out/new"])
def test_a_cache_inside_dataset_or_output_is_refused(
    tmp_path: Path, photos: Path, inside: str
) -> None:
    before = tree(photos)
    with pytest.raises(UsageError, match="is inside the"):
        augcli.run(recipe_for(photos, tmp_path / "out"), 1, cache=tmp_path / inside)
    assert tree(photos) == before
    assert not (tmp_path / "out").exists()
