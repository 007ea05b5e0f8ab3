"""Take back what augment made in a folder, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from augcli.addresses import shown
from augcli.disk.disk import storage_errors
from augcli.disk.walked import EMPTY
from augcli.errors import StorageError
from augcli.sharding import withdraw
from augcli.store.places import output_of


def clean(path: Path) -> int:
    """Remove recorded outputs and augment's own files; return how many files are left.

    What is not as it was recorded stays: it is someone else's.
    """
    output = output_of(str(path), path)
    output.refuse_misplaced()
    if not output.is_ours:
        raise StorageError(f"{shown(path)} was not made by augment")
    with storage_errors(path), output.locked():
        withdraw(output)
        output.erase()
        left = sum(what != EMPTY for _, what in output.folder.walk())
    with suppress(OSError):
        output.path.rmdir()
    return left
