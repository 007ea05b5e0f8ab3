"""Outputs in shards: read back as loaders read them, and all that holds of files holds of them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
import yaml
from helpers import augment, finished, make_photos, manifest, run, tree, write, write_recipe
from seeds import SEEDS

import augcli
from augcli.commands.verify import verify
from augcli.disk.folder import Folder
from augcli.errors import StorageError

SHARDS = {"layout": "webdataset", "shards": 4}


def members(shard: Path) -> dict[str, bytes]:
    """Return name → bytes of what is in a tar."""
    with tarfile.open(shard) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]


def in_all(output: Path) -> dict[str, bytes]:
    return {name: data for tar in output.glob("*.tar") for name, data in members(tar).items()}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat.s": 7, "train/dog": 3, "val/cat.s": 2}, ".jpg")


LEAVES_FILES_OPEN = "ignore::pytest.PytestUnraisableExceptionWarning"


@pytest.mark.filterwarnings(LEAVES_FILES_OPEN)
def test_webdataset_reads_samples_with_their_classes(tmp_path: Path, photos: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    summary = run(photos, tmp_path / "out", output=SHARDS, balance={"target": "max"})
    urls = [str(path) for path in sorted((tmp_path / "out").glob("train-*.tar"))]
    index = json.loads((tmp_path / "out/train-index.json").read_text())
    assert [Path(url).name for url in urls] == [each["url"] for each in index["shardlist"]]
    samples = webdataset.WebDataset(urls, shardshuffle=False, empty_check=False).decode("rgb8")
    seen: Counter[str] = Counter()
    for sample in samples:
        assert sample["jpg"].shape == (16, 20, 3)
        assert index["classes"][sample["cls"]] == sample["json"]["label"]
        seen[sample["json"]["label"]] += 1
    assert seen == {each.label: each.after for each in summary.counts if each.split == "train"}
    assert sum(each["nsamples"] for each in index["shardlist"]) == seen.total()


def test_shards_have_the_bytes_of_files_whoever_makes_them(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "files")
    run(photos, tmp_path / "one", output=SHARDS)
    run(photos, tmp_path / "two", jobs=2, output=SHARDS)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    found = in_all(tmp_path / "one")
    for line in (tmp_path / "files/manifest.jsonl").read_text().splitlines():
        name = json.loads(line)["output"]
        key = name.replace(".", "%2E")
        assert found[f"{key}.jpg"] == (tmp_path / "files" / name).read_bytes()
        assert json.loads(found[f"{key}.json"]) == json.loads(line)
    assert not [*(tmp_path / "one/.augment/files").iterdir()]


def test_a_second_run_changes_nothing(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", output=SHARDS)
    before = {path: path.stat() for path in (tmp_path / "out").glob("*.tar")}
    assert run(photos, tmp_path / "out", output=SHARDS).made == 0
    assert {path: path.stat() for path in (tmp_path / "out").glob("*.tar")} == before
    assert augment("plan", tmp_path / "out.yaml", "--exit-code").returncode == 0


def test_a_plan_tells_what_another_layout_makes_again(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", copies=0)
    recipe = write_recipe(photos, tmp_path / "out", copies=0, output=SHARDS)
    told = json.loads(augment("plan", recipe, "--json").stdout)
    assert (told["new"], told["changed"], told["up_to_date"]) == (0, 12, 0)
    assert run(photos, tmp_path / "out", copies=0, output=SHARDS).made == 12


def test_what_is_made_from_shards_is_what_is_made_from_files(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", output=SHARDS)
    run(photos, tmp_path / "files")
    assert augment("verify", tmp_path / "out", "-i", photos).returncode == 0
    again = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert again.returncode == 0
    made = {name: sha for name, sha in tree(tmp_path / "files").items() if "/" in name}
    assert made.items() <= tree(tmp_path / "again").items() | made.items()
    told = augment("explain", tmp_path / "out/train/dog/00.aug-001.jpg").stdout
    assert "copy 1 of train/dog/00.jpg" in told
    assert augment("report", tmp_path / "out", "-o", tmp_path / "r.html").returncode == 0
    assert "(missing)" not in (tmp_path / "r.html").read_text()
    pairs = zip(augcli.load(tmp_path / "out"), augcli.load(tmp_path / "files"), strict=True)
    assert all(np.array_equal(one.value, other.value) for one, other in pairs)
    write(tmp_path / "out/mine.txt", "mine")
    assert augment("clean", tmp_path / "out").returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def shards_of(output: Path) -> dict[str, str]:
    return {name: sha for name, sha in tree(output).items() if name.endswith(".tar")}


def test_one_more_source_rewrites_one_shard(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"train/cat": 20, "train/dog": 20})
    run(photos, tmp_path / "out", copies=1, output=SHARDS)
    before = shards_of(tmp_path / "out")
    classes = [
        {json.loads(data)["label"] for name, data in members(tar).items() if name.endswith("json")}
        for tar in (tmp_path / "out").glob("*.tar")
    ]
    assert classes == 4 * [{"cat", "dog"}]
    write(photos / "train/cat/more.png", (photos / "train/dog/00.png").read_bytes())
    assert run(photos, tmp_path / "out", copies=1, output=SHARDS).made == 2
    after = shards_of(tmp_path / "out")
    assert sum(before[name] != after[name] for name in before) == 1
    (photos / "train/cat/more.png").unlink()
    assert run(photos, tmp_path / "out", copies=1, output=SHARDS).made == 0
    assert shards_of(tmp_path / "out") == before


@pytest.mark.parametrize("counts", [(2, 7), (7, 2), (1, 4)])
@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
def test_another_number_of_shards_makes_nothing_anew(
    tmp_path: Path, photos: Path, layout: str, counts: tuple[int, int]
) -> None:
    first, then = ({"layout": layout, "shards": count} for count in counts)
    run(photos, tmp_path / "out", output=first)
    run(photos, tmp_path / "fresh", output=then)
    assert run(photos, tmp_path / "out", output=then).made == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
def test_a_shard_that_is_damaged_or_gone_is_made_again(
    tmp_path: Path, photos: Path, layout: str
) -> None:
    output = {"layout": layout, "shards": 2}
    run(photos, tmp_path / "out", output=output)
    before = tree(tmp_path / "out")
    one, other, *_ = sorted(path for path in (tmp_path / "out").rglob("*train-*[0-9t].[tp]*"))
    one.unlink()
    other.write_bytes(other.read_bytes()[:-7] + b"damaged")
    wrong = augment("verify", tmp_path / "out").stdout
    assert f"missing: {one.relative_to(tmp_path / 'out')}" in wrong
    assert f"changed: {other.relative_to(tmp_path / 'out')}" in wrong
    planned = augment("plan", tmp_path / "out.yaml", "--exit-code")
    assert planned.returncode == 1 and "; some are to be written\n" in planned.stdout
    assert run(photos, tmp_path / "out", output=output).made == 30
    assert tree(tmp_path / "out") == before


def test_force_believes_no_shard_that_was_not_read(tmp_path: Path, photos: Path) -> None:
    output, told = tmp_path / "out", {"output": {"layout": "webdataset", "shards": 1}}
    run(photos, output, **told)
    before = tree(output)
    (shard,) = output.glob("train-*.tar")
    shard.write_bytes(shard.read_bytes()[:-7] + b"damaged")
    for path in output.glob(".augment/joined/*.json"):
        if (table := json.loads(path.read_text()))["shard"] == shard.name:
            stat = Folder(output).identity(shard.name)
            write(path, json.dumps(table | {"stat": stat}))
    assert run(photos, output, **told).made == 0
    assert tree(output) != before
    run(photos, output, force=True, **told)
    assert tree(output) == before


def test_a_folder_that_was_copied_is_up_to_date(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", output=SHARDS)
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    assert run(photos, tmp_path / "copy", output=SHARDS).made == 0
    assert augment("verify", tmp_path / "copy").returncode == 0


def test_a_file_of_others_is_in_the_way_of_a_shard(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", output=SHARDS)
    write(tmp_path / "out/train-000004.tar", "mine")
    with pytest.raises(StorageError, match=r"did not make is in the way: .*train-000004\.tar"):
        run(photos, tmp_path / "out", output=SHARDS | {"shards": 5})
    assert (tmp_path / "out/train-000004.tar").read_text() == "mine"


def test_parts_are_joined_by_the_run_after_them(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "expected", output=SHARDS)
    recipe = augcli.load_recipe(write_recipe(photos, tmp_path / "out", output=SHARDS))
    assert [augcli.run_part(recipe, f"{number}/2", 1) > 0 for number in (2, 1)] == [True, True]
    assert augcli.run(recipe, 1).made == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
@pytest.mark.parametrize(
    "name", ["image yolo", "image masks", "image pairs", "text folders", "timeseries wav"]
)
def test_every_kind_of_a_file_a_sample_goes_into_shards(
    tmp_path: Path, name: str, layout: str
) -> None:
    seed = SEEDS[name]
    dataset, out = seed.written(tmp_path / "in"), tmp_path / "out"
    run(dataset, tmp_path / "files", **seed.recipe)
    run(dataset, out, **seed.recipe, output={"layout": layout})
    assert (out / "manifest.jsonl").read_bytes() == (tmp_path / "files/manifest.jsonl").read_bytes()
    assert [each for each in verify(out, None) if each.trouble] == []
    found = Counter(_bytes_in(out) if layout == "parquet" else in_all(out).values())
    for record in manifest(out):
        for beside in [record["output"], *record.get("beside", ())]:
            data = (tmp_path / "files" / beside).read_bytes()
            is_column = not beside.endswith(".txt")
            assert found[data] or (layout == "parquet" and not is_column)
    assert run(dataset, out, **seed.recipe, output={"layout": layout}).made == 0


@pytest.mark.parametrize("end", [".ppm", ".jfif", ".jp2"])
def test_pairs_of_any_format_are_in_every_row(tmp_path: Path, end: str) -> None:
    """Originals have the bytes of their sources, whose formats are more than copies have."""
    for number, name in enumerate(["before/1", "after/1", "before/2", "after/2"]):
        kind = ".jpg" if end == ".jfif" else end
        data = cv2.imencode(kind, np.full((40, 48, 3), 40 * number, np.uint8))[1].tobytes()
        write(tmp_path / f"in/train/{name}{end}", data)
    told = {"dataset": {"format": "pairs", "input": "before"}, "copies": 1}
    for layout in ("webdataset", "parquet"):
        run(tmp_path / "in", tmp_path / layout, **told, output={"layout": layout})
    (table,) = map(pl.read_parquet, (tmp_path / "parquet").glob("data/*.parquet"))
    assert table["after"].null_count() == 0
    ends = Counter(name.split(".")[1] for name in in_all(tmp_path / "webdataset"))
    assert ends["after"] == len(table) == 4


def _bytes_in(output: Path) -> list[bytes]:
    """Return the bytes of all files in tables."""
    tables = map(pl.read_parquet, output.glob("data/*.parquet"))
    columns = (column for table in tables for column in table.get_columns())
    return [
        data
        for column in columns
        if isinstance(column.dtype, pl.Struct) and "bytes" in column.struct.fields
        for data in column.struct.field("bytes").to_list()
        if data is not None
    ]


def test_tables_have_boxes_texts_and_classes(tmp_path: Path) -> None:
    for name in ("image yolo", "text folders"):
        dataset, folder = SEEDS[name].written(tmp_path / name / "in"), tmp_path / name / "out"
        run(dataset, folder, **SEEDS[name].recipe, output={"layout": "parquet"})
        card = yaml.safe_load((folder / "README.md").read_text().split("---")[1])
        features = {each["name"]: each for each in card["dataset_info"]["features"]}
        table = pl.read_parquet(folder / "data/train-*.parquet")
        texts = {each.id: each.value for each in augcli.load(folder)}
        assert list(features) == table.columns
        for row in table.iter_rows(named=True):
            record = json.loads(row["record"])
            if name == "text folders":
                named = features["label"]["dtype"]["class_label"]["names"]
                assert named[str(row["label"])] == record["label"]
                assert row["text"] == texts[record["output"]]
                assert augment("explain", folder / record["output"]).returncode == 0
            else:
                boxes = [each["box"] for each in record["targets"]]
                wide = [[x, y, right - x, below - y] for x, y, right, below in boxes]
                assert row["objects"]["bbox"] == wide


@pytest.mark.loaders
def test_datasets_reads_tables_as_pictures_and_classes(tmp_path: Path, photos: Path) -> None:
    pytest.importorskip("pyarrow")
    summary = run(photos, tmp_path / "out", output={"layout": "parquet", "shards": 3})
    program = (
        "import collections, sys; from datasets import load_dataset\n"
        "data = load_dataset(sys.argv[1], cache_dir=sys.argv[2])\n"
        "names = data['train'].features['label'].names\n"
        "assert {each['image'].size for each in data['train']} == {(20, 16)}\n"
        "print(sorted(collections.Counter(names[each] for each in data['train']['label']).items()))"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "out"), str(tmp_path / "cache")]
    done = finished(words, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    train = sorted((each.label, each.after) for each in summary.counts if each.split == "train")
    assert done.stdout.strip() == str(train), done.stderr
