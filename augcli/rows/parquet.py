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
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, ValidationError

from augcli.task import Buffer

if TYPE_CHECKING:
    import polars as pl

_PANDAS, _SCHEMA = "pandas", "ARROW:schema"


class _Range(BaseModel):
    """An index that counts rows."""

    model_config = ConfigDict(strict=True, extra="allow", defer_build=True)

    kind: Literal["range"]
    start: int = 0
    step: int = 1


class _Form(BaseModel):
    ordered: bool = False


class _Column(BaseModel):
    name: Any = None
    metadata: _Form | None = None


class _Pandas(BaseModel):
    """What pandas tells of a table, as far as it is heeded; a file may tell anything."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    index_columns: list[_Range | str | Any] = []
    columns: list[_Column | Any] = []


class Origin(Struct, frozen=True, dict=True):
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
        return [each for each in self._pandas.index_columns if isinstance(each, str)]

    @property
    def ordered(self) -> list[str]:
        """Return the columns of categories that have an order, which Parquet has no place for."""
        columns = (each for each in self._pandas.columns if isinstance(each, _Column))
        return [str(each.name) for each in columns if each.metadata and each.metadata.ordered]

    @cached_property
    def _pandas(self) -> _Pandas:
        try:
            return _Pandas.model_validate_json(self.metadata.get(_PANDAS, "{}"))
        except ValidationError:
            return _Pandas()

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
        index = self._pandas.index_columns
        if not any(isinstance(each, _Range) for each in index):
            return {}
        told = {"index_columns": [_of_rows(each, rows) for each in index]}
        before = self.metadata[_PANDAS]
        now = json.dumps(json.loads(before) | told, separators=(",", ":"))
        schema = _retold(self.metadata.get(_SCHEMA, ""), before.encode(), now.encode())
        return {_PANDAS: now} | ({_SCHEMA: schema} if schema else {})


def _of_rows(told: Any, rows: int) -> Any:
    """Return a range with so many rows; what else is an index as it is."""
    if not isinstance(told, _Range):
        return told
    return told.model_dump() | {"stop": told.start + rows * told.step}


def _retold(schema: str, before: bytes, now: bytes) -> str | None:
    """Return what Arrow tells, with another text in place of one that is as long or longer.

    It stands there among lengths and offsets; blanks behind JSON mean nothing.
    """
    if len(now) > len(before):
        return None
    with suppress(ValueError):
        told = b64decode(schema, validate=True)
        return b64encode(told.replace(before, now.ljust(len(before)))).decode()
    return None
