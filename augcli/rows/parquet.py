"""Parquet files as they were written: what one tells of itself is told of what is made of it.

pandas, pyarrow and `datasets` keep there what Parquet has no types for: an index, whole numbers
with blanks, classes by name. They believe `ARROW:schema`, where that is told once more; so it goes
along as it is where the columns are the same.
"""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from augcli.task import Buffer

if TYPE_CHECKING:
    import polars as pl

_PANDAS, _SCHEMA = "pandas", "ARROW:schema"


@dataclass(frozen=True)
class Origin:
    """What a Parquet file tells of itself."""

    metadata: Mapping[str, str]
    columns: Sequence[str]

    @classmethod
    def of(cls, data: Buffer) -> Origin:
        """Return what a file tells."""
        import polars as pl

        columns = pl.read_parquet_schema(io.BytesIO(data))
        return cls(pl.read_parquet_metadata(io.BytesIO(data)), [*columns])

    @property
    def index(self) -> list[str]:
        """Return the columns that are pandas' index."""
        return [each for each in self._index if isinstance(each, str)]

    @property
    def ordered(self) -> list[str]:
        """Return the columns of categories that have an order, which Parquet has no place for."""
        columns = self._pandas.get("columns")
        some = [each for each in columns if isinstance(each, dict)] if columns else ()
        return [str(e.get("name")) for e in some if (e.get("metadata") or {}).get("ordered")]

    @property
    def _pandas(self) -> dict[str, Any]:
        try:
            told = json.loads(self.metadata.get(_PANDAS, "{}"))
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def _index(self) -> list[Any]:
        found = self._pandas.get("index_columns")
        return found if isinstance(found, list) else []

    def written(self, frame: pl.DataFrame, **options: Any) -> bytes:
        """Return a Parquet file of other rows that tells the same of itself."""
        metadata = {**self.metadata, **self._of_length(len(frame))}
        if frame.columns != list(self.columns):
            metadata.pop(_SCHEMA, None)  # it tells of each column by its place
        buffer = io.BytesIO()
        frame.write_parquet(buffer, metadata=metadata, **options)
        return buffer.getvalue()

    def _of_length(self, rows: int) -> dict[str, str]:
        """Return what pandas tells, where it tells how many rows there are with that number."""
        index = [_of_rows(each, rows) for each in self._index]
        if index == self._index:
            return {}
        before = self.metadata[_PANDAS]
        now = json.dumps(self._pandas | {"index_columns": index}, separators=(",", ":"))
        schema = self.metadata.get(_SCHEMA, "")
        fits = len(now) <= len(before)
        return {_PANDAS: now} | ({_SCHEMA: _retold(schema, before, now)} if schema and fits else {})


def _of_rows(told: Any, rows: int) -> Any:
    """Return a range with so many rows; what else is an index as it is."""
    if not isinstance(told, dict) or told.get("kind") != "range":
        return told
    return told | {"stop": int(told.get("start", 0)) + rows * int(told.get("step", 1))}


def _retold(schema: str, before: str, now: str) -> str:
    """Return what Arrow tells, with another text in place of one that is as long or longer.

    It stands there among lengths and offsets; blanks behind JSON mean nothing.
    """
    old, new = before.encode(), now.encode()
    return b64encode(b64decode(schema).replace(old, new.ljust(len(old)))).decode()
