"""Strings of which few are different, as a column of small numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence


class _Numbers(dict[str | None, int]):
    """The numbers of names, in the order in which they are first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str | None] = []

    def __missing__(self, name: str | None) -> int:
        self.names.append(name)
        return self.setdefault(name, len(self))


class Names:
    """A column of strings of which few are different, kept as small numbers."""

    def __init__(self) -> None:
        self._known = _Numbers()
        self.numbers = array("i")
        """Of each row the place of its name in `names`."""

    @property
    def names(self) -> Sequence[str | None]:
        """Return the different names."""
        return self._known.names

    def append(self, name: str | None) -> None:
        """Add one row."""
        self.numbers.append(self._known[name])

    def extend(self, names: Iterable[str | None]) -> None:
        """Add some rows."""
        self.numbers.extend(map(self._known.__getitem__, names))

    def __getitem__(self, row: int) -> str | None:
        return self._known.names[self.numbers[row]]

    def of(self, rows: Iterable[int]) -> Iterator[str | None]:
        """Return the names of some rows."""
        return map(self.names.__getitem__, map(self.numbers.__getitem__, rows))

    def __iter__(self) -> Iterator[str | None]:
        return map(self.names.__getitem__, self.numbers)
