"""Where datasets and outputs are: folders, or stores, whose modules are imported when they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from augcli.addresses import address_of
from augcli.store.output import OutputFolder

if TYPE_CHECKING:
    from augcli.store.remote import RemoteOutput


def at_hand(path: str | Path, here: Path, *, beside: bool = False) -> Path:
    """Return where a dataset or an output can be read: `here`, or in a copy of what is in a store.

    Where an address is that of one object, what lies `beside` it is copied if that is wanted.
    """
    if address_of(path) is None:
        return here
    from augcli.store.copies import fetched

    return fetched(path, beside=beside)


def output_of(path: str, folder: Path, *, verify: bool = False, part: str = "") -> OutputFolder:
    """Return the output at a path, a folder or an address; to `verify` one it is copied whole."""
    return OutputFolder(folder) if address_of(path) is None else _remote(path, part, whole=verify)


@contextmanager
def looked_at(path: str, folder: Path) -> Iterator[OutputFolder]:
    """Give the output at a path for reading."""
    if address_of(path) is None:
        yield OutputFolder(folder)
        return
    output = _remote(path, "")
    with output.shown():
        yield output


def _remote(path: str, part: str, *, whole: bool = False) -> RemoteOutput:
    from augcli.store import copies
    from augcli.store.remote import RemoteOutput

    return RemoteOutput(copies.opened_store(path), part, whole=whole)
