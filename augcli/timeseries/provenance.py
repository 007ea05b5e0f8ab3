"""Where new series come from, as a table beside the manifest: a line for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Any

from augcli.names import group_of
from augcli.rows.tables import columns, parquet_of, plain_name
from augcli.timeseries.copies import Copy
from augcli.timeseries.formats.base import Own
from augcli.timeseries.library import Entry

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
        """Return the hash of all lines, as if all were made, and of what comes before them."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(repr(line).encode("utf-8", "surrogatepass"))
        digest.update(repr(list(self.own)).encode() if self.own else b"")
        return digest.hexdigest()

    def lines(self, lost: Collection[int] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the lines of the new series but those of lost copies, by column."""
        output = plain_name(self.output)
        made = (copy for number, copy in enumerate(self.copies) if number not in lost)
        for row, copy in enumerate(made, self.first):
            yield (
                output,
                row,
                plain_name(copy.source),
                [*map(plain_name, copy.partners)],
                self.entries[copy.source].split or None,
                copy.label,
                copy.copy,
                copy.method,
                copy.steps,
                copy.attempt or None,
                copy.repeats,
                copy.weights and json.dumps(copy.weights),
                copy.length,
                *(self._marks(copy) if self.is_marked else ()),
            )

    @staticmethod
    def _marks(copy: Copy) -> tuple[str | None, ...]:
        return copy.stage, group_of(plain_name(copy.source), copy.spot), copy.view


def written(lines: Iterator[tuple[Any, ...]], marks: Mapping[str, str]) -> Iterator[bytes]:
    """Return the table as a file, with columns of `marks` last."""
    import polars as pl  # where files are one series each, nothing needs it

    own = {"weights": pl.String(), "length": pl.Int64()}
    told = columns() | own | {name: columns(marks)[name] for name in marks}
    blocks = iter(lambda: list(islice(lines, _BLOCK)), [])
    frames = (pl.DataFrame(block, schema=told, orient="row") for block in chain([[]], blocks))
    return parquet_of(frames)
