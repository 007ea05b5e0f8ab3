"""Runs against a server of S3's kind: its troubles, credentials, and killed processes."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from buckets import Server, at, s3_bucket, seen
from helpers import (
    COMMAND,
    environment,
    finished,
    make_photos,
    recipe_text,
    start,
    tree,
    write,
    write_recipe,
)

from augcli.store.objects import SHARDS, ObjectStore

pytestmark = pytest.mark.cluster
PHOTOS = {"train/cat": 9, "train/dog": 3}
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hush-hush"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("obstore", reason="needs augcli[cloud]")
    pytest.importorskip("moto", reason="needs moto[server]")
    with Server().running() as running:
        yield running


class Here:
    """A bucket of a server with a dataset, and the command line that knows the way."""

    def __init__(self, server: Server, tmp_path: Path, expected: dict[str, str]):
        self.server, self.tmp_path, self.expected = server, tmp_path, expected
        self.bucket = f"b{abs(hash(str(tmp_path))):x}"
        self.backend = s3_bucket(server, self.bucket)
        self.photos = make_photos(tmp_path / "photos", PHOTOS)
        for path in self.photos.rglob("*.png"):
            name = path.relative_to(self.photos).as_posix()
            at(self.backend, f"{self.input}").write(name, path.read_bytes())

    @property
    def input(self) -> str:
        return f"s3://{self.bucket}/in"

    @property
    def output(self) -> str:
        return f"s3://{self.bucket}/out"

    @property
    def store(self) -> ObjectStore:
        return at(self.backend, self.output)

    def recipe(self, **changes: Any) -> Path:
        text = recipe_text(Path(), Path(), **changes)
        return write(self.tmp_path / "recipe.yaml", text)

    def environment(self, **changes: str) -> dict[str, str]:
        told = {"AWS_ENDPOINT_URL": self.server.url, "AWS_REGION": "us-east-1"} | KEYS
        home = {"XDG_CACHE_HOME": str(self.tmp_path / "cache"), "HOME": str(self.tmp_path)}
        return environment(AUGMENT_JOBS="2", **told | home | changes)

    def words(self, *words: object) -> list[str]:
        return ["run", str(self.recipe()), "-i", self.input, "-o", self.output, *map(str, words)]

    def run(self, *words: object, **environment: str) -> Any:
        told = [*COMMAND, *self.words(*words)]
        return finished(told, env=self.environment(**environment))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what a run makes of the same photos in a folder."""
    folder = tmp_path_factory.mktemp("same")
    photos, recipe = make_photos(folder / "in", PHOTOS), write_recipe(folder / "in", folder / "out")
    done = finished([*COMMAND, "run", str(recipe), "-i", str(photos)])
    assert done.returncode == 0, done.stderr
    return {name: sha256 for name, sha256 in tree(folder / "out").items() if sha256 != "folder"}


@pytest.fixture
def here(server: Server, tmp_path: Path, expected: dict[str, str]) -> Iterator[Here]:
    yield Here(server, tmp_path, expected)
    server.trouble = lambda _request: None


def once_each(kind: str, *of: str) -> Callable[[dict[str, Any]], str | None]:
    """Return what troubles the first request for each key of some methods."""
    known: set[tuple[str, str]] = set()

    def trouble(request: dict[str, Any]) -> str | None:
        what = request["REQUEST_METHOD"], request["PATH_INFO"]
        is_new = what[0] in of and what not in known
        known.add(what)
        return kind if is_new else None

    return trouble


TROUBLES = ["503 Slow Down", "500 Internal", "lost", "409 Conflict", "412 Precondition Failed"]


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_server_in_trouble_changes_nothing(here: Here, kind: str) -> None:
    here.server.trouble = once_each(kind, "PUT")
    done = here.run()
    assert done.returncode == 0, done.stderr
    assert seen(here.store) == here.expected


def test_two_processes_bring_the_same_bytes_and_a_rerun_nothing(here: Here) -> None:
    assert here.run().returncode == 0
    assert seen(here.store) == here.expected
    assert "0 files made" in here.run(XDG_CACHE_HOME=str(here.tmp_path / "other")).stdout


def test_parts_side_by_side_and_the_run_that_merges_them(here: Here) -> None:
    words = [here.words("--part", f"{number}/2") for number in (1, 2)]
    jobs = [start(*each, env=here.environment()) for each in words]
    said = [(*job.communicate(), job.returncode) for job in jobs]
    assert [code for *_, code in said] == [0, 0], said
    assert "0 files made" in here.run().stdout
    assert seen(here.store) == here.expected


def test_a_cache_on_a_server_serves_several_outputs(here: Here) -> None:
    cache = ["--cache", f"s3://{here.bucket}/cache"]
    assert here.run(*cache).returncode == 0
    entries = {each.name: each.mark for each in at(here.backend, cache[1]).scan()}
    words = ["run", here.recipe(), "-i", here.input, "-o", here.tmp_path / "two", *cache]
    done = finished([*COMMAND, *map(str, words)], env=here.environment())
    assert done.returncode == 0, done.stderr
    assert entries == {each.name: each.mark for each in at(here.backend, cache[1]).scan()} != {}
    assert seen(here.store) == here.expected


def test_a_killed_run_goes_on_where_it_was(here: Here) -> None:
    puts = 0

    def trouble(request: dict[str, Any]) -> str | None:
        nonlocal puts
        puts += request["REQUEST_METHOD"] == "PUT" and SHARDS in request["PATH_INFO"]
        if puts == 3:
            puts += 1
            os.killpg(process.pid, signal.SIGKILL)
        return None

    here.server.trouble = trouble
    process = start(*here.words(), env=here.environment())
    process.communicate()
    here.server.trouble = lambda _request: None
    assert puts == 4 and process.returncode == -signal.SIGKILL
    shards = len(list(here.store.scan(SHARDS)))
    assert shards >= 2
    done = here.run()
    assert done.returncode == 0, done.stderr
    assert seen(here.store) == here.expected
    assert "36 files made" not in done.stdout


def test_a_second_run_waits_for_nothing(here: Here) -> None:
    with here.store.lease():
        done = here.run(XDG_CACHE_HOME=str(here.tmp_path / "other"))
    assert done.returncode == 5 and "another run" in done.stderr


def test_a_server_that_ignores_conditions_is_refused(here: Here) -> None:
    def careless(request: dict[str, Any]) -> None:
        request.pop("HTTP_IF_NONE_MATCH", None)

    here.server.trouble = careless
    done = here.run()
    assert done.returncode == 4 and "ignores If-None-Match" in done.stderr


def test_credentials_are_taken_from_a_profile_and_told_to_nobody(here: Here) -> None:
    keys = "[work]\naws_access_key_id = key\naws_secret_access_key = hush-hush\n"
    write(here.tmp_path / ".aws/credentials", keys)
    told = {name: text for name, text in here.environment().items() if name not in KEYS}
    done = finished([*COMMAND, *here.words("-v")], env=told | {"AWS_PROFILE": "work"})
    assert done.returncode == 0, done.stderr
    everything = b"".join(here.store.read(each.name) for each in here.store.scan())
    assert b"hush" not in everything and "hush" not in done.stdout + done.stderr


def test_a_server_that_refuses_is_told_in_a_sentence(here: Here) -> None:
    here.server.trouble = lambda _request: "403 Forbidden"
    done = here.run()
    assert done.returncode == 4 and "hush" not in done.stderr
    assert done.stderr.count("\n") == 1 and f"cannot list {here.input}" in done.stderr


def test_folders_as_consoles_make_them_are_no_files(here: Here) -> None:
    for name in ("in/", "in/train/", "in/train/cat/"):
        put(here, name)
    done = here.run()
    assert done.returncode == 0, done.stderr
    assert seen(here.store) == here.expected


def put(here: Here, key: str) -> None:
    """Make an empty object with a key that obstore would not write."""
    request = urllib.request.Request(f"{here.server.url}/{here.bucket}/{key}", b"", method="PUT")
    urllib.request.urlopen(request).close()


def test_an_object_that_no_file_can_be_is_named(here: Here) -> None:
    put(here, "in/train//cat.png")
    done = here.run()
    assert done.returncode == 4 and "'in/train//cat.png', which is no name" in done.stderr


def test_a_bucket_that_is_not_there_is_told(here: Here) -> None:
    done = finished([*COMMAND, "verify", "s3://no-such-bucket/out"], env=here.environment())
    assert done.returncode == 4 and "there is no such bucket" in done.stderr
