"""Outputs and records that someone changed, removed or put there: a run restores its own."""

import pytest
from helpers import (
    augment,
    copies_of,
    failures,
    picture,
    run,
    tree,
    write,
)
from test_incremental import out, photos, redone, same_as_fresh

__all__ = ["out", "photos"]


def tamper(path, how):
    {
        "deleted": path.unlink,
        "emptied": lambda: path.write_bytes(b""),
        "longer": lambda: path.write_bytes(path.read_bytes() + b"x"),
        "swapped": lambda: path.with_name("00.png").replace(path),
        "a link": lambda: (path.unlink(), path.symlink_to("00.png")),
    }[how]()


@pytest.mark.parametrize("how", ["deleted", "emptied", "longer", "swapped", "a link"])
@pytest.mark.parametrize("name", ["train/cat/01.png", "train/cat/02.aug-001.png"])
def test_tampered_outputs_are_restored(photos, out, how, name):
    tamper(out / name, how)
    assert name in redone(photos, out)
    assert not (out / name).is_symlink()


@pytest.mark.parametrize("name", ["manifest.jsonl", "run.json", ".augment/CACHEDIR.TAG"])
def test_deleted_records_come_back(photos, out, name):
    (out / name).unlink()
    assert redone(photos, out) == []
    assert (out / name).exists()


def test_a_deleted_folder_is_filled_again(photos, out):
    for path in (out / "train/dog").iterdir():
        path.unlink()
    (out / "train/dog").rmdir()
    assert len(redone(photos, out)) == 3 * 3


def test_files_of_others_survive_everything(photos, out):
    mine = ["notes.txt", "train/cat/mine.png", "train/dog/notes/deep.txt", "extra/mine.png"]
    for name in mine:
        write(out / name, f"mine: {name}")
    for path in (photos / "train/dog").iterdir():
        path.unlink()
    run(photos, out, seed=9)
    run(photos, out, force=True)
    assert {name: (out / name).read_text() for name in mine} == {n: f"mine: {n}" for n in mine}
    assert set(augment("verify", out).stdout.splitlines()) == {f"extra: {name}" for name in mine}
    done = augment("clean", out)
    assert done.returncode == 0
    assert "left 4 files" in done.stderr
    assert sorted(name for name, digest in tree(out).items() if digest != "folder") == sorted(mine)
    assert not (out / ".augment").exists()
    again = augment("run", out.with_name("out.yaml"))
    assert again.returncode == 4


@pytest.mark.parametrize("how", ["file", "folder", "link"])
def test_a_file_in_the_way_is_a_failure_until_it_goes(photos, out, tmp_path, how):
    mine = out / "train/cat/03.aug-002.png"
    {
        "file": lambda: write(mine, "mine"),
        "folder": lambda: write(mine / "deep.txt", "mine"),
        "link": lambda: mine.symlink_to(write(tmp_path / "elsewhere", "mine")),
    }[how]()
    summary = run(photos, out, copies=3, balance={"target": "max"})
    assert summary.exit_code == 3
    assert list(failures(out)) == ["train/cat/03.png"]
    assert f"in the way: {mine.relative_to(out)}" in failures(out)["train/cat/03.png"]
    text = (mine / "deep.txt" if how == "folder" else mine).read_text()
    assert text == "mine"
    assert copies_of(out)["train/cat/02.png"] == 3, "it is tried again, not topped up"
    assert run(photos, out, copies=3, balance={"target": "max"}).exit_code == 3
    mine.rename(tmp_path / "away")
    assert run(photos, out, copies=3, balance={"target": "max"}).exit_code == 0
    same_as_fresh(photos, out, copies=3, balance={"target": "max"})


def test_a_file_where_a_folder_must_be(photos, out):
    write(photos / "train/emu/00.png", picture(70))
    write(out / "train/emu", "mine")
    assert run(photos, out).exit_code == 3
    assert list(failures(out)) == ["train/emu/00.png"]
    assert (out / "train/emu").read_text() == "mine"
    (out / "train/emu").unlink()
    assert len(redone(photos, out)) == 3
