"""Runs against Azurite, which speaks as Azure's object store does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azurite import ACCOUNT, KEY, azure_container, azurite
from buckets import at, seen
from helpers import COMMAND, environment, finished, make_photos, recipe_text, tree, write

from augcli.store.objects import SHARDS

pytestmark = pytest.mark.cluster
CONTAINER = "photos"
IN, OUT = f"az://{CONTAINER}/in", f"az://{CONTAINER}/out"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    pytest.importorskip("obstore", reason="needs augcli[cloud]")
    with azurite() as url:
        yield url


class Here:
    """A container with a dataset, and the command line that knows the way."""

    def __init__(self, url: str, folder: Path):
        backend = azure_container(url, CONTAINER)
        self.folder, self.store = folder, at(backend, OUT)
        self.photos = make_photos(folder / "photos", {"train/cat": 5, "test/dog": 2})
        for path in self.photos.rglob("*.png"):
            at(backend, IN).write(path.relative_to(self.photos).as_posix(), path.read_bytes())
        self._recipe = write(folder / "recipe.yaml", recipe_text(Path(), Path()))
        keys = {"ACCOUNT_NAME": ACCOUNT, "ACCOUNT_KEY": KEY, "ENDPOINT": f"{url}/{ACCOUNT}"}
        self._told = {f"AZURE_STORAGE_{key}": value for key, value in keys.items()}
        self._told |= {"AZURE_ALLOW_HTTP": "true", "AUGMENT_JOBS": "2"}

    def __call__(self, *words: object, cache: str = "cache") -> str:
        told = self._told | {"XDG_CACHE_HOME": str(self.folder / cache)}
        done = finished([*COMMAND, *map(str, words)], env=environment(**told))
        assert done.returncode == 0, done.stderr
        assert KEY not in done.stdout + done.stderr
        return str(done.stdout)

    def run(self, *more: object, source: object = IN, output: object = OUT, cache: str = "") -> str:
        return self("run", self._recipe, "-i", source, "-o", output, *more, cache=cache)


def test_a_container_gets_the_bytes_of_a_folder(url: str, tmp_path: Path) -> None:
    """From parts and the run that merges them; another machine finds nothing to do."""
    here = Here(url, tmp_path)
    here.run(source=here.photos, output=tmp_path / "same")
    want = {name: sha256 for name, sha256 in tree(tmp_path / "same").items() if sha256 != "folder"}
    for part in ("1/2", "2/2"):
        here.run("--part", part)
    assert list(here.store.scan(SHARDS))
    assert "0 files made" in here.run()
    assert "0 files made" in here.run(cache="another")
    assert seen(here.store) == want
    here("verify", OUT)
    here("clean", OUT)
    assert list(here.store.scan()) == []
