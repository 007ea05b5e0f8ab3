"""Runs of every kind that are struck at random moments: killed or stopped, the run or a worker."""

import random
import shutil
import sys

import pytest
from seeds import EXAMPLES, MANY_FILES, SEEDS
from struck import Struck

from augcli.store.output import OutputFolder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

KINDS = (*EXAMPLES, *MANY_FILES)
BLOWS = {
    "kill the parent": 24,
    "kill a worker": 24,
    "stop a worker": 12,
    "stop a worker for good": 24,
}
"""What is done, and before which change of the disk at the latest."""
TIMES = 3


def latest(name, blow):
    """Return how many changes of the disk there surely are."""
    in_blocks = name in ("text csv", "timeseries ts") and "worker" in blow
    return 3 if in_blocks else BLOWS[blow]


def cases():
    for name in KINDS:
        for blow in BLOWS:
            if not (SEEDS[name].kind == "tabular" and "worker" in blow):  # all is made in the run
                yield name, blow


def strike(work, blow, moment, **options):
    """Run, be struck, and run again; tell whether the moment came."""
    timeout = 2 if blow == "stop a worker" else 60  # a run ends by itself only once that is over
    with work.started(blow, moment, timeout=timeout, **options) as process:
        work.check_ended(process)
        if process.returncode == 0:
            work.check_whole()
    work.finish()
    shutil.rmtree(work.output)
    return work.was_struck()


@pytest.mark.faults
@pytest.mark.parametrize(("name", "blow"), list(cases()))
def test_blows_at_random_moments(memory, name, blow):
    work = Struck(name, memory)
    last = latest(name, blow)
    moments = random.Random(f"{name} {blow}").sample(range(1, last + 1), min(TIMES, last))
    assert sum(strike(work, blow, moment) for moment in moments) >= len(moments) // 2


@pytest.mark.parametrize("name", ["text csv", "text folders"])
def test_a_worker_that_is_stopped_goes_with_its_parent(memory, name):
    assert strike(Struck(name, memory), "stop a worker for good", 2)


NEVER_DIES = """
from augcli.engines import child
child._die_even_when_stopped = lambda: None
from augcli.cli.main import main
main()
"""


def test_a_worker_that_outlives_its_parent_is_noticed(memory):
    """The negative control."""
    with pytest.raises(AssertionError):
        strike(Struck("text csv", memory), "stop a worker for good", 2, program=["-c", NEVER_DIES])


def test_a_run_that_takes_nothing_back_is_noticed(memory, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(OutputFolder, "recover", lambda *_: None)
    with pytest.raises(AssertionError):
        strike(Struck("text csv", memory), "kill the parent", 16)
