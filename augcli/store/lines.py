"""The lines of a manifest, each parsed when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt

from augcli.errors import StorageError
from augcli.records.journal import listed
from augcli.records.provenance import Record
from augcli.store.manifest import DamagedLineError
from augcli.store.output import OutputFolder

_Numbers = npt.NDArray[np.int64]
_BLOCK = 2**17
_AHEAD = 2**14
"""Bytes that are read for a line: more often than not the next ones are asked for next."""
_MANY = b'"synthetic"'
"""What the line of a file of many samples has in it, and hardly another."""


class Lines:
    """A manifest of which no more is held than where lines begin: 16 bytes each."""

    def __init__(self, output: OutputFolder):
        self._output = output
        with output.open(output.manifest) as file:
            self._identity = _identity(file)
            sizes, counts = zip((_NONE, _NONE), *_told(file), strict=True)
        self._begins: _Numbers = np.cumsum(np.concatenate(sizes))
        self._samples: _Numbers = np.cumsum(np.concatenate(counts))
        self._ahead = 0, b""

    @property
    def samples(self) -> int:
        """Return how many samples all files have."""
        return int(self._samples[-1])

    def find(self, sample: int) -> tuple[int, int]:
        """Return the number of the line of a sample's file, and its row there."""
        line = int(np.searchsorted(self._samples, sample, "right")) - 1
        return line, sample - int(self._samples[line])

    def record(self, line: int) -> Record:
        """Return what a line tells; StorageError where it is damaged, or the manifest another."""
        record = listed(self._bytes(*self._begins[line : line + 2].tolist()))
        if record is None:
            raise DamagedLineError(self._output.manifest, line + 1)
        return record

    def _bytes(self, begin: int, end: int) -> bytes:
        start, data = self._ahead
        if not start <= begin < end <= start + len(data):
            start, data = self._ahead = begin, self._read(begin, max(end - begin, _AHEAD))
        return data[begin - start : end - start]

    def _read(self, begin: int, size: int) -> bytes:
        with self._output.open(self._output.manifest) as file:
            if _identity(file) != self._identity:
                path = self._output.manifest
                raise StorageError(f"{path} has been written anew since: load it again")
            file.seek(begin)
            return file.read(size)


_NONE: _Numbers = np.zeros(1, np.int64)


def _identity(file: IO[bytes]) -> tuple[int, int, int]:
    """Return what tells a manifest from one that a later run put in its place."""
    found = os.fstat(file.fileno())
    return found.st_ino, found.st_size, found.st_mtime_ns


def _told(file: IO[bytes]) -> Iterator[tuple[_Numbers, _Numbers]]:
    """Yield how long lines are and how many samples their files have, block by block."""
    while block := file.read(_BLOCK) + file.readline():
        lines = block if block.endswith(b"\n") else block + b"\n"
        ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == ord("\n"))
        yield np.diff(ends, prepend=-1), _counted(lines, len(ends))


def _counted(lines: bytes, count: int) -> _Numbers:
    """Return how many samples the file of each line has: one, unless a line tells of more."""
    if _MANY not in lines:
        return np.ones(count, np.int64)
    return np.array([_samples(line) for line in lines.split(b"\n")[:-1]], np.int64)


def _samples(line: bytes) -> int:
    record = listed(line) if _MANY in line else None
    return 1 if record is None or record.new_rows is None else record.new_rows.stop
