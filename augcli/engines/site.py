"""A site of a cluster: this machine's own engine over there, and how chunks come to it."""

from __future__ import annotations

import os
import platform
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field

from augcli.engines.child import portable
from augcli.engines.local import LocalEngine
from augcli.errors import EngineError
from augcli.system.machine import pins, version_of

READY, DONE, ERROR, OVER = "ready", "done", "error", "over"

Numbered = list[tuple[int, Any]]
"""Items with their numbers in the run, so that both sides know which are accounted for."""


_OURSELVES = "augcli"


class Question(Struct, frozen=True):
    """What a worker of each site is asked before it is given anything: a function by its name."""

    function: str
    context: Any


class Equipment(Struct, frozen=True):
    """What a site is made of."""

    timeout: float
    preload: Sequence[str] = ()
    isa: str | None = None
    """Instructions that libraries of workers stop at."""
    jobs: int = 1
    version: str | None = field(default_factory=partial(version_of, _OURSELVES))
    """Of this program: it is the same on all nodes."""


class Feed:
    """Chunks on their way to workers: an iterator that may have none now, and more later."""

    def __init__(self) -> None:
        self._chunks: deque[list[Any]] = deque()
        self._numbers: dict[int, int] = {}
        """id of an item that is here or with the workers → its number"""
        self._news = threading.Condition()
        self._closed = False

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> list[Any]:
        """Return a chunk; wait for one while the workers have nothing else to attend to."""
        with self._news:
            self._news.wait_for(lambda: self._chunks or self._numbers or self._closed)
            if self._closed or not self._chunks:
                raise StopIteration  # for now: a crew asks again
            return self._chunks.popleft()

    def put(self, chunks: Sequence[Numbered]) -> None:
        """Add chunks."""
        with self._news:
            for chunk in chunks:
                self._numbers |= {id(item): number for number, item in chunk}
                self._chunks.append([item for _, item in chunk])
            self._news.notify()

    def take(self, items: Sequence[Any]) -> list[int]:
        """Return the numbers of items that came out again, which are the same objects."""
        with self._news:
            return [self._numbers.pop(id(item)) for item in items]

    def close(self) -> None:
        """Give nothing more."""
        with self._news:
            self._closed = True
            self._news.notify()


class Site:
    """What runs on a node: a LocalEngine of its own, in an actor of two threads.

    Crashes, hangs, exit codes and which item it was are settled here, as they are without a
    cluster.
    """

    def __init__(self, equipment: Equipment):
        # Also for one job: a process of its own can be killed, and an actor's is the cluster's.
        if equipment.isa:
            os.environ.update(pins())
        self._version = equipment.version
        self._engine = LocalEngine(equipment.jobs, equipment.timeout, equipment.preload)
        self._feed = Feed()

    def work(self, question: Question, function: str, context: Any) -> Iterator[tuple[str, Any]]:
        """Yield the answer to the question, then what becomes of the chunks that are given."""
        try:
            yield READY, (platform.node(), self._answer(question))
            for each in self._engine.run(function, context, self._feed):
                yield DONE, (self._feed.take(each.items), each.receipt, each.loss)
            yield OVER, None
        except Exception as error:  # noqa: BLE001  it goes on in the driver
            yield ERROR, portable(error)

    def _answer(self, question: Question) -> Any:
        """Return what a worker of this site says: what matters is how things look from there."""
        here, wanted = version_of(_OURSELVES), self._version
        if here != wanted:
            text = f"{platform.node()} has augcli {here}, the command {wanted}"
            raise EngineError(f"{text}; install the same on both")
        (told,) = self._engine.run(question.function, question.context, [[None]])
        if told.loss:
            raise EngineError(f"{platform.node()}: {told.loss}")
        return told.receipt

    def give(self, chunks: Sequence[Numbered]) -> None:
        """Take chunks into the queue."""
        self._feed.put(chunks)

    def stop(self) -> None:
        """Finish the items in hand; `work` yields what came of them and ends."""
        self._engine.stop()
        self._feed.close()
