"""The engine of a cluster: sites are placed, chunks carried to them, and lost sites made up for.

All else is known at the site itself, by an engine like this machine's own. So the one loss that is
new is that of a whole site: what it had in hand is given to others, and whoever takes sites down
again and again comes to be alone in one, and is then the item that is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, Protocol

from augcli.engines import ChunkFunction, Engine, Outcome
from augcli.engines.posts import Asked, Cluster, Place, Posts
from augcli.engines.site import Question
from augcli.engines.stock import Stock
from augcli.errors import EngineError

_MOST = 16
"""CPUs of a site unless it is told: one process hands out the work of all of them."""
_HERE = (
    "files of many samples, what steps learn, and what is left to do of very many sources "
    "are worked on here, not on the cluster"
)


class Terms(Protocol):
    """What sites must be like."""

    def question(self, context: Any) -> AbstractContextManager[Question]:
        """Return what they are asked before such work, as long as it can be answered."""
        ...

    def refuse(self, name: str, answer: Any) -> None:
        """Raise EngineError for a site that answers otherwise than it should."""
        ...


class Fleet:
    """Runs chunks on the sites of a cluster, which is not joined before there is something to do.

    What shares the memory of this process is done here, and that is told.
    """

    def __init__(
        self,
        joined: Callable[[], Cluster],
        terms: Terms,
        here: Engine,
        tell: Callable[[str], None],
    ):
        self._joined = joined
        self._terms = terms
        self._here = here
        self._tell = tell
        self._untold = [_HERE]
        self._asked = Asked()

    @cached_property
    def _cluster(self) -> Cluster:
        return self._joined()

    @property
    def jobs(self) -> int:
        """Return how many chunks are worked on at a time."""
        return self._cluster.sites * self._cluster.cpus

    def run(
        self, function: str, context: Any, chunks: Iterable[Sequence[Any]]
    ) -> Iterator[Outcome]:
        """Yield outcomes as sites finish; closing the generator ends the sites."""
        if self._asked.stop:
            return
        with self._terms.question(context) as question:

            def place() -> Place:
                return self._cluster.place(question, function, context)

            posts = Posts(self._cluster, place, Stock(chunks), self._terms.refuse, self._asked)
            try:
                yield from posts.outcomes()
            finally:
                posts.dismiss()

    def spread(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        """Yield outcomes of the engine of this machine."""
        while self._untold:
            self._tell(self._untold.pop())
        return self._here.spread(work, chunks)

    def stop(self) -> None:
        """Have sites finish the items in hand, and end."""
        self._asked.stop = True
        self._here.stop()

    def kill(self) -> None:
        """End all work at once."""
        self._asked.stop = self._asked.kill = True
        self._here.kill()


def shares(sizes: Sequence[int], jobs: int | None, cpus: int | None) -> tuple[int, int]:
    """Return how many CPUs to use, and how many of a site, where nodes have so many each.

    Raises EngineError where no node has room for a site.
    """
    jobs = jobs or sum(sizes)
    if not jobs:
        raise EngineError("the cluster has no CPUs yet; say by -j how many to ask for")
    size = min(cpus or min([_MOST, *sizes]), jobs)
    if sizes and size > max(sizes):
        text = f"no node of the cluster has {cpus} CPUs, the largest has {max(sizes)}"
        raise EngineError(f"{text}; use --site-cpus {max(sizes)}")
    return jobs, size
