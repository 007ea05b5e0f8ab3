"""Parquet: new rows are copies of their sources' but for the text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from augcli.dataset.columns import column_of
from augcli.dataset.splits import columns_of_splits
from augcli.errors import SettingError
from augcli.rows.packed import read_parquet
from augcli.rows.parquet import Origin
from augcli.settings.base import ColumnRef
from augcli.task import Buffer, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import in_columns
from augcli.text.formats.objects import SAMPLED, ObjectFile
from augcli.text.formats.places import at, changed, path_of
from augcli.text.words import Span


@in_columns("parquet", (".parquet", ".pq"), "spans", "offsets", "roles", "tags")
class ParquetFile(ObjectFile):
    """A Parquet file with a column of texts."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        self.name = source.name
        self._frame = read_parquet(source.data, settings.max_bytes)
        self._origin = Origin.of(source.data)
        self._some = self._frame.head(SAMPLED).to_dicts()
        super().__init__(settings, self._some, self._column)
        told_columns = (name for name in self._frame.columns if name in self._named)
        self._cells = {name: self._frame[name].to_list() for name in told_columns}
        self._check_types()

    def _column(self, key: str, ref: ColumnRef | None) -> str | None:
        """Return a column or a field of one that the recipe names; SettingError without one."""
        names = self._frame.columns
        if ref is None:
            return None
        path = path_of(str(ref), self._some)
        if len(path) > 1 and any(at(row, path) is not None for row in self._some):
            return str(ref)
        return names[column_of(self.name, names, ref, key)]

    def _check_types(self) -> None:
        """Raise SettingError where what is named holds no texts."""
        import polars as pl

        schema, nested = self._frame.schema, (pl.List, pl.Struct, pl.Array)
        for first, *inner in self._content.paths:
            name = str(first)
            if name not in schema:
                raise SettingError(("dataset", "text"), f"{self.name} has no column of texts")
            if not inner and not isinstance(schema[name], (pl.String, *nested)):
                told = f"column {name!r} of {self.name} holds no texts, but {schema[name]}"
                raise SettingError(("dataset", "text"), told)

    def __len__(self) -> int:
        return self._frame.height

    def _values(self, index: int) -> dict[str, Any]:
        return {name: column[index] for name, column in self._cells.items()}

    def _place(self, index: int) -> str:
        return f"row {index}"

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return the columns, that of the text first."""
        return self._first_of(self._frame.columns)

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        import polars as pl

        texts = self._frame.select(pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String))
        free = texts.select(name for name in texts.columns if name not in self._named)
        return columns_of_splits(free.columns, free.iter_rows())

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return what another text changes; it is put to the rest when the file is assembled."""
        changes = self._content.changes(self._values(index), text, spans)
        return None if changes is None else json.dumps(changes)

    def part(self, rows: Sequence[int]) -> bytes:
        """Return a file of some of its rows."""
        return self._origin.written(self._frame[list(rows)], compression="zstd")

    def payload(self, rows: Iterable[str]) -> bytes:
        """Return the changes of rows as JSON."""
        return f"[{','.join(rows)}]".encode()

    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file with the new rows."""
        import polars as pl

        own, frames = self._frame, [self._frame]
        new = {str(path[0]): own.schema[str(path[0])] for path in self._content.paths}
        for rows, payload in blocks:
            told = list(map(self._changed, rows, json.loads(payload)))
            made = pl.DataFrame({name: [row[name] for row in told] for name in new}, new)
            frames.append(own[list(rows)].with_columns(made))
        yield self._origin.written(pl.concat(frames), compression="zstd")

    def _changed(self, index: int, changes: Any) -> dict[str, Any]:
        """Return a row after changes."""
        values = self._values(index)
        for path, new in changes:
            values = changed(values, tuple(path), new)
        return values
