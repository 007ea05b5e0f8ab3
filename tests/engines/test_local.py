"""What only worker processes can go through: they die, hang, are suspended."""

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine_harness import (
    OBEDIENT,
    assert_all_accounted,
    chunked,
    engine_for,
    fine,
    local_engines,
    lost,
    run,
)
from msgspec.structs import replace

from augcli.engines import child
from augcli.engines.crew import _divided
from augcli.engines.local import LocalEngine
from augcli.engines.worker import Chunk, Worker
from augcli.errors import EngineError


@local_engines
@pytest.mark.parametrize(
    ("poison", "loss"),
    [
        (["signal", signal.SIGKILL], "killed by signal 9 (SIGKILL); out of memory?"),
        (["signal", signal.SIGSEGV], "killed by signal 11 (SIGSEGV)"),
        (["os_exit"], "the worker exited with code 3"),
        (["system_exit"], "the worker exited with code 4"),
        (["exhaust"], "the worker ran out of memory"),
        (["die_beginning"], "killed by signal 9 (SIGKILL); out of memory?"),
        (["die_publishing"], "killed by signal 9 (SIGKILL); out of memory?"),
    ],
)
def test_a_poisonous_item_is_the_only_loss(jobs, folder, poison, loss):
    items = [*fine(12), [12, *poison], *fine(20, 13)]
    outcomes = run(engine_for(jobs), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    assert lost(outcomes) == [(12, loss)]


@local_engines
def test_many_poisonous_items(jobs, folder):
    items = [[name, "os_exit" if name % 3 else "ok"] for name in range(12)]
    outcomes = run(engine_for(jobs), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    assert sorted(name for name, _ in lost(outcomes)) == [n for n in range(12) if n % 3]


@local_engines
@pytest.mark.parametrize("size", [1, 5])
def test_an_item_on_which_a_worker_died_once_is_no_loss(jobs, folder, size):
    items = [*fine(12), [12, "die_once"], *fine(20, 13)]
    outcomes = run(engine_for(jobs), folder, chunked(items, size))
    assert_all_accounted(outcomes, items)
    assert lost(outcomes) == []


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("poison", [["hang"], ["signal", signal.SIGSTOP]])
def test_a_worker_that_hangs_or_is_suspended(jobs, folder, poison):
    items = [*fine(7), [7, *poison], *fine(20, 8)]
    outcomes = run(engine_for(jobs, timeout=0.3), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    assert lost(outcomes) == [(7, "took longer than 0.3 s")]


def test_a_slow_caller_is_not_taken_for_a_hung_worker(folder):
    slow = threading.Event()
    outcomes = []
    for outcome in engine_for(2, timeout=0.1).run(OBEDIENT, {"folder": ""}, chunked(fine(20))):
        outcomes.append(outcome)
        slow.wait(0.25)
    assert_all_accounted(outcomes, fine(20))
    assert lost(outcomes) == []


@local_engines
def test_random_kills_from_outside(jobs):
    items, chance, kills, seen, outcomes = fine(600), random.Random(7), 0, set(), []
    for outcome in engine_for(jobs).run("engine_functions:signed", {}, chunked(items, 6)):
        pid, *ids = outcome.receipt or [0]
        outcomes.append(replace(outcome, receipt=ids))
        seen.add(pid)
        victims = [worker for worker in multiprocessing.active_children() if worker.pid in seen]
        if victims and chance.random() < 0.3:
            chance.choice(victims).kill()
            kills += 1
    assert_all_accounted(outcomes, items)
    assert kills > 10
    assert len(lost(outcomes)) < kills  # a loss takes a second death, on the item alone


@local_engines
def test_a_factory_that_kills_its_worker_ends_the_run(jobs, folder):
    told = r"workers do not start: killed by signal 9"
    with pytest.raises(EngineError, match=told) as caught:
        run(engine_for(jobs), folder, chunked(fine(3)), "engine_functions:dying")
    assert caught.value.exit_code == 4


def test_an_exception_that_cannot_travel_is_told(folder):
    with pytest.raises(RuntimeError, match="Local: of a local class") as caught:
        run(engine_for(2), folder, [[[0, "raise", "unpicklable"]]])
    assert any("in blow_up" in note for note in caught.value.__notes__)


def test_workers_use_one_thread_and_leave_the_parent_alone(folder):
    before = dict(os.environ)
    (outcome,) = engine_for(2).run("engine_functions:facts", {}, [fine(1)])
    assert outcome.receipt["threads"] == ["1", "1", "1"]
    assert outcome.receipt["pid"] != os.getpid()
    assert dict(os.environ) == before


def test_engines_of_several_threads_leave_the_process_as_it_was(folder):
    before = dict(os.environ), sys.modules["__main__"]
    chunks = [fine(4 * start) for start in range(4)]
    with ThreadPoolExecutor(4) as pool:
        told = pool.map(
            lambda each: [*engine_for(1).run("engine_functions:facts", {}, [each])], chunks
        )
        assert [len(each) for each in told] == [1, 1, 1, 1]
    assert (dict(os.environ), sys.modules["__main__"]) == before


def test_idle_forks_end_by_themselves(monkeypatch):
    codes, bury, both = [], Worker.bury, multiprocessing.get_context("fork").Barrier(2)
    monkeypatch.setattr(Worker, "bury", lambda worker: codes.append(bury(worker)))
    assert len(list(LocalEngine(2, 60).spread(lambda *_: both.wait(60) >= 0, [[0], [1]]))) == 2
    assert codes == [0, 0]


@pytest.mark.parametrize(("seconds", "workers"), [(0.0, 1), (0.3, 2)])
def test_a_second_worker_comes_once_the_first_has_worked_for_a_while(seconds, workers):
    def work(*_):
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return os.getpid()

    outcomes = LocalEngine(2, 60).spread(work, [[number] for number in range(4)])
    assert len({outcome.receipt for outcome in outcomes}) == workers


@pytest.mark.parametrize(("size", "patience"), [(256, {1.0}), (600, {0.25})])
def test_parts_that_are_divided_again_have_less_time_than_an_item_alone(size, patience):
    parts = list(_divided(Chunk(range(size)), child.OUTSIDE))
    assert {part.patience for part in parts} == patience
    assert {part.suspect for part in parts} == {size == 256}
    assert [item for part in parts for item in part.items] == list(range(size))
