"""Ids come of the bytes of names, whatever the locale makes of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import (
    COMMAND,
    environment,
    finished,
    make_photos,
    picture,
    run,
    tree,
    write,
    write_recipe,
)

LOCALES = {"ascii": {"LC_ALL": "C", "PYTHONUTF8": "0"}, "posix": {"LC_ALL": "POSIX"}}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    photos = make_photos(tmp_path / "in", {"train/größe": 1, "val/größe": 1})
    write(photos / "train/größe/ж.png", picture(5))
    odd = os.fsencode(photos / "train/größe") + b"/caf\xe9.png"
    write(Path(os.fsdecode(odd)), picture(6))
    return photos


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_outputs_under_any_locale(
    photos: Path, tmp_path: Path, locale: str, jobs: int
) -> None:
    run(photos, tmp_path / "here")
    recipe = write_recipe(photos, tmp_path / "there")
    command = [*COMMAND, "run", str(recipe), "-j", str(jobs)]
    done = finished(command, env=environment(**LOCALES[locale]), text=False)
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "here") == tree(tmp_path / "there")
    told = (tmp_path / "there/manifest.jsonl").read_bytes()
    assert b"gr\\u00f6\\u00dfe/\\u0436.png" in told


def test_the_soft_limit_of_open_files_is_raised(photos: Path, tmp_path: Path) -> None:
    recipe = write_recipe(photos, tmp_path / "out")
    limited = ["bash", "-c", 'ulimit -S -n 16; exec "$@"', "_", *COMMAND]
    done = finished([*limited, "run", str(recipe), "-j", "2"])
    assert done.returncode == 0, done.stderr
