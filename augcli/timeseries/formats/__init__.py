"""Files → series, and back in the same format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from augcli.errors import SampleError, SettingError
from augcli.packed import check_size
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import SeriesFile

EXTENSIONS = {
    ".ts": "ts",
    ".arff": "arff",
    ".tsv": "tsv",
    ".csv": "csv",
    ".npz": "npz",
    ".npy": "npy",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".wav": "wav",
    ".wave": "wav",
}


def open_file(source: Source, settings: SeriesDatasetSettings, *, single: bool) -> SeriesFile:
    """Return the series of a file; SampleError if it has none."""
    try:
        check_size(len(source.data), settings.max_bytes)
        return _opened(format_of(source.name, settings), source, settings, single=single)
    except SampleError as error:
        text = str(error)
        raise SampleError(text if source.name in text else f"{source.name}: {text}") from None


def format_of(name: str, settings: SeriesDatasetSettings) -> str:
    """Return the format of a file."""
    return settings.format or EXTENSIONS.get(PurePosixPath(name.lower()).suffix, "csv")


def _opened(
    name: str, source: Source, settings: SeriesDatasetSettings, *, single: bool
) -> SeriesFile:
    _refuse(settings, _UNUSED.get(name, ()))
    if name == "ts":
        from augcli.timeseries.formats.ts import TsFile

        return TsFile(source.name, source.data, settings)
    if name == "wav":
        from augcli.timeseries.formats.wav import WavFile

        return WavFile(source.name, source.data)
    if name in ("npz", "npy"):
        from augcli.timeseries.formats.arrays import NpyFile, NpzFile, SpectrogramFile

        if name == "npz":
            return NpzFile(source.name, source.data, settings)
        return (SpectrogramFile if single else NpyFile)(source.name, source.data, settings)
    return _table(name, source, settings)


_OF_TABLES = ("id", "time", "channels", "point_labels", "delimiter", "quote")
_OF_NAMED = ("label", "split")
_UNUSED = {
    "npz": (*_OF_TABLES, "encoding"),
    "ts": (*_OF_NAMED, *_OF_TABLES),
    **dict.fromkeys(("npy", "wav"), (*_OF_NAMED, *_OF_TABLES, "encoding")),
    "parquet": ("delimiter", "quote", "encoding"),
}
"""Settings that mean nothing for a format."""


def _refuse(settings: SeriesDatasetSettings, unused: Sequence[str]) -> None:
    for key in unused:
        if getattr(settings, key) not in (None, ()):
            raise SettingError(("dataset", key), "is not for files of this format")


def _table(name: str, source: Source, settings: SeriesDatasetSettings) -> SeriesFile:
    from augcli.timeseries.formats.grid import ArffGrid, Grid, ParquetGrid, TextGrid
    from augcli.timeseries.formats.long import LongFile
    from augcli.timeseries.formats.wide import WideFile

    if name == "arff":
        grid = ArffGrid(source.name, source.data, settings)
        label = -1 if settings.label is None and grid.classed else settings.label
        return WideFile(grid, settings, label)
    table: Grid
    if name == "parquet":
        table = ParquetGrid(source.name, source.data, settings)
    else:
        table = TextGrid(source.name, source.data, settings, "\t" if name == "tsv" else "")
    if is_long(settings):
        return LongFile(table, settings)
    label = 0 if settings.label is None and name == "tsv" else settings.label
    return WideFile(table, settings, label)


def is_long(settings: SeriesDatasetSettings) -> bool:
    """Return whether a row of a table is a point."""
    if settings.layout:
        return settings.layout == "long"
    named = (settings.id, settings.time)
    return named != (None, None) or bool(settings.channels or settings.point_labels)
