"""Outputs made again from manifest, provenance and sources alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from augcli.errors import SampleError
from augcli.kind import Kept
from augcli.records.provenance import TableRecord
from augcli.records.typed import Step
from augcli.rows.tables import PROVENANCE, REMOVED, lines_of, read, told_rows
from augcli.settings.shares import SplitShares
from augcli.steps.recorded import step_of, validated
from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.splits import File, kept_rows
from augcli.tabular.transform import RowTransform
from augcli.tabular.whole import read_whole
from augcli.tabular.writing import provenance
from augcli.tabular.writing.output import Writing
from augcli.task import Buffer, Source


def remake(
    records: Sequence[TableRecord], sources: Sequence[Source], kept: Kept
) -> Iterator[Iterator[Buffer]]:
    """Yield the tables of an output again, from their records, their sources and provenance."""
    for record in records:
        settings = TableDatasetSettings.again(record.dataset)
        write = TableOutputSettings.again(record.write)
        ordered = sorted(sources, key=lambda source: source.name)
        whole = read_whole(ordered, settings, record.seed, amount=record.amount)
        table, splits = whole.table, whole.splits
        part = [source.name for source in ordered].index(record.source)
        rows = kept_rows(splits, settings, write)
        if record.removed:
            removed = read(kept.files / REMOVED, lines_of(kept.files / REMOVED))["id"]
            rows[provenance.row_numbers(table, removed)] = False
        split = record.split if isinstance(settings.split, SplitShares) else None
        own = File(part, split, record.output).own(table, splits, rows)
        told = told_rows(kept.files, record.output)
        steps = {step["key"]: _step_again(step) for step in record.steps}
        try:
            drawn = list(provenance.from_rows(table, told, record.spreads, steps))
        except (pl.exceptions.PolarsError, LookupError, ValueError) as error:
            raise SampleError(f"{PROVENANCE} does not fit its sources: {error}") from error
        yield Writing(table, part, ordered[part], drawn, own, whole.ours, write).pieces()


def _step_again(told: Step) -> RowTransform:
    return validated(step_of(RowTransform, told), told["params"])
