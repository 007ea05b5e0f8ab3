"""The sites of one run, as they are seen from here: placed, given work, lost, replaced."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from augcli.engines import Outcome
from augcli.engines.site import DONE, ERROR, OVER, READY, Numbered, Question
from augcli.engines.stock import Hand, Stock
from augcli.errors import EngineError

_TICK = 0.25
_AHEAD = 2
"""Chunks in hand of a site, for each of its processes: one under way, one waiting."""
_FAILED_STARTS = 3
_START_LIMIT = 600.0
"""Seconds; clusters that grow as they are asked to take minutes."""


class SiteLost(Exception):  # noqa: N818 – an event, no error
    """A site is gone; the node was taken away in good order if `preempted`."""

    def __init__(self, reason: str, *, preempted: bool = False):
        super().__init__(reason)
        self.preempted = preempted


class Place(Protocol):
    """A site as it is seen from here."""

    def give(self, chunks: Sequence[Numbered]) -> None:
        """Send chunks."""
        ...

    def stop(self) -> None:
        """Ask it to finish what is in hand, and to end."""
        ...

    def end(self) -> None:
        """End it at once."""
        ...

    def hear(self) -> tuple[str, Any]:
        """Return what it says next; raises SiteLost."""
        ...


class Cluster(Protocol):
    """Where sites can be placed."""

    sites: int
    cpus: int
    """Of each site."""

    def place(self, question: Question, function: str, context: Any) -> Place:
        """Have a site started that works by a function."""
        ...

    def speaking(self, places: Sequence[Place], patience: float) -> list[Place]:
        """Return those of several that can be heard, after so many seconds at most."""
        ...


class Asked(Struct):
    """What signal handlers ask for."""

    stop: bool = False
    kill: bool = False


class Post(Struct, eq=False):
    """One site, and what it has in hand."""

    place: Place
    ready: bool = False
    stopping: bool = False
    hand: Hand = field(default_factory=Hand)

    def stop(self) -> None:
        """Ask the site once to end."""
        if not self.stopping:
            self.place.stop()
        self.stopping = True


class Posts:
    """The sites of one run, and the chunks that wait for them."""

    def __init__(
        self,
        cluster: Cluster,
        place: Callable[[], Place],
        stock: Stock,
        refuse: Callable[[str, Any], None],
        asked: Asked,
    ):
        self._cluster = cluster
        self._place = place
        self._stock = stock
        self._refuse = refuse
        self._asked = asked
        self._posts: list[Post] = []
        self._failed_starts = 0
        self._error: BaseException | None = None
        self._manned = time.monotonic()
        """When a site was last known to be ready."""

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what sites finish until nothing is left, then raise what the function raised."""
        while self._advance():
            places = {post.place: post for post in self._posts}
            for place in self._cluster.speaking(list(places), _TICK):
                yield from self._listen(places[place])
        if self._error is not None and not self._asked.kill:
            raise self._error

    def dismiss(self) -> None:
        """End all sites at once."""
        while self._posts:
            self._posts.pop().place.end()

    # Handing out

    def _advance(self) -> bool:
        """Keep every site busy; False when there is nothing to wait for."""
        if self._asked.kill:
            return False
        if self._stopping:
            self._stock.clear()
            for post in self._posts:
                post.stop()
        else:
            self._hand_out()
            self._start_sites()
        return bool(self._stock) or any(post.hand.lots for post in self._posts)

    @property
    def _stopping(self) -> bool:
        return self._asked.stop or self._error is not None

    def _hand_out(self) -> None:
        for post in self._posts:
            if post.ready:
                lots = post.hand.take(self._stock.share(post.hand, _AHEAD * self._cluster.cpus))
                if lots:
                    post.place.give(lots)

    def _start_sites(self) -> None:
        """Have sites started for chunks that wait, beyond those that starting ones will take."""
        starting = sum(not post.ready for post in self._posts)
        while self._is_short_of_sites and self._stock.has(starting * self._cluster.cpus + 1):
            self._posts.append(Post(self._place()))
            starting += 1
        self._give_up_waiting()

    @property
    def _is_short_of_sites(self) -> bool:
        return len(self._posts) < self._cluster.sites and not self._starts_fail

    @property
    def _ready(self) -> bool:
        return any(post.ready for post in self._posts)

    @property
    def _starts_fail(self) -> bool:
        return self._failed_starts >= self._cluster.sites + _FAILED_STARTS

    def _give_up_waiting(self) -> None:
        """Fail if no site starts for long; a cluster without room does not say so."""
        now = time.monotonic()
        if self._ready:
            self._manned = now
        if now - self._manned > _START_LIMIT:
            cpus = self._cluster.cpus
            text = f"no site got its {cpus} CPUs within {_START_LIMIT:g} s; --site-cpus asks for"
            self._error = EngineError(f"{text} fewer")

    # Hearing

    def _listen(self, post: Post) -> Iterator[Outcome]:
        """Deal with what a site says, or with its end."""
        try:
            kind, value = post.place.hear()
        except SiteLost as loss:
            yield from self._lose(post, loss)
            return
        if kind == READY:
            self._admit(post, *value)
        elif kind == ERROR:
            self._fail(post, value)
        elif kind == OVER:  # what it did not begin is for the next run
            self._posts.remove(post)
        elif kind == DONE and not self._asked.kill:
            numbers, receipt, why_lost = value
            yield Outcome(post.hand.settle(numbers), receipt, why_lost)

    def _admit(self, post: Post, name: str, answer: Any) -> None:
        try:
            self._refuse(name, answer)
        except EngineError as error:
            self._fail(post, error)
        post.ready, self._failed_starts = True, 0

    def _fail(self, post: Post, error: BaseException) -> None:
        """Stop in good order; the first error is the one to raise."""
        self._error = self._error or error
        post.hand = Hand()

    def _lose(self, post: Post, loss: SiteLost) -> Iterator[Outcome]:
        """Give what a lost site had in hand to others; `_start_sites` has another started."""
        self._posts.remove(post)
        self._failed_starts = 0 if post.ready else self._failed_starts + 1
        if self._starts_fail and not self._posts:
            text = f"sites do not start: {loss}; every node needs pip install 'augcli[ray]'"
            self._error = self._error or EngineError(text)
        if not self._asked.kill:
            yield from self._stock.put_back(post.hand.lots, str(loss), innocent=loss.preempted)
