"""Tables of series: a row is a series, or a point of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from augcli.dataset.doubts import UNCLEAR_SAMPLES
from augcli.dataset.formats import register_format
from augcli.errors import SettingError
from augcli.plural import few, several
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.arff import ArffGrid
from augcli.timeseries.formats.base import OF_ARRAYS, OF_TEXTS, SeriesFile, SeriesFormat
from augcli.timeseries.formats.grid import Grid, ParquetGrid, TextGrid
from augcli.timeseries.formats.long import LongFile
from augcli.timeseries.formats.wide import WideFile

_FEW = 4
"""Points that may have names of their own, such as start, middle and end."""

_Opened = Callable[[str, Any, SeriesDatasetSettings], Grid]


def is_long(settings: SeriesDatasetSettings) -> bool:
    """Return whether a row of a table is a point."""
    if settings.layout:
        return settings.layout == "long"
    named = (settings.id, settings.time)
    others = (settings.channels, settings.point_labels, settings.windows)
    return named != (None, None) or any(others)


def _table(
    grid: _Opened, label: int | None, name: str, data: Any, settings: SeriesDatasetSettings
) -> SeriesFile:
    """Return a table whose rows are either; `label` is the column where none is named."""
    table = grid(name, data, settings)
    if is_long(settings):
        points = LongFile(table, settings)
        if settings.layout is None:
            _refuse_lone(points, settings)
        return points
    if settings.windows:
        told = "cuts long series; in a wide table each row is one"
        raise SettingError(("dataset", "windows"), told)
    file = WideFile(table, settings, label if settings.label is None else settings.label)
    if settings.layout is None:
        _refuse_quantities(file)
    return file


def _refuse_lone(file: SeriesFile, settings: SeriesDatasetSettings) -> None:
    """Raise DoubtError where each id is there once, as where rows are series themselves."""
    lengths = {shape.length for shape in file.shapes}
    if settings.id and not settings.channels and lengths == {1} and len(file) > 1:
        series = several(len(file), "series", "series")
        text = f"each of {series} of {file.name} has one point, by the column {settings.id!r}"
        hint = "say `layout: wide` if a row is a series, `layout: long` if it is a point"
        raise UNCLEAR_SAMPLES.doubt(text, hint, "dataset.layout").error


def _refuse_quantities(file: WideFile) -> None:
    """Raise DoubtError where columns are called by words, as quantities are and points are not."""
    words = [name for name in file.points if not any(map(str.isdigit, name))]
    if len(set(words)) > max(_FEW, len(file.points) // 2):
        text = f"columns of {file.name} are called as quantities are: {few(words)}"
        hint = "say `layout: long` if a row is a point in time, `layout: wide` if it is a series"
        raise UNCLEAR_SAMPLES.doubt(text, hint, "dataset.layout").error


def _arff(name: str, data: Any, settings: SeriesDatasetSettings) -> SeriesFile:
    grid = ArffGrid(name, data, settings)
    if grid.odd and settings.layout is None and not settings.channels:
        text = f"the attributes of {grid.name} look like columns of a table: {few(grid.odd)}"
        hint = "if its rows are series, say `layout: wide`; if not, it is to be a CSV file"
        raise UNCLEAR_SAMPLES.doubt(text, hint, "dataset.layout").error
    label = grid.column_told(grid.last if settings.label is None else settings.label, "label")
    file = WideFile(grid, settings, label)
    if label is not None and settings.label_kind is None:
        file.is_classed = not grid.is_number(label)
        file.of_amounts = grid.is_amount(label, [shape.label for shape in file.shapes])
    return file


def _is_single(_files: Sequence[str], settings: SeriesDatasetSettings) -> bool:
    return is_long(settings) and settings.id is None and settings.windows is None


def _register(
    name: str,
    ends: tuple[str, ...],
    grid: _Opened,
    label: int | None = None,
    unused: tuple[str, ...] = (),
) -> None:
    opened, unused = partial(_table, grid, label), (*unused, *OF_ARRAYS)
    register_format(SeriesFormat(name, ends, opened, unused, certain=False, is_single=_is_single))


register_format(SeriesFormat("arff", (".arff",), _arff, (*OF_ARRAYS, "decimal")))
_register("csv", (".csv",), TextGrid)
_register("tsv", (".tsv",), partial(TextGrid, delimiter="\t"), 0)
_register("parquet", (".parquet", ".pq"), ParquetGrid, None, (*OF_TEXTS, "encoding"))
