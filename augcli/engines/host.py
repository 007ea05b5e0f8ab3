"""A process that may fork, for a call of a program that may not: as a command's own, it is alone.

What is called tells its progress and waits until that is taken, so that what the program raises
then ends the call as it would end one of its own: it is interrupted, and cleans up.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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
    process = None
    try:
        told = (function, context, _folder(), dict(os.environ))
        process = _started(theirs, function)
        atexit.register(process.kill)  # before multiprocessing, which would wait for it
        return _answer(ours, process, told, progress)
    finally:
        _end(ours, process)


def _folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise EngineError(f"no process can be where this one is: {error.strerror}") from error


def _started(pipe: Connection, function: str) -> Any:
    try:
        with pipe:
            return begun(_main, [pipe], [function.partition(":")[0]], daemon=False)
    except (OSError, EOFError) as error:
        raise EngineError(f"no process can be started: {error!r}") from error


def _answer(pipe: Connection, process: Any, told: Any, progress: Progress) -> Any:
    with suppress(OSError):  # that it has ended is heard
        pipe.send(told)
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
    with pipe:
        if process is None:
            return
        try:
            if process.is_alive():
                os.kill(process.pid, signal.SIGINT)
            process.join(_GRACE)
        finally:
            process.kill()
            atexit.unregister(process.kill)
        with suppress(EOFError, OSError):
            while pipe.poll(_GRACE):
                pipe.recv()


def _main(pipe: Connection) -> None:
    """Call a function as if in the folder and environment of who asks for it."""
    os.setsid()  # whoever interrupts the program means that one alone
    server.let_go()
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        function, context, folder, environment = pipe.recv()
        os.environ.clear()
        os.environ.update(environment)
        child.begin()
        os.chdir(folder)
        called = child.named(function)
        message = pickle.dumps((_DONE, called(context, partial(_told_of, pipe))))
    except BaseException as error:  # noqa: BLE001 – it goes on in the program
        message = pickle.dumps((_ERROR, child.portable(error)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # nobody waits for it any more
        pipe.send_bytes(message)


def _told_of(pipe: Connection, done: int, total: int) -> None:
    """Tell of progress, and wait until it is taken."""
    pipe.send((_PROGRESS, (done, total)))
    pipe.recv()
