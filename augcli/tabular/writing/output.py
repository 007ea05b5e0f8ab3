"""One file of the output: its own rows as they are, then the new ones.

New rows are made block by block on forks of the process that read the dataset, which Polars'
threads do not survive: blocks are numbers and codes, and are put in words where they come together.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from augcli.once import Once
from augcli.requests.spread import Part, Spread, here
from augcli.rows.packings import packing_of
from augcli.rows.parquet import Origin
from augcli.tabular.config import TableOutputSettings
from augcli.tabular.drawn import ROWS, Drawn, Numbered
from augcli.tabular.reading.columns import WHOLE_IDS, Column
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.parquet import in_order, parquet_bytes, typed_frame
from augcli.tabular.reading.structure import Lines
from augcli.tabular.reading.table import Rows, Table
from augcli.tabular.transform import Block
from augcli.tabular.writing.extras import Extras, extras_of
from augcli.tabular.writing.gaps import with_typed, with_written
from augcli.tabular.writing.repeated import lines_of, with_cells
from augcli.tabular.writing.synthesis import cells_of, made
from augcli.tabular.writing.twins import Prints, prints_of
from augcli.tabular.writing.writers import (
    Cells,
    csv_bytes,
    csv_cells,
    csv_lines,
    joined,
    some_lines,
)
from augcli.task import Buffer, Source

_CELLS = 1 << 22
"""About how many cells of new rows are made at a time: a part of a second's work."""


class Writing(Struct, frozen=True, dict=True):
    """All that one file of the output is made of."""

    table: Table
    part: int
    source: Source
    drawn: Sequence[Drawn]
    kept: NDArray[np.bool_]
    """Which of the source's rows stay."""
    ours: NDArray[np.bool_]
    """The table's rows of augmented splits."""
    settings: TableOutputSettings
    spread: Spread = here
    key: str = ""

    @cached_property
    def _extras(self) -> Extras:
        return extras_of(self.table, self.settings, self.ours)

    @property
    def passes(self) -> bool:
        """Return whether the file is as it was."""
        return bool(self.kept.all()) and not self.drawn and not self._extras.columns

    def pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of the file."""
        packing = packing_of(self.source.data)
        if self.passes:
            yield self.source.data
        elif packing:
            yield from packing.pack(self._made_pieces())
        else:
            yield from self._made_pieces()

    def _made_pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of a file that is not as it was, unpacked."""
        dialect = self.table.parts[self.part].dialect
        if dialect is None:
            whole = in_order(pl.read_parquet(io.BytesIO(self.source.data)), self.table.columns)
            own = self._own_frame(whole)
            frames = [self._typed(*each, own, whole) for each in self._blocks()]
            yield parquet_bytes(own, frames, Origin.of(self.source.data))
            return
        yield from self._own_lines(dialect)
        for each in self._blocks():
            yield self._lines(*each, dialect)

    def prints(self) -> Iterator[Prints]:
        """Yield the prints of the new rows; those that were written are not read again."""
        for part in filter(_is_made, self._parts):
            if part.items[0] not in self._prints:
                self._block(part)
            yield self._prints[part.items[0]]

    @property
    def lost(self) -> Mapping[int, str]:
        """Return the numbers of new rows on which workers were lost, and why."""
        return {part.items[0]: part.loss for part in self._parts if part.loss}

    @property
    def whole(self) -> Sequence[Drawn]:
        """Return what is drawn, without what is lost."""
        if not self.lost:
            return self.drawn
        gone, starts = np.array([*self.lost]), self._numbered.starts
        return [
            each.at(np.setdiff1d(np.arange(len(each)), gone - start))
            for each, start in zip(self.drawn, starts, strict=False)
        ]

    def drawn_as(self, number: int) -> Drawn:
        """Return what is drawn for one new row."""
        return self._numbered.at(range(number, number + 1))

    def _blocks(self) -> Iterator[tuple[Drawn, Block]]:
        """Yield the new rows block by block: what is drawn, and what was made of it."""
        return map(self._block, filter(_is_made, self._parts))

    def _block(self, part: Part) -> tuple[Drawn, Block]:
        drawn = self._numbered.at(part.items)
        block = Block.unpacked(self.table, part.whole, len(drawn))
        self._prints[part.items[0]] = prints_of(block, len(drawn))
        return drawn, block

    @cached_property
    def _prints(self) -> dict[int, Prints]:
        """The prints of new rows that were made together, by the number of the first."""
        return {}

    @cached_property
    def _parts(self) -> Once[Part]:
        most = max(1, min(ROWS, _CELLS // len(self.table.columns)))
        numbers = self._numbered.ranges(most)
        return Once(self.spread(self.key, self._made, numbers) if self.drawn else ())

    @cached_property
    def _numbered(self) -> Numbered:
        return Numbered(self.drawn)

    def _made(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        """Return new rows that are made together, packed."""
        return made(self.table, self._numbered.at(numbers), clip=self.settings.clips).packed()

    def _lines(self, drawn: Drawn, block: Block, dialect: Dialect) -> bytes:
        """Return new rows as lines; those that are their bases as these are written."""
        again, cells = drawn.repeats, self._cells(drawn, block)
        if again.all():
            return joined(self._lines_again(drawn.base, cells, dialect), dialect)
        written = with_written(csv_cells(self._columns, cells, dialect), block, drawn, dialect)
        if not again.any():
            return csv_bytes(written, dialect)
        lines = self._lines_again(drawn.base, cells, dialect)
        return joined(lines.zip_with(pl.Series(again), csv_lines(written, dialect)), dialect)

    def _lines_again(
        self, base: Rows, cells: Mapping[int, Cells | None], dialect: Dialect
    ) -> pl.Series:
        """Return the lines of some rows, with the cells of their own that new rows have."""
        known, lines = self._own_rows
        found = lines.gather(np.minimum(np.searchsorted(known, base), len(known) - 1))
        return with_cells(found, csv_cells(self._not_repeated, cells, dialect), dialect)

    @cached_property
    def _own_rows(self) -> tuple[Rows, pl.Series]:
        """The rows of the source that come again, and their lines."""
        known = np.unique(np.concatenate([each.base[each.repeats] for each in self.drawn]))
        return known, lines_of(self._own_text, known - self.table.starts[self.part])

    @property
    def _own_text(self) -> Lines:
        """The rows of the source, which is a text."""
        part = self.table.parts[self.part]
        assert part.dialect, "a text has one"
        return Lines(part.dialect.form.to_plain(part.own), part.dialect)

    def _typed(
        self, drawn: Drawn, block: Block, own: pl.DataFrame, whole: pl.DataFrame
    ) -> pl.DataFrame:
        """Return new rows in the types of their file; those that are their bases as these are."""
        frame, again = typed_frame(self._columns, self._cells(drawn, block), own), drawn.repeats
        frame = with_typed(frame, block, drawn)
        if not again.any():
            return frame
        rows = whole[drawn.base - self.table.starts[self.part]]
        others = {each.name for each in self._not_repeated}
        names, mask = [name for name in whole.columns if name not in others], pl.Series(again)
        return frame.with_columns(rows[name].zip_with(mask, frame[name]) for name in names)

    @property
    def _not_repeated(self) -> list[Column]:
        """Return the columns of which a row that comes again has cells of its own."""
        named = () if self.settings.ids == "blank" else [each.index for each in self.table.ids]
        return [
            column
            for column in self._columns
            if column.role in ("id", "ignore") or column.index in named
        ]

    def _cells(self, drawn: Drawn, block: Block) -> Mapping[int, Cells | None]:
        """Return the cells of new rows by column."""
        return {**cells_of(block), **self._ids(drawn), **self._extras.of_new(drawn)}

    @property
    def _columns(self) -> list[Column]:
        return [*self.table.columns, *self._extras.columns]

    def _own_lines(self, dialect: Dialect) -> Iterator[Buffer]:
        start = int(self.table.starts[self.part])
        added = self._extras.added(dialect, start) if self._extras.columns else None
        own = self.table.parts[self.part].own
        if self.kept.all() and added is None:
            return iter([own, dialect.form.ending(own)])
        return some_lines(self._own_text, self.kept, added)

    def _ids(self, drawn: Drawn) -> dict[int, Cells]:
        """Return new ids where they are asked for; no two new rows of a dataset have the same."""
        if self.settings.ids == "blank":
            return {}
        base, copy = (pl.Series(each).cast(pl.String) for each in (drawn.base, drawn.copy))
        number = pl.Series(1 + drawn.base + drawn.copy * len(self.table))
        return {
            each.index: self.table.largest[each.index] + number
            if each.dtype in WHOLE_IDS
            else self.table.new_mark(each.index) + base + "-" + copy
            for each in self.table.ids
        }

    def _own_frame(self, own: pl.DataFrame) -> pl.DataFrame:
        start, end = self.table.starts[self.part : self.part + 2]
        added = self._extras.of_own(np.arange(start, end))
        for column in self._extras.columns:
            values = pl.Series(column.name, added[column.index])
            own = own.with_columns(values.fill_nan(None) if values.dtype.is_float() else values)
        return own.filter(pl.Series(self.kept))


def _is_made(part: Part) -> bool:
    """Return whether no worker was lost on a part."""
    return part.made is not None
