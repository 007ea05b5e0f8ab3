"""Ctrl-C and SIGTERM: the first asks the engine to finish what is in hand, the second kills."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from augcli.engines import Engine
from augcli.errors import StoppedError
from augcli.terminal import warn_at_once

_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signals_to(engine: Engine) -> Iterator[list[int]]:
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
