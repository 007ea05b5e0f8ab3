"""A starter recipe for time series: what was found, and careful steps to begin with."""

from __future__ import annotations

import json
from pathlib import Path

from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.listing import scan

_SUFFIXES = frozenset((".ts", ".arff", ".npy", ".npz", ".wav"))
"""Of files that hold series for certain; in a table anything may be."""


def starter(path: Path) -> str | None:
    """Return a commented recipe for the series at `path`; None where there are none."""
    files = path.rglob("*") if path.is_dir() else [path]
    if not any(each.suffix.lower() in _SUFFIXES for each in files):
        return None
    count = len(scan(SeriesDatasetSettings(path=""), path).files)
    return f"""\
version: 1
seed: 1                 # another seed gives other series
dataset:
  path: {json.dumps(str(path))}    # if relative, to this file; found {count} files of series
  kind: timeseries
output:
  path: {json.dumps(f"build/{path.stem}")}
copies: 2               # new series per series
balance: {{target: max}}
steps:                  # see `augment transforms` and `augment preview`
  - jitter: {{sigma: 0.03}}
  - time_warp: {{speed: [0.8, 1.25]}}
"""
