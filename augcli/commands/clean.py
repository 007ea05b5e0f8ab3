"""Take back what augment made in a folder, and nothing else."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from augcli.commands.verify import files_of
from augcli.disk import remove, storage_errors
from augcli.errors import StorageError
from augcli.manifest import Journal
from augcli.output import OutputFolder


def clean(path: Path) -> int:
    """Remove recorded outputs and augment's own files; return how many files are left."""
    output = OutputFolder(path)
    if not output.is_ours:
        raise StorageError(f"{path} was not made by augment")
    with storage_errors(path), output.locked():
        journal = Journal(output, ())
        output.recover(journal.outputs)
        for name in journal.gone:
            remove(path, name)
        for name in (*files_of(output), *output.index_names()):
            remove(path, name)
        for own in (output.manifest, output.failures, output.run):
            own.unlink(missing_ok=True)
        shutil.rmtree(output.own)
    with suppress(OSError):
        path.rmdir()
    return sum(each.is_file() for each in path.rglob("*")) if path.exists() else 0
