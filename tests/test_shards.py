"""Outputs in shards: read back as loaders read them, and all that holds of files holds of them."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from helpers import augment, make_photos, run, tree, write

import augcli

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
