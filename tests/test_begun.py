"""Small units of a chunk are worked on together, one kind of work after the other;
a beat before each tells which one is in hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from augcli.work.chunk import ready


class Unit:
    """As a unit on its way is, as far as it matters here."""

    def __init__(self, name: str, size: int, told: list[str]):
        self.name, self._size, self._told = name, size, told

    def begin(self) -> int:
        self._told.append(f"begin {self.name}")
        return self._size

    def ahead(self) -> Iterator[None]:
        for part in range(2):
            self._told.append(f"part {part} {self.name}")
            yield

    def run(self) -> None:
        self._told.append(f"run {self.name}")


def worked(sizes: dict[str, int], stop_at: int = -1) -> list[str]:
    told: list[str] = []

    def beat(item: int) -> bool:
        told.append(str(item))
        return len(told) != stop_at

    units = [Unit(name, size, told) for name, size in sizes.items()]
    for unit in ready(units, beat):
        unit.run()
    return told


def test_small_ones_together_and_large_ones_alone():
    told = worked({"a": 9, "b": 2 << 20, "c": 2 << 20, "d": 1, "e": 1})
    assert [each for each in told if not each.isdigit()] == [
        *("begin a", "begin b", "part 0 a", "part 0 b", "part 1 a", "part 1 b", "run a", "run b"),
        *("begin c", "part 0 c", "part 1 c", "run c"),
        *("begin d", "begin e", "part 0 d", "part 0 e", "part 1 d", "part 1 e", "run d", "run e"),
    ]
    assert all(
        "abcde"[int(before)] == each[-1] for before, each in pairwise(told) if not each.isdigit()
    )


@pytest.mark.parametrize("stop_at", [1, 3, 5, 7])
def test_nothing_is_worked_on_after_a_stop(stop_at):
    told = worked({"a": 1, "b": 1}, stop_at)
    assert len(told) == stop_at
    assert told[-1].isdigit()
