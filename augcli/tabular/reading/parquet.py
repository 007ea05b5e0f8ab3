"""Parquet tables: new rows in the types of a file, and what it tells of itself kept."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence

import polars as pl

from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Numbers
from augcli.task import Buffer

_SCHEMA = "ARROW:schema"
"""What each writer says anew."""


def metadata_of(data: Buffer) -> dict[str, str]:
    """Return what is told of a file under keys, as pandas and others do."""
    told = pl.read_parquet_metadata(io.BytesIO(data))
    return {key: value for key, value in told.items() if key != _SCHEMA}


def index_columns(metadata: Mapping[str, str]) -> list[str]:
    """Return the columns that are pandas' index."""
    return [each for each in _index(metadata) if isinstance(each, str)]


def _index(metadata: Mapping[str, str]) -> list[object]:
    try:
        told = json.loads(metadata.get("pandas", "{}"))
    except ValueError:
        return []
    found = told.get("index_columns") if isinstance(told, dict) else None
    return found if isinstance(found, list) else []


def parquet_bytes(
    own: pl.DataFrame, new: Sequence[pl.DataFrame], metadata: Mapping[str, str]
) -> bytes:
    """Return a Parquet file of own and new rows; numbers of an index go on in new ones."""
    whole = pl.concat([own, *new], how="vertical")
    for name in index_columns(metadata):
        if name in own.columns and own[name].dtype.is_integer():
            whole = whole.with_columns(_continued(own[name], len(whole)))
    buffer = io.BytesIO()
    whole.write_parquet(buffer, statistics=True, metadata=_of_length(metadata, len(whole)))
    return buffer.getvalue()


def _continued(own: pl.Series, size: int) -> pl.Series:
    """Return numbers and those that follow the largest of them."""
    first = int(own.max() or 0) + 1  # type: ignore[arg-type]
    more = pl.int_range(first, first + size - len(own), eager=True)
    return own.append(more.cast(own.dtype))


def _of_length(metadata: Mapping[str, str], rows: int) -> dict[str, str]:
    """Return what is told of a file, where it tells how many rows there are with that number."""
    changed = False
    for each in (index := _index(metadata)):
        if isinstance(each, dict) and each.get("kind") == "range":
            each["stop"] = int(each.get("start", 0)) + rows * int(each.get("step", 1))
            changed = True
    if not changed:
        return dict(metadata)
    return {
        **metadata,
        "pandas": json.dumps(json.loads(metadata["pandas"]) | {"index_columns": index}),
    }


def typed_frame(
    columns: Sequence[Column], cells: Mapping[int, Numbers | pl.Series | None], own: pl.DataFrame
) -> pl.DataFrame:
    """Return new rows in the types of their file."""
    height = next(len(each) for each in cells.values() if each is not None)
    return pl.DataFrame(
        [
            _typed(cells.get(column.index), own[column.name], height).alias(column.name)
            for column in columns
        ]
    )


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
