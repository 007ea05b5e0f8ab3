"""What is told of outputs and of new samples has one form, whatever the kind."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import polars as pl
from helpers import augment, manifest
from jsonschema import Draft202012Validator
from made import Made, able

from augcli.manifest import read_manifest
from augcli.provenance import ROW, RowRecord, manifest_schema
from augcli.rows import PROVENANCE, columns

MAY_LACK = {"attempt", "repeats", "partner_sha256", "length", "files"}
"""What not all lines have; without `files` one of texts is one of series."""
SCHEMA = Draft202012Validator(manifest_schema())


def is_valid(told: dict[str, Any]) -> bool:
    return SCHEMA.is_valid(told)


def test_every_line_is_of_the_schema(made: Made) -> None:
    for told in manifest(made.output):
        SCHEMA.validate(told)
        assert not is_valid(told | {"colour": "red"})
        for key in told.keys() - MAY_LACK:
            assert not is_valid({k: v for k, v in told.items() if k != key}), key


def test_what_is_read_is_what_was_written(made: Made) -> None:
    records = read_manifest(made.output / "manifest.jsonl")
    assert [json.dumps(each.plain()) for each in records] == [
        json.dumps(each) for each in manifest(made.output)
    ]


@able("tell rows apart")
def test_rows_of_all_kinds_begin_with_the_same_columns(made: Made) -> None:
    told = pl.read_parquet(made.output / PROVENANCE)
    assert dict(list(told.schema.items())[: len(ROW)]) == columns()
    assert set(told["split"]) == {"train"}


def test_a_row_tells_the_columns_of_all_kinds() -> None:
    assert {each.name for each in fields(RowRecord)} == {*ROW, "own"}


def test_the_command_prints_the_schema() -> None:
    told = augment("schema", "--manifest")
    assert json.loads(told.stdout) == manifest_schema()
    Draft202012Validator.check_schema(manifest_schema())
