"""Ctrl-C and SIGTERM: the first asks the engine to finish what is in hand, the second kills.

They belong to the command line: whoever calls a run from a program keeps the signals it has.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from augcli.engines import Engine, Outcome
from augcli.errors import StoppedError
from augcli.terminal import warn_at_once

_STOPPING = (signal.SIGINT, signal.SIGTERM)


class Heeding:
    """An engine that stops at a signal; `run` then raises StoppedError after its last outcome."""

    def __init__(self, engine: Engine):
        self._engine = engine

    @property
    def jobs(self) -> int:
        """Return how many chunks are worked on at a time."""
        return self._engine.jobs

    @property
    def cores(self) -> int:
        """Return how many processes the work on one chunk may use."""
        return self._engine.cores

    def alone(self) -> Engine:
        """Return an engine that heeds signals and works on one chunk at a time."""
        return Heeding(self._engine.alone())

    def run(
        self, function: str, context: Any, chunks: Iterable[Sequence[Any]]
    ) -> Iterator[Outcome]:
        """Yield the engine's outcomes, and raise StoppedError after the last if a signal came."""
        done = 0
        with _signals_to(self._engine) as received:
            for outcome in self._engine.run(function, context, chunks):
                done += len(outcome.items)
                yield outcome
        if received:
            text = f"stopped after {done} sources; run the same command again to go on"
            raise StoppedError(received[0], text)

    def stop(self) -> None:
        """Begin no item any more."""
        self._engine.stop()

    def kill(self) -> None:
        """End all work at once."""
        self._engine.kill()


@contextmanager
def _signals_to(engine: Engine) -> Iterator[list[int]]:
    """Lead stop signals to an engine; yields the list of those that came."""
    received: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            engine.stop()
            warn_at_once("augment: finishing what is in hand; once more to stop at once")
            return
        engine.kill()
        raise StoppedError(number, "stopped at once")

    before = {number: signal.signal(number, handle) for number in _STOPPING}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
