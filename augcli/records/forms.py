"""Lines of the manifest: which form each is of, how it is read, and the schema of all."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import Discriminator, Tag, TypeAdapter

from augcli.records.provenance import (
    PictureRecord,
    Record,
    SeriesFileRecord,
    SeriesRecord,
    TableRecord,
    TextFileRecord,
    TextRecord,
)
from augcli.task import Plain

VERSION = 3
"""Of the manifest; raised when a field comes, goes or means something else."""

FORMS: dict[str, type[Record]] = {
    "width": PictureRecord,
    "removed": TableRecord,
    "files": TextFileRecord,
    "rows": SeriesFileRecord,
    "dataset": SeriesRecord,
    "encoding": TextRecord,
}
"""Each form by a field that tells it from those after it."""


def mark_of(told: Plain) -> str | None:
    """Return the field that tells of which form a line is; None where it has none of them."""
    return next((mark for mark in FORMS if mark in told), None)


_Line = Annotated[
    Annotated[PictureRecord, Tag("width")]
    | Annotated[TableRecord, Tag("removed")]
    | Annotated[TextFileRecord, Tag("files")]
    | Annotated[SeriesFileRecord, Tag("rows")]
    | Annotated[SeriesRecord, Tag("dataset")]
    | Annotated[TextRecord, Tag("encoding")],
    Discriminator(mark_of),
]


@cache
def _lines() -> TypeAdapter[Record]:
    return TypeAdapter(_Line)


def record_of(told: Plain) -> Record:
    """Return what a line of the manifest tells; ValueError where it is damaged."""
    return _lines().validate_python(told)


def example_of(told: Plain) -> tuple[str, ...]:
    """Return what to ask `explain` about a line that is known to be a record."""
    return FORMS[str(mark_of(told))](**told).example


def manifest_schema() -> Plain:
    """Return the JSON Schema (draft 2020-12) of a line of the manifest, of any kind."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"a line of manifest.jsonl, version {VERSION}",
        **_lines().json_schema(),
    }
