"""Temporary file → final name, durably, batch by batch.

A batch writes its files below `.augment/batches/NAME-*/`, with `names.json` saying what they will
be called. Then: sync, rename each to its final name, sync the folders, publish the batch's shard
of records. Whatever moment the machine dies, a final name holds a whole file, and `names.json` of
an unfinished batch tells which files are ours to take back.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from augcli.disk import can_clone, clone, remove, storage_errors, sync, sync_all
from augcli.errors import StorageError, TakenError
from augcli.output import OutputFolder, discard, dump_line
from augcli.task import Buffer


class Batch:
    """Files that become visible together: `add` them, then `publish` them with their records."""

    def __init__(self, output: OutputFolder, name: str):
        self._output = output
        self._name = name
        self._finals: list[str] = []
        with storage_errors(output.batches):
            self._folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=output.batches))

    def add(self, final: str, pieces: Iterable[Buffer], source: Path | None, *, ours: bool) -> None:
        """Write one file under a temporary name; cloned from `source` where the disk can.

        Raises TakenError if the final name is taken by a file that is not ours.
        """
        self._check_free(final, ours=ours)
        temporary = self._folder / str(len(self._finals))
        with storage_errors(temporary):
            if source is None or not self._cloned(source, temporary):
                with temporary.open("wb") as file:
                    file.writelines(pieces)
        self._finals.append(final)

    def add_link(self, final: str, source: Path, data: Buffer, *, ours: bool) -> None:
        """Hard-link a source; across file systems it is copied."""
        self._check_free(final, ours=ours)
        try:
            os.link(source.resolve(), self._folder / str(len(self._finals)))
        except OSError:
            return self.add(final, [data], source, ours=ours)
        self._finals.append(final)
        return None

    def _check_free(self, final: str, *, ours: bool) -> None:
        found = _mode(self._output.path / final)
        if found is None or (ours and not stat.S_ISDIR(found)):
            return
        if not stat.S_ISREG(found) or final not in self._output.claims():
            raise TakenError(f"a file that augment did not make is in the way: {final}")

    def _cloned(self, source: Path, target: Path) -> bool:
        if not can_clone(self._output.own):
            return False
        try:
            clone(source, target)
        except OSError:
            return False
        return True

    def temporary(self, index: int) -> Path:
        """Return where file number `index` of the batch is until it is published."""
        return self._folder / str(index)

    def __len__(self) -> int:
        return len(self._finals)

    def roll_back(self, count: int) -> None:
        """Forget all files but the first `count`."""
        for index in range(count, len(self._finals)):
            self.temporary(index).unlink(missing_ok=True)
        del self._finals[count:]

    def publish(self, records: Iterable[dict[str, Any]], stale: Iterable[str]) -> None:
        """Make the batch's files visible, remove what they replace, and record both."""
        with storage_errors(self._folder):
            (self._folder / "names.json").write_text(json.dumps(self._finals))
            sync_all(self._folder)
            folders = {(self._output.path / final).parent for final in self._finals}
            made = [new for folder in folders for new in self._make_folder(folder)]
            for index, final in enumerate(self._finals):
                os.replace(self.temporary(index), self._output.path / final)  # noqa: PTH105
            for name in stale:
                folders.add(remove(self._output.path, name))
            for folder in {*folders, *(new.parent for new in made)}:
                if folder.exists():  # a later removal may have left it empty
                    sync(folder)
            with self._output.replacing(self._output.shard(self._name)) as shard:
                shard.writelines(map(dump_line, records))
            discard(self._folder)

    def _make_folder(self, folder: Path) -> list[Path]:
        """Make a folder of the output, and return it and those around it that are new."""
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(self._output.path.resolve()):
            raise StorageError(f"{folder} is a link that leads out of the output folder")
        return new


def _mode(path: Path) -> int | None:
    """Return what kind of file a path is, None if there is none and nothing prevents one."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None
    except NotADirectoryError:  # a file is where a folder is to be
        return stat.S_IFDIR
