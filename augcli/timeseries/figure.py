"""A series for a page: a small plot, inside the page itself."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from augcli.errors import SampleError
from augcli.task import Record, Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.plot import extent_of, plotted

_SIZE = (240, 110)


def figure(path: Path, record: Record, row: int) -> str:
    """Return a plot of a series as HTML, and its range; a word where it cannot be shown."""
    told = {"path": "", "kind": "timeseries", **record["dataset"]}
    settings = SeriesDatasetSettings.model_validate(told)
    source = Source(path.name, "", path.read_bytes())
    try:
        series = open_file(source, settings, single="rows" not in record).series(row)
    except SampleError:
        return "(cannot be shown)"
    buffer = io.BytesIO()
    low, high = extent_of(series)
    plotted(series, _SIZE, (low, high)).save(buffer, "PNG", optimize=True)
    text = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="" src="data:image/png;base64,{text}"><small>{low:.3g} to {high:.3g}</small>'
