"""Tables of series: a row is a series, or a point of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from augcli.dataset import ColumnRef
from augcli.formats import register_format
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import SeriesFile, SeriesFormat
from augcli.timeseries.formats.grid import ArffGrid, Grid, ParquetGrid, TextGrid
from augcli.timeseries.formats.long import LongFile
from augcli.timeseries.formats.wide import WideFile


def is_long(settings: SeriesDatasetSettings) -> bool:
    """Return whether a row of a table is a point."""
    if settings.layout:
        return settings.layout == "long"
    named = (settings.id, settings.time)
    return named != (None, None) or bool(settings.channels or settings.point_labels)


def _table(
    grid: Callable[[Source, SeriesDatasetSettings], Grid],
    label: ColumnRef | None,
    source: Source,
    settings: SeriesDatasetSettings,
    _single: bool,
) -> SeriesFile:
    """Return a table whose rows are either; `label` is the column where none is named."""
    table = grid(source, settings)
    if is_long(settings):
        return LongFile(table, settings)
    return WideFile(table, settings, label if settings.label is None else settings.label)


def _text(delimiter: str, source: Source, settings: SeriesDatasetSettings) -> Grid:
    return TextGrid(source.name, source.data, settings, delimiter)


def _parquet(source: Source, settings: SeriesDatasetSettings) -> Grid:
    return ParquetGrid(source.name, source.data, settings)


def _arff(source: Source, settings: SeriesDatasetSettings, _single: bool) -> SeriesFile:
    grid = ArffGrid(source.name, source.data, settings)
    label = -1 if settings.label is None and grid.classed else settings.label
    return WideFile(grid, settings, label)


def _is_single(_files: Sequence[str], settings: SeriesDatasetSettings) -> bool:
    return is_long(settings) and settings.id is None


register_format(SeriesFormat("arff", (".arff",), open=_arff))
register_format(
    SeriesFormat(
        "csv",
        (".csv",),
        open=partial(_table, partial(_text, ""), None),
        certain=False,
        is_single=_is_single,
    )
)
register_format(
    SeriesFormat(
        "tsv",
        (".tsv",),
        open=partial(_table, partial(_text, "\t"), 0),
        certain=False,
        is_single=_is_single,
    )
)
register_format(
    SeriesFormat(
        "parquet",
        (".parquet", ".pq"),
        open=partial(_table, _parquet, None),
        unused=("delimiter", "quote", "encoding"),
        certain=False,
        is_single=_is_single,
    )
)
