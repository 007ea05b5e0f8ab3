"""A call in a process of its own: it goes as one here would, but that it may fork and die."""

import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest
from engine_functions import AwkwardError, answer
from engine_harness import OBEDIENT, chunked, fine

from augcli.engines.host import hosted
from augcli.engines.local import LocalEngine
from augcli.errors import EngineError, RecipeError

ANSWER = "engine_functions:answer"


def not_asked(*told):
    raise AssertionError(told)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_call_is_where_its_program_is_and_has_no_thread_beside_it(here, monkeypatch):
    hosted(ANSWER, ["look", "LATE"], lambda *_: None)  # by now all that is started once is there
    (folder := here / "later").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LATE", "set")
    told = []
    found = hosted(ANSWER, ["look", "LATE"], lambda *numbers: told.append(numbers))
    assert (found, told) == (("set", folder, [1, 2], 1), [(1, 2)])


@pytest.mark.parametrize(("kind", "error"), [("awkward", AwkwardError), ("recipe", RecipeError)])
def test_an_error_keeps_its_type_and_message(kind, error):
    with pytest.raises(error) as hence:
        hosted(ANSWER, ["raise", kind], not_asked)
    with pytest.raises(error) as ours:
        answer(["raise", kind], not_asked)
    assert str(hence.value) == str(ours.value)


def test_an_end_without_a_word_is_told():
    with pytest.raises(EngineError, match="exited with code 3"):
        hosted(ANSWER, ["die"], not_asked)


def test_what_takes_progress_may_raise_and_the_call_cleans_up():
    with pytest.raises(ZeroDivisionError):
        hosted(ANSWER, ["ask"], lambda done, _: done / 0)
    assert Path("cleaned").exists()


def test_an_interrupted_call_cleans_up():
    os.mkfifo("alive")

    def interrupt():
        Path("alive").read_text()  # it has begun
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        hosted(ANSWER, ["wait"], not_asked)
    thread.join()
    assert Path("cleaned").exists()


def in_a_pool(folder):
    os.chdir(folder)
    receipts = LocalEngine(2, 60.0).run(OBEDIENT, {"folder": folder}, chunked(fine(6)))
    done = sorted(name for each in receipts for name in each.receipt)
    return done, hosted(ANSWER, ["look", "HOME"], lambda *_: None)[2]


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_a_worker_of_a_pool_has_workers_of_its_own(here, method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.map(in_a_pool, [str(here)]) == [([*range(6)], [1, 2])]
