"""Where -o leads: pages replace pages, sheets sheets; devices and pipes are written to."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from helpers import augment, make_photos, picture, run, tree, write

from augcli.commands.target import marked, write_target
from augcli.errors import StorageError, UsageError

PAGE = b'<html><meta name="generator" content="augment"></html>'
SHEET = marked(picture(1))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"cat": 2})


@pytest.mark.parametrize("data", [PAGE, SHEET])
def test_a_page_or_sheet_may_be_written_again(tmp_path: Path, dataset: Path, data: bytes) -> None:
    for before in (data, PAGE, b""):
        target = write(tmp_path / "target", before)
        write_target(target, data, dataset)
        assert target.read_bytes() == data
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "target"]


@pytest.mark.parametrize("before", [picture(2), b"notes", b"<html></html>"])
def test_other_files_stay(tmp_path: Path, dataset: Path, before: bytes) -> None:
    target = write(tmp_path / "target", before)
    with pytest.raises(UsageError, match="is no page, picture or model"):
        write_target(target, PAGE, dataset)
    assert target.read_bytes() == before


@pytest.mark.parametrize("name", ["in/cat/00.png", "in/new.html", "link/new.html", "file.html"])
def test_no_file_appears_in_the_dataset(tmp_path: Path, dataset: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(dataset / "cat")
    (tmp_path / "file.html").symlink_to(dataset / "cat/planted.html")
    before = tree(dataset)
    with pytest.raises(UsageError, match="inside the dataset"):
        write_target(tmp_path / name, PAGE, dataset)
    assert tree(dataset) == before


def test_a_link_to_a_page_is_followed_and_stays(tmp_path: Path, dataset: Path) -> None:
    real = write(tmp_path / "pages/real.html", PAGE)
    (tmp_path / "link.html").symlink_to(real)
    write_target(tmp_path / "link.html", PAGE + b"more", dataset)
    assert (tmp_path / "link.html").is_symlink()
    assert real.read_bytes() == PAGE + b"more"


@contextmanager
def written_into(pipe: Path, data: bytes, dataset: Path) -> Iterator[IO[bytes]]:
    """Write a page into a pipe meanwhile, and give its other end once there is something in it."""
    os.mkfifo(pipe)
    handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = threading.Thread(target=write_target, args=(pipe, data, dataset))
    with os.fdopen(handle, "rb") as end:
        writer.start()
        select.select([end], [], [])
        os.set_blocking(handle, True)
        yield end
    writer.join()


def test_a_pipe_gets_it_all(tmp_path: Path, dataset: Path) -> None:
    data = PAGE + bytes(1 << 20)
    with written_into(tmp_path / "pipe", data, dataset) as end:
        assert end.read() == data
    assert (tmp_path / "pipe").is_fifo()


def test_whoever_reads_a_pipe_may_leave(tmp_path: Path, dataset: Path) -> None:
    with written_into(tmp_path / "pipe", PAGE + bytes(1 << 20), dataset) as end:
        assert end.read(len(PAGE)) == PAGE


def test_a_pipe_that_nobody_reads_is_told(tmp_path: Path, dataset: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match="nobody reads it"):
        write_target(tmp_path / "pipe", PAGE, dataset)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make devices")
def test_devices_are_written_to_and_stay(tmp_path: Path, dataset: Path) -> None:
    run(dataset, tmp_path / "out", copies=1)
    node = tmp_path / "null"
    try:
        os.mknod(node, 0o20666, os.makedev(1, 3))
        node.write_bytes(b"")
    except OSError:
        pytest.skip("no devices here")
    assert augment("report", tmp_path / "out", "-o", node).returncode == 0
    assert augment("preview", tmp_path / "out.yaml", "-o", node).returncode == 0
    assert node.is_char_device()


def test_commands_know_their_own_files(tmp_path: Path, dataset: Path) -> None:
    run(dataset, tmp_path / "out", copies=1)
    words = [["report", tmp_path / "out"], ["preview", tmp_path / "out.yaml"]]
    for command in words:
        target = tmp_path / command[0]
        for _ in range(2):
            assert augment(*command, "-o", target).returncode == 0
        source = dataset / "cat/00.png"
        before = source.read_bytes()
        done = augment(*command, "-o", source)
        assert done.returncode == 2
        assert "inside the dataset" in done.stderr
        assert source.read_bytes() == before
