"""Engines: run a function over chunks of work, here or elsewhere; they know nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

Beat = Callable[[int], bool]
"""`beat(i)` is called before item i is worked on, and with `i == len(items)` before the batch is
published. False: a stop was asked for; do not start item i, publish what is finished, return."""

ChunkFunction = Callable[[Sequence[Any], Beat], Any]
"""Items (plain JSON data) to a receipt (plain JSON, under 1 kB). State lives in storage only, and
what was published must bear being published again: a lost worker's batch is done anew."""

Factory = Callable[[Any], ChunkFunction]
"""Context (plain JSON data) to the chunk function; called once in each worker, or for all forks."""


class Outcome(Struct, frozen=True):
    """What became of one chunk: its receipt, or why workers were lost on this single item."""

    items: Sequence[Any]
    receipt: Any | None
    loss: str | None = None

    @property
    def failed(self) -> int:
        """Return how many of its items came to nothing, as far as its receipt says."""
        told = self.receipt.get("failed", ()) if isinstance(self.receipt, dict) else ()
        return len(self.items) if self.loss else len(told)


Share = Callable[[ChunkFunction, Iterable[Sequence[Any]]], Iterator[Outcome]]
"""What shares chunks out, as `Engine.spread` does."""


class Engine(Protocol):
    """Runs a chunk function over chunks, in any order; once stopped or killed it stays so."""

    @property
    def jobs(self) -> int:
        """Return how many chunks are worked on at a time."""
        ...

    def run(
        self, function: str, context: Any, chunks: Iterable[Sequence[Any]]
    ) -> Iterator[Outcome]:
        """Have workers call what the `module:factory` makes and yield an outcome for every chunk.

        Chunks are pulled as they are needed. Losses split a chunk: its items then come back in
        several outcomes, each item in exactly one. An exception of the function stops the run in
        good order and is raised again here, with its type.
        """
        ...

    def spread(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        """Do as `run` does with a function of this process, on workers that share its memory.

        Nothing is sent to them but chunks: the function may hold a whole dataset. Where processes
        cannot be forked safely, it is called here.
        """
        ...

    def stop(self) -> None:
        """Begin no item any more; `run` yields the partial receipts and ends. For signal handlers.

        Items that were not begun come back in a partial receipt's chunk or not at all.
        """
        ...

    def kill(self) -> None:
        """End all work at once; `run` yields nothing more. For signal handlers."""
        ...
