"""Strings of which few are different, as a column of small numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class Names:
    """A column of strings of which few are different, kept as small numbers."""

    def __init__(self) -> None:
        self.names: list[str | None] = []
        self._numbers: dict[str | None, int] = {}
        self.numbers = array("i")
        """Of each row the place of its name in `names`."""

    def append(self, name: str | None) -> None:
        """Add one row."""
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        self.numbers.append(self._numbers[name])

    def __getitem__(self, row: int) -> str | None:
        return self.names[self.numbers[row]]

    def __iter__(self) -> Iterator[str | None]:
        return map(self.names.__getitem__, self.numbers)
