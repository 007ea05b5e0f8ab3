"""kill -9 before any change of the disk: the same command then ends as if nothing had happened."""

import sys
import tempfile
from pathlib import Path

import pytest
from helpers import finished

PROGRAM = Path(__file__).with_name("everywhere.py")
MEMORY = Path("/dev/shm")  # a disk that syncs at once


@pytest.fixture
def folder(tmp_path):
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as path:
        yield path


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize(
    ("scenario", "deaths"),
    [("fresh", 80), ("changed", 40), ("twice", 45), ("to_and_fro", 45), ("cleaned", 30)],
)
def test_death_at_any_change(folder, scenario, deaths):
    done = finished([sys.executable, str(PROGRAM), folder, scenario], timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= deaths


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize(
    ("scenario", "sabotage"),
    [
        ("fresh", "no names"),
        ("to_and_fro", "backward"),
        ("changed", "shard first"),
        ("changed", "half written"),
    ],
)
def test_a_worse_build_is_noticed(folder, scenario, sabotage):
    """The negative control: what the test above must be able to see."""
    done = finished([sys.executable, str(PROGRAM), folder, scenario, sabotage], timeout=300)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr
