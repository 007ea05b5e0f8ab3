"""Ctrl-C and SIGTERM: what is in hand is finished, nothing is left running, and it goes on."""

import itertools
import os
import signal
import sys

import pytest
from helpers import finished
from watched import ALL, group_gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}


def ended(process):
    """Return the exit code and what was said, once nothing of the run is left."""
    told, errors = process.communicate(timeout=60)
    group_gone(process.pid)
    return process.returncode, told + errors


def some():
    """Yield all ways; half of them, in which each is met by each of the others, come always."""
    for jobs, whom, number in itertools.product([1, 2], [os.kill, os.killpg], SIGNALS):
        always = (jobs == 1) ^ (whom is os.kill) ^ (number == signal.SIGINT)
        marks = () if always else pytest.mark.faults
        name = f"{number.name}-{whom.__name__}-{jobs}"
        yield pytest.param(jobs, whom, number, marks=marks, id=name)


@pytest.mark.parametrize(("jobs", "whom", "number"), list(some()))
def test_a_signal_ends_a_run_in_good_order(watched, jobs, whom, number):
    process = watched.start(jobs)
    assert watched.catch(process, 1)
    whom(process.pid, number)
    code, words = ended(process)
    assert code == SIGNALS[number]
    assert "stopped after" in words
    assert "Traceback" not in words
    assert 0 < watched.made() < ALL
    watched.check_whole()
    assert not (watched.output / "manifest.jsonl").exists()
    assert not list((watched.output / ".augment/batches").iterdir())
    watched.finish(jobs)


@pytest.mark.parametrize(("jobs", "number"), [(1, signal.SIGTERM), (2, signal.SIGINT)])
def test_the_second_signal_ends_it_at_once(watched, number, jobs):
    process = watched.start(jobs)
    assert watched.catch(process, 1)
    process.send_signal(number)
    process.send_signal(number)
    code, words = ended(process)
    assert code in {SIGNALS[number], -number}
    assert "Traceback" not in words
    watched.check_whole()
    watched.finish(jobs)


def test_a_signal_when_a_run_has_just_begun(watched):
    """Before there is anything to finish, a signal just ends it."""
    for number, code in SIGNALS.items():
        process = watched.start()
        assert watched.catch(process, 0)
        process.send_signal(number)
        got, words = ended(process)
        assert got in {code, -number}, words
        watched.check_whole()
    watched.finish()


INTERRUPTED = """
import os, signal
from augcli import ranges
from augcli.cli import main as cli
ranges.Uniform.plain = lambda self: os.kill(os.getpid(), signal.SIGINT)
cli.main()
"""


def test_an_interrupt_within_a_library_is_no_bug(watched):
    """Pydantic wraps what comes up while it serializes a recipe."""
    done = finished([sys.executable, "-c", INTERRUPTED, "run", str(watched.recipe)])
    assert (done.returncode, done.stderr) == (
        130,
        "augment: stopped; run the same command again to go on\n",
    )


@pytest.mark.faults
def test_a_stopped_run_that_goes_on_stopped_again(watched):
    """Each goes on where the last one stopped."""
    before = 0
    for _ in range(3):
        process = watched.start()
        if not watched.catch(process, before + 1):
            break
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 143
        assert watched.made() > before
        before = watched.made()
    watched.finish()
