"""Damage that hides, records that were lost, folders that cannot be written, words that say so."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    COMMAND,
    augment,
    finished,
    leftovers,
    make_photos,
    manifest,
    run,
    tree,
    write,
    write_recipe,
)
from test_outside import KINDS, Made

from augcli.commands.clean import clean
from augcli.commands.verify import verify
from augcli.disk.folder import Folder
from augcli.errors import StorageError
from augcli.store.output import OutputFolder


@pytest.fixture(params=KINDS)
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Made:
    return Made(tmp_path, request.param)


def damage(path: Path) -> None:
    """Change a bit, and have size and times say that nothing happened."""
    before, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_damage_that_hides_is_noticed_by_the_inodes_own_time(made: Made) -> None:
    before = tree(made.output)
    damage(made.output / made.names()[-1])
    made.run()
    assert tree(made.output) == before


def test_damage_that_left_no_trace_is_found_when_asked_for(made: Made) -> None:
    """As a disk that forgets: the record is made to fit what is there."""
    before = tree(made.output)
    path = made.output / made.names()[-1]
    old = path.stat()
    damage(path)
    new = path.stat()
    journal = made.output / ".augment/journal.jsonl"
    one, other = str(old.st_ctime_ns), str(new.st_ctime_ns)
    assert one in journal.read_text()
    journal.write_text(journal.read_text().replace(one, other))
    made.run()
    assert tree(made.output) != before
    told = made.run(verify=True)
    assert told.made >= 1
    assert tree(made.output) == before
    assert made.run(verify=True).made == 0


def test_a_copied_folder_is_read_once_and_nothing_made(made: Made) -> None:
    for path in made.output.rglob("*"):
        if path.is_file() and ".augment" not in path.parts:
            data = path.read_bytes()
            path.unlink()
            path.write_bytes(data)
    assert made.run().made == 0
    stats = [path.stat().st_mtime_ns for path in sorted(made.output.rglob(".augment/journal*"))]
    assert made.run().made == 0
    assert [p.stat().st_mtime_ns for p in sorted(made.output.rglob(".augment/journal*"))] == stats


def test_a_lost_journal_is_made_up_for(made: Made) -> None:
    before = tree(made.output)
    (made.output / ".augment/journal.jsonl").unlink()
    assert made.run().exit_code == 0
    assert tree(made.output) == before
    assert made.found() == {}
    (made.output / ".augment/journal.jsonl").unlink()
    assert clean(made.output) == 0
    assert not made.output.exists()


def test_with_a_lost_journal_files_of_someone_else_still_stay(made: Made) -> None:
    (made.output / ".augment/journal.jsonl").unlink()
    name = made.names()[0]
    write(made.output / name, "my own")
    assert clean(made.output) == 1
    assert (made.output / name).read_text() == "my own"


@pytest.mark.parametrize("text", ['["../x"]', '{"../x": 1}', '{"../x": null}'])
def test_an_index_of_files_elsewhere_changes_none(tmp_path: Path, text: str) -> None:
    made = Made(tmp_path, "photos")
    write(made.output / ".augment/index.json", text)
    write(tmp_path / "x", "mine")
    for action in (made.run, lambda: clean(made.output)):
        with suppress(StorageError):
            action()
    assert (tmp_path / "x").read_text() == "mine"


LISTING: dict[str, Any] = {
    "labels": {"steps": [{"mixup": {"partner": "any"}}]},
    "shards": {"output": {"layout": "webdataset", "shards": 2}},
}
"""Recipes whose outputs are listed in a file."""


@pytest.mark.parametrize("text", [None, "", "{", "0", "null", '["labels.csv"', '{"labels.csv": 1}'])
@pytest.mark.parametrize("recipe", LISTING.values(), ids=LISTING)
def test_a_lost_or_damaged_index_is_made_again(tmp_path: Path, recipe: Any, text: str) -> None:
    """The last run told of the files that it was of."""
    photos, output = make_photos(tmp_path / "in", {"train/a": 2, "train/b": 2}), tmp_path / "out"
    run(photos, output, **recipe)
    before, index = tree(output), output / ".augment/index.json"
    whole = index.read_bytes()

    def damage() -> None:
        index.unlink() if text is None else write(index, text)

    damage()
    assert run(photos, output, **recipe).made == 0
    assert (tree(output), index.read_bytes()) == (before, whole)
    damage()
    assert clean(output) == 0
    assert not output.exists()


def test_with_a_lost_index_a_list_of_someone_else_stays(tmp_path: Path) -> None:
    photos, output = make_photos(tmp_path / "in", {"train/a": 2, "train/b": 2}), tmp_path / "out"
    run(photos, output, **LISTING["labels"])
    (output / ".augment/index.json").unlink()
    write(output / "labels.csv", "mine")
    with pytest.raises(StorageError, match="in the way"):
        run(photos, output, **LISTING["labels"])
    assert (output / "labels.csv").read_text() == "mine"


def test_an_index_that_is_a_list_as_it_once_was(tmp_path: Path) -> None:
    """The files that it names are ours, and go where they no longer belong."""
    photos = make_photos(tmp_path / "in", {"a": 2})
    write(photos / "old.csv", "file,label\na/00.png,x\na/01.png,y\n")
    (photos / "new.csv").write_bytes((photos / "old.csv").read_bytes())
    dataset, output = {"format": "csv"}, tmp_path / "out"
    run(photos / "old.csv", output, dataset=dataset)
    before = tree(output)
    write(output / ".augment/index.json", '["old.csv"]')
    run(photos / "old.csv", output, dataset=dataset)
    assert tree(output) == before
    write(output / ".augment/index.json", '["old.csv"]')
    run(photos / "new.csv", output, dataset=dataset)
    assert ((output / "new.csv").exists(), (output / "old.csv").exists()) == (True, False)
    write(output / ".augment/index.json", '["new.csv"]')
    assert clean(output) == 0
    assert not output.exists()


def test_a_batch_whose_names_are_a_list_as_they_once_were(tmp_path: Path) -> None:
    """What it gave final names and no record tells of is taken back."""
    photos = make_photos(tmp_path / "in", {"train/a": 2})
    run(photos, tmp_path / "out")
    before = tree(tmp_path / "out")
    write(tmp_path / "out/train/a/00.aug-007.png", "given")
    kept = min(name for name in before if name.endswith(".png"))
    names = json.dumps(["train/a/00.aug-007.png", kept])
    write(tmp_path / "out/.augment/batches/000000001-x/names.json", names)
    assert run(photos, tmp_path / "out").made == 0
    assert tree(tmp_path / "out") == before
    assert leftovers(tmp_path / "out") == []


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.rglob("*")}


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_an_output_that_is_up_to_date_need_not_be_writable(made: Made) -> None:
    recipe = made.folder / "out.yaml"
    script = f"mount --bind {made.output} {made.output} && mount -o remount,bind,ro {made.output}"
    mounted = ["unshare", "-m", "sh", "-c", f'{script} && exec "$@"', "sh"]
    if finished([*mounted, "true"]).returncode:
        pytest.skip("may not mount here")
    before = state(made.output)
    done = finished([*mounted, *COMMAND, "run", str(recipe)])
    assert done.returncode == 0, done.stderr
    assert "0 files made" in done.stdout
    again = finished([*mounted, *COMMAND, "run", str(recipe), "--seed", "99"])
    assert again.returncode == 4
    assert "Read-only file system" in again.stderr
    assert state(made.output) == before
    assert augment("run", recipe).returncode == 0
    stamp = str(made.output / "run.json")
    assert state(made.output)[stamp] != before[stamp]


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    script = f"mkdir {gone} && cd {gone} && rmdir {gone} && exec {' '.join(COMMAND)}"
    for words in ("run x.yaml", "init y", "explain z"):
        done = finished(["sh", "-c", f"{script} {words}"], cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert "working directory cannot be used" in done.stderr


@pytest.mark.parametrize("kind", ["image", "tabular", "text", "timeseries"])
def test_a_pipe_as_dataset_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "in.csv")
    dataset = {"kind": kind, "format": "csv"} if kind != "tabular" else {"kind": kind, "label": "x"}
    recipe = write_recipe(tmp_path / "in.csv", tmp_path / "out", dataset=dataset, steps=[])
    done = augment("plan", recipe)
    assert done.returncode == 2
    assert "is a pipe" in done.stderr
    assert augment("init", tmp_path / "in.csv").returncode == 2


@pytest.mark.parametrize("what", ["pipe", "/dev/zero"])
def test_checksums_are_a_file(tmp_path: Path, what: str) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 2})
    os.mkfifo(photos / "pipe")
    recipe = write_recipe(photos, tmp_path / "out", dataset={"checksums": what})
    done = augment("plan", recipe)
    assert done.returncode == 2
    assert "is not a file" in done.stderr


@pytest.mark.skipif(not shutil.which("prlimit"), reason="is of util-linux")
def test_a_command_that_has_no_memory_is_no_bug(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 1})
    os.truncate(write(photos / "SUMS", ""), 1 << 30)
    recipe = write_recipe(photos, tmp_path / "out", dataset={"checksums": "SUMS"})
    done = finished(["prlimit", f"--as={1 << 30}", *COMMAND, "plan", str(recipe)])
    assert (done.returncode, done.stderr) == (4, "augment: out of memory\n")


NO_SUMS = {
    f"SHA256 (cat/00.png) = {'0' * 64}\n": "has no SHA-256 with a name behind it in line 1",
    f"{'0' * 32}  cat/00.png\n": "has no SHA-256 with a name behind it in line 1",
    f"{'0' * 64}  photos/cat/00.png\n": "names no picture of the dataset, to which names are",
    "": "names no picture of the dataset",
}


@pytest.mark.parametrize(("text", "told"), NO_SUMS.items())
def test_checksums_that_check_nothing_are_refused(tmp_path: Path, text: str, told: str) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 1})
    write(photos / "SUMS", text)
    done = augment("plan", write_recipe(photos, tmp_path / "out", dataset={"checksums": "SUMS"}))
    assert done.returncode == 2
    assert told in done.stderr


def test_recipes_may_come_through_pipes_but_not_without_end(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 2})
    recipe = write_recipe(photos, tmp_path / "out", copies=1)
    words = [*COMMAND, "plan", "/dev/fd/0"]
    assert finished(words, input=recipe.read_text()).returncode == 0
    done = augment("plan", "/dev/zero")
    assert done.returncode == 2


def test_verify_holds_little_of_each_file(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 1})
    run(photos, tmp_path / "out", copies=0)
    (record,) = manifest(tmp_path / "out")
    assert not any(each.trouble for each in verify(tmp_path / "out", None))  # imports what it needs
    name = "train/a_folder_with_a_long_name/{:08d}_and_a_long_name_of_a_file.png"
    count = 5000
    with (tmp_path / "out/manifest.jsonl").open("w") as file:
        for number in range(count):
            file.write(json.dumps(record | {"output": name.format(number)}) + "\n")
    # Parts of paths go into Python's own table of names: it grows by jumps, never twice running.
    peaks = (peak_of_missing(tmp_path / "out", count) for _ in range(2))
    assert any(peak < 1_000_000 + 150 * count for peak in peaks)


def peak_of_missing(output: Path, count: int) -> int:
    """Return the most memory that verifying an output takes of which so many files are missing."""
    tracemalloc.start()
    troubles = sum(1 for each in verify(output, None) if each.trouble == "missing")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert troubles == count
    return peak


def test_what_is_written_again_and_equal_is_not_written(tmp_path: Path) -> None:
    output = OutputFolder(tmp_path / "out")
    output.claim()
    path = output.path / "report.txt"
    for text in ("", "a" * 3_000_000, "a" * 2_999_999, "a" * 2_999_999 + "b", "b", ""):
        for _ in range(2):
            before = path.stat().st_ino if path.exists() else None
            same = path.exists() and path.read_text() == text
            with output.replacing(path, if_changed=True) as file:
                file.writelines(text[i : i + 70_001] for i in range(0, len(text), 70_001))
            assert path.read_text() == text
            assert (path.stat().st_ino == before) == same
    assert list(output.scratch.iterdir()) == []


@pytest.mark.parametrize("name", ["", "/", "/etc/passwd", "../x", "a/../x", "a//b", "a/./b", "."])
@pytest.mark.parametrize("odd", ["{}", "a\0{}", "\ud800{}"])
def test_names_that_are_none(tmp_path: Path, name: str, odd: str) -> None:
    folder = Folder(tmp_path)
    for action in (folder.stat, folder.open, folder.create, folder.remove, folder.make):
        with pytest.raises(StorageError):
            action(odd.format(name))


def test_an_unfinished_batch_takes_back_only_what_it_gave(tmp_path: Path) -> None:
    output = OutputFolder(tmp_path / "out")
    output.claim()
    given = hashlib.sha256(b"given").hexdigest()
    batch = output.batches / "000000001-x-y"
    write(batch / "names.json", json.dumps({"a.png": given, "b.png": given}))
    write(output.path / "a.png", "given")
    write(output.path / "b.png", "mine")
    output.recover(lambda: [])
    assert not (output.path / "a.png").exists()
    assert (output.path / "b.png").read_text() == "mine"
