"""A fork server of our own: it heeds no signal, so that a program's own processes need another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from typing import Any

from augcli.engines import preload

_THEIRS: Any = forkserver


class _Server(forkserver.ForkServer):
    def anew(self) -> None:
        """Have a fork of this process start its own; that of its parent ends with that."""
        with suppress(OSError, TypeError):  # none was started
            os.close(vars(self)["_forkserver_alive_fd"])
        super().__init__()


_OURS = _Server()
os.register_at_fork(after_in_child=_OURS.anew)


def running() -> None:
    """Have it run."""
    _OURS.set_forkserver_preload([preload.__name__])
    _OURS.ensure_running()


@contextmanager
def in_charge() -> Iterator[None]:
    """Have processes that are started meanwhile come from it."""
    before = _THEIRS.connect_to_new_process
    _THEIRS.connect_to_new_process = _OURS.connect_to_new_process
    try:
        yield
    finally:
        _THEIRS.connect_to_new_process = before


def let_go() -> None:
    """Close, in a process that came from it, what would keep it alive when the run has ended."""
    with suppress(AttributeError, OSError, TypeError):  # there is none, or it has other ways
        os.close(_THEIRS._forkserver._forkserver_alive_fd)
