"""Which split each row is in: as a column says, as files are named, or as shares are drawn."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.dataset.shares import (
    BLOCK,
    SPLITS,
    blocks,
    blocks_of_texts,
    in_last,
    refuse_same,
    shared_inside,
)
from augcli.dataset.splits import (
    NO_SPLIT,
    TRAIN,
    are_splits,
    augmented,
    called,
    called_splits,
    meant,
)
from augcli.dataset.told import quoted
from augcli.draws import Draws, ManyDraws
from augcli.errors import SettingError
from augcli.settings.base import ColumnRef, DatasetSettings
from augcli.settings.shares import SplitShares
from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.drawn import Streams
from augcli.tabular.reading.columns import Column, find, of_told_kinds
from augcli.tabular.reading.named import splits_by_name
from augcli.tabular.reading.table import Coded, Rows, Table, coded
from augcli.tabular.writing.twins import prints_of_all


def splits_of(table: Table, settings: TableDatasetSettings, streams: Streams) -> Coded:
    """Return the split of every row."""
    names = [*(part.name for part in table.parts), *table.broken]
    told, column = splits_by_name(settings, names), table.with_role("split")
    if isinstance(settings.split, SplitShares):
        equal = settings.leaks == "refuse"
        if column is None:
            return _drawn(table, settings.split, streams, np.ones(len(table), bool), equal=equal)
        own = _called(table, column, settings.augment)
        refuse_same(settings.split, augmented(settings.augment, own.texts))
        inside = rows_of(own, settings.augment)
        return _kept(own, _drawn(table, settings.split, streams, inside, equal=equal))
    if column:
        return _called(table, column, settings.augment)
    by_file = coded([told[name] for name in names])
    rows = [*(part.rows for part in table.parts), *(0 for _ in table.broken)]
    return Coded(np.repeat(by_file.codes, rows), by_file.texts)


def _kept(told: Coded, drawn: Coded) -> Coded:
    """Return drawn splits, with the names that a column has for those of which nothing is drawn."""
    texts = list(dict.fromkeys([*drawn.texts, *told.texts]))
    own = np.array([texts.index(text) for text in told.texts])[told.codes]
    is_rest = drawn.codes == drawn.texts.index(TRAIN)
    return Coded(np.where(is_rest, own, drawn.codes).astype(np.int32), texts)


def _called(table: Table, column: Column, augment: Collection[str]) -> Coded:
    """Return the splits that the cells of a column mean, none where they are blank."""
    told = table.coded[column.index]
    names = [called(text, augment, column.name) for text in told.texts]
    splits = coded([*names, NO_SPLIT] if np.any(told.codes < 0) else names)
    return Coded(splits.codes[told.codes], splits.texts)


def unnamed(
    table: Table, splits: Coded, settings: TableDatasetSettings
) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """Yield split → values of the rows in it, for columns of splits that nobody named."""
    given = of_told_kinds([column.name for column in table.columns], settings)
    for column in table.columns:
        named = column.role != "feature" or column.index in given
        told = None if named else meaning_splits(table, column)
        if told is None:
            continue
        for code, split in enumerate(splits.texts):
            seen = np.unique(told.codes[splits.codes == code]).tolist()
            yield split, {column.name: {told.texts[each] for each in seen if each >= 0}}


def meaning_splits(table: Table, column: Column) -> Coded | None:
    """Return what the cells of a column of splits mean; None where they are anything else.

    Numbers are splits where their column is called so.
    """
    told = table.coded.get(column.index)
    if told is None and called_splits(column.name):
        values = table.numbers[column.index].tolist()
        told = coded([None if math.isnan(value) else f"{value:g}" for value in values])
    names = [meant(column.name, text) for text in told.texts] if told else []
    return Coded(told.codes, names) if told and are_splits(names) else None


def rows_of(splits: Coded, names: Collection[str]) -> NDArray[np.bool_]:
    """Return which rows are in splits of these names."""
    ours = augmented(names, splits.texts)
    codes = [code for code, name in enumerate(splits.texts) if name in ours]
    inside: NDArray[np.bool_] = np.isin(splits.codes, codes)
    return inside


class File(Struct, frozen=True):
    """One file of the output: of which file of the dataset, and of which split of it alone."""

    part: int
    split: str | None
    name: str

    def places(self, table: Table, splits: Coded, rows: Rows) -> Rows:
        """Return the places of those rows that are in this file."""
        inside = table.part_of(rows) == self.part
        if self.split is not None:
            inside &= splits.codes[rows] == splits.texts.index(self.split)
        return np.flatnonzero(inside)

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
    if output.emits_originals:
        return np.ones(len(splits.codes), bool)
    return ~rows_of(splits, dataset.augment)


def _drawn(
    table: Table, shares: SplitShares, streams: Streams, inside: NDArray[np.bool_], *, equal: bool
) -> Coded:
    """Draw shares of the rows; of each class where asked, and of units that stay together.

    `equal` says whether equal rows are one.
    """
    if shares.by is not None:
        units, keys = _by_order(table, shares.by)
        strata, column = np.zeros(len(table), np.int32), table.with_role("group")
        codes = shared_inside(inside, shares, strata, units, keys)
        if column is not None and shares.group is not None:
            codes = in_last(shares, codes, table.coded[column.index].codes)
        return Coded(codes, SPLITS)
    units, keys = _units(table, streams, equal=equal)
    return Coded(shared_inside(inside, shares, _strata(table, shares), units, keys), SPLITS)


def _by_order(table: Table, by: ColumnRef) -> tuple[Rows, NDArray[np.uint64]]:
    """Return rows of one moment as units, and keys that put the last first, those without at last.

    Raises SettingError for a column that has no order.
    """
    column = table.columns[find([each.name for each in table.columns], by, "split", "by")]
    values = table.numbers.get(column.index)
    if values is None:
        text = f"column {column.name!r} is {column.kind}, and must be of dates or numbers"
        written = f'{{{quoted(column.name)}: {{kind: date, format: "%d/%m/%Y"}}}}'
        text += f"; where it has dates, say how they are written: `columns: {written}`"
        if column.kind == "id":
            way = f"columns: {{{quoted(column.name)}: integer}}"
            text += f"; where these are an order, say `{way}`"
        raise SettingError(("dataset", "split", "by"), text)
    _, units = np.unique(np.nan_to_num(values, nan=-np.inf), return_inverse=True)
    return units, (units.max() - units).astype(np.uint64)


def _strata(table: Table, shares: SplitShares) -> NDArray[np.int32]:
    label = table.with_role("label")
    if not shares.stratify or label is None:
        return np.zeros(len(table), np.int32)
    known = table.coded.get(label.index)
    if shares.stratify == "blocks":
        if known is None:
            return blocks(table.numbers[label.index], BLOCK).astype(np.int32)
        return blocks_of_texts([*map(known.text, range(len(table)))]).astype(np.int32)
    return np.zeros(len(table), np.int32) if known is None else known.codes


def _units(table: Table, streams: Streams, *, equal: bool) -> tuple[Rows, NDArray[np.uint64]]:
    """Return which rows stay together, and the keys that they are put in order by."""
    rows = np.arange(len(table))
    own = streams.keys(rows, np.full(len(rows), -1)).keys
    group = table.with_role("group")
    if group is not None:
        groups = table.coded[group.index]
        place = Draws(streams.seed).at("split")
        named = ManyDraws.of(place.at(text) for text in (*groups.texts, "")).keys
        lone = groups.codes < 0
        units = np.where(lone, len(groups.texts) + rows, groups.codes)
        return units, np.where(lone, own, named[groups.codes])
    if equal:
        prints = prints_of_all(table)
        _, first, units = np.unique(prints, return_index=True, return_inverse=True)
        return units, own[first][units]
    return rows, own


def only_split(table: Table, splits: Coded, part: int) -> str | None:
    """Return the split of all rows of a file; None where it has rows of several, or of none."""
    inside = slice(*table.starts[part : part + 2])
    (first, *others) = np.unique(splits.codes[inside]).tolist()
    return None if others else splits.texts[first] or None
