"""The workers of one run: hand out chunks, watch, replace the lost.

The pools of the standard library hang or break when a worker is killed. Here each worker has its
own pipe, whose end tells of its death, and a pulse in shared memory, which tells the item it has
in hand. One that dies or hangs is replaced; its chunk is done again without that item, and the
item once more, alone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.connection import wait
from typing import Any

from augcli.engines import Outcome
from augcli.engines.child import ERROR, LOSS, READY, RECEIPT
from augcli.engines.worker import Chunk, Orders, Worker, describe
from augcli.errors import EngineError

_TICK = 1.0
_HEAD_START, _LONGEST_START = 0.25, 2.0
"""Seconds of CPU that the first worker has for itself: what is done by then is not worth a second
one, which costs 0.03. One that waits for something uses none, so time has a limit as well."""
_START_LIMIT = 120.0
_START_ATTEMPTS = 2
_PARTS = 256
"""Into how many a chunk is divided of which no item was begun."""
_PATIENCE = 0.25
"""Share of the time limit that each of them has before it is divided itself."""


class Crew:
    """The workers of one run, and the chunks that wait for them."""

    def __init__(self, jobs: int, timeout: float, chunks: Iterable[Any], orders: Orders):
        self._jobs = jobs
        self._timeout = timeout
        self._orders = orders
        self._stop = orders.stop
        self._source = iter(chunks)
        self._waiting: deque[Chunk] = deque()
        self._workers: list[Worker] = []
        self._grows = False
        self._failed_starts = 0
        self._looked = self._began = time.monotonic()
        self._amnesty = 0.0
        self._error: BaseException | None = None
        self._killed = False

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what workers finish until nothing is left, then raise what the function raised."""
        while self._advance():
            for worker in self._listenable():
                yield from self._attend(worker)
            for worker in self._hung():
                yield from self._replace(worker, f"took longer than {self._limit(worker):g} s")
        if self._error is not None:
            raise self._error

    def kill(self) -> None:
        """Kill every worker; safe in a signal handler."""
        self._killed = True
        for worker in tuple(self._workers):
            worker.kill()

    def dismiss(self) -> None:
        """End every worker: the idle ones by telling them so, the others at once."""
        for worker in self._workers:
            if worker.chunk is not None or not worker.ready:
                worker.kill()
            worker.release()
        while self._workers:
            self._workers.pop().bury()

    # Handing out

    def _advance(self) -> bool:
        """Keep every worker busy; False when there is nothing to wait for."""
        if self._killed:
            return False
        self._hand_out()
        self._hire()
        return bool(self._waiting) or any(worker.chunk for worker in self._workers)

    def _refill(self) -> None:
        """Have a chunk for each worker that has none, unless a stop was asked for."""
        if self._stopping:
            self._waiting.clear()
            return
        busy = sum(worker.chunk is not None for worker in self._workers)
        while len(self._waiting) < self._jobs - busy:
            items = next(self._source, None)
            if items is None:
                return
            self._waiting.append(Chunk(items))

    @property
    def _stopping(self) -> bool:
        return bool(self._stop.value)

    def _hand_out(self) -> None:
        """Give waiting chunks to idle workers."""
        self._refill()
        for worker in self._workers:
            if self._waiting and worker.ready and worker.chunk is None:
                worker.give(self._waiting.popleft())

    def _hire(self) -> None:
        """Start one worker if a chunk waits that none of the starting ones will take."""
        if not self._short_handed:
            return
        try:
            self._workers.append(Worker(self._orders))
        except (OSError, EOFError) as error:
            self._count_failed_start(repr(error))

    @property
    def _short_handed(self) -> bool:
        """Whether to start a worker; where more do not start, those that did must do."""
        free = sum(worker.chunk is None for worker in self._workers)
        places = self._jobs if self._is_full_size else 1
        wanted = len(self._workers) < places and len(self._waiting) > free
        return wanted and not (self._starts_fail and self._manned)

    @property
    def _is_full_size(self) -> bool:
        """Whether there may be as many workers as there are jobs."""
        self._grows = (
            self._grows
            or time.monotonic() >= self._began + _LONGEST_START
            or any(worker.spent >= _HEAD_START for worker in self._workers)
        )
        return self._grows

    @property
    def _starts_fail(self) -> bool:
        """Whether, since anything last went well, a whole crew and then some did not start."""
        return self._failed_starts >= self._jobs + _START_ATTEMPTS

    @property
    def _manned(self) -> bool:
        return any(worker.ready for worker in self._workers)

    # Watching

    def _listenable(self) -> list[Worker]:
        """Wait until workers have something to say (or died), or it is time to look at them."""
        until = min((self._deadline(worker) for worker in self._workers), default=0.0)
        tick = 0.0 if self._short_handed else _TICK if self._is_full_size else _HEAD_START
        patience = min(tick, until - time.monotonic())
        heard = wait([worker.pipe for worker in self._workers], max(0.0, patience))
        return [worker for worker in self._workers if worker.pipe in heard]

    def _hung(self) -> list[Worker]:
        """Return the workers that showed no progress for too long.

        If this process itself was suspended (Ctrl-Z), so were they, and all get their time anew.
        """
        now = time.monotonic()
        if now - self._looked > 3 * _TICK:
            self._amnesty = now
        self._looked = now
        late = [worker for worker in self._workers if now > self._deadline(worker)]
        return [worker for worker in late if not worker.pipe.poll()]

    def _deadline(self, worker: Worker) -> float:
        """Return when a worker counts as hung."""
        if worker.ready and worker.chunk is None:
            return float("inf")
        return max(worker.since, self._amnesty) + self._limit(worker)

    def _limit(self, worker: Worker) -> float:
        """Return how many seconds a worker may go without progress."""
        if not worker.ready:
            return _START_LIMIT
        return self._timeout * (worker.chunk.patience if worker.chunk else 1.0)

    # Hearing and burying

    def _attend(self, worker: Worker) -> Iterator[Outcome]:
        """Deal with a message, or with a death."""
        message = worker.listen()
        if message is None:
            yield from self._replace(worker)
            return
        kind, value = message
        if kind == LOSS:
            yield from self._replace(worker, value)
            return
        chunk = worker.take()
        if kind == READY:
            worker.ready = True
            self._failed_starts = 0
        elif kind == ERROR:
            self._fail(value)
        elif kind == RECEIPT and chunk is not None and not self._killed:
            self._failed_starts = 0
            self._hand_out()  # before the caller takes its time over the outcome
            yield Outcome(chunk.items, value)

    def _replace(self, worker: Worker, loss: str = "") -> Iterator[Outcome]:
        """Bury a worker, which is ended for a loss unless it is dead, and see to its chunk.

        The next `_hire` brings another worker.
        """
        self._workers.remove(worker)
        if loss:
            worker.kill()
        code, chunk = worker.bury(), worker.take()
        loss = loss or describe(code)
        if self._killed:
            return
        if not worker.ready:
            self._count_failed_start(loss)
        elif chunk is not None and chunk.suspect:
            yield Outcome(chunk.items, None, loss)
        elif chunk is not None:
            self._waiting.extendleft(_divided(chunk, worker.item))

    def _count_failed_start(self, reason: str) -> None:
        """Try again a few times, then give up the run unless others can do it."""
        self._failed_starts += 1
        if self._starts_fail and not self._manned:
            self._fail(EngineError(f"workers do not start: {reason}"))

    def _fail(self, error: BaseException) -> None:
        """Stop in good order; the first error is the one to raise."""
        self._error = self._error or error
        self._stop.value = 1


def _divided(chunk: Chunk, item: int) -> Iterator[Chunk]:
    """Yield what to do again: alone whatever may have been the cause, and what lies around it.

    Where none of them was begun by itself, the cause is looked for in ever smaller parts.
    """
    items = chunk.items
    if 0 <= item < len(items):
        yield from (Chunk(rest) for rest in (items[:item], items[item + 1 :]) if rest)
        yield Chunk(items[item : item + 1], suspect=True)
        return
    size = -(-len(items) // _PARTS)
    for start in range(0, len(items), size):
        part, is_one = items[start : start + size], size == 1
        yield Chunk(part, suspect=is_one, patience=1.0 if is_one else _PATIENCE)
