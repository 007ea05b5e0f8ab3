"""Blocks of work on several processes, results in order; forked, so nothing is sent to them.

Process i of n does blocks i, i + n, i + 2n … and sends each result down its pipe; the parent takes
them in turn. A pipe holds little, so nobody runs far ahead. When the parent goes, their pipes
break and they end.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, TypeVar

from augcli.errors import EngineError, LostError

Block = TypeVar("Block")
Result = TypeVar("Result")


def in_order(
    function: Callable[[Block], Result], blocks: Sequence[Block], jobs: int
) -> Iterator[Result]:
    """Yield function(block) for each block, in order."""
    jobs = min(jobs, len(blocks))
    if jobs < 2 or sys.platform != "linux":
        for block in blocks:
            yield _undisturbed(function, block)
        return
    pipes: list[IO[bytes]] = []
    children: list[int] = []
    try:
        for number in range(jobs):
            _start(function, blocks[number::jobs], pipes, children)
        for number in range(len(blocks)):
            yield _received(pipes[number % jobs])
    finally:
        for pipe in pipes:
            pipe.close()
        for child in children:
            os.kill(child, signal.SIGKILL)  # one that is done is gone, or waits to be buried
            os.waitpid(child, 0)


def _start(
    function: Callable[[Block], Any],
    blocks: Sequence[Block],
    pipes: list[IO[bytes]],
    children: list[int],
) -> None:
    ours, theirs = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads that we have do no harm
        child = _fork()
    if not child:
        os.close(ours)
        for pipe in pipes:
            os.close(pipe.fileno())  # or a sibling's pipe would outlive the parent
        _work(function, blocks, theirs)
    os.close(theirs)
    pipes.append(os.fdopen(ours, "rb"))
    children.append(child)


def _fork() -> int:
    try:
        return os.fork()
    except OSError as error:
        raise EngineError(f"a worker process cannot be started: {error.strerror}") from error


def _work(function: Callable[[Block], Any], blocks: Sequence[Block], pipe: int) -> None:
    """Do the blocks and end the process, whatever happens."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with suppress(BrokenPipeError), os.fdopen(pipe, "wb") as file:
            for block in blocks:
                pickle.dump(_attempted(function, block), file)
                file.flush()
    finally:
        os._exit(0)


def _attempted(function: Callable[[Block], Any], block: Block) -> tuple[bool, Any]:
    try:
        return True, _undisturbed(function, block)
    except BaseException as error:  # noqa: BLE001 – it goes on in the parent
        error.add_note(f"In a worker:\n{traceback.format_exc()}")
        return False, error


def _undisturbed(function: Callable[[Block], Result], block: Block) -> Result:
    """Do a block; to look for garbage meanwhile is in vain, as all that it makes is in use."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return function(block)
    finally:
        if collects:
            gc.enable()


def _received(pipe: IO[bytes]) -> Any:
    try:
        done, result = pickle.load(pipe)  # noqa: S301 – our own bytes
    except (EOFError, pickle.UnpicklingError):
        raise LostError("a worker process was killed; out of memory?") from None
    if not done:
        raise result
    return result
