"""Runs from and into object stores: the same bytes as in folders, and no crash that matters."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from buckets import at, bucket, seen
from click.testing import CliRunner
from helpers import make_photos, picture, recipe_text, tree, write
from seeds import SEEDS

import augcli
from augcli.addresses import address_of
from augcli.cli.main import augment
from augcli.engines.local import make_engine
from augcli.errors import StorageError, UsageError
from augcli.recipe import load_recipe
from augcli.reports.report import Summary
from augcli.run import run
from augcli.store import copies
from augcli.store.objects import ObjectStore

__all__ = ["bucket"]
IN, OUT = "s3://bucket/in", "s3://bucket/some/out"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", {"train/cat": 3, "train/dog": 1, "test/cat": 1})


@pytest.fixture
def backend(bucket: Any, photos: Path) -> Any:
    upload(photos, bucket)
    return bucket


def upload(folder: Path, backend: Any) -> None:
    store = at(backend, IN)
    for path in filter(Path.is_file, folder.rglob("*")):
        store.write(path.relative_to(folder).as_posix(), path.read_bytes())


def go(
    source: str = IN,
    output: str = OUT,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    /,
    *,
    verify: bool = False,
    **changes: Any,
) -> Summary:
    text = json.loads(recipe_text(Path(), Path(), **changes))
    text["dataset"]["path"], text["output"]["path"] = source, output
    recipe = load_recipe(json.dumps(text), "recipe", Path.cwd())
    return run(recipe, make_engine(1, recipe.timeout), progress, verify=verify)


def files_of(folder: Path) -> dict[str, str]:
    return {name: sha256 for name, sha256 in tree(folder).items() if sha256 != "folder"}


def same_in_a_folder(photos: Path, tmp_path: Path, **changes: Any) -> dict[str, str]:
    folder = tmp_path / "same"
    shutil.rmtree(folder, ignore_errors=True)
    go(str(photos), str(folder), **changes)
    return files_of(folder)


def on_another_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))


def test_a_bucket_gets_the_bytes_of_a_folder_and_a_rerun_does_what_changed(
    backend: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert go().made == 13
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path)
    assert go().made == 0
    write(photos / "train/cat/01.png", picture(99))
    at(backend, IN).write("train/cat/01.png", picture(99))
    assert go().made == 3
    on_another_machine(monkeypatch, tmp_path)
    assert go().made == 0
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path)


def test_more_copies_keep_those_that_are_there(
    backend: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go()
    on_another_machine(monkeypatch, tmp_path)
    assert go(copies=3).made == 4
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path, copies=3)


def test_a_folder_may_go_into_a_bucket_and_a_bucket_into_a_folder(
    backend: Any, photos: Path, tmp_path: Path
) -> None:
    go(str(photos))
    go(IN, str(tmp_path / "out"))
    want = same_in_a_folder(photos, tmp_path)
    assert seen(at(backend, OUT)) == files_of(tmp_path / "out") == want


def test_what_is_gone_from_the_dataset_goes_from_the_output(
    backend: Any, photos: Path, tmp_path: Path
) -> None:
    at(backend, IN).write("train/dog/broken.png", b"no picture")
    assert go().exit_code == 3
    assert "failures.jsonl" in seen(at(backend, OUT))
    at(backend, IN).remove(["train/dog/broken.png", "train/cat/00.png"])
    (photos / "train/cat/00.png").unlink()
    assert go().exit_code == 0
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path)


def test_run_json_tells_addresses_and_no_place_of_this_machine(
    backend: Any, tmp_path: Path
) -> None:
    go()
    text = at(backend, OUT).read("run.json").decode()
    assert json.loads(text)["dataset"] == IN
    assert str(tmp_path) not in text and ".cache" not in text


def test_a_verified_run_reads_what_is_there(backend: Any) -> None:
    go()
    before = seen(at(backend, OUT))
    assert go(verify=True).made == 0
    assert seen(at(backend, OUT)) == before


def opening(monkeypatch: pytest.MonkeyPatch, store: ObjectStore) -> None:
    """Have outputs open this store."""
    usual = copies.opened_store
    told = {store.address: store}
    monkeypatch.setattr(copies, "opened_store", lambda p: told.get(address_of(p)) or usual(p))


def test_a_server_that_ignores_conditions_is_refused(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Careless(ObjectStore):
        def write(self, name: str, data: bytes, _over: str = "") -> str:
            return super().write(name, data)

    opening(monkeypatch, Careless(at(backend, OUT).address, backend))
    with pytest.raises(StorageError, match="ignores If-None-Match"):
        go()
    assert list(at(backend, OUT).scan()) == []


TARS = pytest.param({"layout": "webdataset", "shards": 2}, id="webdataset")
TABLES = pytest.param({"layout": "parquet"}, id="parquet", marks=pytest.mark.cluster)


def passing(backend: Any) -> set[str]:
    own = {each.name.split("/")[1] for each in at(backend, OUT).scan(".augment/")}
    return own & {"intents", "shards", "lease", "parts", "packs", "probes"}


@pytest.mark.parametrize("output", [TARS, TABLES])
def test_shards_go_into_a_bucket_and_change_one_by_one(
    backend: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: Any
) -> None:
    assert go(output=output).made == 13
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path, output=output)
    before = marks(backend)
    on_another_machine(monkeypatch, tmp_path)
    assert go(output=output).made == 0
    assert marks(backend) == before
    write(photos / "train/cat/01.png", picture(99))
    at(backend, IN).write("train/cat/01.png", picture(99))
    assert go(output=output).made == 3
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path, output=output)
    assert command("verify", OUT)[0] == 0
    assert go().made == 13
    assert seen(at(backend, OUT)) == same_in_a_folder(photos, tmp_path)
    assert passing(backend) == set()
    assert command("clean", OUT) == (0, "")
    assert not [*at(backend, OUT).scan()]


def test_what_no_shard_has_the_bytes_of_stays_in_packs(bucket: Any, tmp_path: Path) -> None:
    seed = SEEDS["text folders"]
    seed.written(tmp_path / "seed")
    upload(tmp_path / "seed", bucket)
    told = seed.recipe | {"output": {"layout": "parquet"}}
    assert [go(**told).made for _ in range(2)] == [7, 0]
    assert command("verify", OUT)[0] == 0
    assert len({sample.value for sample in augcli.load(OUT)}) == 7
    name = "train/a/one.aug-000.txt"
    assert "is copy 0 of train/a/one.txt" in command("explain", f"{OUT}/{name}")[1]


@pytest.mark.cluster
@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
@pytest.mark.parametrize("name", ["tabular csv", "timeseries ts"])
def test_rows_of_files_go_into_a_bucket_as_shards(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, layout: str
) -> None:
    seed = SEEDS[name]
    place = seed.written(tmp_path / "seed")
    upload(tmp_path / "seed", bucket)
    told = seed.recipe | {"output": {"layout": layout, "shards": 3}}
    assert go(IN, **told).made > 0
    assert seen(at(bucket, OUT)) == same_in_a_folder(place, tmp_path, **told)
    on_another_machine(monkeypatch, tmp_path)
    assert go(IN, **told).made == 0


def marks(backend: Any) -> dict[str, str]:
    return {e.name: e.mark for e in at(backend, OUT).scan() if e.name != "run.json"}


FEW_KINDS = ("image list", "text jsonl")
KINDS = [
    name if name in FEW_KINDS else pytest.param(name, marks=pytest.mark.cluster) for name in SEEDS
]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_goes_through_a_store(bucket: Any, tmp_path: Path, name: str) -> None:
    seed = SEEDS[name]
    place = seed.written(tmp_path / "seed")
    upload(tmp_path / "seed", bucket)
    source = f"{IN}/{seed.listing}" if seed.listing else IN
    assert go(source, **seed.recipe).made > 0
    assert seen(at(bucket, OUT)) == same_in_a_folder(place, tmp_path, **seed.recipe)
    assert go(source, **seed.recipe).made == 0


def command(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(augment, words, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.return_value or 0, done.output


def test_commands_read_an_output_where_it_is(backend: Any, tmp_path: Path) -> None:
    go()
    assert command("verify", OUT) == (0, "14 files checked, 0 wrong\n")
    at(backend, OUT).write("train/cat/00.png", b"edited")
    assert command("verify", OUT)[0] == 1
    code, story = command("explain", f"{OUT}/train/cat/01.aug-000.png")
    assert code == 0 and "is copy 0 of train/cat/01.png" in story
    with pytest.raises(UsageError, match=r"^train/cat/9\.png is not in out/manifest\.jsonl; did"):
        command("explain", f"{OUT}/train/cat/9.png")
    code, told = command("replay", OUT, "-o", str(tmp_path / "again"))
    assert code == 0 and "13 files made again" in told
    assert command("report", OUT, "-o", str(tmp_path / "page.html"))[0] == 0


def test_a_plan_and_a_clean_up_of_a_store(backend: Any, tmp_path: Path) -> None:
    text = recipe_text(Path("in"), Path("out"), dataset={"path": IN}, output={"path": OUT})
    recipe = str(write(tmp_path / "recipe.yaml", text))
    assert command("plan", recipe, "--exit-code")[0] == 1
    go()
    assert command("plan", recipe, "--exit-code")[0] == 0
    at(backend, OUT).write("mine.txt", b"mine")
    assert "left 1 file " in command("clean", OUT)[1]
    assert [each.name for each in at(backend, OUT).scan()] == ["mine.txt"]
    with pytest.raises(StorageError, match="was not made by augment"):
        command("clean", OUT)
