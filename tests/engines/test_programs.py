"""Whole programs that use the local engine; none of them guards its main script."""

import signal
import time

import pytest
from engine_harness import Program, going_on

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


WHO = """
import os, threading, numpy
threading.Thread(target=threading.Event().wait, daemon=True).start()
here = os.getpid()
print([o.receipt for o in engine.spread(lambda items, beat: os.getpid() == here, [[1], [2]])])
"""


@pytest.mark.parametrize(("threads", "here"), [("2", True), ("1", False)])
def test_other_threads_that_may_be_computing_are_not_forked_with(
    folder, monkeypatch, threads, here
):
    """OpenBLAS would end the threads that they wait for."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
    assert Program(folder, WHO).end() == (f"[{here}, {here}]\n", "")
