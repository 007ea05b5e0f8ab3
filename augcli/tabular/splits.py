"""Which split each row is in: as a column says, as files are named, or as shares are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from augcli.dataset import DatasetSettings
from augcli.draws import Draws
from augcli.errors import SettingError
from augcli.tabular.columns import find
from augcli.tabular.config import SplitShares, TableDatasetSettings, TableOutputSettings
from augcli.tabular.drawn import Streams
from augcli.tabular.table import Coded, Rows, Table, coded

_NAMES = {
    "train": "train",
    "training": "train",
    "test": "test",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
}


def split_of_file(name: str) -> str | None:
    """Return the split that a file's name, or its folder's, means."""
    path = PurePosixPath(name)
    return next((_NAMES[p] for p in (path.stem.lower(), *path.parent.parts) if p in _NAMES), None)


def splits_of(table: Table, settings: TableDatasetSettings, streams: Streams) -> Coded:
    """Return the split of every row."""
    if isinstance(settings.split, SplitShares):
        return _drawn(table, settings.split, streams)
    column = table.with_role("split")
    if column:
        told = table.coded[column.index]
        if np.any(told.codes < 0):
            texts = [*told.texts, "train"] if "train" not in told.texts else told.texts
            codes = np.where(told.codes < 0, texts.index("train"), told.codes)
            return Coded(codes.astype(np.int32), texts)
        return told
    names = [split_of_file(part.name) or "train" for part in table.parts]
    by_part = coded(names)
    return Coded(np.repeat(by_part.codes, [part.rows for part in table.parts]), by_part.texts)


@dataclass(frozen=True)
class File:
    """One file of the output: of which file of the dataset, and of which split of it alone."""

    part: int
    split: str | None
    name: str

    def has(self, table: Table, rows: Rows) -> Rows:
        """Return the places of those rows that are in this file."""
        return np.flatnonzero(table.part_of(rows) == self.part)

    def own(self, table: Table, splits: Coded, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which rows of the dataset's file are in this one, of those that are kept."""
        start, end = table.starts[self.part : self.part + 2]
        if self.split is None:
            return kept[start:end]
        inside: NDArray[np.bool_] = splits.codes[start:end] == splits.texts.index(self.split)
        return inside & kept[start:end]


def files_of(table: Table, splits: Coded, settings: TableDatasetSettings) -> Iterator[File]:
    """Yield the files of an output: where splits were drawn, each has its own folder."""
    drawn = isinstance(settings.split, SplitShares)
    for number, part in enumerate(table.parts):
        if not drawn:
            yield File(number, None, part.name)
            continue
        start, end = table.starts[number : number + 2]
        for code in np.unique(splits.codes[start:end]).tolist():
            split = splits.texts[code]
            yield File(number, split, f"{split}/{part.name}")


def kept_rows(
    splits: Coded, dataset: DatasetSettings, output: TableOutputSettings
) -> NDArray[np.bool_]:
    """Return which rows of a dataset its output has, as far as settings say."""
    if output.originals == "copy":
        return np.ones(len(splits.codes), bool)
    ours = [code for code, name in enumerate(splits.texts) if name in dataset.augment]
    others: NDArray[np.bool_] = ~np.isin(splits.codes, ours)
    return others


def _drawn(table: Table, shares: SplitShares, streams: Streams) -> Coded:
    """Draw shares of the rows; of each class where asked, and of groups that stay together."""
    names = ["test", "train", "val"]
    codes = np.full(len(table), 1, np.int32)
    parts = [(0, shares.test), (2, shares.val or 0.0)]
    strata = _strata(table, shares)
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        units = _units(table, shares, rows, streams)
        start = 0
        for code, share in parts:
            end = start + round(share * len(rows))
            codes[units[start:end]] = code
            start = end
    if shares.group is not None:
        codes = _whole_groups(table, shares, codes)
    return Coded(codes, names)


def _strata(table: Table, shares: SplitShares) -> NDArray[np.int32]:
    label = table.with_role("label")
    if not shares.stratify or label is None or label.index not in table.coded:
        return np.zeros(len(table), np.int32)
    return table.coded[label.index].codes


def _units(table: Table, shares: SplitShares, rows: Rows, streams: Streams) -> Rows:
    """Return rows in a drawn order, rows of a group next to each other."""
    if shares.group is None:
        return rows[streams.order(rows)]
    groups = _groups(table, shares)
    place = Draws(streams.seed).at("split")
    keys = np.array([place.at(str(text)).key for text in (*groups.texts, None)], np.uint64)
    return rows[np.argsort(keys[groups.codes[rows]], kind="stable")]


def _whole_groups(table: Table, shares: SplitShares, codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return codes with each group where most of it is."""
    groups = _groups(table, shares).codes
    votes = np.zeros((groups.max() + 1, 3), np.int64)
    known = groups >= 0
    np.add.at(votes, (groups[known], codes[known]), 1)
    return np.where(known, votes.argmax(axis=1)[groups], codes).astype(np.int32)


def _groups(table: Table, shares: SplitShares) -> Coded:
    assert shares.group is not None
    names = [column.name for column in table.columns]
    index = find(names, shares.group, "split")
    if index not in table.coded:
        raise SettingError(
            ("dataset", "split", "group"),
            f"column {names[index]!r} is {table.columns[index].kind}; "
            f"name it as `group` of the dataset, too",
        )
    return table.coded[index]
