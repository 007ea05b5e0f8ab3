"""kill -9 before any change of the disk: the same command then ends as if nothing had happened."""

import sys
import tempfile
from pathlib import Path

import pytest
from helpers import finished
from seeds import EXAMPLES, MANY_FILES

PROGRAM = Path(__file__).with_name("everywhere.py")
MEMORY = Path("/dev/shm")  # a disk that syncs at once
SOME = [("photos", "fresh", 12, 6), ("text files", "changed", 3, 3)]
"""What dies in every run of the tests, how often at least, and how far the deaths are apart."""


@pytest.fixture
def folder(tmp_path):
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as path:
        yield path


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize(
    ("stage", "scenario", "deaths"),
    [
        pytest.param("photos", "fresh", 80, marks=pytest.mark.faults),
        pytest.param("photos", "changed", 25, marks=pytest.mark.faults),
        pytest.param("photos", "twice", 30, marks=pytest.mark.faults),
        pytest.param("photos", "to_and_fro", 30, marks=pytest.mark.faults),
        pytest.param("photos", "cleaned", 30, marks=pytest.mark.faults),
        pytest.param("tars", "fresh", 80, marks=pytest.mark.faults),
        pytest.param("tars", "changed", 25, marks=pytest.mark.faults),
        pytest.param("tars", "to_and_fro", 30, marks=pytest.mark.faults),
        pytest.param("tars", "cleaned", 30, marks=pytest.mark.faults),
        pytest.param("parquet", "changed", 25, marks=pytest.mark.faults),
        pytest.param("relaid", "to_and_fro", 25, marks=pytest.mark.faults),
        pytest.param("tables", "fresh", 25, marks=pytest.mark.faults),
        pytest.param("tables", "changed", 12, marks=pytest.mark.faults),
        pytest.param("tables", "to_and_fro", 9, marks=pytest.mark.faults),
        pytest.param("rows in shards", "changed", 15, marks=pytest.mark.faults),
        pytest.param("text folders", "fresh", 40, marks=pytest.mark.faults),
        pytest.param("text folders", "to_and_fro", 12, marks=pytest.mark.faults),
        pytest.param("text files", "fresh", 30, marks=pytest.mark.faults),
        pytest.param("text files", "changed", 9, marks=pytest.mark.faults),
        pytest.param("answers", "changed", 15, marks=pytest.mark.faults),
        pytest.param("timeseries ts", "fresh", 12, marks=pytest.mark.faults),
        pytest.param("timeseries ts", "replayed", 6, marks=pytest.mark.faults),
    ],
)
def test_death_at_any_change(folder, stage, scenario, deaths, apart=1):
    words = [sys.executable, str(PROGRAM), folder, stage, scenario, str(apart)]
    done = finished(words, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= deaths


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize(("stage", "scenario", "deaths", "apart"), SOME)
def test_death_at_some_changes(folder, stage, scenario, deaths, apart):
    test_death_at_any_change(folder, stage, scenario, deaths, apart)


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize("seed", [*EXAMPLES, *MANY_FILES])
@pytest.mark.parametrize("scenario", ["fresh", "changed", "to_and_fro"])
def test_death_of_every_kind_at_many_changes(folder, seed, scenario):
    test_death_at_any_change(folder, seed, scenario, 1, apart=3)


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize(
    ("scenario", "sabotage"),
    [
        pytest.param("fresh", "no names", marks=pytest.mark.faults),
        pytest.param("to_and_fro", "backward", marks=pytest.mark.faults),
        pytest.param("changed", "shard first", marks=pytest.mark.faults),
        pytest.param("changed", "half written", marks=pytest.mark.faults),
    ],
)
def test_a_worse_build_is_noticed(folder, scenario, sabotage):
    """The negative control: what the test above must be able to see."""
    words = [sys.executable, str(PROGRAM), folder, "photos", scenario, "1", sabotage]
    done = finished(words, timeout=300)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr
