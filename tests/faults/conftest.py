"""Fixtures of all fault tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Commands
from watched import undisturbed, watched

__all__ = ["undisturbed", "watched"]

MEMORY = Path("/dev/shm")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk that syncs at once, where there is one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Return the command line, served."""
    commands = Commands()
    yield commands
    commands.end()
