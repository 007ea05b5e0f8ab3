"""Two commands at once on one output, for every kind: the first one has it, the others are told."""

import os
import signal
import sys
from contextlib import nullcontext

import pytest
from helpers import start, write_recipe
from seeds import EXAMPLES, MANY_FILES
from struck import Struck

from augcli.commands.clean import clean
from augcli.errors import LockedError
from augcli.store.output import OutputFolder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops a run in the midst")

KINDS = (*EXAMPLES, *MANY_FILES)
MOMENTS = (12, 16, 22)
"""Before which changes of the disk the first one waits; it has the lock by then."""


@pytest.fixture
def work(request, memory):
    return Struck(request.param, memory)


def check_refused(work, moments):
    """See that whoever comes while a run is under way touches nothing, and the run ends well."""
    for moment in moments:
        with work.started("stop the parent", moment) as process:
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            assert work.was_struck()
            with pytest.raises(LockedError, match=f"process {process.pid}"):
                work.finish()
            with pytest.raises(LockedError, match=f"process {process.pid}"):
                clean(work.output)
            process.send_signal(signal.SIGCONT)
            work.check_ended(process)
        work.check_whole()
        assert clean(work.output) == 0


@pytest.mark.parametrize("work", ["text csv"], indirect=True)
def test_a_run_and_clean_beside_a_run(work):
    check_refused(work, MOMENTS[:1])


@pytest.mark.faults
@pytest.mark.parametrize("work", KINDS, indirect=True)
def test_a_run_and_clean_beside_a_run_of_every_kind(work):
    check_refused(work, MOMENTS)


@pytest.mark.parametrize("work", ["text csv"], indirect=True)
def test_a_build_without_a_lock_is_noticed(work, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(OutputFolder, "locked", lambda _: nullcontext())
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check_refused(work, MOMENTS[:1])


@pytest.mark.faults
@pytest.mark.parametrize("work", EXAMPLES, indirect=True)
@pytest.mark.parametrize("others", [["run", "run"], ["clean", "run"]])
def test_commands_that_begin_together(work, others):
    """Some are told to wait; the run that follows finds all as it should be."""
    recipe = write_recipe(work.dataset, work.output, **work.seed.recipe)
    work.finish()
    words = {"run": ["run", recipe, "-j", 2, "--force"], "clean": ["clean", work.output]}
    crowd = [start(*words[each]) for each in ("run", *others)]
    for process in crowd:
        told = process.communicate(timeout=60)
        assert process.returncode in {0, 4, 5}, told
        assert "Traceback" not in "".join(told)
        assert process.returncode != 4 or "was not made by augment" in told[1]
    work.finish()
