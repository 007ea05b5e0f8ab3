"""The parent's side of one worker process: start it, talk to it, watch it, end it."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from msgspec import Struct

from augcli.engines import ChunkFunction, child, preload, server
from augcli.errors import EngineError

# Measured with cv2, numpy and pydantic: a spawned worker costs 140 ms of CPU, a fork server 400 ms
# once and 2 ms a worker, a fork of this process 2 ms. Forking after such imports is safe on Linux
# only, and only where no other thread may hold a lock meanwhile.
FORKS = sys.platform == "linux"
METHOD = "forkserver" if FORKS else "spawn"
_CONTEXT: Any = multiprocessing.get_context(METHOD)
_FORK: Any = multiprocessing.get_context("fork")
_GRACE = 2.0
_CPU = 2
"""What is asked of a process's clock, as `clock_getcpuclockid` of glibc does."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Chunk(Struct, frozen=True):
    """Items that travel together; `suspect` if it is one item on which a worker may have died."""

    items: Sequence[Any]
    suspect: bool = False
    patience: float = 1.0
    """Share of the time limit that it has; nothing is lost of what is then looked at in parts."""


def new_pipe() -> Any:
    """Return both ends of a pipe, of which a new process may be told one."""
    return _CONTEXT.Pipe()


def new_flag() -> Any:
    """Return a flag that all workers read; EngineError where there is no memory to share."""
    try:
        return _CONTEXT.RawValue("b", 0)
    except OSError as error:
        text = f"workers share no memory, {error.filename}: {error.strerror}; one job needs none"
        raise EngineError(text) from error


class Orders(Protocol):
    """What the workers of a crew are to do."""

    @property
    def stop(self) -> Any:
        """Return the flag that asks them to stop."""
        ...

    def started(self, pipe: Any, pulse: Any) -> Any:
        """Return a new process that answers chunks from this end of a pipe."""
        ...


class Named(Struct, frozen=True):
    """Orders to call a function that workers import: the factory's name, its context."""

    function: str
    context: Any
    preload: Sequence[str]
    stop: Any

    def started(self, pipe: Any, pulse: Any) -> Any:
        """Return a new process that imports the function and nothing of the caller's script."""
        arguments = (self.function, self.context, pipe, pulse, self.stop)
        modules = (self.function.partition(":")[0], *self.preload)
        return begun(child.main, arguments, modules)


class Shared(Struct, frozen=True):
    """Orders to call a function of this process, with all that it holds."""

    work: ChunkFunction
    stop: Any

    def started(self, pipe: Any, pulse: Any) -> Any:
        """Return a new fork of this process."""
        return _forked(child.share, self.work, pipe, pulse, self.stop)


def orders_by_name(function: str, context: Any, modules: Sequence[str], stop: Any) -> Orders:
    """Return orders to call a function of this name; forks have it as it was built here."""
    if FORKS and is_alone():
        for module in modules:
            importlib.import_module(module)
        work = child.load(function, context)
        if is_alone():
            return Shared(work, stop)
    return Named(function, context, modules, stop)


def is_alone() -> bool:
    """Return whether this process has no other thread, so that a fork of it holds no dead lock.

    Where /proc does not tell, it counts as having some.
    """
    return len(list(Path("/proc/self/task").glob("*"))) == 1


def may_share() -> bool:
    """Return whether forks of this process can do its work without harm to its other threads.

    OpenBLAS ends threads of its own before a fork: who then waits for one of them does so for ever.
    """
    return FORKS and (threading.active_count() == 1 or not _blas_has_threads())


def _blas_has_threads() -> bool:
    library: Any = importlib.import_module("threadpoolctl")  # has no types
    found = library.threadpool_info()
    return any(each["user_api"] == "blas" and each["num_threads"] > 1 for each in found)


def _forked(target: Callable[..., None], *arguments: Any) -> Any:
    process = _FORK.Process(target=target, args=arguments, daemon=True)
    with _starting(process), warnings.catch_warnings(), _signals_held():
        warnings.simplefilter("ignore", DeprecationWarning)  # see `may_share`
        process.start()
    return process


class Worker:
    """One process with its pipe and pulse, and the chunk it has in hand."""

    def __init__(self, orders: Orders):
        self.pipe, theirs = new_pipe()
        self.ready = False
        self.chunk: Chunk | None = None
        self._since = time.monotonic()
        self._pulse = _CONTEXT.RawValue(child.Pulse, child.OUTSIDE)
        try:
            self._process = orders.started(theirs, self._pulse)
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()

    def give(self, chunk: Chunk) -> None:
        """Hand out a chunk; a worker that died meanwhile shows it when it is listened to."""
        self.chunk = chunk
        self._since = time.monotonic()
        with suppress(OSError):
            self.pipe.send(chunk.items)

    def take(self) -> Chunk | None:
        """Return the chunk in hand, which then is so no longer."""
        chunk, self.chunk = self.chunk, None
        return chunk

    def listen(self) -> tuple[str, Any] | None:
        """Return the worker's message, None if it is dead."""
        try:
            kind, value = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return kind, value

    @property
    def item(self) -> int:
        """The index of the item in hand, below 0 if none was begun."""
        return int(self._pulse.item)

    @property
    def since(self) -> float:
        """When it last showed progress."""
        return max(self._since, float(self._pulse.since))

    @property
    def spent(self) -> float:
        """How many seconds of CPU it has used; 0 where the system does not tell."""
        with suppress(AttributeError, OSError):
            return time.clock_gettime((~self._process.pid << 3) | _CPU)
        return 0.0

    def release(self) -> None:
        """Let it end: a closed pipe alone does not tell a fork, which holds both its ends."""
        with suppress(OSError):
            self.pipe.send(child.NOTHING_MORE)
        self.pipe.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def bury(self) -> int | None:
        """Wait for the end of the process (kill it if need be) and return its exit code."""
        self.pipe.close()
        self._process.join(_GRACE)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join(_GRACE)
        code: int | None = self._process.exitcode
        if code is not None:
            self._process.close()
        return code


def describe(code: int | None) -> str:
    """Say how a process ended."""
    if code is None or code >= 0:
        return f"the worker exited with code {code}"
    hint = "; out of memory?" if -code == signal.SIGKILL else ""
    with suppress(ValueError):
        return f"killed by signal {-code} ({signal.Signals(-code).name}){hint}"
    return f"killed by signal {-code}"


_ONE_AT_A_TIME = threading.RLock()
"""A start changes what the whole process has, and gives it back. A fork's only thread has it."""


def begun(
    target: Callable[..., None],
    arguments: Sequence[Any],
    modules: Sequence[str],
    *,
    daemon: bool = True,
) -> Any:
    """Return a new process that does not import the caller's main script, and no thread too many.

    Only one that is no daemon may start processes itself.
    """
    process = _CONTEXT.Process(target=target, args=arguments, daemon=daemon)
    with _starting(process), _without_main(), _environment(modules):
        resource_tracker.ensure_running()  # it would lift the mask of signals
        if METHOD == "forkserver":
            with _signals_held():
                server.running()
            with server.in_charge():
                process.start()
        else:
            with _signals_held():
                process.start()
    return process


@contextmanager
def _starting(process: Any) -> Iterator[None]:
    """Leave no process of which nobody comes to know, as Ctrl-C came at its start.

    A worker of a pool may start some: it is a daemon, but ours end with it.
    """
    this = multiprocessing.current_process()
    with _ONE_AT_A_TIME:
        before, this.daemon = this.daemon, False
        try:
            yield
        except BaseException:
            if process.pid:
                process.kill()
                process.join()
            raise
        finally:
            this.daemon = before


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main script: workers have no use for it, and it may lack its `__name__` guard."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _environment(modules: Sequence[str]) -> Iterator[None]:
    """Set what the child's interpreter must find: few threads, our path and not its folder's."""
    extra = child.ENVIRONMENT | {
        preload.MODULES: ",".join(modules),
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    before = {name: os.environ.get(name) for name in extra}
    os.environ.update(extra)
    try:
        yield
    finally:
        for name, value in before.items():
            _restore(name, value)


def _restore(name: str, value: str | None) -> None:
    """Give an environment variable back its value, or its absence."""
    if value is None:
        del os.environ[name]
    else:
        os.environ[name] = value


@contextmanager
def _signals_held() -> Iterator[None]:
    """Block signals to the group until the child ignores them; the mask is inherited."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
