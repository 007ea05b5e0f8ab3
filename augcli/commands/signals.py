"""Ctrl-C and SIGTERM: the first asks the engine to finish what is in hand, the second kills.

They belong to the command line: whoever calls a run from a program keeps the signals it has.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

from augcli.engines import ChunkFunction, Engine, Outcome
from augcli.errors import StoppedError
from augcli.plural import several
from augcli.system.terminal import warn_at_once

_STOPPING = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 8.0
"""Seconds for what is in hand."""


class Heeding:
    """An engine that stops at a signal; StoppedError follows the last outcome.

    It heeds signals inside a `with`: where no work is under way the first one raises StoppedError
    at once, and what is not over in good order some seconds after it is ended the hard way.
    """

    def __init__(self, engine: Engine):
        self.failed = 0
        """How many items came to nothing so far."""
        self._engine = engine
        self._received: list[int] = []
        self._at_work = 0
        self._last_resort: threading.Timer | None = None

    @property
    def jobs(self) -> int:
        """Return how many chunks are worked on at a time."""
        return self._engine.jobs

    def run(
        self, function: str, context: Any, chunks: Iterable[Sequence[Any]]
    ) -> Iterator[Outcome]:
        """Yield the engine's outcomes, and raise StoppedError after the last if a signal came."""
        return self._heeded(self._engine.run(function, context, chunks))

    def spread(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        """Yield the engine's outcomes, and raise StoppedError after the last if a signal came."""
        return self._heeded(self._engine.spread(work, chunks))

    def _heeded(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        done = 0
        self._at_work += 1
        try:
            for outcome in outcomes:
                done += len(outcome.items)
                self.failed += outcome.failed
                yield outcome
        finally:
            self._at_work -= 1
        if self._received:
            text = f"stopped after {several(done, 'sample')}; run the same command again to go on"
            raise StoppedError(self._received[0], text)

    def stop(self) -> None:
        """Begin no item any more."""
        self._engine.stop()

    def kill(self) -> None:
        """End all work at once."""
        self._engine.kill()

    def __enter__(self) -> Heeding:
        self._stderr = os.dup(2)
        self._before = {number: signal.signal(number, self._handle) for number in _STOPPING}
        return self

    def __exit__(self, *_: object) -> None:
        if self._last_resort:
            self._last_resort.cancel()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._stderr)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._received.append(number)
        if len(self._received) > 1:
            self._engine.kill()
            raise StoppedError(number, "stopped at once")
        self._last_resort = threading.Timer(_PATIENCE, self._end, (number,))
        self._last_resort.daemon = True
        self._last_resort.start()
        if not self._at_work:
            raise StoppedError(number, "stopped; run the same command again to go on")
        self._engine.stop()
        told = "augment: finishing what is in hand; once more to stop at once"
        warn_at_once(told, self._stderr)

    def _end(self, number: int) -> None:
        """End this process, whatever it is doing: no kill at any moment does harm."""
        self._engine.kill()
        warn_at_once("augment: stopped at once: it was not done in time", self._stderr)
        os._exit(128 + number)
