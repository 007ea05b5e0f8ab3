"""A program of people's own that is asked line by line, and lives no longer than who asks it."""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

_PIECE = 1 << 16
_LONGEST = 1 << 24
"""Bytes that an answer may have."""
_TAIL, _LINES = 4096, 5
"""Bytes and lines of what it said beside answers that are shown where it fails."""
_GRACE = 1.0
"""Seconds that one may take to end which has closed its stdout."""
_SIGNAL_AT_PARENTS_DEATH = 1
"""Of linux/prctl.h."""


class SilentError(Exception):
    """A program gave no answer; it has been ended."""


class Dialogue:
    """A running program: a line in, a line out."""

    def __init__(self, words: Sequence[str], folder: Path):
        self._process = subprocess.Popen(  # noqa: S603 – a recipe names it
            words,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            preexec_fn=_mortal(),  # noqa: PLW1509 – one call of the system, bound before the fork
        )
        self.end = weakref.finalize(self, _end, self._process, os.getpid())
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._tell, self._hear, self._overhear = (pipe.fileno() for pipe in pipes if pipe)
        for pipe in (self._tell, self._hear, self._overhear):
            os.set_blocking(pipe, False)
        self._rest = self._heard = self._beside = b""

    def asked(self, line: bytes, seconds: float) -> bytes:
        """Return the line that it answers one with; SilentError where none comes in time."""
        self._rest, until = line, time.monotonic() + seconds
        with selectors.DefaultSelector() as ready:
            ready.register(self._tell, selectors.EVENT_WRITE, self._told)
            ready.register(self._hear, selectors.EVENT_READ, self._listened)
            ready.register(self._overhear, selectors.EVENT_READ, self._overheard)
            while b"\n" not in self._heard:
                events = ready.select(max(0, until - time.monotonic()))
                if not events:
                    raise self._silent(f"took longer than {seconds:g} s")
                for key, _ in events:
                    if not key.data():
                        ready.unregister(key.fd)
        answer, _, self._heard = self._heard.partition(b"\n")
        return answer

    def _told(self) -> bool:
        """Tell some of the line; returns whether there is more to tell."""
        try:
            self._rest = self._rest[os.write(self._tell, self._rest[:_PIECE]) :]
        except BrokenPipeError:
            return False  # its stdout says that it ended
        return bool(self._rest)

    def _listened(self) -> bool:
        piece = os.read(self._hear, _PIECE)
        if not piece:
            raise self._silent(self._how_it_ended())
        if len(self._heard) > _LONGEST:
            raise self._silent(f"said a line of more than {_LONGEST >> 20} MiB")
        self._heard += piece
        return True

    def _overheard(self) -> bool:
        piece = os.read(self._overhear, _PIECE)
        self._beside = (self._beside + piece)[-_TAIL:]
        return bool(piece)

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_GRACE)
            return f"ended (exit code {code})" if code >= 0 else f"was killed (signal {-code})"
        return "closed its stdout"

    def _silent(self, why: str) -> SilentError:
        """End it; returns the error that tells why, and what it said last beside answers."""
        with suppress(BlockingIOError):
            while self._overheard():
                pass
        self.end()
        last = self._beside.decode("utf-8", "replace").strip().splitlines()[-_LINES:]
        return SilentError(f"{why}{': ' if last else ''}{' / '.join(last)}")


def _mortal() -> Callable[[], object] | None:
    """Return what has Linux kill a process with the one that started it."""
    if sys.platform != "linux":
        return None  # one that reads lines ends where no more can come
    return partial(ctypes.CDLL(None).prctl, _SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Kill a program, and what it started; a fork of who started it has no say."""
    if os.getpid() != owner:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
