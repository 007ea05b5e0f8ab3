"""A process that may fork, for a call of a program that may not: as a command's own, it is alone.

What is called tells its progress and waits until that is taken, so that what the program raises
then ends the call as it would end one of its own: it is interrupted, and cleans up.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from augcli.engines import child, server
from augcli.engines.worker import begun, describe, new_pipe
from augcli.errors import EngineError

Progress = Callable[[int, int], None]

_PROGRESS, _DONE, _ERROR = "progress", "done", "error"
_GRACE = 5.0
"""Seconds for cleaning up."""


def hosted(function: str, context: Any, progress: Progress) -> Any:
    """Return what a `module:function` gives that is told a context, and what takes its progress.

    Raises what it raises, with its type; EngineError where its process ends without a word.
    """
    ours, theirs = new_pipe()
    told = (function, context, theirs, Path.cwd(), dict(os.environ))
    try:
        process = begun(_main, told, [function.partition(":")[0]], daemon=False)
    finally:
        theirs.close()
    atexit.register(process.kill)  # before multiprocessing, which would wait for it
    try:
        return _answer(ours, process, progress)
    finally:
        _end(ours, process)
        atexit.unregister(process.kill)


def _answer(pipe: Connection, process: Any, progress: Progress) -> Any:
    while message := _heard(pipe, process):
        kind, value = message
        if kind == _DONE:
            return value
        if kind == _ERROR:
            raise value
        progress(*value)
        pipe.send(None)
    process.join()
    raise EngineError(f"the process of the call ended: {describe(process.exitcode)}")


def _heard(pipe: Connection, process: Any) -> tuple[str, Any] | None:
    """Return what a process says next, None if it is dead."""
    wait([pipe, process.sentinel])
    with suppress(EOFError, OSError):
        if pipe.poll():
            kind, value = pipe.recv()
            return kind, value
    return None


def _end(pipe: Connection, process: Any) -> None:
    """Interrupt a process that is not over; return when it and all its forks are."""
    try:
        if process.is_alive():
            os.kill(process.pid, signal.SIGINT)
        process.join(_GRACE)
    finally:
        process.kill()
        with suppress(EOFError, OSError):
            while pipe.poll(_GRACE):
                pipe.recv()
        pipe.close()


def _main(
    function: str, context: Any, pipe: Connection, folder: Path, environment: Mapping[str, str]
) -> None:
    """Call a function as if in the folder and environment of who asks for it."""
    os.setsid()  # whoever interrupts the program means that one alone
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    os.environ.clear()
    os.environ.update(environment)
    server.let_go()
    child.begin()

    def progress(done: int, total: int) -> None:
        pipe.send((_PROGRESS, (done, total)))
        pipe.recv()

    try:
        os.chdir(folder)
        message = pickle.dumps((_DONE, child.named(function)(context, progress)))
    except BaseException as error:  # noqa: BLE001 – it goes on in the program
        message = pickle.dumps((_ERROR, child.portable(error)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # nobody waits for it any more
        pipe.send_bytes(message)
