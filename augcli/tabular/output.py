"""One file of the output: its own rows as they are, then the new ones."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.once import Once
from augcli.tabular.columns import Column
from augcli.tabular.config import TableOutputSettings
from augcli.tabular.dialect import Dialect
from augcli.tabular.drawn import Drawn
from augcli.tabular.extras import Extras, extras_of
from augcli.tabular.structure import Lines
from augcli.tabular.synthesis import cells_of, made
from augcli.tabular.table import Table
from augcli.tabular.twins import Prints, prints_of
from augcli.tabular.writers import (
    Cells,
    csv_rows,
    parquet_bytes,
    some_lines,
    typed_frame,
)
from augcli.task import Buffer, Part, Source, Spread, here

_PRINT = np.dtype(np.uint64).itemsize


@dataclass(frozen=True)
class Writing:
    """All that one file of the output is made of."""

    table: Table
    part: int
    source: Source
    drawn: Sequence[Drawn]
    kept: NDArray[np.bool_]
    """Which of the source's rows stay."""
    settings: TableOutputSettings
    in_turn: Spread = here
    key: str = ""

    @cached_property
    def _extras(self) -> Extras:
        return extras_of(self.table, self.settings)

    @property
    def passes(self) -> bool:
        """Return whether the file is as it was."""
        return bool(self.kept.all()) and not self.drawn and not self._extras.columns

    def pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of the file."""
        if self.passes:
            yield self.source.data
            return
        dialect = self.table.parts[self.part].dialect
        if dialect is None:
            frames = [pl.read_ipc(io.BytesIO(each)) for _, each in self._blocks()]
            yield parquet_bytes([self._own_frame(), *frames])
            return
        yield from self._own_lines(dialect)
        yield from (lines for _, lines in self._blocks())

    def prints(self) -> Iterator[Prints]:
        """Yield the prints of the new rows."""
        return (prints for prints, _ in self._blocks())

    def _blocks(self) -> Iterator[tuple[Prints, memoryview]]:
        """Yield the new rows block by block: their prints, and what is written of them."""
        for part in self._parts:
            size, data = _PRINT * len(self._pieces[part.items[0]]), memoryview(part.whole)
            yield np.frombuffer(data[:size], np.uint64), data[size:]

    @cached_property
    def _parts(self) -> Once[Part]:
        numbers = ([number] for number in range(len(self._pieces)))
        return Once(self.in_turn(self.key, self._block, numbers))

    @cached_property
    def _pieces(self) -> list[Drawn]:
        """Return the new rows that are made together."""
        return [piece for each in self.drawn for piece in each.pieces()]

    @property
    def _columns(self) -> list[Column]:
        return [*self.table.columns, *self._extras.columns]

    def _own_lines(self, dialect: Dialect) -> Iterator[Buffer]:
        start = int(self.table.starts[self.part])
        added = self._extras.added(dialect, start) if self._extras.columns else None
        own = self.table.parts[self.part].own if self.drawn else self.source.data
        if self.kept.all() and added is None:
            return iter([own, dialect.ending(own)])
        lines = Lines(dialect.to_plain(self.table.parts[self.part].own), dialect)
        return some_lines(lines, self.kept, added)

    def _block(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        """Return new rows that are made together: their prints, and what is written of them."""
        piece = self._pieces[numbers[0]]
        block = made(self.table, piece, clip=self.settings.clips)
        cells = {**cells_of(block), **self._ids(piece), **self._extras.of_new(piece)}
        return prints_of(block, len(piece)).tobytes() + self._written(cells)

    def _written(self, cells: Mapping[int, Cells | None]) -> bytes:
        dialect = self.table.parts[self.part].dialect
        if dialect:
            return csv_rows(self._columns, cells, dialect)
        buffer = io.BytesIO()
        typed_frame(self._columns, cells, self._schema).write_ipc(buffer)
        return buffer.getvalue()

    @cached_property
    def _schema(self) -> pl.Schema:
        return self._own_frame().schema

    def _ids(self, drawn: Drawn) -> dict[int, Cells]:
        """Return new ids where they are asked for; no two new rows of a dataset have the same."""
        ids = self.table.with_role("id")
        if ids is None or self.settings.ids == "blank":
            return {}
        base, copy = (pl.Series(each).cast(pl.String) for each in (drawn.base, drawn.copy))
        return {ids.index: "aug-" + base + "-" + copy}

    def _own_frame(self) -> pl.DataFrame:
        own = pl.read_parquet(io.BytesIO(self.source.data))
        start, end = self.table.starts[self.part : self.part + 2]
        added = self._extras.of_own(np.arange(start, end))
        for column in self._extras.columns:
            values = pl.Series(column.name, added[column.index])
            own = own.with_columns(values.fill_nan(None) if values.dtype.is_float() else values)
        return own.filter(pl.Series(self.kept))
