"""How the work of a pass is shared out: makers of blocks of items, and what comes of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from augcli.errors import LostError

Maker = Callable[[Sequence[Any], Callable[[int], None]], bytes]
"""Makes new samples of some items, which are plain JSON, and tells before each that it begins it.

One that makes all of them together tells nothing.
"""


class Part(NamedTuple):
    """What was made of some items that stand side by side; None where workers were lost on one."""

    items: Sequence[Any]
    made: Callable[[], bytes] | None
    """Gives it, as often as it is needed."""
    loss: str | None = None

    @property
    def whole(self) -> bytes:
        """Return it; LostError where there is none."""
        if self.made is None:
            raise LostError(self.loss)
        return self.made()


Spread = Callable[[str, Maker, Iterable[Sequence[Any]]], Iterator[Part]]
"""Yields what a maker makes of blocks of items, in order; the first is a key of all that matters.

A block may come in several parts, where workers were lost on one of its items.
"""


def here(_key: str, maker: Maker, blocks: Iterable[Sequence[Any]]) -> Iterator[Part]:
    """Yield what a maker makes in this very process, each time that it is asked for."""
    return (Part(items, partial(maker, items, lambda _item: None)) for items in blocks)
