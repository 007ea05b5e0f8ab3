"""Blocks of new samples: made on all cores, and kept until the file that they belong to is whole.

A block is a file in a folder of augment's own, named by the key of all that matters and by the
items in it, with a checksum before its content: what a stop, a full disk or a kill leaves is taken
up by the next run, and what is damaged is made again.
"""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cached_property, partial
from secrets import token_hex
from typing import Any, cast
from zlib import crc32

from msgspec import Struct

from augcli.disk.disk import storage_errors
from augcli.disk.inside import fresh
from augcli.engines import Beat, Outcome, Share
from augcli.engines.garbage import undisturbed
from augcli.errors import StoppedError, StorageError
from augcli.requests.spread import Maker, Part
from augcli.rows.tables import dumped
from augcli.store.output import OutputFolder

_CHECKSUM = 4
_FORM = 7
"""Raised when what is in a block comes to be read another way, so that earlier ones are not."""
_NOT_BEGUN = -1


class Blocks(Struct, frozen=True):
    """Shares out work as an engine does; blocks lie in a folder, where the next run finds them."""

    share: Share
    output: OutputFolder
    mark: str = ""
    """What tells them from those of earlier runs, where these are not believed."""

    @classmethod
    def anew(cls, share: Share, output: OutputFolder, *, force: bool) -> Blocks:
        """Return what takes up blocks of an earlier run unless all is to be made again."""
        return cls(share, output, token_hex() if force else "")

    def __call__(self, key: str, maker: Maker, blocks: Iterable[Sequence[Any]]) -> Iterator[Part]:
        """Yield what a maker makes of blocks of items, in order; StoppedError if that ends early.

        A block comes in several parts where a worker was lost in it.
        """
        store = _Store(self.output, f"{self.mark}{key}")
        queue = _Queue(store)
        for outcome in self.share(_stored(store, maker), queue.missing(blocks)):
            queue.take(outcome)
            yield from queue.ready()
        yield from queue.ready()
        if not queue.is_done:
            raise StoppedError(signal.SIGINT, "stopped; run the same command again to go on")


class _Store(Struct, frozen=True, dict=True):
    """The blocks of one key."""

    output: OutputFolder
    key: str

    def read(self, items: Sequence[Any]) -> bytes | None:
        """Return what was made of items before, None where it is missing or damaged."""
        name = self.name(items)
        if name not in self._before:
            return None
        data = self.output.folder.read(name)
        checksum, content = data[:_CHECKSUM], data[_CHECKSUM:]
        return content if _checksum(content) == checksum else None

    def kept(self, items: Sequence[Any]) -> bytes:
        """Return what was made of items in this run, or found whole by it, and must be there."""
        try:
            with self.output.folder.open(self.name(items)) as file:
                file.seek(_CHECKSUM)
                return file.read()
        except FileNotFoundError as error:
            text = f"a block in {self.output.blocks} is gone; run again"
            raise StorageError(text) from error

    def write(self, items: Sequence[Any], data: bytes) -> None:
        """Write what was made of items; it appears under its name when it is whole."""
        name, folder = self.name(items), self.output.folder
        temporary = fresh(f"{name}.")
        with storage_errors(self.output.blocks):
            folder.write(temporary, (_checksum(data), data))
            folder.rename(temporary, name)

    def name(self, items: Sequence[Any]) -> str:
        """Return the name of the block of these items, below the output folder."""
        digest = hashlib.sha256(dumped([_FORM, *items])).hexdigest()[:32]
        return f"{self._folder}/{self.key}-{digest}"

    @cached_property
    def _folder(self) -> str:
        return self.output.name(self.output.blocks)

    @cached_property
    def _before(self) -> Set[str]:
        """Return the names of the blocks that there are when the first of them is asked for."""
        return {f"{self._folder}/{name}" for name in self.output.folder.names(self._folder)}


def _checksum(data: bytes) -> bytes:
    """Return what tells damage: nobody gains by a block that is not ours."""
    return crc32(data).to_bytes(_CHECKSUM)


class _Numbered(Sequence[Any]):
    """Items that stand side by side, with the number of the first: little to send for a range."""

    def __init__(self, first: int, items: Sequence[Any]):
        self.first, self.items = first, items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, where: Any) -> Any:
        if not isinstance(where, slice):
            return self.items[where]
        return _Numbered(self.first + where.indices(len(self))[0], self.items[where])


class _Queue:
    """Blocks in the order in which they are wanted; items are numbered from one to the next."""

    def __init__(self, store: _Store):
        self._store = store
        self._done: dict[int, tuple[Sequence[Any], str | None]] = {}
        """number of the first item → items, and why they were lost"""
        self._next = 0
        self._count: int | None = None

    @property
    def is_done(self) -> bool:
        """Return whether all blocks are made and gone."""
        return self._next == self._count

    def missing(self, blocks: Iterable[Sequence[Any]]) -> Iterator[_Numbered]:
        """Yield the blocks that are still to be made, with the number of their first item."""
        first = 0
        for items in blocks:
            if self._store.read(items) is None:
                yield _Numbered(first, items)
            else:
                self._done[first] = items, None
            first += len(items)
        self._count = first

    def take(self, outcome: Outcome) -> None:
        """Take in what became of numbered items; without a receipt or loss they were cut short."""
        if outcome.receipt or outcome.loss:
            block = cast("_Numbered", outcome.items)
            self._done[block.first] = block.items, outcome.loss

    def ready(self) -> Iterator[Part]:
        """Yield what is there, as far as nothing before it is missing."""
        while self._next in self._done:
            items, loss = self._done.pop(self._next)
            self._next += len(items)
            yield Part(items, None if loss else partial(self._store.kept, items), loss)


class _CutShort(Exception):  # noqa: N818 – no error: a stop was asked for
    """Ends a block in the middle."""


def _stored(store: _Store, maker: Maker) -> Callable[[Sequence[Any], Beat], bool]:
    """Return a chunk function that puts what a maker makes where the parent finds it."""

    def make(numbered: Sequence[Any], beat: Beat) -> bool:
        def begin(item: int) -> None:
            if not beat(item):
                raise _CutShort

        items = cast("_Numbered", numbered).items
        try:
            begin(_NOT_BEGUN)
            with undisturbed():
                data = maker(items, begin)
        except _CutShort:
            return False
        store.write(items, data)
        return True

    return make
