"""Series of an output, for programs, and series of programs as files."""

from __future__ import annotations

from typing import Any

import numpy as np

from augcli.errors import SampleError
from augcli.loaded import Content, Contents
from augcli.records.provenance import Record, SeriesFileRecord, SeriesRecord, of_forms
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.npy import header


def contents(record: Record, data: bytes) -> Contents:
    """Return the series of an output: channels × time each."""
    (own,) = of_forms([record], SeriesRecord, SeriesFileRecord)
    settings = SeriesDatasetSettings.again(own.dataset).of_files
    alone = record.new_rows is None
    file = open_file(Source(record.output, "", data), settings, single=alone)

    def read(row: int) -> Content:
        label, split, trouble = record.label, record.split, file.bad.get(row)
        if not alone:
            shape = file.shapes[row]
            label = shape.label
            split = (shape.split if settings.tells_splits else None) or split
        return Content(None if trouble else file.series(row).values, label, split, trouble)

    return Contents(len(file), read)


def filed(value: Any) -> tuple[str, bytes]:
    """Return name and bytes of a file with a series: channels × time, or one channel.

    Raises SampleError for what is none.
    """
    values = np.atleast_2d(np.asarray(value))
    if values.dtype.kind not in "iuf" or values.ndim != 2:
        told = f"{values.dtype} of shape {values.shape}"
        raise SampleError(f"a series is a file (Path), or numbers as channels × time; not {told}")
    return "sample.npy", header(values.dtype, values.shape) + values.tobytes()
