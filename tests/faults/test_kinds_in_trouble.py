"""Full and read-only disks, and blocks that are not what they were, for every kind alike."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from helpers import leftovers, run, tree
from seeds import EXAMPLES, MANY_FILES, SEEDS
from test_disk import memory, remount

from augcli.disk import disk
from augcli.disk.folder import Folder
from augcli.errors import StorageError
from augcli.store.output import OutputFolder
from augcli.work import blocks

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount"),
]

KINDS = (*EXAMPLES, *MANY_FILES)
BLOCKED = ("text csv", "timeseries ts")
"""Those of which many new samples are made in blocks."""
LARGE = "size=32m,nr_inodes=2000"


class OnDisk:
    """A seed whose output is on a disk of its own, and what it gives undisturbed."""

    def __init__(self, name: str, folder: Path, place: Path):
        self.seed = SEEDS[name]
        self.folder, self.disk, self.output = folder, place, place / "out"
        self.dataset = self.seed.written(folder / "in")
        self.run(folder / "expected")
        self.expected = tree(folder / "expected")

    def run(self, output, **changes):
        settings = self.seed.recipe | {"output": {"path": str(output)}} | changes
        return run(self.dataset, self.folder / "r", **settings)

    def fits(self, **changes):
        """Run; tell whether there was room, and see that what is visible is whole."""
        try:
            return self.run(self.output, **changes).exit_code == 0
        except StorageError as error:
            assert "No space left" in str(error)
        seen = tree(self.output) if self.output.exists() else {}
        assert {n: d for n, d in seen.items() if self.expected.get(n) != d} == {}
        return False

    def check_all(self):
        assert tree(self.output) == self.expected
        assert leftovers(self.output) == []


@pytest.fixture
def on_disk(request, tmp_path):
    with memory(tmp_path / "disk", f"{LARGE},mode=755") as place:
        yield OnDisk(request.param, tmp_path, place)


def used(place, what):
    told = os.statvfs(place)
    return told.f_blocks - told.f_bfree if what == "size" else told.f_files - told.f_ffree


def fill(on_disk, what):
    """See that smaller and smaller shortages are told, and the same command then goes on."""
    assert on_disk.fits()
    needed = used(on_disk.disk, what)
    unit = 4096 if what == "size" else 1
    ends = []
    for limit in (*range(needed // 4 + 1, needed + 13, 1 + needed // 8), 2 * needed):
        shutil.rmtree(on_disk.output)
        remount(on_disk.disk, f"{LARGE},{what}={limit * unit}")
        ends.append(on_disk.fits())
        remount(on_disk.disk, LARGE)
        assert on_disk.fits()
        on_disk.check_all()
    assert (ends[0], ends[-1]) == (False, True)


@pytest.mark.parametrize("what", ["size", "nr_inodes"])
@pytest.mark.parametrize("on_disk", KINDS, indirect=True)
def test_a_disk_that_fills_up(on_disk, what):
    fill(on_disk, what)


def copied(self, name, to, into=None):
    """Copy where a rename is asked for, with room for more, so that a full disk cuts it off."""
    target, data = (into or self).path / to, (self.path / name).read_bytes()
    target.write_bytes(data[:-1])
    more = self.path / f"{name}-more"
    more.write_bytes(bytes(1 << 16))
    more.unlink()
    target.write_bytes(data)
    self.unlink(name)


@pytest.mark.parametrize("on_disk", BLOCKED, indirect=True)
def test_a_build_that_copies_to_final_names_is_noticed(on_disk, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(Folder, "rename", copied)
    with pytest.raises(AssertionError):
        fill(on_disk, "size")


def spoil(on_disk):
    """See that a disk that may only be read ends a run that has something to do, and it alone."""
    assert on_disk.fits()
    remount(on_disk.disk, "ro")
    before = tree(on_disk.output)
    assert on_disk.fits()
    with pytest.raises(StorageError, match="Read-only file system"):
        on_disk.run(on_disk.output, seed=99, copies=3)
    assert tree(on_disk.output) == before
    remount(on_disk.disk, "rw")
    assert on_disk.fits()
    on_disk.check_all()


@pytest.mark.parametrize("on_disk", KINDS, indirect=True)
def test_a_read_only_disk(on_disk):
    spoil(on_disk)


@pytest.mark.parametrize("on_disk", EXAMPLES, indirect=True)
def test_a_build_that_does_not_know_the_error_is_noticed(on_disk, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(disk, "_STORAGE_ERRNOS", frozenset())
    with pytest.raises(OSError, match="Read-only file system"):
        spoil(on_disk)
    remount(on_disk.disk, "rw")


DAMAGES = {
    "another end": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "cut": lambda data: data[:-1],
    "nothing": lambda _: b"",
    "zeros": lambda data: bytes(len(data)),
}


def with_blocks(on_disk, damage, monkeypatch):
    """Leave all blocks of a run, damaged, and one of another recipe; then make all again."""
    monkeypatch.setattr(OutputFolder, "finish", lambda _: None)
    assert on_disk.fits(seed=5)
    assert on_disk.fits()
    monkeypatch.undo()
    found = list((on_disk.output / ".augment/blocks").iterdir())
    assert len(found) > 1
    for block in found:
        block.write_bytes(DAMAGES[damage](block.read_bytes()))


def renew(on_disk):
    assert on_disk.run(on_disk.output, force=True).exit_code == 0
    on_disk.check_all()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("on_disk", BLOCKED, indirect=True)
def test_blocks_that_are_damaged_or_of_another_recipe(on_disk, damage, monkeypatch):
    with_blocks(on_disk, damage, monkeypatch)
    renew(on_disk)


def unread(self, items):
    """Take a block as it is."""
    path = self.output.path / self.name(items)
    return path.read_bytes()[4:] if path.exists() else None


@pytest.mark.parametrize("on_disk", BLOCKED, indirect=True)
def test_a_build_that_believes_blocks_is_noticed(on_disk, monkeypatch):
    """The negative control."""
    with_blocks(on_disk, "another end", monkeypatch)
    monkeypatch.setattr(blocks._Store, "read", unread)
    with pytest.raises((AssertionError, ValueError)):
        renew(on_disk)
