"""Rows of an output, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from augcli.dataset.splits import called
from augcli.loaded import Content, Contents
from augcli.records.provenance import Record, TableRecord, of_forms
from augcli.tabular.config import NOTHING, TableDatasetSettings
from augcli.tabular.reading.columns import told_of
from augcli.tabular.reading.readers import opened
from augcli.task import Plain, Source


def contents(record: Record, data: bytes) -> Contents:
    """Return the rows of a table as cells by column, the label's and the split's among them.

    Numbers that are written plainly are numbers, missing values None, and all else is text.
    """
    (own,) = of_forms([record], TableRecord)
    settings = TableDatasetSettings.again(own.dataset)
    cells = opened(Source(record.output, "", data), settings).cells()
    told = told_of([each["name"] for each in own.columns], settings)
    whose = (settings.of_column(told.get(each["index"], NOTHING)) for each in own.columns)
    frame = cells.select(map(partial(_column, cells), own.columns, whose))
    roles = {each["role"]: each["name"] for each in own.columns}

    def read(row: int) -> Content:
        values = frame.row(row, named=True)
        label, split = (_text_at(values, roles.get(role)) for role in ("label", "split"))
        is_told = split and settings.tells_splits
        split = called(split, settings.augment, roles["split"]) if is_told else record.split
        return Content(values, label, split)

    return Contents(frame.height, read)


def _column(cells: pl.DataFrame, told: Plain, settings: TableDatasetSettings) -> pl.Expr:
    cell = pl.col(str(told["index"]))
    if cells.schema[str(told["index"])] != pl.String:
        return cell.alias(told["name"])
    absent = cell.str.strip_chars().is_in(list(settings.missing))
    known = pl.when(absent).then(None).otherwise(cell)
    dtype = _NUMBERS.get(told["kind"]) if _is_plain(told["style"]) else None
    return (known if dtype is None else _number(known, dtype)).alias(told["name"])


_NUMBERS = {"integer": pl.Int64(), "decimals": pl.Float64(), "number": pl.Float64()}


def _is_plain(style: Mapping[str, Any]) -> bool:
    """Return whether numbers are written as programs write them."""
    marks = (style.get(name) for name in ("group", "prefix", "suffix"))
    return style["decimal"] == "." and not any(marks)


def _number(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return cell.str.strip_chars().cast(pl.Float64, strict=False).cast(dtype, strict=False)


def _text_at(values: Mapping[str, Any], name: str | None) -> str | None:
    value = None if name is None else values[name]
    return None if value is None else str(value)
