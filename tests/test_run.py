"""Whole runs: the same bytes however they are made, bad input told, splits and originals."""

import hashlib
import json
import os
import random
import shutil
import tempfile
import weakref
from pathlib import Path

import pytest
from helpers import (
    COMMAND,
    augment,
    class_counts,
    environment,
    failures,
    finished,
    leftovers,
    make_photos,
    manifest,
    picture,
    run,
    tree,
    write,
    write_recipe,
)

from augcli.store.publish import Batch
from augcli.work import pending, unit

COUNTS = {"train/cat": 7, "train/dog": 4, "val/cat": 2, "test/dog": 2}
BALANCED = {"balance": {"target": "max"}, "copies": 1}


@pytest.fixture
def photos(tmp_path):
    """Return a small dataset with a broken file, so that topping up is part of every run."""
    photos = make_photos(tmp_path / "in", COUNTS)
    write(photos / "train/dog/03.png", b"no picture")
    return photos


@pytest.fixture
def expected(photos, tmp_path):
    run(photos, tmp_path / "expected", **BALANCED)
    return tree(tmp_path / "expected")


def test_there_is_something_to_compare(expected, tmp_path):
    assert class_counts(tmp_path / "expected")["train", "dog"] == 14
    assert len(expected) == 14 + 14 + 2 + 2 + len(["manifest", "failures"]) + len(
        ["train", "train/cat", "train/dog", "val", "val/cat", "test", "test/dog"]
    )
    copies = [d for name, d in expected.items() if ".aug-" in name]
    assert len(set(copies)) == len(copies)


@pytest.mark.parametrize("jobs", [2, 7])
def test_any_number_of_workers(photos, expected, tmp_path, jobs):
    run(photos, tmp_path / "out", jobs, **BALANCED)
    assert tree(tmp_path / "out") == expected


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_any_chunk_size(photos, expected, tmp_path, monkeypatch, most):
    monkeypatch.setattr(pending, "MAX_OUTPUTS", most)
    run(photos, tmp_path / "out", **BALANCED)
    assert tree(tmp_path / "out") == expected


def test_no_source_is_held_longer_than_it_is_worked_on(photos, tmp_path, monkeypatch):
    begun, read, publish, held = [], unit.read_sources, Batch.publish, []

    def reading(*told):
        sources = read(*told)
        begun.extend(map(weakref.ref, sources))
        return sources

    def publishing(*told):
        held.extend(each() is not None for each in begun)
        return publish(*told)

    monkeypatch.setattr(unit, "read_sources", reading)
    monkeypatch.setattr(Batch, "publish", publishing)
    run(photos, tmp_path / "out")
    assert held
    assert not any(held)


@pytest.mark.parametrize("seed", ["0", "1", "random"])
def test_any_hash_seed(photos, expected, tmp_path, seed):
    recipe = write_recipe(photos, tmp_path / "out", **BALANCED)
    done = augment("run", recipe, "-j", 2, env=environment(PYTHONHASHSEED=seed, TZ="Asia/Tokyo"))
    assert done.returncode == 3, done.stderr
    assert tree(tmp_path / "out") == expected


def test_any_order_time_place_and_umask_of_files(photos, expected, tmp_path):
    files = [path.relative_to(photos) for path in photos.rglob("*.png")]
    random.Random(1).shuffle(files)
    for number, name in enumerate(files):
        write(tmp_path / "elsewhere/deep" / name, (photos / name).read_bytes())
        os.utime(tmp_path / "elsewhere/deep" / name, ns=(number, number))
        (tmp_path / "elsewhere/deep" / name).chmod(0o400)
    run(tmp_path / "elsewhere/deep", tmp_path / "out", **BALANCED)
    assert tree(tmp_path / "out") == expected


def test_another_seed_gives_other_pictures_and_the_same_names(photos, expected, tmp_path):
    run(photos, tmp_path / "out", seed=8, **BALANCED)
    other = tree(tmp_path / "out")
    copies = [name for name in other if ".aug-" in name and "cat" in name]
    assert len(copies) == 7
    assert set(copies) <= set(expected)
    assert [name for name in copies if other[name] == expected[name]] == []


def test_added_and_removed_files_leave_the_others_alone(photos, expected, tmp_path):
    write(photos / "train/cat/0000.png", picture(100))
    (photos / "train/cat/06.png").unlink()
    (photos / "val/cat/00.png").unlink()
    run(photos, tmp_path / "out", copies=1, balance={"target": 14})
    now = tree(tmp_path / "out")
    touched = {name for name in {*now, *expected} if now.get(name) != expected.get(name)}
    touched -= {"manifest.jsonl"}
    assert touched == {
        *["train/cat/0000.png", "train/cat/0000.aug-000.png"],
        *["train/cat/06.png", "train/cat/06.aug-000.png", "val/cat/00.png"],
    }


def test_inserting_a_step_draws_nothing_else_anew(photos, tmp_path):
    def degrees(steps):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        run(photos, tmp_path / "out", steps=steps)
        return {
            each["output"]: step["params"]
            for each in manifest(tmp_path / "out")
            for step in each["steps"]
            if step["name"] == "rotate"
        }

    rotate = {"rotate": {"degrees": [-20, 20]}}
    alone = degrees([rotate])
    assert degrees(["invert", rotate, {"gaussian_noise": {"p": 0.5}}]) == alone
    assert degrees([rotate, rotate]) != alone


def test_nothing_outside_the_output_is_written(photos, tmp_path):
    def state(folder):
        return {
            str(path): (path.lstat().st_mtime_ns, path.is_dir() or path.read_bytes())
            for path in folder.rglob("*")
        }

    recipe = write_recipe(photos, tmp_path / "work/out", **BALANCED)
    before = state(tmp_path / "in")
    with tempfile.TemporaryDirectory() as empty:  # sockets need a short path
        places = environment(HOME=empty, TMPDIR=empty, XDG_CACHE_HOME=empty)
        assert augment("run", recipe, "-j", 2, env=places, cwd=empty).returncode == 3
        assert list(Path(empty).iterdir()) == []
    assert state(tmp_path / "in") == before
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["out", "out.yaml"]


def broken_files(folder):
    whole = picture(1, ".jpg")
    write(folder / "cut.jpg", whole[: len(whole) // 2])
    write(folder / "empty.jpg", b"")
    write(folder / "text.png", b"<html>404</html>")
    write(folder / "cut.png", picture(2)[:-20])
    (folder / "gone.png").symlink_to("nowhere")
    (folder / "out.png").symlink_to("/etc/passwd")
    return {
        "train/cat/cut.jpg": "",
        "train/cat/empty.jpg": "",
        "train/cat/text.png": "",
        "train/cat/cut.png": "",
        "train/cat/gone.png": "leads nowhere",
        "train/cat/out.png": "outside",
    }


def test_broken_files_are_listed_and_the_rest_is_done_every_time(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 3, "val/cat": 1})
    wanted = broken_files(photos / "train/cat")
    first = run(photos, tmp_path / "out", balance={"target": 40})
    told = failures(tmp_path / "out")
    assert sorted(told) == sorted(wanted)
    assert all(reason and wanted[source] in reason for source, reason in told.items())
    assert class_counts(tmp_path / "out") == {("train", "cat"): 40, ("val", "cat"): 1}
    before = tree(tmp_path / "out")
    second = run(photos, tmp_path / "out", balance={"target": 40})
    assert (first.exit_code, second.exit_code, second.made) == (3, 3, 0)
    assert tree(tmp_path / "out") == before
    assert leftovers(tmp_path / "out") == []


def test_a_file_that_may_not_be_read(tmp_path):
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root reads everything, and there is no setpriv to take that away")
    photos = make_photos(tmp_path / "in", {"cat": 2})
    (photos / "cat/01.png").chmod(0)
    recipe = write_recipe(photos, tmp_path / "out")
    weaker = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] * (os.geteuid() == 0)
    command = [*weaker, *COMMAND, "run", str(recipe), "-j", "1"]
    assert finished(command).returncode == 3
    assert failures(tmp_path / "out") == {"cat/01.png": "cannot be read: Permission denied"}
    (photos / "cat/01.png").chmod(0o600)
    assert finished(command).returncode == 0
    (photos / "cat").chmod(0)
    unlisted = finished(command)
    (photos / "cat").chmod(0o700)
    assert unlisted.returncode == 2
    assert f"{photos / 'cat'} cannot be read: Permission denied" in unlisted.stderr
    assert (tmp_path / "out/train/cat/01.png").exists()


@pytest.mark.parametrize(
    ("budget", "code"),
    [(0, 3), (1, 3), (2, 0), (3, 0), ("0%", 3), ("19%", 3), ("20%", 0), ("100%", 0)],
)
def test_the_budget_for_failures(tmp_path, budget, code):
    photos = make_photos(tmp_path / "in", {"train/cat": 8, "train/dog": 2})
    write(photos / "train/cat/00.png", b"")
    write(photos / "train/dog/01.png", b"")
    assert run(photos, tmp_path / "out", max_failures=budget).exit_code == code
    assert len(failures(tmp_path / "out")) == 2


def test_other_splits_pass_through_as_they_are(tmp_path):
    photos = make_photos(tmp_path / "in", COUNTS)
    write(photos / "test/dog/damaged.jpg", picture(1, ".jpg")[:200])
    write(photos / "test/dog/text.png", b"no picture at all")
    summary = run(photos, tmp_path / "out", output={"originals": "omit"})
    for split in ("val", "test"):
        assert tree(tmp_path / "out" / split) == tree(photos / split)
    assert summary.exit_code == 0
    assert sum(summary.notes.values()) == 2


@pytest.mark.parametrize("fate", ["copy", "link", "reencode", "omit"])
def test_what_becomes_of_originals(tmp_path, fate):
    photos = make_photos(tmp_path / "in", {"train/cat": 3, "val/cat": 1})
    output = {"originals": fate, "image": {"format": "jpeg"}}
    out = tmp_path / "out"
    run(photos, out, output=output)
    originals = {each["source"]: each for each in manifest(out) if each["copy"] is None}
    train = {source: each for source, each in originals.items() if source.startswith("train")}
    assert len(train) == (0 if fate == "omit" else 3)
    assert len(manifest(out)) == len(train) + 6 + 1
    for source, each in originals.items():
        mine, theirs = out / each["output"], photos / source
        reencoded = fate == "reencode" and source in train
        assert (each["output"] != source) == reencoded
        assert (mine.read_bytes() == theirs.read_bytes()) == (not reencoded)
        if source in train:
            assert mine.samefile(theirs) == (fate == "link")
        assert hashlib.sha256(mine.read_bytes()).hexdigest() == each["sha256"]
    before = tree(out)
    assert run(photos, out, output=output).made == 0
    assert tree(out) == before


@pytest.mark.parametrize("before", ["copy", "link", "reencode", "omit"])
@pytest.mark.parametrize("after", ["copy", "link", "reencode", "omit"])
def test_originals_may_change_their_fate(tmp_path, before, after):
    photos = make_photos(tmp_path / "in", {"cat": 2}, ".jpg")
    sources = tree(photos)
    run(photos, tmp_path / "out", output={"originals": before})
    run(photos, tmp_path / "out", output={"originals": after})
    run(photos, tmp_path / "fresh", output={"originals": after})
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")
    assert tree(photos) == sources
    theirs = {path.stat().st_ino for path in photos.rglob("*.jpg")}
    ours = {path.stat().st_ino for path in (tmp_path / "out").rglob("*.jpg")}
    assert len(ours & theirs) == (2 if after == "link" else 0)


def test_a_linked_source_gives_a_file_and_not_a_link(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 1})
    (photos / "cat/link.png").symlink_to("00.png")
    for fate in ("link", "copy"):
        run(photos, tmp_path / fate, output={"originals": fate})
        assert not any(path.is_symlink() for path in (tmp_path / fate).rglob("*"))
        assert (tmp_path / fate / "train/cat/link.png").is_file()


def test_checksums_find_damage_that_decodes(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 3}, ".bmp")
    digests = {name: digest for name, digest in tree(photos).items() if digest != "folder"}
    write(photos / "SHA256SUMS", "".join(f"{d} *{name}\n" for name, d in digests.items()))
    damaged = photos / "cat/01.bmp"
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    assert run(photos, tmp_path / "out").exit_code == 0
    summary = run(photos, tmp_path / "out", dataset={"checksums": "./SHA256SUMS"})
    assert summary.exit_code == 3
    assert list(failures(tmp_path / "out")) == ["cat/01.bmp"]


def test_the_manifest_is_all_that_run_json_says_it_is(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 1})
    run(photos, tmp_path / "out")
    told = json.loads((tmp_path / "out/run.json").read_text())
    digest = hashlib.sha256((tmp_path / "out/manifest.jsonl").read_bytes()).hexdigest()
    assert told["summary"]["files"] == {"manifest.jsonl": digest}


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_of_the_nasty_pictures_in_one_run(shared_data, tmp_path, jobs):
    """Each one is an output or a failure with its reason, under a limit of memory."""
    photos = tmp_path / "in"
    shutil.copytree(shared_data / "nasty_images", photos / "train/nasty")
    recipe = write_recipe(photos, tmp_path / "out", copies=1)
    limited = ["prlimit", f"--as={3 << 30}", *COMMAND] if shutil.which("prlimit") else COMMAND
    done = finished([*limited, "run", str(recipe), "-j", str(jobs), "--json"])
    assert done.returncode == 3, done.stderr
    made = {each["source"] for each in manifest(tmp_path / "out")}
    failed = failures(tmp_path / "out")
    pictures = {
        path.relative_to(photos).as_posix()
        for path in photos.rglob("*")
        if path.is_file() and path.suffix not in {".csv", ""}
    }
    assert made | set(failed) == pictures
    assert not made & set(failed)
    assert len(made) > len(pictures) / 2
    assert all(failed.values())
    assert not [reason for reason in failed.values() if "killed" in reason or "emory" in reason]
    assert augment("verify", tmp_path / "out").returncode == 0
