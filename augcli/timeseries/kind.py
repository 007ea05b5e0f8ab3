"""Time series as a kind of dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.dataset import Dataset
from augcli.formats import formats_of
from augcli.kind import Kind, Linter, starter_of
from augcli.provenance import Record, SeriesFileRecord, SeriesRecord, of_forms
from augcli.row_records import RowRecord
from augcli.task import Buffer, Processor, Source, Task
from augcli.timeseries.config import BALANCES, SeriesDatasetSettings, SeriesOutputSettings
from augcli.timeseries.formats.base import SeriesFormat
from augcli.timeseries.job import SeriesJob


def scan(settings: SeriesDatasetSettings, root: Path) -> Dataset:
    """List the files at `root`: as one sample, or each as one where it is one series."""
    from augcli.timeseries.listing import scan

    return scan(settings, root)


def remake(
    records: Sequence[Record], sources: Sequence[Source], output: Path
) -> Iterator[Iterable[Buffer]]:
    """Yield the files of an output again, from records, sources and provenance."""
    from augcli.timeseries.remaking import remake

    return remake(of_forms(records, SeriesRecord, SeriesFileRecord), sources, output)


def figure(path: Path, record: Record, row: RowRecord | None) -> str:
    """Return HTML that shows one series of an output file."""
    from augcli.timeseries.figure import figure

    return figure(path, record, row.row if row else 0)


def preview(
    job: SeriesJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
) -> bytes:
    """Return small multiples as PNG."""
    from augcli.timeseries.preview import small_multiples

    return small_multiples(job, sources, shown, copies)


def linter(job: SeriesJob, dataset: Dataset) -> Linter:
    """Return what looks at series for `check`."""
    from augcli.timeseries.linter import SeriesLinter

    return SeriesLinter(job, dataset)


def make_processor(job: SeriesJob) -> Processor:
    """Return what a job does with the series."""
    from augcli.timeseries.augment import SeriesProcessor

    return SeriesProcessor(job, KIND.versions())


KIND = Kind(
    dataset_settings=SeriesDatasetSettings,
    output_settings=SeriesOutputSettings,
    balances=BALANCES,
    formats=formats_of(SeriesFormat),
    scan=scan,
    libraries=("numpy", "scipy", "polars"),
    make_processor=make_processor,
    linter=linter,
    remake=remake,
    preload=("augcli.timeseries.augment", "scipy.special"),
    starter=starter_of("augcli.timeseries"),
    preview=preview,
    figure=figure,
)
