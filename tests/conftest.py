"""What all tests share."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from datasets import SHARED_DATA
from hypothesis import Phase, settings

# As the command line has it. Nothing has imported NumPy yet; the test runner has threads, and with
# more than one in BLAS a run in this process would not fork. Those of OpenMP wait for each other
# on CPUs that other tests want.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

# The same examples on every run, and no clock: machines that run tests are busy with other tests.
# Nothing is explained: oracles are called again with a step that does nothing, and are to fail.
PHASES = [phase for phase in Phase if phase != Phase.explain]
settings.register_profile("suite", deadline=None, derandomize=True, phases=PHASES)
settings.load_profile("suite")

pytest_plugins = ["oracles", "pytester"]

MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30
"""More bytes than are there at a time: what a test wrote that passed goes with it."""


def pytest_configure() -> None:
    """Have tests write to a disk that syncs at once, where there is one with room enough."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collectstart() -> None:
    """Have nobody look for garbage while tests are collected, of which there are thousands."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Have nobody look for garbage among the tests, nor forks copy them for that."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of real datasets, or one of small ones that stand in for them."""
    if SHARED_DATA.is_dir():
        return SHARED_DATA
    from helpers import write
    from stand_ins import stand_ins

    folder = tmp_path_factory.mktemp("datasets")
    for name, data in stand_ins().items():
        write(folder / name, data)
    return folder


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk that syncs at once, where there is one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that gives what `check` finds in the folder `ds`, as code → finding."""
    from helpers import write_recipe

    from augcli.api import check, load_recipe

    def codes(**changes: Any) -> dict[str, Any]:
        recipe = write_recipe(tmp_path / "ds", tmp_path / "out", **changes)
        return {each.code: each for each in check(load_recipe(recipe))}

    return codes
