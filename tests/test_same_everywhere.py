"""One recipe gives the same files from every engine, in a folder and in a bucket of a server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from buckets import Server, s3_bucket, seen
from clusters import begun
from helpers import recipe_text, tree, write
from seeds import SEEDS

import augcli
from augcli.engines.site import Equipment
from augcli.store import copies

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parents[1]
KINDS = ("image list", "tabular csv", "text folders", "timeseries wav")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("obstore", reason="needs augcli[cloud]")
    pytest.importorskip("moto", reason="needs moto[server]")
    ray = pytest.importorskip("ray", reason="needs augcli[ray]")
    from augcli.engines.on_ray import join

    begun(lambda: join("local", 2, 1, Equipment(60)))
    with Server().running() as running:
        yield running
    ray.shutdown()


@pytest.fixture
def bucket(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"b{abs(hash(str(tmp_path))):x}"
    told = {"AWS_ENDPOINT_URL": server.url, "AWS_REGION": "us-east-1"}
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    for key, value in (told | keys | {"XDG_CACHE_HOME": str(tmp_path / "cache")}).items():
        monkeypatch.setenv(key, value)
    s3_bucket(server, name)
    return name


def made(recipe: Path, place: str, engine: str) -> augcli.Recipe:
    loaded = augcli.load_recipe(recipe, output=place)
    summary = augcli.run(loaded, engine=augcli.api.engine_named(loaded, engine, 2))
    assert summary.exit_code == 0 and summary.made > 0
    return loaded


def hold_to_one(recipe: Path, tmp_path: Path, server: Server, bucket: str) -> None:
    """Run a recipe on each engine, into a folder and into a bucket; all give the same files."""
    found = []
    for engine in ("local", "ray"):
        folder, address = tmp_path / engine, f"s3://{bucket}/{engine}"
        made(recipe, str(folder), engine)
        found.append({name: h for name, h in tree(folder).items() if h != "folder"})
        made(recipe, address, engine)
        found.append(seen(copies.opened_store(address)))
    assert found[0] and found == [found[0]] * 4


def test_the_photos_of_the_guide(tmp_path: Path, server: Server, bucket: str) -> None:
    shutil.copytree(ROOT / "sample_data/photos", tmp_path / "photos")
    text = (ROOT / "recipes/photos.yaml").read_text()
    text = text.replace("../sample_data/photos", "photos").replace("copies: 3", "copies: 1")
    hold_to_one(write(tmp_path / "recipe.yaml", text), tmp_path, server, bucket)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind(name: str, tmp_path: Path, server: Server, bucket: str) -> None:
    seed = SEEDS[name]
    dataset = seed.written(tmp_path / "in")
    text = recipe_text(dataset, Path("unused"), **seed.recipe)
    hold_to_one(write(tmp_path / "recipe.yaml", text), tmp_path, server, bucket)


@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
def test_shards(layout: str, tmp_path: Path, server: Server, bucket: str) -> None:
    dataset = SEEDS["image png"].written(tmp_path / "in")
    told: dict[str, Any] = json.loads(recipe_text(dataset, Path("unused"), copies=2))
    told["output"] |= {"layout": layout, "shards": 2}
    hold_to_one(write(tmp_path / "recipe.yaml", json.dumps(told)), tmp_path, server, bucket)


def test_parts_on_a_cluster_into_a_bucket(tmp_path: Path, server: Server, bucket: str) -> None:
    """Two parts by Ray, and the run that merges them, give what a run here gives in a folder."""
    dataset = SEEDS["image png"].written(tmp_path / "in")
    recipe = write(tmp_path / "recipe.yaml", recipe_text(dataset, Path("unused"), copies=2))
    made(recipe, str(tmp_path / "here"), "local")
    address = f"s3://{bucket}/parts"
    loaded = augcli.load_recipe(recipe, output=address)
    counts = [
        augcli.run_part(loaded, part, engine=augcli.api.engine_named(loaded, "ray", 2))
        for part in ("1/2", "2/2")
    ]
    assert all(counts) and augcli.run(loaded, jobs=1).made == 0
    here = {name: h for name, h in tree(tmp_path / "here").items() if h != "folder"}
    assert seen(copies.opened_store(address)) == here
