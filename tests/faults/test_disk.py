"""Full, read-only and dying disks: exit code 4 with a clear word, and it goes on afterwards."""

import fcntl
import os
import shutil
import struct
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers import (
    COMMAND,
    augment,
    finished,
    leftovers,
    make_photos,
    picture,
    run,
    tree,
    write,
    write_recipe,
)
from seeds import SEEDS

from augcli.errors import StorageError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount"),
]


@contextmanager
def mounted(folder, *options):
    """Mount something; skip the test where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = finished(["mount", *map(str, options), str(folder)])
    if done.returncode:
        pytest.skip(f"may not mount here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        finished(["umount", "-l", str(folder)])


def memory(folder, options):
    return mounted(folder, "-t", "tmpfs", "-o", options, "augment-test")


def remount(folder, options):
    assert finished(["mount", "-o", f"remount,{options}", str(folder)]).returncode == 0


@pytest.fixture
def photos(tmp_path):
    for number in range(16):
        write(tmp_path / f"in/cat/{number:02d}.png", picture(number, size=(60, 60)))
    return tmp_path / "in"


@pytest.fixture
def expected(photos, tmp_path):
    run(photos, tmp_path / "expected")
    return tree(tmp_path / "expected")


def recipe_for(photos, output, folder):
    """Write a recipe outside the disk that is to be in trouble."""
    return write_recipe(photos, folder / f"r-{output.name}", output={"path": str(output)})


def in_trouble(recipe, jobs=1):
    done = augment("run", recipe, "-j", jobs)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("sizes", ["size=240k size=32m", "nr_inodes=30 nr_inodes=2000"])
def test_a_full_disk(photos, expected, tmp_path, jobs, sizes):
    small, large = sizes.split()
    with memory(tmp_path / "disk", f"{small},mode=755") as disk:
        recipe = recipe_for(photos, disk / "out", tmp_path)
        told = in_trouble(recipe, jobs)
        assert "No space left on device" in told
        assert "run the same command again" in told
        assert not (disk / "out/manifest.jsonl").exists()
        assert not (disk / "out/run.json").exists()
        in_trouble(recipe, jobs)
        seen = {name: d for name, d in tree(disk / "out").items() if expected.get(name) != d}
        assert seen == {}
        remount(disk, large)
        assert augment("run", recipe, "-j", jobs).returncode == 0
        assert tree(disk / "out") == expected
        assert leftovers(disk / "out") == []


def test_a_disk_that_fills_up_at_any_point(photos, expected, tmp_path):
    """Smaller and smaller shortages hit later and later writes, up to the very last."""
    with memory(tmp_path / "disk", "size=32m,mode=755") as disk:
        settings = {"output": {"path": str(disk / "out")}}

        def fits():
            try:
                run(photos, tmp_path / "r", **settings)
            except StorageError as error:
                assert "No space left" in str(error)
                return False
            return True

        assert fits()
        needed = sum(-(-path.stat().st_size // 4096) for path in disk.rglob("*"))
        results = []
        for pages in range(needed // 3, needed + 40, 2):
            shutil.rmtree(disk / "out")
            remount(disk, f"size={pages * 4}k")
            results.append(fits())
            remount(disk, "size=32m")
            assert fits()
            assert tree(disk / "out") == expected
        assert results[0] is False
        assert results[-1] is True


def test_a_read_only_disk_fails_before_any_work(photos, tmp_path):
    with memory(tmp_path / "disk", "size=32m,mode=755") as disk:
        fresh = recipe_for(photos, disk / "fresh", tmp_path)
        done = recipe_for(photos, disk / "done", tmp_path)
        assert augment("run", done).returncode == 0
        before = tree(disk)
        remount(disk, "ro")
        write(photos / "cat/new.png", b"that would be found broken")
        for recipe in (fresh, done):
            told = in_trouble(recipe)
            assert "Read-only file system" in told
            assert "new.png" not in told
        for command in (["verify", disk / "done"], ["plan", done], ["check", done]):
            assert augment(*command).returncode in {0, 1}
        assert augment("explain", next(disk.rglob("*.aug-000.png"))).returncode == 0
        assert augment("clean", disk / "done").returncode == 4
        remount(disk, "rw")
        assert tree(disk) == before


def power_off(folder):
    """Have a file system forget all that was not made durable (EXT4_IOC_SHUTDOWN, no log flush)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, 0x8004587D, struct.pack("I", 2))
    finally:
        os.close(handle)


def test_power_loss(photos, expected, tmp_path):
    """What a finished run has told survives; a file that nobody synced (the control) does not."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(32 << 20)
    if not shutil.which("mkfs.ext4") or finished(["mkfs.ext4", "-q", str(image)]).returncode:
        pytest.skip("cannot make a file system")
    recipe = recipe_for(photos, tmp_path / "disk/out", tmp_path)
    with mounted(tmp_path / "disk", "-o", "loop", image) as disk:
        assert augment("run", recipe).returncode == 0
        write(disk / "control.txt", "not synced")
        power_off(disk)
    with mounted(tmp_path / "disk", "-o", "loop", image) as disk:
        assert not (disk / "control.txt").exists()
        assert tree(disk / "out") == expected
        assert augment("verify", disk / "out").returncode == 0
        inodes = {path: path.stat().st_ino for path in disk.rglob("*.png")}
        assert augment("run", recipe).returncode == 0
        assert inodes == {path: path.stat().st_ino for path in disk.rglob("*.png")}


@pytest.mark.parametrize("file", ["manifest.jsonl", "run.json", ".augment/journal.jsonl"])
def test_a_place_that_cannot_be_written(photos, tmp_path, file):
    """A folder where a file of ours must go."""
    run(photos, tmp_path / "out")
    (tmp_path / "out" / file).unlink()
    (tmp_path / "out" / file).mkdir()
    (tmp_path / "out" / file / "mine.txt").write_text("mine")
    assert "Traceback" not in in_trouble(tmp_path / "out.yaml")
    assert (tmp_path / "out" / file / "mine.txt").read_text() == "mine"


def test_an_output_that_disappears_is_no_bug(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 2})
    run(photos, tmp_path / "out")
    finished(["rm", "-r", str(tmp_path / "out/.augment/shards")])
    assert augment("run", tmp_path / "out.yaml").returncode == 0


@pytest.mark.parametrize("name", ["tabular csv", "text csv", "timeseries ts"])
def test_a_full_disk_of_temporary_files(tmp_path, monkeypatch, name):
    seed = SEEDS[name]
    dataset = seed.written(tmp_path / "in")
    with memory(tmp_path / "small", "size=4k") as small, monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(small))
        with pytest.raises(StorageError, match=f"{small}: No space left"):
            run(dataset, tmp_path / "out", **seed.recipe)
        assert list(small.iterdir()) == []
    assert run(dataset, tmp_path / "out", **seed.recipe).exit_code == 0


def test_workers_where_memory_cannot_be_shared():
    with tempfile.TemporaryDirectory() as folder:  # where tests write may be what is hidden here
        photos = make_photos(Path(folder) / "in", {"train/cat": 3})
        check_without_shared_memory(write_recipe(photos, Path(folder) / "out"))


def check_without_shared_memory(recipe):
    without = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "-"]
    if finished([*without, "true"]).returncode:
        pytest.skip("may not mount here")
    done = finished([*without, *COMMAND, "run", str(recipe), "-j", "2"])
    assert (done.returncode, done.stderr.count("\n")) == (4, 1), done.stderr
    assert "/dev/shm" in done.stderr
    assert finished([*without, *COMMAND, "run", str(recipe), "-j", "1"]).returncode == 0
