"""Files → series, and back in the same format; importing this package registers the formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from augcli.dataset.formats import format_at, formats_of
from augcli.errors import SampleError, SettingError
from augcli.rows.packed import check_size
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import arrays, sound, tables, ts, wav
from augcli.timeseries.formats.base import SeriesFile, SeriesFormat

__all__ = ["arrays", "format_of", "open_file", "sound", "tables", "ts", "versions_for", "wav"]


def open_file(source: Source, settings: SeriesDatasetSettings, *, single: bool) -> SeriesFile:
    """Return the series of a file; SampleError if it has none."""
    try:
        check_size(len(source.data), settings.max_bytes)
        form = format_of(source.name, settings)
        _refuse_unused(form, settings)
        opened = (single and form.alone) or form.open
        return opened(source.name, source.data, settings)
    except SampleError as error:
        text = str(error)
        raise SampleError(text if source.name in text else f"{source.name}: {text}") from None


def format_of(name: str, settings: SeriesDatasetSettings) -> SeriesFormat:
    """Return the format of a file: the recipe's, or the one of its name."""
    told = None if settings.format else format_at(SeriesFormat, name)
    return told or formats_of(SeriesFormat)[settings.format or "csv"]


def versions_for(
    names: Iterable[str], settings: SeriesDatasetSettings, versions: Mapping[str, str]
) -> dict[str, str]:
    """Return those of libraries that have a say in what is made of files, by their names."""
    own = {format_of(name, settings).library for name in names}
    others = {form.library for form in formats_of(SeriesFormat).values()} - own
    return {name: told for name, told in versions.items() if name not in others}


def _refuse_unused(form: SeriesFormat, settings: SeriesDatasetSettings) -> None:
    for key in form.unused:
        if settings.asked_of_files(key) not in (None, (), {}):
            raise SettingError(("dataset", key), "is not for files of this format")
