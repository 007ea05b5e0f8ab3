"""What runs inside a worker process: build the function once, then answer chunk after chunk."""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from augcli.engines import ChunkFunction, Factory, server
from augcli.engines.garbage import undisturbed
from augcli.system.start import keep_freed_memory

OUTSIDE = -1
"""The item of a worker that has none in hand."""

READY, RECEIPT, SKIPPED, ERROR, LOSS = "ready", "receipt", "skipped", "error", "loss"

NOTHING_MORE = None
"""What is sent instead of a chunk where none follows."""

ENVIRONMENT = dict.fromkeys(
    [
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ],
    "1",
)
"""One thread in each worker; libraries read these when they are imported."""


_SIGNAL_AT_PARENTS_DEATH = 1
"""Of linux/prctl.h."""


class Pulse(ctypes.Structure):
    """What a worker is at and since when (monotonic clock), in memory its parent reads."""

    _fields_ = [("item", ctypes.c_int64), ("since", ctypes.c_double)]


def load(function: str, context: Any) -> ChunkFunction:
    """Import `module:factory` and have it build the chunk function, which runs undisturbed."""
    factory: Factory = named(function)
    return undisturbed()(factory(context))


def named(function: str) -> Any:
    """Import `module:function` and return it."""
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


def main(function: str, context: Any, pipe: Connection, pulse: Any, stop: Any) -> None:
    """Build the function, and work until there is no more."""
    server.let_go()
    begin()
    _serve(partial(load, function, context), pipe, Child(pulse, stop))


def share(work: ChunkFunction, pipe: Connection, pulse: Any, stop: Any) -> None:
    """Work, in a fork of the process that has the function, until there is no more."""
    begin()
    gc.freeze()  # what is the parent's is no garbage: looking at it would copy its pages
    _serve(lambda: work, pipe, Child(pulse, stop))


def begin() -> None:
    """Make a process that was just started one of ours."""
    os.environ.update(ENVIRONMENT)
    _die_even_when_stopped()
    keep_freed_memory()
    with suppress(OSError):  # a daemon may have neither
        os.dup2(2, 1)  # what people's steps print: the parent's stdout is for data


def _die_with_parent() -> None:
    """End this process when its parent is gone, whatever it is doing."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _die_even_when_stopped() -> None:
    """Have Linux kill this process with the one that forked it: if it is stopped it cannot look."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL)


def _serve(built: Callable[[], ChunkFunction], pipe: Connection, child: Child) -> None:
    """Say ready, then answer each chunk; a factory that fails says so and that is all."""
    # Whoever interrupts a run means its parent, which decides when workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        work = _told(built, pipe)
        while work and (items := pipe.recv()) is not NOTHING_MORE:
            pipe.send_bytes(child.answer(work, items))


def _told(built: Callable[[], ChunkFunction], pipe: Connection) -> ChunkFunction | None:
    """Return the function once it is told that it is there, None where it cannot be built."""
    try:
        work = built()
    except Exception as error:  # noqa: BLE001  it goes on in the parent
        pipe.send((ERROR, portable(error)))
        return None
    pipe.send((READY, None))
    return work


class Child:
    """One worker's side of the beat."""

    def __init__(self, pulse: Any, stop: Any):
        self._pulse = pulse
        self._stop = stop

    def beat(self, item: int) -> bool:
        """Tell the parent what is in hand; False when it asked for a stop."""
        self._pulse.since = time.monotonic()
        self._pulse.item = item
        return not self._stop.value

    def answer(self, work: ChunkFunction, items: Sequence[Any]) -> bytes:
        """Return the pickled message for one chunk. SystemExit ends the process and tells so.

        Where there is no memory for an item, it is lost as if the process had died of it.
        """
        if self._stop.value:
            return pickle.dumps((SKIPPED, None))
        try:
            message = pickle.dumps((RECEIPT, work(items, self.beat)))
        except SystemExit:
            raise
        except MemoryError:
            return pickle.dumps((LOSS, "the worker ran out of memory"))
        except BaseException as error:  # noqa: BLE001  it goes on in the parent
            message = pickle.dumps((ERROR, portable(error)))
        # Before the message leaves: a death after it must not be blamed on an item.
        self._pulse.item = OUTSIDE
        return message


class _Bare:
    """Pickles an exception by its parts, for those whose own constructor is in the way."""

    def __init__(self, error: BaseException):
        self._error = error

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self._error), self._error.args, vars(self._error))


def _rebuild(kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    """Make an exception without calling its constructor."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


def portable(error: BaseException) -> Any:
    """Return what unpickles to the error's type and message, or else to a RuntimeError with both.

    The traceback, which no pickle carries, goes along as a note.
    """
    text = "".join(traceback.format_exception(error))
    error.add_note(f"In a worker:\n{text}")
    for form in (error, _Bare(error)):
        if _survives(form, error):
            return form
    plain = RuntimeError(f"{type(error).__name__}: {error}")
    plain.add_note(f"In a worker:\n{text}")
    return plain


def _survives(form: Any, error: BaseException) -> bool:
    """Tell whether a pickle brings back the same type and message."""
    try:
        copy = pickle.loads(pickle.dumps(form))  # noqa: S301  our own bytes
        return type(copy) is type(error) and str(copy) == str(error)
    except Exception:  # noqa: BLE001  constructors may raise anything
        return False
