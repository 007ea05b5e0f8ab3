"""A dataset of tables as a whole: its rows, and the split of each.

What new rows look like hangs on the rows of augmented splits alone. So these are looked for first;
only then it is found out what the columns are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.dataset.splits import augmented
from augcli.settings.shares import SplitShares
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.drawn import Streams
from augcli.tabular.reading.named import splits_by_name
from augcli.tabular.reading.readers import Files, Judges, read_files
from augcli.tabular.reading.table import Coded, Table
from augcli.tabular.splits import rows_of, splits_of
from augcli.task import Source


class Whole(Struct, frozen=True):
    """A table and its splits."""

    table: Table
    splits: Coded
    ours: NDArray[np.bool_]
    """The rows of splits that are augmented."""


def read_whole(
    sources: Sequence[Source], settings: TableDatasetSettings, seed: int, *, amount: bool
) -> Whole:
    """Return the tables of a dataset; SampleError where they are none.

    `seed` draws splits that are not there yet; `amount` says that the label is a number.
    """

    def read(files: Files) -> Whole:
        if settings.split is None:
            table = files.table(_named(files), amount=amount)
            splits = splits_of(table, settings, Streams(seed, table))
        else:
            splits = _splits_first(files, seed, amount=amount)
            ours = rows_of(splits, settings.augment)
            table = files.table(_in_files(files, ours), amount=amount)
        return Whole(table, splits, rows_of(splits, settings.augment))

    return read_files(sources, settings, read)


def _splits_first(files: Files, seed: int, *, amount: bool) -> Coded:
    """Return the split of every row, by the column of splits alone or drawn from all rows."""
    drawn = isinstance(files.settings.split, SplitShares)
    table = files.table(only=None if drawn else "split", amount=amount)
    return splits_of(table, files.settings, Streams(seed, table))


def _named(files: Files) -> Judges | None:
    """Return which files are of splits that are augmented; None where none is."""
    told = splits_by_name(files.settings, files.names)
    splits = {part.name: told[part.name] for part in files.parts}
    ours = augmented(files.settings.augment, splits.values())
    judges = {name: np.array(split in ours) for name, split in splits.items()}
    return judges if any(judges.values()) else None


def _in_files(files: Files, ours: NDArray[np.bool_]) -> Judges | None:
    """Return which rows of each file are in splits that are augmented; None where none is."""
    ends = np.cumsum([part.rows for part in files.parts])
    rows = np.split(ours, ends[:-1])
    return dict(zip((part.name for part in files.parts), rows, strict=True)) if ours.any() else None
