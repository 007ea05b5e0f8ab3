"""Addresses of buckets: what is refused, and where paths of an output start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from buckets import at, bucket
from helpers import forget_plugins, recipe_text, write
from test_remote_runs import IN, OUT, backend, command, go, photos

from augcli.errors import LockedError, RecipeError, StorageError, UsageError

__all__ = ["backend", "bucket", "photos"]


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
