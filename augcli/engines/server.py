"""A fork server of our own: it heeds no signal, so that a program's own processes need another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from typing import Any

from augcli.engines import preload

_THEIRS: Any = forkserver
_ours: Any = forkserver.ForkServer()


def running() -> None:
    """Have it run."""
    _ours.set_forkserver_preload([preload.__name__])
    _ours.ensure_running()


@contextmanager
def in_charge() -> Iterator[None]:
    """Have processes that are started meanwhile come from it."""
    before = _THEIRS.connect_to_new_process
    _THEIRS.connect_to_new_process = _ours.connect_to_new_process
    try:
        yield
    finally:
        _THEIRS.connect_to_new_process = before


def let_go() -> None:
    """Close, in a process that came from it, what would keep it alive when the run has ended."""
    with suppress(AttributeError, OSError, TypeError):  # there is none, or it has other ways
        os.close(_THEIRS._forkserver._forkserver_alive_fd)


def _anew() -> None:
    """Have a fork of this process start its own; that of its parent ends with that."""
    global _ours  # noqa: PLW0603 – there is one for each process
    with suppress(OSError, TypeError):  # none was started
        os.close(_ours._forkserver_alive_fd)
    _ours = forkserver.ForkServer()


os.register_at_fork(after_in_child=_anew)
