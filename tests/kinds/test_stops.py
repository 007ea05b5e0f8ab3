"""A run that is stopped or killed at any moment goes on, and ends as if nothing had happened."""

import sys
from itertools import count
from pathlib import Path

import pytest
from helpers import finished, leftovers, tree
from made import by
from seeds import EXAMPLES, SEEDS
from stopped import Stopped

from augcli.errors import StoppedError
from augcli.run import run
from augcli.store.output import OutputFolder
from augcli.work.unit import SourceWork

WHOM = [EXAMPLES, pytest.param(SEEDS, marks=pytest.mark.faults)]
PROGRAM = Path(__file__).with_name("killed.py")


def stops(work):
    """Run, each time stopped a little later, until all is done; return how often it was."""
    recipe = work.recipe()
    for number in count():
        try:
            run(recipe, Stopped(1 + number), lambda _done, _total: None)
        except StoppedError:
            continue
        return number
    return None


def test_stops(made, memory):
    work = made.anew(memory / "there")
    assert stops(work) > 0
    assert tree(work.output) == tree(made.output)
    assert leftovers(work.output) == []


@by("image png", "text folders")
def test_a_stop_that_passes_for_an_end_is_noticed(made, memory, monkeypatch):
    always = property(lambda _: True, lambda *_: None)
    monkeypatch.setattr(SourceWork, "is_finished", always, raising=False)
    with pytest.raises(AssertionError):
        test_stops(made, memory)


@by("text csv")
def test_blocks_that_are_left_over_are_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(OutputFolder, "finish", lambda _: None)
    with pytest.raises(AssertionError):
        test_stops(made, memory)


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
@pytest.mark.parametrize(
    "names", [EXAMPLES, pytest.param(SEEDS, marks=pytest.mark.faults)], ids=len
)
def test_kills(memory, names):
    done = finished([sys.executable, str(PROGRAM), str(memory), *names], timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 2 * len(names)


@pytest.mark.skipif(sys.platform != "linux", reason="counts changes as they are on Linux")
def test_what_is_half_written_is_noticed(memory):
    with pytest.raises(AssertionError, match="AssertionError"):
        test_kills(memory, ["half written", "text folders"])
