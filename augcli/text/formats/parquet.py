"""Parquet: new rows are copies of their sources' but for the text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from augcli.dataset.columns import column_of
from augcli.dataset.splits import columns_of_splits
from augcli.errors import SettingError
from augcli.rows.encodings import LostLine
from augcli.rows.packed import read_parquet
from augcli.settings.base import ColumnRef
from augcli.task import Buffer, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import Row, in_columns
from augcli.text.words import Span


@in_columns("parquet", (".parquet", ".pq"))
class ParquetFile:
    """A Parquet file with a column of texts."""

    lost: Sequence[LostLine] = ()

    def __init__(self, source: Source, settings: TextDatasetSettings):
        import polars as pl

        self.name = source.name
        self._frame = read_parquet(source.data, settings.max_bytes)
        self._text = self._column("text", settings.text) or self._longest()
        if self._frame.schema[self._text] != pl.String:
            told = f"column {self._text!r} of {self.name} holds no texts"
            raise SettingError(("dataset", "text"), f"{told}, but {self._frame.schema[self._text]}")
        label, split = (
            self._column("label", settings.label),
            self._column("split", settings.split_column),
        )
        self._named = {self._text, label, split}
        self._separator = settings.label_separator or ", "
        self._texts: list[Any] = self._frame[self._text].to_list()
        self._labels = self._frame[label].to_list() if label else None
        self._splits = self._frame[split].to_list() if split else None

    def _column(self, key: str, ref: ColumnRef | None) -> str | None:
        names = self._frame.columns
        if ref is None:
            return None
        return names[column_of(self.name, names, ref, key)]

    def _longest(self) -> str:
        import polars as pl

        texts = self._frame.select(pl.col(pl.String).str.len_chars().sum())
        if not texts.width:
            raise SettingError(("dataset", "text"), f"{self.name} has no column of texts")
        totals = texts.row(0, named=True)
        return max(totals, key=lambda name: totals[name] or 0)

    def __len__(self) -> int:
        return len(self._texts)

    def row(self, index: int) -> Row:
        """Return a sample."""
        label = self._labels and self._labels[index]
        if isinstance(label, list):
            label = self._separator.join(map(str, label))
        split = self._splits and self._splits[index]
        text = self._texts[index]
        told = _plain(label)
        return Row("" if text is None else str(text), told and told.strip(), _plain(split))

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return the columns, that of the text first."""
        return sorted(self._frame.columns, key=lambda name: name != self._text)

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        import polars as pl

        texts = self._frame.select(pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String))
        free = texts.select(name for name in texts.columns if name not in self._named)
        return columns_of_splits(free.columns, free.iter_rows())

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the text: the rest is put to it when the file is assembled."""
        return text

    def part(self, rows: Sequence[int]) -> bytes:
        """Return a file of some of its rows."""
        buffer = io.BytesIO()
        self._frame[list(rows)].write_parquet(buffer, compression="zstd")
        return buffer.getvalue()

    def payload(self, rows: Iterable[str]) -> bytes:
        """Return texts as JSON."""
        return json.dumps(list(rows)).encode()

    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file with the new rows."""
        import polars as pl

        own, frames = self._frame, [self._frame]
        for rows, payload in blocks:
            texts = pl.Series(self._text, json.loads(payload), dtype=own.schema[self._text])
            frames.append(own[list(rows)].with_columns(texts))
        buffer = io.BytesIO()
        pl.concat(frames).write_parquet(buffer, compression="zstd")
        yield buffer.getvalue()


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)
