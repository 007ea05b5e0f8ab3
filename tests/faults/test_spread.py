"""Many samples in one file, made by forked processes: deaths and signals in the middle of it."""

import os
import signal
import sys

import numpy as np
import pytest
from helpers import (
    augment,
    children,
    group_members,
    leftovers,
    start,
    tree,
    write,
    write_recipe,
)
from watched import group_gone, kill_group, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


WHOM = [os.kill, pytest.param(os.killpg, marks=pytest.mark.faults)]
NUMBERS = [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.faults)]


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """Return a recipe that keeps two processes busy for a while, and what it gives."""
    folder = tmp_path_factory.mktemp("slow")
    values = np.random.default_rng(0).normal(size=(40, 100)).cumsum(axis=1)
    lines = [",".join(f"{v:.3f}" for v in row) + f":{i % 3}" for i, row in enumerate(values)]
    data = write(folder / "x.ts", "@classLabel true 0 1 2\n@data\n" + "\n".join(lines) + "\n")
    dataset = {"kind": "timeseries"}
    steps = [{"dtw_barycenter": {"iterations": 2}}, "jitter"]
    recipe = write_recipe(data, folder / "out", dataset=dataset, steps=steps, copies=2)
    assert augment("run", recipe, "-j", "1").returncode == 0
    return recipe, tree(folder / "out")


def started(recipe, output):
    """Start a run on an output of its own and wait for its processes."""
    process = start("run", recipe, "-o", output, "-j", 2)
    until(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
    assert process.poll() is None
    return process


def check_finished(recipe, output, expected):
    done = augment("run", recipe, "-o", output, "-j", "2")
    assert done.returncode == 0, done.stderr
    assert tree(output) == expected
    assert leftovers(output) == []


@pytest.mark.faults
def test_killed_and_run_again(slow, tmp_path):
    recipe, expected = slow
    output = tmp_path / "out"
    kill_group(started(recipe, output))
    assert not (output / "x.ts").exists()
    check_finished(recipe, output, expected)


@pytest.mark.faults
def test_processes_go_with_their_parent(slow, tmp_path):
    recipe, expected = slow
    process = started(recipe, tmp_path / "out")
    process.kill()
    process.communicate(timeout=60)
    group_gone(process.pid)
    check_finished(recipe, tmp_path / "out", expected)


def test_a_killed_process_costs_nothing(slow, tmp_path):
    recipe, expected = slow
    process = started(recipe, tmp_path / "out")
    os.kill(children(process.pid)[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert tree(tmp_path / "out") == expected
    assert leftovers(tmp_path / "out") == []


@pytest.mark.parametrize("number", NUMBERS, ids=["SIGINT", "SIGTERM"])
def test_one_signal_keeps_the_blocks_that_are_made(slow, tmp_path, number):
    recipe, expected = slow
    process = started(recipe, tmp_path / "out")
    blocks = tmp_path / "out/.augment/blocks"
    until(lambda: any("." not in each.name for each in blocks.iterdir()))
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number, errors
    assert "stopped" in errors
    assert not group_members(process.pid)
    kept = {each: each.stat().st_mtime_ns for each in blocks.iterdir() if "." not in each.name}
    assert kept
    process = start("run", recipe, "-o", tmp_path / "out", "-j", 2)
    until(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
    assert all(each.stat().st_mtime_ns == told for each, told in kept.items() if each.exists())
    process.communicate(timeout=60)
    check_finished(recipe, tmp_path / "out", expected)


@pytest.mark.parametrize("whom", WHOM, ids=["parent", "group"])
def test_two_signals_end_it_at_once(slow, tmp_path, whom):
    recipe, expected = slow
    process = started(recipe, tmp_path / "out")
    whom(process.pid, signal.SIGINT)
    whom(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in errors
    group_gone(process.pid)
    check_finished(recipe, tmp_path / "out", expected)


@pytest.mark.parametrize("whom", WHOM, ids=["parent", "group"])
def test_a_terminal_that_is_closed(slow, tmp_path, whom):
    recipe, expected = slow
    process = started(recipe, tmp_path / "out")
    whom(process.pid, signal.SIGHUP)
    process.communicate(timeout=60)
    group_gone(process.pid)
    check_finished(recipe, tmp_path / "out", expected)
