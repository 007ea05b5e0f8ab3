"""A starter recipe for time series: what was found, and careful steps to begin with."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path

from augcli.dataset.files import readable
from augcli.dataset.formats import format_at
from augcli.dataset.layout import folders_in_starter, told_in_starter
from augcli.dataset.splits import TRAIN
from augcli.errors import SampleError
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import SeriesFormat
from augcli.timeseries.formats.grid import TextGrid, is_number
from augcli.timeseries.listing import scan

_TIME = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d)?Z?)?)?")
"""Times that come in the order of their texts."""
_LOOKED_AT = 5000


def starter(path: Path) -> str | None:
    """Return a commented recipe for the series at `path`; None where there are none."""
    found = (format_at(SeriesFormat, each.name) for each in readable(path))
    known = Counter(filter(None, found))
    certain = [form for form in known if form.certain]
    if not certain:
        time = _time(path) if path.is_file() else None
        return time and _recipe(path, None, f"  time: {json.dumps(time)}\n", "")
    form = max(certain, key=lambda each: (known[each], each.name)).name if len(known) > 1 else None
    others = ", ".join(sorted({each.name for each in known} - {form}))
    told = f"  format: {form}            # there are files of {others}, too\n" if form else ""
    return _recipe(path, form, told, "balance: {target: max}\n")


def _recipe(path: Path, form: str | None, told: str, balance: str) -> str:
    alone = {path.name: TRAIN} if path.is_file() else {}
    given = {"path": "", "format": form, "splits": alone}
    listed = scan(SeriesDatasetSettings.model_validate(given), path)
    files = [name for row in range(len(listed)) for name in listed.inputs(row)]
    many = files if listed.uncounted else [*alone]
    lines = told_in_starter(many) if many else folders_in_starter(listed.ids)
    splits = "".join(f"{line}\n" for line in lines)
    count = len(files)
    return f"""\
version: 1
seed: 1                 # another seed gives other series
dataset:
  path: {json.dumps(str(path))}    # if relative, to this file; found {count} files of series
  kind: timeseries
{splits}{told}output:
  path: {json.dumps(f"build/{path.stem}")}
copies: 2               # new series per series
{balance}steps:                  # see `augment transforms` and `augment preview`
  - jitter: {{sigma: 0.03}}
  - time_warp: {{speed: [0.8, 1.25]}}
"""


def _time(path: Path) -> str | None:
    """Return the first column of a table where it has ascending times, and all others numbers."""
    settings = SeriesDatasetSettings(path="")
    if path.suffix.lower() not in (".csv", ".tsv"):
        return None
    with suppress(SampleError):
        grid = TextGrid(path.name, path.read_bytes(), settings)
        times, *others = zip(*islice(grid.rows(), _LOOKED_AT), strict=False)
        rising = all(map(_TIME.fullmatch, times)) and all(a < b for a, b in pairwise(times))
        cells = (cell for column in others for cell in column if cell not in settings.missing)
        if rising and others and all(map(is_number, cells)):
            return grid.names[0]
    return None
