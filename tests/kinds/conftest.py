"""Fixtures of the suite that holds every kind and format to every promise."""

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from made import Made, first, grouped
from seeds import SEEDS

MEMORY = Path("/dev/shm")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk that syncs at once, where there is one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """Return what gives the run of a seed, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("kinds")
    return cache(lambda name: first(name, folder / name.replace(" ", "-")))


@pytest.fixture(params=[grouped(name) for name in SEEDS])
def made(request: Any, undisturbed: Callable[[str], Made]) -> Made:
    """Return the undisturbed run of a seed; it is not to be changed."""
    return undisturbed(request.param)
