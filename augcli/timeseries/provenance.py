"""Where new series come from, as a table beside the manifest: a line for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from augcli.names import group_of
from augcli.records.row_records import MARKS
from augcli.rows.tables import arranged, columns, dumped, plain_name
from augcli.timeseries.copies import Copy
from augcli.timeseries.formats.base import Own
from augcli.timeseries.library import Entry

if TYPE_CHECKING:
    import polars as pl

_BLOCK = 1 << 14


@dataclass(frozen=True)
class Story:
    """An output file, the row of its first new series, and what was drawn for these."""

    output: str
    first: int
    copies: Sequence[Copy]
    entries: Mapping[str, Entry]
    own: Own = None
    """The rows of its source that the file's own series are; None where they are all as they were.
    """
    is_marked: bool = False
    """Whether stage, group and view are told."""

    @cached_property
    def digest(self) -> str:
        """Return the hash of all that is told of them, as if all were made, and of own rows."""
        digest = hashlib.sha256(dumped(self.own))
        for copies in _blocks(self.copies) if self.copies else ():
            digest.update(dumped([self.output, self.first, self._told(copies)]))
        return digest.hexdigest()

    def frames(self, lost: Collection[int] = ()) -> Iterator[pl.DataFrame]:
        """Yield a line for each new series but lost ones, the columns of all kinds first."""
        made = [copy for number, copy in enumerate(self.copies) if number not in lost]
        row = self.first
        for copies in _blocks(made):
            yield framed(self._told(copies), self.output, row)
            row += len(copies)

    def _told(self, copies: Sequence[Copy]) -> dict[str, list[Any]]:
        """Return what is told of some new series, by column."""
        told: dict[str, list[Any]] = {
            "base": [plain_name(copy.source) for copy in copies],
            "split": [self.entries[copy.source].split or None for copy in copies],
            "label": [copy.label for copy in copies],
            "copy": [copy.copy for copy in copies],
            "method": [copy.method for copy in copies],
            "steps": [copy.steps for copy in copies],
            "attempt": [copy.attempt or None for copy in copies],
            "repeats": [copy.repeats for copy in copies],
            "weights": [copy.weights and json.dumps(copy.weights) for copy in copies],
            "length": [copy.length for copy in copies],
        }
        if any(copy.partners for copy in copies):
            told["partners"] = [[*map(plain_name, copy.partners)] for copy in copies]
        if self.is_marked:
            marks = [*map(self._marks, copies)]
            told |= {name: [mark[at] for mark in marks] for at, name in enumerate(MARKS)}
        return told

    @staticmethod
    def _marks(copy: Copy) -> tuple[str | None, ...]:
        return copy.stage, group_of(plain_name(copy.source), copy.spot), copy.view


def _blocks(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    return (copies[start : start + _BLOCK] for start in range(0, len(copies) or 1, _BLOCK))


def framed(told: Mapping[str, list[Any]], output: str, first: int) -> pl.DataFrame:
    """Return what is told of new series as lines of a table; the first is row `first`."""
    import polars as pl  # where files are one series each, nothing needs it

    types = columns(MARKS) | {"weights": pl.String(), "length": pl.Int64()}
    return arranged(pl.DataFrame(told, {name: types[name] for name in told}), output, first)
