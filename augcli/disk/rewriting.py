"""Text for a file that may have it already: nothing is written before the two differ."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import IO, Any, TextIO

_BLOCK = 1 << 20


class Rewriting(io.RawIOBase):
    """Compares what is written with an old file, and from the first difference makes a new one."""

    def __init__(self, old: IO[bytes] | None, create: Callable[[], IO[bytes]]):
        self._old = old
        self._create = create
        self._new: IO[bytes] | None = None
        self._same = 0
        """How many bytes are as they were."""

    def text(self) -> TextIO:
        """Return a text file that writes here, bytes that are not UTF-8 as they were escaped."""
        buffer = io.BufferedWriter(self, _BLOCK)
        return io.TextIOWrapper(buffer, "utf-8", "surrogateescape", newline="\n")

    def writable(self) -> bool:
        """Return that this is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Take in some bytes."""
        if not self._new and self._old and self._old.read(len(data)) == data:
            self._same += len(data)
        else:
            self._begun().write(data)
        return len(data)

    def _begun(self) -> IO[bytes]:
        """Return the new file; it begins with what was the same."""
        if not self._new:
            self._new = self._create()
            if self._old:
                self._old.seek(0)
                for left in range(self._same, 0, -_BLOCK):
                    self._new.write(self._old.read(min(left, _BLOCK)))
        return self._new

    def is_new(self) -> bool:
        """Return, all being written, whether there is a new file; it is whole and durable."""
        if not self._old or self._old.read(1):
            self._begun()
        if self._new:
            self._new.flush()
            os.fsync(self._new.fileno())
        return self._new is not None

    def close(self) -> None:
        """Close both files."""
        for file in (self._old, self._new):
            if file:
                file.close()
        super().close()
