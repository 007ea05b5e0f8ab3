"""Real runs to be disturbed: big enough to be caught at work, watched by what is on disk."""

from __future__ import annotations

import itertools
import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from helpers import group_members, leftovers, picture, run, start, tree, write, write_recipe

COPIES = 5
ALL = 40 * (COPIES + 1)


def make_dataset(folder: Path) -> Path:
    for number in range(40):
        label = "cat" if number % 2 else "dog"
        write(folder / f"train/{label}/{number:02d}.png", picture(number, size=(150, 150)))
    return folder


class Watched:
    """A dataset, what becomes of it undisturbed, and runs that are watched."""

    def __init__(self, dataset: Path, expected: dict[str, str], output: Path):
        self.output = output
        self.expected = expected
        self._dataset = dataset
        self.recipe = write_recipe(dataset, output, copies=COPIES)
        self._started: list[subprocess.Popen[str]] = []

    def start(self, jobs: int = 2, **options: object) -> subprocess.Popen[str]:
        process = start("run", self.recipe, "-j", jobs, **options)
        self._started.append(process)
        return process

    def end(self) -> None:
        """Leave nothing running, so that a test that failed disturbs no other."""
        for process in self._started:
            if process.poll() is None:
                kill_group(process)
            for stream in filter(None, (process.stdout, process.stderr)):
                stream.close()

    def made(self) -> int:
        """Return how many pictures can be seen."""
        return sum(len(names) for *_, names in os.walk(self.output / "train"))

    def catch(self, process: subprocess.Popen[str], at: int) -> bool:
        """Wait until a run has begun and made so many pictures; tell whether it still runs."""
        lock = self.output / ".augment/lock"
        while process.poll() is None:
            begun = lock.exists() and lock.read_text() == f"process {process.pid}"
            if begun and self.made() >= at:
                return True
            os.sched_yield()
        return False

    def check_whole(self) -> None:
        """Assert that whatever can be seen under its final name is whole."""
        if self.output.exists():
            seen = tree(self.output)
            assert {n: d for n, d in seen.items() if self.expected.get(n) != d} == {}

    def finish(self, jobs: int = 2) -> None:
        """Assert that the same run ends as if nothing had happened."""
        assert run(self._dataset, self.output, jobs, copies=COPIES).exit_code == 0
        assert tree(self.output) == self.expected
        assert leftovers(self.output) == []


def kill_group(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    group_gone(process.pid)


def until(condition: Callable[[], bool]) -> None:
    """Look until something is so; a hundred thousand looks at /proc take many minutes."""
    assert any(condition() for _ in itertools.repeat(None, 100_000))


def group_gone(group: int) -> None:
    """Wait until no process of a group lives."""
    while members := group_members(group):
        gone(*members)


def gone(*processes: int) -> None:
    """Wait until processes have ended, for a minute at most."""
    for process in processes:
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(process)
            ended, *_ = select.select([descriptor], [], [], 60)
            os.close(descriptor)
            assert ended, f"process {process} goes on"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    dataset = make_dataset(folder / "in")
    run(dataset, folder / "out", copies=COPIES)
    return dataset, tree(folder / "out")


@pytest.fixture
def watched(undisturbed: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(*undisturbed, tmp_path / "out")
    yield watched
    watched.end()
