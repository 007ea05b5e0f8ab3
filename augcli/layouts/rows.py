"""Files of many samples → shards for loaders: a row falls to a shard by the hash of what it says.

So a row that is changed, added or removed changes one shard or two, and every shard has some of
all classes. The files stay beside the shards, which have what is in them and not their bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from augcli.disk.disk import storage_errors
from augcli.kind import kind_of, load_kind
from augcli.layouts.base import Layout, proven
from augcli.layouts.filing import Filing, as_listed
from augcli.layouts.joining import shards_for
from augcli.layouts.members import Member
from augcli.layouts.shelf import Table
from augcli.layouts.staged import Staged
from augcli.lazily import Lazily
from augcli.loaded import Content
from augcli.records.provenance import Record
from augcli.task import Plain, class_of

if TYPE_CHECKING:
    import polars as pl
else:
    pl = Lazily("polars")

_BLOCK = 10_000
"""Rows that are objects at a time."""
_SPLIT, _POINT = "\0split", "\0point"
"""Columns of a row's way: no table has such names."""
_CLASS = "\0label"
"""That of a class by its name, until all are known and have numbers."""


class RowJoin:
    """The shards that the rows of some files are to lie in."""

    def __init__(
        self, staged: Staged, layout: Layout, records: Iterable[Record], asked: int | None
    ):
        self._staged, self._layout, self._records = staged, layout, records
        self._filing = Filing(staged, layout.name)
        self._asked = asked
        self._bytes = 0

    def done(self) -> dict[str, Iterable[str]]:
        """Write what is not there yet, remove what goes; return the lines of what lists all."""
        with storage_errors(self._staged.shelf.root.path):
            rows = self._rows()
            tables = {split: self._of_split(split, rows) for split in _splits(rows)}
            self._filing.sweep([table for each in tables.values() for table in each])
        return dict(self._layout.listing_of_rows(as_listed(tables), _shown(rows)))

    def _rows(self) -> pl.DataFrame:
        """Return the rows of all files."""
        blocks = [block for record in self._records for block in self._blocks(record)]
        empty = pl.DataFrame(schema={_SPLIT: pl.String, _POINT: pl.UInt64})
        return _classed(pl.concat([empty, *blocks], how="diagonal_relaxed"))

    def _blocks(self, record: Record) -> Iterator[pl.DataFrame]:
        """Yield the rows of a file, each with its split and its point."""
        data = proven(self._staged, record.output, record.sha256)
        read, new = load_kind(kind_of(record)).contents, record.new_rows
        assert read is not None and new is not None
        self._bytes += len(data)
        contents = read(record, data)
        for begin in range(0, len(contents), _BLOCK):
            block = contents[begin : begin + _BLOCK]
            rows = [_row(record.content, each, begin + at in new) for at, each in enumerate(block)]
            yield pl.DataFrame(rows, infer_schema_length=None).with_columns(
                pl.Series(_SPLIT, [each.split or "all" for each in block]),
                pl.Series(_POINT, [*map(_point, rows)], dtype=pl.UInt64),
            )

    def _of_split(self, split: str, rows: pl.DataFrame) -> list[Table]:
        """Return the tables of a split's shards."""
        own = rows.filter(rows[_SPLIT] == split).sort(_POINT, maintain_order=True)
        size = self._bytes * own.height / rows.height
        count = self._asked or shards_for(own.height, size, self._layout.most_rows)
        numbers = (own[_POINT].to_numpy() >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)
        bounds = np.searchsorted(numbers, np.arange(count + 1))
        return [
            self._shard(split, self._layout.shard(split, number, count), _shown(own[begin:end]))
            for number, (begin, end) in enumerate(pairwise(bounds))
        ]

    def _shard(self, split: str, name: str, rows: pl.DataFrame) -> Table:
        """Return the table of a shard, which is written if it is not what it is to be."""
        data = self._layout.of_rows(rows)
        key = hashlib.sha256(data).hexdigest()
        return self._filing.known(name, key) or self._filing.written(
            name, split, key, rows.height, partial(_write, data)
        )


def _row(column: str, content: Content, is_new: bool) -> dict[str, Any]:
    """Return what a shard for loaders has of a row: its own columns, or the one of its content."""
    if isinstance(content.value, dict):
        return {**content.value, _free("is_new", content.value): is_new}
    value = content.value.tolist() if isinstance(content.value, np.ndarray) else content.value
    return {column: value, _CLASS: class_of(content.label), "is_new": is_new}


def _free(name: str, taken: Iterable[str]) -> str:
    return _free(f"{name}_", taken) if name in taken else name


def _point(row: Plain) -> int:
    """Return the hash of what a row says."""
    told = json.dumps(row, default=str).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:8])


def _classed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the classes of texts and series as numbers that have names."""
    if _CLASS not in rows.columns:
        return rows
    if rows[_CLASS].dtype != pl.String:
        return rows.drop(_CLASS)
    classes = pl.Enum(rows[_CLASS].unique().drop_nulls().sort())
    return rows.with_columns(pl.col(_CLASS).cast(classes)).rename({_CLASS: "label"})


def _splits(rows: pl.DataFrame) -> list[str]:
    return rows[_SPLIT].unique().sort().to_list()


def _shown(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop(_SPLIT, _POINT)


def _write(data: bytes, file: IO[bytes]) -> Sequence[Member]:
    """Write a shard that has the bytes of no file."""
    file.write(data)
    return []
