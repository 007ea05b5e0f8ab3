"""One suite for every engine; then what only worker processes can go through."""

import faulthandler
import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from augcli.engines import Outcome
from augcli.engines.cpus import available_cpus
from augcli.engines.local import InProcess, LocalEngine, make_engine
from augcli.errors import RecipeError, StorageError

HERE = Path(__file__).parent
OBEDIENT = "engine_functions:obedient"
DEADLINE = 20

every_engine = pytest.mark.parametrize("jobs", [0, 1, 2, 4])
local_engines = pytest.mark.parametrize("jobs", [1, 2, 4])


def engine_for(jobs, timeout=60.0):
    return LocalEngine(jobs, timeout) if jobs else InProcess()


def chunked(items, size=5):
    return [items[start : start + size] for start in range(0, len(items), size)]


def fine(count, start=0):
    return [[name, "ok"] for name in range(start, start + count)]


def run(engine, folder, chunks, function=OBEDIENT):
    return list(engine.run(function, {"folder": str(folder)}, chunks))


def done(outcomes):
    """The ids in receipts, sorted."""
    return sorted(name for outcome in outcomes for name in outcome.receipt or ())


def lost(outcomes):
    return [(outcome.items[0][0], outcome.loss) for outcome in outcomes if outcome.loss]


def assert_all_accounted(outcomes, items):
    """Each item is in exactly one outcome, and done exactly if it is not lost."""
    assert Counter(str(item) for outcome in outcomes for item in outcome.items) == Counter(
        map(str, items)
    )
    assert sorted(done(outcomes) + [name for name, _ in lost(outcomes)]) == sorted(
        name for name, *_ in items
    )


@pytest.fixture
def folder(tmp_path):
    for name in ("started", "go", "alive"):
        os.mkfifo(tmp_path / name)
    return tmp_path


@pytest.fixture(autouse=True)
def no_worker_left_and_no_deadlock():
    faulthandler.dump_traceback_later(3 * DEADLINE, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
    assert multiprocessing.active_children() == []


def when_started(folder, action, release=True):
    """In a thread: wait for the rendezvous, act, let the item go on."""

    def meet():
        (folder / "started").open().close()
        action()
        if release:
            (folder / "go").open("w").close()

    thread = threading.Thread(target=meet, daemon=True)
    thread.start()
    return thread


# Every engine


@every_engine
def test_every_item_once_with_its_receipt(jobs, folder):
    items = fine(103)
    outcomes = run(engine_for(jobs), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    assert all(outcome.receipt == [name for name, _ in outcome.items] for outcome in outcomes)
    assert all(outcome.loss is None for outcome in outcomes)


@every_engine
def test_nothing_to_do(jobs, folder):
    assert run(engine_for(jobs), folder, []) == []


@every_engine
def test_the_factory_gets_the_context_and_is_called_once_per_worker(jobs):
    outcomes = list(
        engine_for(jobs).run("engine_functions:facts", {"seed": [1, None]}, chunked(fine(40)))
    )
    assert all(outcome.receipt["context"] == {"seed": [1, None]} for outcome in outcomes)
    assert all(outcome.receipt["built_by"] == outcome.receipt["pid"] for outcome in outcomes)
    assert len({outcome.receipt["pid"] for outcome in outcomes}) <= max(jobs, 1)


@every_engine
def test_chunks_are_pulled_as_they_are_needed(jobs, folder):
    pulled = itertools.count()
    chunks = ([[next(pulled), "ok"]] for _ in range(200))
    for finished, outcome in enumerate(engine_for(jobs).run(OBEDIENT, {"folder": ""}, chunks)):
        assert outcome.receipt is not None
        assert next(pulled) - 2 * finished <= 2 * max(jobs, 1) + 1  # each look counts as a pull


@every_engine
@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        ("storage", StorageError, "disk full"),
        ("awkward", StorageError, "a.jpg: full"),
        ("os", OSError, r"\[Errno 28\] no space: 'a.jpg'"),
        ("recipe", RecipeError, "r.yaml:1:2: error: recipe: bad"),
    ],
)
def test_an_exception_keeps_type_message_and_traceback(jobs, folder, kind, error, message):
    chunks = chunked([*fine(7), [7, "raise", kind], *fine(50, 8)])
    with pytest.raises(error, match=message) as caught:
        run(engine_for(jobs), folder, chunks)
    assert "in blow_up" in "".join(traceback.format_exception(caught.value))
    assert getattr(caught.value, "exit_code", None) == getattr(error, "exit_code", None)


@every_engine
def test_a_factory_that_raises(jobs, folder):
    with pytest.raises(StorageError, match="no model here"):
        run(engine_for(jobs), folder, chunked(fine(3)), "engine_functions:raising")


@every_engine
def test_a_module_that_is_not_there(jobs, folder):
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        run(engine_for(jobs), folder, chunked(fine(3)), "no_such_module:factory")


@every_engine
def test_a_source_that_raises(jobs, folder):
    def chunks():
        yield fine(3)
        raise StorageError("listing failed")

    with pytest.raises(StorageError, match="listing failed"):
        run(engine_for(jobs), folder, chunks())


@every_engine
def test_stop_finishes_the_item_in_hand_and_yields_partial_receipts(jobs, folder):
    engine = engine_for(jobs)
    first = [[0, "rendezvous"], *fine(4, 1)]
    endless = (fine(5, start) for start in itertools.count(5, 5))
    thread = when_started(folder, engine.stop)
    outcomes = run(engine, folder, itertools.chain([first], endless))
    thread.join()
    assert Outcome(first, [0]) in outcomes
    assert all(outcome.receipt is not None for outcome in outcomes)


@every_engine
def test_a_stopped_engine_does_nothing_more(jobs, folder):
    engine = engine_for(jobs)
    engine.stop()
    assert run(engine, folder, chunked(fine(10))) == []


@every_engine
def test_kill_yields_nothing_more(jobs, folder):
    engine = engine_for(jobs)
    thread = when_started(folder, engine.kill, release=not jobs)
    outcomes = run(engine, folder, [[[0, "rendezvous"], *fine(4, 1)]])
    thread.join()
    assert outcomes == []


@every_engine
def test_closing_the_generator_early(jobs, folder):
    outcomes = engine_for(jobs).run(OBEDIENT, {"folder": str(folder)}, chunked(fine(100)))
    next(outcomes)
    outcomes.close()
    assert list(outcomes) == []


def test_make_engine_chooses():
    assert isinstance(make_engine(1, 60), InProcess)
    assert isinstance(make_engine(2, 60), LocalEngine)


# Workers that die or hang


@local_engines
@pytest.mark.parametrize(
    ("poison", "loss"),
    [
        (["signal", signal.SIGKILL], "killed by signal 9 (SIGKILL); out of memory?"),
        (["signal", signal.SIGSEGV], "killed by signal 11 (SIGSEGV)"),
        (["os_exit"], "the worker exited with code 3"),
        (["system_exit"], "the worker exited with code 4"),
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
    with pytest.raises(RuntimeError, match=r"workers do not start: killed by signal 9"):
        run(engine_for(jobs), folder, chunked(fine(3)), "engine_functions:dying")


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


# Whole programs, none of which guards its main script


PROGRAM = """
import signal, sys
from augcli.engines.local import LocalEngine

def run(chunks, function="engine_functions:obedient", jobs=2):
    return engine.run(function, {"folder": FOLDER}, chunks)

FOLDER = sys.argv[1]
engine = LocalEngine(2, 60)
"""


class Program:
    """A Python program that uses the engine, in a session of its own."""

    def __init__(self, folder, code, cwd=None):
        script = folder / "program"
        script.write_text(PROGRAM + code)
        self.process = subprocess.Popen(
            [sys.executable, script, folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd or folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
            start_new_session=True,
        )

    def end(self):
        """Return the output, once every process that inherited it is gone."""
        try:
            return self.process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def signal(self, number):
        os.killpg(self.process.pid, number)


def going_on(folder):
    """Let items go on as long as this is open; to open it for reading too waits for nobody."""
    return (folder / "go").open("r+b", buffering=0)


RENDEZVOUS = [[[0, "rendezvous"], [1, "ok"]], [[2, "die_once"], [3, "ok"]]]


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("print(sum(len(o.receipt) for o in run([[[0, 'ok'], [1, 'ok']]] * 9)))", "18\n"),
        ("o = run([[[0, 'ok']]] * 9); print(next(o).receipt); o.close()", "[0]\n"),
        ("o = run([[[0, 'ok']]] * 9); print(next(o).receipt)", "[0]\n"),
        ("o = run([[[0, 'ok']]] * 9); print(next(o).receipt); engine.kill()", "[0]\n"),
        ("o = run([[[0, 'ok']]] * 9); next(o); engine.stop(); print(len(list(o)) < 4)", "True\n"),
        (
            "try: list(run([[[0, 'raise', 'storage']]] * 9))\n"
            "except Exception as error: print(repr(error))",
            "StorageError('disk full')\n",
        ),
    ],
)
def test_no_process_and_no_noise_is_left(folder, code, printed):
    assert Program(folder, code).end() == (printed, "")


def test_kill_9_of_the_parent_leaves_no_orphan(folder):
    program = Program(folder, "list(run([[[0, 'hold']], [[1, 'hold']]]))")
    with (folder / "alive").open() as alive:
        assert alive.read(2) == "xx"
        program.process.kill()
        assert program.end() == ("", "")
        assert alive.read() == ""


def test_signals_to_the_group_are_for_the_parent(folder):
    program = Program(
        folder,
        "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, lambda *_: None)\n"
        f"print(sorted(n for o in run({RENDEZVOUS}) for n in o.receipt))",
    )
    (folder / "started").open().close()
    program.signal(signal.SIGINT)
    program.signal(signal.SIGTERM)
    with going_on(folder):
        assert program.end() == ("[0, 1, 2, 3]\n", "")


def test_time_in_which_everything_was_suspended_does_not_count(folder):
    program = Program(
        folder,
        "from augcli.engines import crew\n"
        "crew._TICK, engine = 0.05, LocalEngine(2, 0.5)\n"
        f"print([(o.receipt, o.loss) for o in run({RENDEZVOUS[:1]})])",
    )
    (folder / "started").open().close()
    program.signal(signal.SIGSTOP)
    time.sleep(0.8)  # this is the matter of the test
    program.signal(signal.SIGCONT)
    time.sleep(0.1)
    with going_on(folder):
        assert program.end() == ("[([0, 1], None)]\n", "")


def test_stop_from_a_signal_handler(folder):
    program = Program(
        folder,
        "def stop(*_): engine.stop(); print('stopped', flush=True)\n"
        "signal.signal(signal.SIGINT, stop)\n"
        f"print([o.receipt for o in run({RENDEZVOUS[:1]})])",
    )
    (folder / "started").open().close()
    program.signal(signal.SIGINT)
    assert program.process.stdout.readline() == "stopped\n"
    with going_on(folder):
        assert program.end() == ("[[0]]\n", "")


def test_kill_from_a_signal_handler(folder):
    program = Program(
        folder,
        "signal.signal(signal.SIGTERM, lambda *_: engine.kill())\n"
        f"print([o.receipt for o in run({RENDEZVOUS[:1]})])",
    )
    (folder / "started").open().close()
    program.signal(signal.SIGTERM)
    assert program.end() == ("[]\n", "")


def test_files_in_the_working_directory_are_not_imported(folder, tmp_path_factory):
    cwd = tmp_path_factory.mktemp("dataset")
    for name in ("struct", "socket", "pickle", "signal", "threading"):
        (cwd / f"{name}.py").write_text("raise SystemExit('imported from the working directory')")
    assert Program(folder, "print(len(list(run([[[0, 'ok']]]))))", cwd).end() == ("1\n", "")


@pytest.mark.parametrize(
    ("extra", "once"),
    [("", True), ("threading.Thread(target=threading.Event().wait, daemon=True).start()", False)],
)
def test_the_module_is_imported_once_unless_that_starts_threads(folder, extra, once):
    (folder / "once.py").write_text(
        f"import threading\nfrom engine_functions import *\nIMPORTED_BY = os.getpid()\n{extra}\n"
        "def factory(context): return lambda items, beat: IMPORTED_BY != os.getpid()\n"
    )
    program = Program(folder, "print([o.receipt for o in run([[1]], 'once:factory')])")
    assert program.end() == (f"[{once}]\n", "")


# CPUs


CPUS = len(os.sched_getaffinity(0))
V2 = {"proc/self/cgroup": "0::/a/b\n"}
V1 = {"proc/self/cgroup": "9:memory:/x\n4:cpu,cpuacct:/a\n0::/a\n"}
CPU = "sys/fs/cgroup/cpu,cpuacct"


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({}, CPUS),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, CPUS),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "190000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "50000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/a/cpu.max": "100000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/cpu.max": "100000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "99900000 100000\n"}, CPUS),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "nonsense\n"}, CPUS),
        (V1 | {f"{CPU}/a/cpu.cfs_quota_us": "100000\n", f"{CPU}/a/cpu.cfs_period_us": "90000"}, 1),
        (V1 | {f"{CPU}/cpu.cfs_quota_us": "100000\n", f"{CPU}/cpu.cfs_period_us": "90000"}, 1),
        (V1 | {f"{CPU}/a/cpu.cfs_quota_us": "-1\n", f"{CPU}/a/cpu.cfs_period_us": "90000"}, CPUS),
    ],
)
def test_available_cpus(tmp_path, files, cpus):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_cpus(tmp_path) == cpus
