"""A folder to meet in, and no test that hangs or leaves a process behind."""

import faulthandler
import multiprocessing
import os
import sys

import pytest
from engine_harness import end_in_time


@pytest.fixture
def folder(tmp_path):
    for name in ("started", "go", "alive"):
        os.mkfifo(tmp_path / name)
    return tmp_path


@pytest.fixture(autouse=True, scope="module")
def no_cluster_left():
    yield
    if "ray" in sys.modules:
        sys.modules["ray"].shutdown()


@pytest.fixture(autouse=True)
def no_worker_left_and_no_deadlock():
    end_in_time()
    yield
    faulthandler.cancel_dump_traceback_later()
    assert multiprocessing.active_children() == []
