"""What people lean on: make, copied folders, tables, stops in the middle of a source."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from helpers import (
    COMMAND,
    augment,
    failures,
    finished,
    leftovers,
    make_photos,
    manifest,
    picture,
    run,
    start,
    tree,
    write,
    write_recipe,
)

from augcli.errors import StorageError


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 3, "val/cat": 1})


def test_make_takes_no_failed_run_for_done(tmp_path: Path, photos: Path) -> None:
    if not shutil.which("make"):
        pytest.skip("no make on this machine")
    broken = write(photos / "train/cat/broken.png", b"no picture")
    recipe = write_recipe(photos, tmp_path / "out")
    rule = f"out/run.json: {recipe.name} in/train/cat\n\t{' '.join(COMMAND)} run $<\n"
    write(tmp_path / "Makefile", rule)
    make = ["make", "-C", str(tmp_path)]
    assert finished(make).returncode != 0
    assert finished([*make, "--question"]).returncode == 1, "must be tried again"
    broken.unlink()
    assert finished(make).returncode == 0
    assert finished([*make, "--question"]).returncode == 0, "now it is done"


def test_a_copied_output_is_kept(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out")
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    assert run(photos, tmp_path / "copy").made == 0
    assert tree(tmp_path / "copy") == tree(tmp_path / "out")
    name = next(r["output"] for r in manifest(tmp_path / "copy") if r["copy"] == 0)
    damaged = tmp_path / "copy" / name
    damaged.write_bytes(damaged.read_bytes()[::-1])
    assert run(photos, tmp_path / "copy").made == 1
    assert tree(tmp_path / "copy") == tree(tmp_path / "out")


def test_settings_that_change_no_output_redo_nothing(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out")
    changed = {"path": str(photos), "leaks": "allow", "exclude": ["nothing/**"]}
    assert run(photos, tmp_path / "out", dataset=changed, timeout=9, max_failures=1).made == 0


def table(photos: Path, name: str) -> dict[str, str]:
    rows = [f"{each.relative_to(photos)},cat" for each in sorted(photos.rglob("*.png"))]
    write(photos / name, "\n".join(["file,label", *rows, ""]))
    return {"path": str(photos / name), "format": "csv"}


def test_the_table_of_an_output_follows_its_dataset(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", dataset=table(photos, "old.csv"))
    assert (tmp_path / "out/old.csv").exists()
    run(photos, tmp_path / "out", dataset=table(photos, "new.csv"))
    assert (tmp_path / "out/new.csv").exists()
    assert not (tmp_path / "out/old.csv").exists()
    assert augment("verify", tmp_path / "out").returncode == 0


def test_the_table_of_an_output_replaces_no_file_of_others(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out")
    write(tmp_path / "out/labels.csv", "mine")
    with pytest.raises(StorageError, match="in the way"):
        run(photos, tmp_path / "out", dataset=table(photos, "labels.csv"))
    assert (tmp_path / "out/labels.csv").read_text() == "mine"


@pytest.mark.parametrize("name", ["run.json", "manifest.jsonl"])
def test_a_table_may_not_have_the_name_of_our_own_files(
    tmp_path: Path, photos: Path, name: str
) -> None:
    recipe = write_recipe(photos, tmp_path / "out", dataset=table(photos, name))
    done = augment("run", recipe)
    assert done.returncode == 2
    assert f"needs the name {name}" in done.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_stop_in_the_middle_of_a_source_keeps_what_is_done(tmp_path: Path, jobs: int) -> None:
    write(tmp_path / "in/train/cat/large.png", picture(1, size=(400, 600)))
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", copies=150)
    process = start("run", recipe, "-j", jobs)
    batches = tmp_path / "out/.augment/batches"
    while process.poll() is None and sum(1 for _ in batches.glob("*/*")) < 5:
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=30)
    assert process.returncode == 130, words
    kept = len(list((tmp_path / "out/train").rglob("*.png")))
    assert 0 < kept < 151, words
    done = augment("run", recipe)
    assert done.returncode == 0, done.stderr
    assert f"{151 - kept} files made, 151 in" in done.stdout
    assert not leftovers(tmp_path / "out")
    assert augment("verify", tmp_path / "out").returncode == 0


STRUCK_WHILE_ENCODING = """
import signal
import sys
from augcli.image.kernels import opencv as cv2
encode, struck = cv2.imencode, []
def struck_once(*how):
    if not struck:
        struck.append(signal.raise_signal(signal.SIGINT))
    return encode(*how)
cv2.imencode = struck_once
from augcli.cli.main import main
main()
"""


@pytest.mark.parametrize(("side", "is_written"), [(20, False), (200, True)])
def test_a_stop_while_a_codec_works_is_not_its_word(
    tmp_path: Path, side: int, is_written: bool
) -> None:
    """An output in hand is written; of small ones, made for many sources at a time, none is yet."""
    for number in range(3):
        data = picture(number, size=(side, side))
        photos = write(tmp_path / f"in/train/cat/{number}.png", data).parents[2]
    recipe = write_recipe(photos, tmp_path / "out", output={"image": {"format": "jpeg"}})
    words = [sys.executable, "-c", STRUCK_WHILE_ENCODING, "run", str(recipe), "-j", "1"]
    done = finished(words)
    assert done.returncode == 130
    assert "finishing what is in hand" in done.stderr
    assert any((tmp_path / "out/train").rglob("*.aug-*")) == is_written
    assert augment("run", recipe).returncode == 0
    assert not failures(tmp_path / "out")


def test_the_timeout_is_for_one_output_not_for_all_of_a_source(tmp_path: Path) -> None:
    write(tmp_path / "in/train/cat/large.png", picture(1, size=(1200, 1600)))
    steps = [{"elastic": {"sigma": 0.02}}, {"median_blur": {"size_px": 5}}]
    told = run(tmp_path / "in", tmp_path / "out", jobs=2, copies=12, timeout=2, steps=steps)
    assert not told.failures
    assert told.made == 13


def test_nothing_is_written_through_links_out_of_the_output(tmp_path: Path, photos: Path) -> None:
    run(photos, tmp_path / "out", copies=0)
    shutil.move(tmp_path / "out/train", tmp_path / "elsewhere")
    (tmp_path / "out/train").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="leads out of the output"):
        run(photos, tmp_path / "out", copies=2)
    assert tree(tmp_path / "elsewhere") == before


def test_only_what_is_augmented_is_linked_and_copies_take_its_place(
    tmp_path: Path, photos: Path
) -> None:
    def is_linked(name: str) -> bool:
        return (tmp_path / "out" / name).samefile(photos / name)

    run(photos, tmp_path / "out", output={"originals": "link"})
    assert is_linked("train/cat/00.png")
    assert not is_linked("val/cat/00.png")
    run(photos, tmp_path / "out", output={"originals": "copy"})
    assert not is_linked("train/cat/00.png")
