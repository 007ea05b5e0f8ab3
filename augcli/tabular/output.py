"""One file of the output: its own rows as they are, then the new ones."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

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

    @cached_property
    def _extras(self) -> Extras:
        return extras_of(self.table, self.settings)

    @property
    def passes(self) -> bool:
        """Return whether the file is as it was."""
        return bool(self.kept.all()) and not self.drawn and not self._extras.columns

    def pieces(self, prints: list[Prints] | None = None) -> Iterator[Buffer]:
        """Yield the bytes of the file, and add the prints of its new rows where they are wanted."""
        if self.passes:
            yield self.source.data
            return
        dialect = self.table.parts[self.part].dialect
        if dialect is None:
            yield parquet_bytes(list(self._frames(prints)))
            return
        yield from self._own_lines(dialect)
        for cells in self._new_rows(prints):
            yield csv_rows(self._columns, cells, dialect)

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

    def _new_rows(self, prints: list[Prints] | None) -> Iterator[dict[int, Cells | None]]:
        """Yield the cells of new rows, block by block."""
        clip = self.settings.range == "observed"
        for piece in chain.from_iterable(each.pieces() for each in self.drawn):
            block = made(self.table, piece, clip=clip)
            if prints is not None:
                prints.append(prints_of(block, len(piece)))
            yield {**cells_of(block), **self._ids(piece), **self._extras.of_new(piece)}

    def _ids(self, drawn: Drawn) -> dict[int, Cells]:
        """Return new ids where they are asked for; no two new rows of a dataset have the same."""
        ids = self.table.with_role("id")
        if ids is None or self.settings.ids == "blank":
            return {}
        base, copy = (pl.Series(each).cast(pl.String) for each in (drawn.base, drawn.copy))
        return {ids.index: "aug-" + base + "-" + copy}

    def _frames(self, prints: list[Prints] | None) -> Iterator[pl.DataFrame]:
        own = pl.read_parquet(io.BytesIO(self.source.data))
        start, end = self.table.starts[self.part : self.part + 2]
        added = self._extras.of_own(np.arange(start, end))
        for column in self._extras.columns:
            values = pl.Series(column.name, added[column.index])
            own = own.with_columns(values.fill_nan(None) if values.dtype.is_float() else values)
        yield own.filter(pl.Series(self.kept))
        for cells in self._new_rows(prints):
            yield typed_frame(self._columns, cells, own.schema)
