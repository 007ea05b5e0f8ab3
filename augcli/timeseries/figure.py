"""A series for a page: a small plot, inside the page itself."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

from augcli.errors import SampleError
from augcli.records.provenance import Record, SeriesFileRecord, SeriesRecord, of_forms
from augcli.records.row_records import RowRecord
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.plot import extent_of, plotted, stretch

_SIZE = (240, 110)


def figure(path: Path, record: Record, row: RowRecord | None) -> str:
    """Return a plot of a series as HTML, and its range; a word where it cannot be shown."""
    (own,) = of_forms([record], SeriesRecord, SeriesFileRecord)
    settings = SeriesDatasetSettings.again(own.dataset).of_files
    try:
        whole = _opened(path, settings, single=own.new_rows is None).series(row.row if row else 0)
    except SampleError:
        return "(cannot be shown)"
    series = stretch(whole)
    part = f", the first {series.length} of {whole.length}" if series is not whole else ""
    buffer = io.BytesIO()
    low, high = extent_of(whole)
    plotted(series, _SIZE, (low, high)).save(buffer, "PNG", optimize=True)
    text = base64.b64encode(buffer.getvalue()).decode()
    said = f"{low:.3g} to {high:.3g}{part}"
    return f'<img alt="" src="data:image/png;base64,{text}"><small>{said}</small>'


@lru_cache(1)
def _opened(path: Path, settings: SeriesDatasetSettings, *, single: bool) -> SeriesFile:
    """Return an output; it is read once for all of its series that are shown."""
    return open_file(Source(path.name, "", path.read_bytes()), settings, single=single)
