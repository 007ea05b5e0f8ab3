"""Engines on this machine: in this very process, or in worker processes that may die.

The parts: `crew` hands out chunks and watches, `worker` is the parent's side of one process,
`child` what runs inside it, `server` what forks it where this process may not, `preload` what that
imports. `host` is for calls of programs that may not fork at all.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from augcli.engines import ChunkFunction, Engine, Outcome
from augcli.engines.child import load
from augcli.engines.crew import Crew
from augcli.engines.worker import Orders, Shared, may_share, new_flag, orders_by_name


def make_engine(jobs: int, timeout: float, preload: Sequence[str] = ()) -> Engine:
    """Return the engine for so many jobs; `timeout` is in seconds for one item.

    `preload` names modules that all workers need, imported once for all where that can be.
    """
    if jobs <= 1:
        return InProcess()
    return LocalEngine(jobs, timeout, preload)


class InProcess:
    """Calls the function here: nothing to start, but no timeout, and a crash ends the run."""

    jobs = 1

    def __init__(self) -> None:
        self._stopped = False
        self._killed = False

    def run(
        self, function: str, context: Any, chunks: Iterable[Sequence[Any]]
    ) -> Iterator[Outcome]:
        """Call the function on each chunk, in order."""
        yield from self.spread(load(function, context), chunks)

    def spread(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        """Call the function on each chunk, in order."""
        source = iter(chunks)
        while not self._stopped and (items := next(source, None)) is not None:
            receipt = work(items, self._beat)
            if not self._killed:
                yield Outcome(items, receipt)

    def _beat(self, _item: int) -> bool:
        return not self._stopped

    def stop(self) -> None:
        """Finish the item in hand and end."""
        self._stopped = True

    def kill(self) -> None:
        """Like stop, and yield nothing: a signal handler can end a call only by raising."""
        self._stopped = self._killed = True


class LocalEngine:
    """Runs chunks on `jobs` processes; an item in hand for over `timeout` seconds is lost.

    At most one chunk a worker is under way and one more waits. Chunks are to be small (under
    100 kB): sending one must not block.
    """

    def __init__(self, jobs: int, timeout: float, preload: Sequence[str] = ()):
        self.jobs = jobs
        self._timeout = timeout
        self._preload = preload
        self._crew: Crew | None = None
        self._stop = new_flag()

    def run(
        self, function: str, context: Any, chunks: Iterable[Sequence[Any]]
    ) -> Iterator[Outcome]:
        """Yield outcomes as workers finish; closing the generator kills them."""
        orders = orders_by_name(function, context, self._preload, self._stop)
        return self._done(chunks, orders)

    def spread(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        """Yield outcomes as forks of this process finish; closing the generator kills them.

        The work is done here, chunk by chunk, where forks would do harm.
        """
        if may_share():
            return self._done(chunks, Shared(work, self._stop))
        return self._in_turn(work, chunks)

    def _in_turn(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        for items in chunks:
            if self._stop.value:
                return
            yield Outcome(items, work(items, lambda _: not self._stop.value))

    def _done(self, chunks: Iterable[Sequence[Any]], orders: Orders) -> Iterator[Outcome]:
        if self._stop.value:
            return
        self._crew = crew = Crew(self.jobs, self._timeout, chunks, orders)
        atexit.register(crew.kill)  # before multiprocessing, which would wait for the workers
        try:
            yield from crew.outcomes()
        finally:
            crew.dismiss()
            atexit.unregister(crew.kill)

    def stop(self) -> None:
        """Let workers finish the item in hand, and end."""
        self._stop.value = 1

    def kill(self) -> None:
        """Kill the workers and end."""
        self.stop()
        if self._crew is not None:
            self._crew.kill()
