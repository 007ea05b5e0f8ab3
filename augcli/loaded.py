"""Samples as their files have them: what a kind reads from an output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from msgspec import Struct

from augcli.task import Shares


class Content(Struct, frozen=True, eq=False):
    """What a sample is, by itself."""

    value: Any
    """A picture (H×W×C array, RGB), a text, a series (channels × time), or cells by column."""
    label: str | Shares | None
    split: str | None
    trouble: str | None = None
    """Why it has no value."""


class Contents(Sequence[Content]):
    """The samples of a file, each read when it is asked for."""

    def __init__(self, count: int, read: Callable[[int], Content]):
        self._count, self._read = count, read

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> Content: ...

    @overload
    def __getitem__(self, row: slice) -> list[Content]: ...

    def __getitem__(self, row: int | slice) -> Content | list[Content]:
        if isinstance(row, slice):
            return [self._read(each) for each in range(self._count)[row]]
        return self._read(range(self._count)[row])
