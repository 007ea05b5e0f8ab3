"""Runs from and into object stores: the same bytes as in folders, and no crash that matters."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from buckets import Crash, Doomed, Hasty, at, bucket, seen
from click.testing import CliRunner
from helpers import forget_plugins, make_photos, picture, recipe_text, tree, write
from seeds import SEEDS

import augcli
from augcli.addresses import address_of
from augcli.cli.main import augment
from augcli.engines.local import make_engine
from augcli.errors import LockedError, RecipeError, StorageError, UsageError
from augcli.recipe import load_recipe
from augcli.reports.report import Summary
from augcli.run import run
from augcli.store import copies
from augcli.store.objects import PARTS, PROBES, ObjectStore

__all__ = ["bucket"]
IN, OUT = "s3://bucket/in", "s3://bucket/some/out"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", {"train/cat": 3, "train/dog": 1, "test/cat": 1})


@pytest.fixture
def backend(bucket: Any, photos: Path) -> Any:
    upload(photos, bucket)
    return bucket


@pytest.fixture
def two(bucket: Any, tmp_path: Path) -> Path:
    """Return a folder of two photos, which are in the bucket as well."""
    folder = make_photos(tmp_path / "two", {"train/cat": 1, "test/cat": 1})
    upload(folder, bucket)
    return folder


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


def test_links_into_a_copy_are_refused(backend: Any, photos: Path) -> None:
    for source, output in ((IN, "out"), (str(photos), OUT)):
        with pytest.raises(RecipeError, match="`originals: link` needs dataset and output on a"):
            go(source, output, output={"originals": "link"})


@pytest.mark.parametrize(
    "address",
    [
        "s3://key:secret@bucket/in",
        "s3://key:se/cret@bucket/in",
        "s3://user@bucket",
        "s3://bucket/?key=secret",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_shown(address: str) -> None:
    with pytest.raises(RecipeError) as caught:
        go(address)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "path", ["https://bucket.example.org/in", "S3://B", "s3://", "gs://bucket/../x"]
)
def test_what_is_no_address_is_no_folder_either(path: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="must"):
        go(str(tmp_path), path)


def test_a_run_on_an_output_that_this_machine_writes_is_refused(backend: Any) -> None:
    told: list[str] = []

    def second(_done: int, _total: int) -> None:
        with pytest.raises(LockedError) as caught:
            go()
        told.append(str(caught.value))

    go(IN, OUT, second)
    assert set(told) == {f"{OUT} is being written by another process of this machine"}


def test_an_output_inside_the_dataset_is_refused(backend: Any) -> None:
    with pytest.raises(RecipeError, match="is inside the dataset"):
        go(IN, f"{IN}/out")
    with pytest.raises(RecipeError, match="there is nothing at s3://bucket/nowhere"):
        go("s3://bucket/nowhere")


def test_what_is_missing_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StorageError, match=r"pip install 'augcli\[cloud\]'"):
        go()


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


def parts(*numbers: str, **changes: Any) -> int:
    """Do parts of a run into the bucket, and return how many files they made."""
    text = json.loads(recipe_text(Path(), Path(), **changes))
    text["dataset"]["path"], text["output"]["path"] = IN, OUT
    recipe = load_recipe(json.dumps(text), "recipe", Path.cwd())
    return sum(augcli.run_part(recipe, number, 1) for number in numbers)


FILES = pytest.param({}, id="files")
TARS = pytest.param({"layout": "webdataset", "shards": 2}, id="webdataset")
TABLES = pytest.param({"layout": "parquet"}, id="parquet", marks=pytest.mark.cluster)


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


def passing(backend: Any) -> set[str]:
    own = {each.name.split("/")[1] for each in at(backend, OUT).scan(".augment/")}
    return own & {"intents", "shards", "lease", "parts", "packs", "probes"}


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


@pytest.fixture
def _forgotten() -> Iterator[None]:
    """Have other tests see nothing of a plug-in."""
    yield
    forget_plugins()


@pytest.mark.usefixtures("_forgotten")
def test_paths_of_an_output_in_a_store_start_from_the_recipe(
    bucket: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = "from augcli.image.transform import ImageTransform\n"
    step += "from augcli.transform import register\n"
    step += "@register\nclass Same(ImageTransform):\n    'Same.'\n"
    step += "    @classmethod\n    def lower(cls, params, facts): return []\n"
    file = write(tmp_path / "my_steps.py", step)
    told: dict[str, Any] = {"plugins": ["my_steps.py"], "steps": ["same"], "copies": 1}
    told |= {"dataset": {"path": "photos"}, "output": {"path": OUT}}
    recipe = write(tmp_path / "recipe.yaml", recipe_text(photos, Path("out"), **told))
    assert command("run", str(recipe), "-j", "1")[0] == 0
    story = "explain", f"{OUT}/train/cat/01.aug-000.png"
    monkeypatch.chdir(tmp_path)
    assert command("replay", OUT, "-o", "again")[0] == 0
    assert "my_steps.py is not" not in command(*story)[1]
    file.unlink()
    assert f"my_steps.py is not at {file}" in command(*story)[1]
    monkeypatch.chdir(photos)
    with pytest.raises(StorageError, match=r"no sources at .*photos/photos; say .* with -i"):
        command("replay", OUT, "-o", str(tmp_path / "other"))


def test_a_starter_recipe_tells_the_address(backend: Any, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    assert command("init", IN, "-o", str(recipe))[0] == 0
    text = recipe.read_text()
    assert f'  path: "{IN}"    # an address' in text and ".cache" not in text
    assert '  path: "build/in"\n' in text
    assert command("plan", str(recipe))[0] == 0
    at(backend, "s3://bucket/else").write("a.bin", b"1")
    with pytest.raises(UsageError, match=r"tables at s3://bucket/else; it has .* ending in \.bin"):
        command("init", "s3://bucket/else")


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
