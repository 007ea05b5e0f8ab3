"""Who judges recipes for time series, and what is put before them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from augcli.dataset.shares import group_in
from augcli.errors import SampleError
from augcli.judges.judge import Court, Judge, Seen
from augcli.judges.ridge import fitted, held_out, numbers_fitted, numbers_held_out
from augcli.records.provenance import Record, SeriesFileRecord, SeriesRecord, of_forms
from augcli.rows.seen import Met, seen_rows
from augcli.task import Shares, Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.series import Series

_LENGTH = 256
"""In points; others are resampled, so that kernels mean the same to all."""
_TAPS = 9
_DILATIONS = (1, 2, 4, 8, 16, 28)
_KERNELS = 50
"""Of each dilation."""
_PARTS = 8
_SEED = 0

Vector = NDArray[np.float32]


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the series of an output; nothing of what cannot be read."""
    (own,) = of_forms([record], SeriesRecord, SeriesFileRecord)
    settings = SeriesDatasetSettings.again(own.dataset).of_files
    source = Source(record.output, "", (folder / record.output).read_bytes())
    alone = record.new_rows is None
    try:
        file = open_file(source, settings, single=alone)
        if alone:
            series, label = file.series(0), _label(record.label, amount=file.of_amounts)
            told = record.copy, label, record.split, _group(record, settings), record.sha256
            yield Seen(record.source, *told, lambda: series)
            return
    except SampleError:
        return

    def meet(row: int) -> Met | None:
        if row in file.bad:
            return None
        series, split = file.series(row), file.shapes[row].split
        mark = hashlib.sha256(series.values.tobytes()).hexdigest()
        label = _label(file.shapes[row].label, amount=file.of_amounts)
        split = split if split and settings.tells_splits else None
        return Met(series, label, split, mark, groups.get(row))

    groups = _groups(source, settings, file)
    yield from seen_rows(folder, record, meet)


def _group(record: Record, settings: SeriesDatasetSettings) -> str:
    """Return what a series in a file of its own must not be tested apart from."""
    pattern = settings.kept_together
    found = None if pattern is None else group_in(record.source, str(pattern))
    return found or record.source_sha256


def _groups(
    source: Source, settings: SeriesDatasetSettings, file: SeriesFile
) -> Mapping[int, str | None]:
    """Return row → what a series must not be tested apart from: by a column, or as windows of one.

    Nothing where neither is told.
    """
    group = settings.kept_together
    if group is None:
        return {row: f"{source.name}#{rows[0]}" for rows in file.cut() for row in rows}
    told = settings.model_copy(update={"label": group, "split": None})
    return dict(enumerate(each.label for each in open_file(source, told, single=False).shapes))


def _label(told: str | Shares | None, *, amount: bool) -> str | float | Shares | None:
    """Return a label, as a number where a file says that its labels are such."""
    return float(told) if amount and isinstance(told, str) else told


def random_kernels(series: Series) -> Vector:
    """Return how often random kernels respond above zero, and how much at most; and its levels.

    As ROCKET does (Dempster, Petitjean, Webb, Data Mining and Knowledge Discovery 34, 2020), with
    kernels of nine taps at fixed dilations, on values of mean 0 and standard deviation 1. These
    tell nothing of levels, so means and standard deviations of parts stand beside them.
    """
    known = series.resized(_LENGTH)
    values = np.nan_to_num((known.values - known.means) / (known.spreads + 1e-9))
    found = [
        _response(values.astype(np.float32), dilation, *kernels)
        for dilation, kernels in zip(_DILATIONS, _kernels(len(values)), strict=True)
    ]
    return np.concatenate([*found, *_levels(np.nan_to_num(known.values))])


def _levels(values: NDArray[np.float64]) -> Iterator[Vector]:
    for part in np.array_split(values, _PARTS, axis=1):
        yield part.mean(axis=1).astype(np.float32)
        yield part.std(axis=1).astype(np.float32)


def _response(values: Vector, dilation: int, weights: Vector, bias: Vector) -> Vector:
    """Return the share of responses above zero, and the largest, of each kernel."""
    reach = dilation * (_TAPS - 1)
    padded = np.pad(values, ((0, 0), (reach // 2, reach // 2)))
    windows = sliding_window_view(padded, reach + 1, axis=1)[:, :, ::dilation]
    responses = windows.transpose(1, 0, 2).reshape(_LENGTH, -1) @ weights + bias
    return np.concatenate([(responses > 0).mean(axis=0), responses.max(axis=0)]).astype(np.float32)


@cache
def _kernels(channels: int) -> list[tuple[Vector, Vector]]:
    """Return weights and bias of the kernels of each dilation; each sees some of the channels."""
    generator = np.random.Generator(np.random.PCG64(_SEED))
    return [_of_dilation(channels, generator) for _ in _DILATIONS]


def _of_dilation(channels: int, generator: np.random.Generator) -> tuple[Vector, Vector]:
    weights = generator.normal(size=(channels, _TAPS, _KERNELS))
    weights -= weights.mean(axis=1, keepdims=True)
    if channels > 1:
        weights *= generator.random((channels, 1, _KERNELS)) < 0.5
    bias = generator.uniform(-1, 1, _KERNELS)
    return weights.reshape(-1, _KERNELS).astype(np.float32), bias.astype(np.float32)


def court() -> Court:
    """Return the judge of series: random kernels before kernel ridge."""
    judge = Judge("random kernels", random_kernels, fitted, held_out)
    estimator = Judge("random kernels", random_kernels, numbers_fitted, numbers_held_out)
    return Court((judge,), seen, 10, 10, "series", estimators=(estimator,))
