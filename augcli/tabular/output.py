"""One file of the output: its own rows as they are, then the new ones."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.tabular.columns import Column
from augcli.tabular.config import TableOutputSettings
from augcli.tabular.dialect import Dialect
from augcli.tabular.drawn import Drawn
from augcli.tabular.provenance import row_ids
from augcli.tabular.structure import text_of
from augcli.tabular.synthesis import synthesise
from augcli.tabular.table import Table
from augcli.tabular.writers import (
    SOURCE_COLUMN,
    Cells,
    blocks,
    csv_rows,
    parquet_bytes,
    some_lines,
    typed,
    whole_lines,
)
from augcli.task import Buffer, Source


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

    def pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of the file."""
        dialect = self.table.parts[self.part].dialect
        if dialect is None:
            yield parquet_bytes(list(self._frames()))
            return
        yield from self._own_lines(dialect)
        for cells in self._new_rows():
            yield csv_rows(self._columns, cells, dialect)

    @property
    def _columns(self) -> list[Column]:
        told = Column(len(self.table.columns), SOURCE_COLUMN, "ignore", "category")
        return [*self.table.columns, *([told] if self.settings.source_column else [])]

    @property
    def _own_ids(self) -> pl.Series:
        start, end = self.table.starts[self.part : self.part + 2]
        return row_ids(self.table, np.arange(start, end))

    def _own_lines(self, dialect: Dialect) -> Iterator[Buffer]:
        added = self._own_ids if self.settings.source_column else None
        if self.kept.all() and added is None:
            return whole_lines(self.source.data, dialect)
        return some_lines(text_of(self.source.data, dialect), self.kept, added)

    def _new_rows(self) -> Iterator[dict[int, Cells | None]]:
        """Yield the cells of new rows, block by block."""
        clip = self.settings.range == "observed"
        first = int(self.kept.sum())
        for each in self.drawn:
            for some in blocks(each.base):
                piece = each.at(some)
                yield synthesise(self.table, piece, clip=clip) | self._names(piece, first)
                first += len(piece)

    def _names(self, drawn: Drawn, first: int) -> dict[int, Cells | None]:
        """Return the cells that name rows: ids, and the rows that new ones come from."""
        cells: dict[int, Cells | None] = {}
        ids = self.table.with_role("id")
        if ids and self.settings.ids == "new":
            numbers = pl.Series(np.arange(first, first + len(drawn))).cast(pl.String)
            cells[ids.index] = "aug-" + numbers
        if self.settings.source_column:
            cells[len(self.table.columns)] = row_ids(self.table, drawn.base)
        return cells

    def _frames(self) -> Iterator[pl.DataFrame]:
        own = pl.read_parquet(io.BytesIO(self.source.data))
        if self.settings.source_column:
            own = own.with_columns(self._own_ids.alias(SOURCE_COLUMN))
        yield own.filter(pl.Series(self.kept))
        for cells in self._new_rows():
            yield typed_frame(self._columns, cells, own.schema)


def typed_frame(
    columns: Sequence[Column], cells: Mapping[int, Cells | None], schema: pl.Schema
) -> pl.DataFrame:
    """Return new rows in the types of a Parquet file."""
    height = next(len(each) for each in cells.values() if each is not None)
    return pl.DataFrame(
        [
            typed(cells.get(column.index), schema[column.name], height).alias(column.name)
            for column in columns
        ]
    )
