"""Time series as a kind of dataset."""

from __future__ import annotations

from augcli.dataset.formats import formats_of
from augcli.kind import Kind, later
from augcli.records.provenance import SeriesFileRecord, SeriesRecord
from augcli.timeseries.config import BALANCES, SeriesDatasetSettings, SeriesOutputSettings
from augcli.timeseries.formats.base import SeriesFormat

KIND = Kind(
    dataset_settings=SeriesDatasetSettings,
    output_settings=SeriesOutputSettings,
    balances=BALANCES,
    formats=formats_of(SeriesFormat),
    scan=later("augcli.timeseries.listing:scan"),
    libraries=("numpy", "scipy", "polars", "soundfile", "deflate"),
    processor=later("augcli.timeseries.augment:SeriesProcessor"),
    records=(SeriesRecord, SeriesFileRecord),
    revision=3,
    remaking=later("augcli.timeseries.remaking:remake"),
    preload=("augcli.timeseries.augment",),
    starter=later("augcli.timeseries.starter:starter"),
    linter=later("augcli.timeseries.linter:SeriesLinter"),
    preview=later("augcli.timeseries.preview:sheet"),
    play=later("augcli.timeseries.playground:playground"),
    index=later("augcli.timeseries.listed:indexes"),
    figure=later("augcli.timeseries.figure:figure"),
    contents=later("augcli.timeseries.loading:contents"),
    filed=later("augcli.timeseries.loading:filed"),
    court=later("augcli.timeseries.court:court"),
)
