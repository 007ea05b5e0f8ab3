"""Where new series come from, as a table beside the manifest: a line for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from augcli.names import group_of
from augcli.records.row_records import MARKS
from augcli.rows.tables import arranged, columns, dumped, plain_name
from augcli.timeseries.copies import CopyColumns
from augcli.timeseries.formats.base import Own
from augcli.timeseries.library import Entry

if TYPE_CHECKING:
    import polars as pl

_BLOCK, _HASHED = 1 << 14, 1 << 10
"""How many lines are put together, and hashed, at a time."""


class Story(Struct, frozen=True, dict=True):
    """An output file, the row of its first new series, and what was drawn for these."""

    output: str
    first: int
    copies: CopyColumns
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
        for copies in self.copies.parts(_HASHED) if self.copies else ():
            told = self._told(copies)
            lines = "\n".join(told.pop("steps"))
            digest.update(dumped([self.output, self.first, told]))
            digest.update(lines.encode())
        return digest.hexdigest()

    def frames(self, lost: Collection[int] = ()) -> Iterator[pl.DataFrame]:
        """Yield a line for each new series but lost ones, the columns of all kinds first."""
        every = range(len(self.copies))
        made = [number for number in every if number not in lost] if lost else every
        row = self.first
        for copies in self.copies.some(made).parts(_BLOCK):
            yield framed(self._told(copies), self.output, row)
            row += len(copies)

    def _told(self, copies: CopyColumns) -> dict[str, Sequence[Any]]:
        """Return what is told of some new series, by column."""
        sources = copies.column("source")
        told: dict[str, Sequence[Any]] = {
            "base": [*map(plain_name, sources)],
            "split": [self.entries[source].split or None for source in sources],
            **{name: copies.column(name) for name in ("label", "copy", "method", "steps")},
            "attempt": [attempt or None for attempt in copies.column("attempt")],
            "repeats": copies.column("repeats"),
            "weights": [weights and json.dumps(weights) for weights in copies.column("weights")],
            "length": copies.column("length"),
        }
        partners = copies.column("partners")
        if any(partners):
            told["partners"] = [[*map(plain_name, each)] for each in partners]
        if self.is_marked and copies:
            groups = [group_of(plain_name(each.source), each.spot) for each in copies]
            marks = copies.column("stage"), groups, copies.column("view")
            told |= dict(zip(MARKS, marks, strict=True))
        return told


def framed(told: Mapping[str, Sequence[Any]], output: str, first: int) -> pl.DataFrame:
    """Return what is told of new series as lines of a table; the first is row `first`."""
    import polars as pl  # where files are one series each, nothing needs it

    types = columns(MARKS) | {"weights": pl.String(), "length": pl.Int64()}
    return arranged(pl.DataFrame(told, {name: types[name] for name in told}), output, first)
