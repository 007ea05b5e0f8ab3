"""Parquet tables: what their types hold, and new rows in the types of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from augcli.rows.dates import date_cells
from augcli.rows.parquet import Origin
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Numbers

_OPAQUE = (pl.Binary, pl.Object, pl.Duration, pl.Time)
"""Types of Parquet that are carried and never understood, as lists and structs are."""


def is_opaque(dtype: pl.DataType) -> bool:
    """Return whether values of a type are carried and never understood."""
    return dtype.is_nested() or dtype in _OPAQUE


def shown(values: pl.Series) -> pl.Series:
    """Return values as texts; whole numbers of floats without a point."""
    whole = values.dtype.is_float() and bool((values.drop_nans() % 1 == 0).all())
    return (values.cast(pl.Int64, strict=False) if whole else values).cast(pl.String, strict=False)


def parquet_bytes(own: pl.DataFrame, new: Sequence[pl.DataFrame], origin: Origin) -> bytes:
    """Return a Parquet file of own and new rows; numbers of an index go on in new ones."""
    whole = pl.concat([own, *new], how="vertical")
    for name in origin.index:
        if name in own.columns and own[name].dtype.is_integer():
            whole = whole.with_columns(_continued(own[name], len(whole)))
    return origin.written(whole, statistics=True)


def in_order(own: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return a table whose categories are listed in the order that a recipe tells of them."""
    told = {each.name: each.style.order for each in columns if each.style.order}
    named = (name for name in told if own.schema[name] == pl.Categorical)
    return own.with_columns(_listed(own[name], told[name]) for name in named)


def _listed(values: pl.Series, order: Sequence[str]) -> pl.Series:
    texts = values.cast(pl.String)
    every = dict.fromkeys([*order, *texts.drop_nulls().unique().sort()])
    return texts.cast(pl.Enum([*every]))


def _continued(own: pl.Series, size: int) -> pl.Series:
    """Return numbers and those that follow the largest of them."""
    first = int(own.max() or 0) + 1  # type: ignore[arg-type]
    more = pl.int_range(first, first + size - len(own), eager=True)
    return own.append(more.cast(own.dtype))


def typed_frame(
    columns: Sequence[Column], cells: Mapping[int, Numbers | pl.Series | None], own: pl.DataFrame
) -> pl.DataFrame:
    """Return new rows in the types of their file."""
    height = next(len(each) for each in cells.values() if each is not None)
    return pl.DataFrame(
        [
            _typed(_shown(column, cells), own[column.name], height).alias(column.name)
            for column in columns
        ]
    )


def _shown(
    column: Column, cells: Mapping[int, Numbers | pl.Series | None]
) -> Numbers | pl.Series | None:
    """Return the cells of a column; dates that are texts or whole numbers in the file, as texts."""
    values = cells.get(column.index)
    if not column.style.date or values is None or isinstance(values, pl.Series):
        return values
    missing = np.isnan(values)
    texts = date_cells(pl.Series(np.where(missing, 0.0, values)), column.style.date)
    return texts.zip_with(pl.Series(~missing), texts.clear(1))


def _typed(values: Numbers | pl.Series | None, own: pl.Series, height: int) -> pl.Series:
    """Return cells in the type of a column."""
    dtype = own.dtype
    if values is None:
        return pl.Series([None] * height, dtype=dtype)
    if isinstance(values, pl.Series):
        if dtype == pl.Boolean:
            return values == "true"
        if dtype.is_temporal() and values.dtype == pl.String:
            known = own.unique().drop_nulls()
            texts = known.cast(pl.String)
            return values.replace_strict(texts, known, default=None, return_dtype=dtype)
        return values.cast(dtype, strict=False)
    series = pl.Series(values).fill_nan(None)
    if dtype.is_integer() or dtype.is_temporal():
        return series.round().cast(pl.Int64).cast(dtype)
    return series.cast(dtype)
