"""What is told of outputs and of new samples has one form, whatever the kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, manifest, write
from jsonschema_rs import Draft202012Validator, ValidationError, meta
from made import Made, able, by
from msgspec.structs import fields
from polars.exceptions import PolarsError

from augcli.commands.explain import record_of
from augcli.commands.page import page
from augcli.commands.replay import replay
from augcli.errors import UsageError
from augcli.records.forms import manifest_schema
from augcli.records.journal import failed
from augcli.records.provenance import Record
from augcli.records.row_records import MARKS, ROW, RowRecord
from augcli.rows import tables as rows
from augcli.rows.tables import PROVENANCE, columns
from augcli.store.manifest import read_manifest

MAY_LACK = {
    *("attempt", "repeats", "partner_sha256", "length", "reduced", "files"),
    *("targets", "annotation", "annotation_sha256", "listing", "beside"),
}
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


@by("image png", "text csv", "text folders", "timeseries wide", "timeseries wav", "tabular csv")
@pytest.mark.parametrize("more", [True, False])
def test_a_field_too_many_or_too_few_is_noticed(made: Made, memory: Path, more: bool) -> None:
    there = made.copied(memory / "there")
    told = [
        each | {"colour": "red"} if more else {k: v for k, v in each.items() if k != "split"}
        for each in manifest(there.output)
    ]
    write(there.output / "manifest.jsonl", "".join(json.dumps(each) + "\n" for each in told))
    with pytest.raises(ValidationError):
        test_every_line_is_of_the_schema(there)


@by("image png", "text csv", "timeseries wide", "tabular csv")
def test_a_record_that_forgets_is_noticed(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Record.plain
    monkeypatch.setattr(Record, "plain", lambda record: real(record) | {"steps": None})
    with pytest.raises(AssertionError):
        test_what_is_read_is_what_was_written(made)


@able("tell rows apart")
def test_rows_of_all_kinds_begin_with_the_same_columns(made: Made) -> None:
    told = pl.read_parquet(made.output / PROVENANCE)
    assert dict(list(told.schema.items())[: len(ROW)]) == columns()
    assert set(told["split"]) == {"train"}


@by("text csv", "timeseries wide", "tabular csv")
@pytest.mark.parametrize("damage", ["no label", "texts for numbers"])
def test_another_column_is_noticed(made: Made, memory: Path, damage: str) -> None:
    there = damaged(made, memory / "there", damage)
    with pytest.raises(AssertionError):
        test_rows_of_all_kinds_begin_with_the_same_columns(there)


DAMAGES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    **{f"no {name}": methodcaller("drop", name) for name in ROW},
    "texts for numbers": lambda told: told.cast({"row": pl.String}),
    "no bases": lambda told: told.with_columns(base=pl.lit(None, pl.String)),
    "steps of no JSON": lambda told: told.with_columns(steps=pl.lit("[{")),
    "steps of no steps": lambda told: told.with_columns(steps=pl.lit('[{"name": 7}]')),
    "steps without end": lambda told: told.with_columns(
        steps=pl.lit('[{"name": "jitter", "params": {"sigma": NaN}}]')
    ),
}
READ_IT: dict[str, Callable[[Made], object]] = {
    "explain": lambda made: record_of(made.output / first_new(made)[0], first_new(made)[1]),
    "report": lambda made: page(made.output),
    "replay": lambda made: list(replay(made.output, made.folder / "again", made.source, None)),
}


def first_new(made: Made) -> tuple[str, int]:
    record = next(each for each in manifest(made.output) if each.get("synthetic"))
    return record["output"], record["originals"]


def damaged(made: Made, folder: Path, damage: str) -> Made:
    there = made.copied(folder)
    path = there.output / PROVENANCE
    DAMAGES[damage](pl.read_parquet(path)).write_parquet(path)
    return there


@by("text csv", "timeseries wide", "tabular csv")
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_of_the_provenance_is_told(made: Made, memory: Path, damage: str) -> None:
    there = damaged(made, memory / "there", damage)
    for command in READ_IT.values():
        with pytest.raises(UsageError, match=r"provenance\.parquet is damaged"):
            command(there)


@by("text csv", "timeseries wide", "tabular csv")
def test_damage_that_is_overlooked_is_noticed(
    made: Made, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "columns", dict)
    with pytest.raises((AssertionError, pytest.fail.Exception, KeyError, PolarsError)):
        test_damage_of_the_provenance_is_told(made, memory, "no label")


@by("text csv")
def test_damage_of_the_provenance_ends_with_2(made: Made, memory: Path) -> None:
    there = damaged(made, memory / "there", "steps of no JSON")
    told = augment("report", there.output, "-o", memory / "page.html")
    assert told.returncode == 2
    assert "is damaged at row 6 of train/one.csv" in told.stderr


@by("image png", "text csv", "timeseries wide", "tabular csv")
def test_a_line_of_another_kind_is_not_followed(made: Made, memory: Path) -> None:
    there = made.copied(memory / "there")
    lines = manifest(there.output)
    other = {"text": "image png"}.get(made.seed.kind, "text csv")
    odd = {"encoding": None} if other == "text csv" else {"encoding": None, "width": 1, "height": 1}
    common = list(lines[0])[: list(lines[0]).index("steps") + 1]
    told = [{key: each[key] for key in common} | odd for each in lines]
    write(there.output / "manifest.jsonl", "".join(json.dumps(each) + "\n" for each in told))
    found = dict(replay(there.output, memory / "again", there.source, None))
    assert set(found.values()) == {"the manifest tells of it as of an output of another kind"}


@by("image png", "text csv", "timeseries wide", "tabular csv")
def test_a_line_of_another_kind_that_is_followed_is_noticed(
    made: Made, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augcli.kind.of_forms", lambda records, *_: records)
    with pytest.raises((AssertionError, AttributeError)):
        test_a_line_of_another_kind_is_not_followed(made, memory)


@pytest.mark.parametrize("told", [{"source": "a"}, {}, {"source": "a", "split": 3}])
def test_a_line_of_failures_has_all_its_fields(told: dict[str, Any]) -> None:
    whole = {"source": "a", "split": None, "label": {"b": 0.5, "c": 0.5}, "reason": "odd"}
    assert failed(json.dumps(whole).encode()) == whole
    assert failed(json.dumps(whole | {"more": 1}).encode()) is None
    assert failed(json.dumps(told).encode()) is None


def test_a_row_tells_the_columns_of_all_kinds() -> None:
    assert {each.name for each in fields(RowRecord)} == {*ROW, *MARKS, "own"}


def test_the_command_prints_the_schema() -> None:
    told = augment("schema", "--manifest")
    assert json.loads(told.stdout) == manifest_schema()
    meta.validate(manifest_schema())
