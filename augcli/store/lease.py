"""A lease on an object store, without any clock but one's own.

It is an object that its holder writes anew again and again. Who wants it watches its mark: one that
stays the same for some time of the watcher's own clock belongs to nobody any more, and is taken
over by a write that holds only if the mark is still the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from augcli.addresses import Address
from augcli.errors import LockedError, StorageError
from augcli.store.store import ABSENT, ConflictError, Entry, Mark, Store

_BEATS = 4
"""Writes in the time after which others take a lease for lost."""
_LOOKS = 30


class _Objects(Store, Protocol):
    address: Address
    patience: float


class HeldLease:
    """A lease while it is held, kept alive by a thread."""

    def __init__(self, store: _Objects, name: str, token: str, mark: Mark):
        self._store, self._name, self._token = store, name, token
        self._mark = mark
        self._lost, self._done = threading.Event(), threading.Event()
        self._renewed = time.monotonic()
        self._keeper = threading.Thread(target=self._renew, daemon=True)

    def prove(self) -> None:
        """Raise LockedError where another run took the lease, or may have: it was not renewed."""
        if self._lost.is_set() or time.monotonic() - self._renewed > self._store.patience:
            text = "another run took it over, since this one had not been heard of"
            raise LockedError(f"{self._store.address} is lost to this run: {text}")

    def _renew(self) -> None:
        beat = 0
        while not self._done.wait(self._store.patience / _BEATS):
            beat += 1
            now = time.monotonic()
            try:
                data = f"{self._token} {beat}".encode()
                self._mark = self._store.write(self._name, data, self._mark)
            except ConflictError:
                self._lost.set()
                return
            except StorageError:
                continue  # the network may come back; `prove` knows when it is too late
            self._renewed = now

    def begin(self) -> None:
        """Start to keep it alive."""
        self._keeper.start()

    def end(self) -> None:
        """Stop, and give it back if it is still ours."""
        self._done.set()
        self._keeper.join()
        if not self._lost.is_set() and _token(self._store, self._name) == self._token:
            self._store.remove([self._name])


@contextmanager
def acquired(store: _Objects, name: str, token: str, former: str) -> Iterator[HeldLease]:
    """Hold a lease; LockedError if another run does."""
    lease = HeldLease(store, name, token, _acquired(store, name, token, former))
    lease.begin()
    try:
        yield lease
    finally:
        lease.end()


def see_free(store: _Objects, name: str) -> None:
    """See that nobody has a lease; one of the dead is taken over, and gone. Else LockedError."""
    while seen := store.look(name):
        if (found := _watched(store, name, seen)) and found.mark != seen.mark:
            raise _locked(store)
        if found:
            with suppress(ConflictError):  # somebody else does the same
                store.write(name, b"nobody", seen.mark)
                store.remove([name])


def _acquired(store: _Objects, name: str, token: str, former: str) -> Mark:
    seen = store.look(name)
    if seen and _token(store, name) != former:
        found = _watched(store, name, seen)
        if found is None or found.mark != seen.mark:
            raise _locked(store)
    try:
        return store.write(name, token.encode(), seen.mark if seen else ABSENT)
    except ConflictError:
        raise _locked(store) from None


def _watched(store: _Objects, name: str, seen: Entry) -> Entry | None:
    """Return a lease as it is as soon as it moves, or when it counts as lost."""
    found: Entry | None = seen
    end = time.monotonic() + store.patience
    while found and found.mark == seen.mark and time.monotonic() < end:
        time.sleep(store.patience / _LOOKS)
        found = store.look(name)
    return found


def _locked(store: _Objects) -> LockedError:
    return LockedError(f"{store.address} is being written by another run")


def _token(store: _Objects, name: str) -> str | None:
    """Return whose the lease is; None if it is gone."""
    try:
        return store.read(name).decode("ascii", "replace").partition(" ")[0]
    except FileNotFoundError:
        return None
