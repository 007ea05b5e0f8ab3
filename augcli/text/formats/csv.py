"""Tables: CSV and its kin. Only the text's own cell of a new row differs from its source's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from augcli.dataset.columns import column_of
from augcli.dataset.splits import called, columns_of_splits
from augcli.rows.cells import cells, mended, row_spans, value, values, width_of, written
from augcli.rows.delimited import sniff
from augcli.settings.base import ColumnRef
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import LinedFile, Row, Writer, in_columns
from augcli.text.formats.classes import Classes
from augcli.text.formats.labelled import UNITS, spans_of
from augcli.text.formats.stale import refuse_stale
from augcli.text.joined import joined, parted
from augcli.text.words import Span

_SAMPLED = 200
_HEAD = 1 << 20
_DIALECT = ("header", "delimiter", "quote", "encoding")
_UNIT = UNITS["characters"]
_NAME = re.compile(r"[^\W\d][\w .\-/()]{0,40}")
_TEXTS = """
text texts sentence sentences review reviews comment comments tweet tweets message messages content
title titles headline headlines document documents description question questions utterance phrase
post posts sms body abstract summary caption query
"""
_OF_TEXTS = frozenset(_TEXTS.split())
"""What people call a column that is the only one; any other word may be a text."""


@in_columns("csv", (".csv", ".tsv", ".tab", ".txt", ".dat"), *_DIALECT, "spans")
class CsvFile(LinedFile):
    """A table with a column of texts."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        super().__init__(source, settings)
        self.dialect = sniff(self.body.head(_HEAD), settings.delimiter, settings.quote)
        self._width = width_of(self.body.data, self.dialect, self.body.start)
        self._find_rows()
        self._header(settings)
        self._split_row = lru_cache(4096)(self._spans_of)

    def _find_rows(self) -> None:
        self.body = body = mended(self.body, self.dialect, self.body.start, self._width)
        for row in row_spans(body.data, self.dialect, body.start, self._width):
            self.starts.append(row.start)
            self.ends.append(row.end)

    def _header(self, settings: TextDatasetSettings) -> None:
        rows = [values(self.raw(i), self.dialect) for i in range(min(_SAMPLED, len(self)))]
        first = rows[0] if rows else []
        header = settings.header
        if header is None:
            header = _has_header(rows, settings)
        names = first if header else []
        if header and rows:
            del self.starts[0], self.ends[0]
        body = rows[1:] if header else rows
        texts = settings.texts or [_longest(body)]
        self._names = names or [str(number) for number in range(self._width)]
        self._told_by_name = len(set(names)) == self._width
        self._texts = [self._column("text", each, names) for each in texts]
        self._last_first = sorted(range(len(texts)), key=self._texts.__getitem__, reverse=True)
        self._labels = [self._column("label", each, names) for each in settings.labels]
        self._spans = self._column("spans", settings.spans or None, names)
        self._classes = Classes.of(settings)
        self._split = self._column("split", settings.split_column, names)
        name = "" if self._split < 0 else self._names[self._split]
        self._called = partial(called, augment=settings.augment, column=name)
        whole = [row for row in body if len(row) == self._width]
        lines = [dict(zip(names, row, strict=True)) for row in whole if self._told_by_name]
        for at in self._texts if lines else ():
            refuse_stale(self.name, settings, lines, [row[at] for row in whole])

    def _column(self, key: str, ref: ColumnRef | None, names: Sequence[str]) -> int:
        """Return a column's number, -1 where there is none; SettingError where it is missing."""
        if ref is None or not self._width:
            return -1
        return column_of(self.name, names, ref, key, width=self._width)

    def _spans_of(self, index: int) -> tuple[str, list[Span]]:
        raw = self.raw(index)
        return raw, cells(raw, self.dialect)

    def row(self, index: int) -> Row:
        """Return a sample; one with too few or too many cells cannot be used."""
        raw, places = self._split_row(index)
        if len(places) != self._width:
            told = f"line {self.line(index)} has {len(places)} cells instead of {self._width}"
            return Row("", trouble=told)
        split, quoted, *found = [
            None if at < 0 else value(raw[slice(*places[at])], self.dialect)
            for at in (self._split, self._spans, *self._labels, *self._texts)
        ]
        labels, texts = found[: len(self._labels)], found[len(self._labels) :]
        split = split and self._called(split)
        try:
            label = self._classes.told(labels)
            text = joined(text or "" for text in texts)
            spans = tuple(spans_of(quoted, text, _UNIT)) if quoted else ()
            return Row(text, label, split, spans)
        except ValueError as error:
            return Row("", None, split, trouble=f"line {self.line(index)}: {error}")

    @property
    def columns(self) -> Sequence[ColumnRef]:
        """Return the columns, that of the text first; numbers where they have no names."""
        places = sorted(range(self._width), key=lambda at: at != self._texts[0])
        return [self._refs[at] for at in places]

    @property
    def _refs(self) -> Sequence[ColumnRef]:
        return self._names if self._told_by_name else range(self._width)

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        named = (*self._texts, *self._labels, self._split, self._spans)
        free = [at for at in range(self._width) if at not in named]
        rows = (values(self.raw(index), self.dialect) for index in range(len(self)))
        whole = ([row[at] for at in free] for row in rows if len(row) == self._width)
        return columns_of_splits([self._names[at] for at in free], whole)

    def first_cells(self) -> Mapping[ColumnRef, Sequence[str]]:
        """Return the first cells of the columns that are not named, and of the text's."""
        rows = [values(self.raw(at), self.dialect) for at in range(min(_SAMPLED, len(self)))]
        whole = [row for row in rows if len(row) == self._width]
        named = (*self._labels, self._split)
        return {
            each: [row[at] for row in whole]
            for at, each in enumerate(self._refs)
            if at not in named
        }

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the row with another text, all other cells as they are."""
        return self.writer(index)(text, spans)

    def writer(self, index: int) -> Writer:
        """Return what writes a row with another text."""
        raw, places = self._split_row(index)
        if len(self._texts) > 1:
            return partial(self._written, raw, places)
        ((start, end),) = (places[at] for at in self._texts)
        before, like, after = raw[:start], raw[start:end], raw[end:]

        def write(text: str, spans: Sequence[Span]) -> str | None:
            cell = written(text, like, self.dialect)
            return None if cell is None else f"{before}{cell}{after}"

        return write

    def _written(
        self, raw: str, places: Sequence[Span], text: str, spans: Sequence[Span]
    ) -> str | None:
        """Return a row with several other texts, put in from the last on."""
        texts = parted(text)
        for number in self._last_first:
            start, end = places[self._texts[number]]
            cell = written(texts[number], raw[start:end], self.dialect)
            if cell is None:
                return None
            raw = f"{raw[:start]}{cell}{raw[end:]}"
        return raw


def _longest(rows: Sequence[Sequence[str]]) -> int:
    """Return the column with the most characters."""
    width = max(map(len, rows), default=1)
    totals = [sum(len(row[at]) for row in rows if len(row) > at) for at in range(width)]
    return totals.index(max(totals))


def _has_header(rows: Sequence[Sequence[str]], settings: TextDatasetSettings) -> bool:
    """Return whether the first row has names: columns are asked for by name, or it looks so."""
    named = (*settings.texts, *settings.labels, settings.split_column)
    if any(isinstance(ref, str) for ref in named):
        return True
    names = [cell for cell in rows[0] if cell] if rows else []
    if len(rows) < 2 or not names or len(set(names)) < len(names):
        return False
    if not all(_NAME.fullmatch(cell) for cell in names):
        return False
    others = {cell for row in rows[1:] for cell in row}
    return not others & set(names) and (len(names) > 1 or names_texts(names[0]))


def names_texts(line: str) -> bool:
    """Return whether a line is the name of a column of texts."""
    return line.strip().lower() in _OF_TEXTS
