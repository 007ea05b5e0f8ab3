"""What all tests share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasets import SHARED_DATA
from hypothesis import settings

# The same examples on every run, and no clock: machines that run tests are busy with other tests.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no datasets at {SHARED_DATA}; set AUGMENT_TEST_DATA")
    return SHARED_DATA


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk that syncs at once, where there is one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)
