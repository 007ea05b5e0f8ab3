"""Where outputs are before and after they are joined into shards."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from augcli.disk.folder import Folder
from augcli.layouts.shelf import Shelf

STAGED = ".augment/files"


class Staged(Folder):
    """Outputs on their way into shards and, behind these, those that lie in shards.

    One that lies in a shard is told as the file that it was when it was joined, so that nothing
    is made again because its file went.
    """

    def __init__(self, root: Folder):
        super().__init__(root.path / STAGED)
        self.shelf = Shelf(root)
        self._shown: TemporaryDirectory[str] | None = None

    def stat(self, name: str) -> os.stat_result | None:
        """Return what is at a name itself, or was when it was joined."""
        return super().stat(name) or self.shelf.look(name)

    def open(self, name: str) -> io.BufferedReader:
        """Open a file for reading, be it in a shard."""
        with suppress(FileNotFoundError, NotADirectoryError):
            return super().open(name)
        data = self.shelf.read(name)
        if data is None:
            raise FileNotFoundError(2, os.strerror(2), str(self.path / name))
        return io.BufferedReader(io.BytesIO(data))

    def proven(self, name: str) -> Path:
        """Return the path of a file, for who cannot do with a handle; one in a shard is copied."""
        if super().stat(name) or not self.shelf.member(name):
            return super().proven(name)
        self._shown = self._shown or TemporaryDirectory(prefix="augment-")
        path = Path(self._shown.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.read(name))
        return path
