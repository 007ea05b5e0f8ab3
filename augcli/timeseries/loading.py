"""Series of an output, for programs."""

from __future__ import annotations

from augcli.dataset.splits import called
from augcli.loaded import Content, Contents
from augcli.records.provenance import Record, SeriesFileRecord, SeriesRecord, of_forms
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file


def contents(record: Record, data: bytes) -> Contents:
    """Return the series of an output: channels × time each."""
    (own,) = of_forms([record], SeriesRecord, SeriesFileRecord)
    settings = SeriesDatasetSettings.again(own.dataset)
    alone = record.new_rows is None
    file = open_file(Source(record.output, "", data), settings, single=alone)

    def read(row: int) -> Content:
        label, split, trouble = record.label, record.split, file.bad.get(row)
        if not alone:
            shape = file.shapes[row]
            label, split = (
                shape.label,
                called(shape.split, settings.augment) if shape.split else split,
            )
        return Content(None if trouble else file.series(row).values, label, split, trouble)

    return Contents(len(file), read)
