"""Columns of a table that may mean something else: parts of a category, points of series."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.checks.findings import Lint
from augcli.dataset.columns import names_groups
from augcli.dataset.doubts import OTHER_KIND, POINTS_OF_SERIES, UNCLEAR_FORMAT
from augcli.dataset.groups import told_apart
from augcli.dataset.told import quoted
from augcli.errors import Doubt
from augcli.plural import few
from augcli.rows.delimited import LIKE_NUMBER
from augcli.rows.following import (
    LONGEST_LOOK,
    calendar_in,
    changes_of,
    clock_below,
    curves_below,
    is_curve,
)
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.columns import Column, of_told_kinds
from augcli.tabular.reading.table import Numbers, Table
from augcli.tabular.reading.unlike import no_amounts

_DAY, _CLOCK = r"\d{1,4}([./-])\d\d?\1\d{1,4}", r"\d\d?:\d\d(:\d\d(\.\d+)?)?"
_MOMENT = re.compile(rf"{_DAY}([ T]{_CLOCK})?|{_CLOCK}")
_NUMBERS = re.compile(r"\s*[-+\d.eE]+(\s+[-+\d.eE]+)+\s*")
_INDEXED = re.compile(r"\s*[-+\d.,eE]+(\s+(qid:)?\d+:[-+\d.eE]+)+\s*(#.*)?")
"""A row of LIBSVM: its label, then column:value wherever that is not 0."""
_SHOWN = 4
_Keys: TypeAlias = Mapping[str, NDArray[np.bool_]]
"""column → where it changes its value"""
_FEWEST_GROUPS = 3


def doubts(table: Table) -> Iterator[Lint]:
    """Yield which columns are one category in several."""
    for names in _one_hot(table):
        text = f"exactly one of the columns {few(map(repr, names))} is 1 in each row"
        yield Lint("one-hot", text, ("dataset", "columns"))


def warned(
    table: Table, ours: NDArray[np.bool_], settings: TableDatasetSettings
) -> Iterator[Doubt]:
    """Yield what stops no run: rows may be points of series, numbers no amounts, groups apart."""
    yield from of_series(table)
    yield from no_amounts(table, settings)
    yield from _of_groups(table, ours, settings)


def of_series(table: Table) -> Iterator[Doubt]:
    """Yield that rows may be points of series: below a key values are smooth, or times rise."""
    values = {c.name: table.numbers[c.index][:LONGEST_LOOK] for c in table.numeric}
    keys = dict(_keys(table))
    found = _smooth_below(values, keys) or _timed_below(table, values, keys)
    if text := found or _of_calendar(table):
        hint = "if rows are points of series, say `kind: timeseries`, `layout: long`, `id: COLUMN`"
        yield POINTS_OF_SERIES.doubt(text, hint, "dataset.kind")


def _smooth_below(values: Mapping[str, Numbers], keys: _Keys) -> str:
    curves = curves_below(values, [*keys.values()])
    text = f"values of {few(map(repr, curves))} change smoothly while {few(map(repr, keys))} stay"
    return text if curves else ""


def _timed_below(table: Table, values: Mapping[str, Numbers], keys: _Keys) -> str:
    """Return in words that times rise while keys stay; a label, or one that may be, alone is none.

    Rows that follow in time may well be samples, and a rare class stays for long.
    """
    label = table.with_role("label")
    others = {name: each for name, each in keys.items() if label is None or name != label.name}
    days = _repeated_days(values, table)
    known = days if label is None and len(others) < 2 else values
    clock = clock_below(known, [*others.values()], days)
    return f"times in {clock!r} rise while {few(map(repr, others))} stay" if clock else ""


def _repeated_days(values: Mapping[str, Numbers], table: Table) -> dict[str, Numbers]:
    """Return the columns of dates that are there again and again, as those of several series."""
    dates = {each.name: values[each.name] for each in table.numeric if each.kind == "date"}
    return {name: each for name, each in dates.items() if 2 * len(np.unique(each)) <= len(each)}


def _of_calendar(table: Table) -> str:
    """Return in words that columns of a year and its parts rise by the same time in each row."""
    known = [each for each in table.columns if each.index in table.numbers]
    parts = calendar_in({each.name: table.numbers[each.index][:LONGEST_LOOK] for each in known})
    return f"times in {few(map(repr, parts))} rise evenly from row to row" if parts else ""


def _of_groups(
    table: Table, ours: NDArray[np.bool_], settings: TableDatasetSettings
) -> Iterator[Doubt]:
    """Yield which columns tell of whom rows are, where some are in an augmented and another split.

    Whoever says what a column is, or by which one splits are drawn, has seen to that.
    """
    given = of_told_kinds([each.name for each in table.columns], settings)
    for column in group_columns(table) if settings.kept_together is None else ():
        codes = _codes(table, column)
        both = np.intersect1d(codes[ours], codes[~ours])
        if len(both) and column.index not in given:
            yield told_apart(
                column.name, len(both), settings.shares.by if settings.shares else None
            )


def group_columns(table: Table) -> Iterator[Column]:
    """Yield the features that are called as those that tell of whom rows are, where some repeat."""
    for column in table.features:
        if names_groups(column.name):
            counts = np.unique(_codes(table, column), return_counts=True)[1]
            if len(counts) > _FEWEST_GROUPS and 2 * len(counts) <= len(table):
                yield column


def _codes(table: Table, column: Column) -> NDArray[Any]:
    coded = table.coded.get(column.index)
    return coded.codes if coded else table.numbers[column.index]


def refuse_unclear(table: Table, settings: TableDatasetSettings) -> None:
    """Raise DoubtError where rows may be no samples, or cells not what they are taken for."""
    _refuse_rows(table)
    _refuse_files(table)
    _refuse_one_series(table, settings)
    if not _are_told(settings) and (found := next(of_series(table), None)):
        hint = f"{found.settled_by}; or `label: COLUMN` if each row is a sample"
        raise OTHER_KIND.doubt(found.sentence, hint, found.key).error


def _refuse_one_series(table: Table, settings: TableDatasetSettings) -> None:
    """Raise DoubtError where rows are points of one series, and no setting takes them for samples.

    All columns are curves then, but for those of times.
    """
    times = [each for each in table.columns if _may_be_times(table, each)]
    curves = [each for each in table.columns if each not in times]
    if _are_told(settings) or not curves:
        return
    if all(each.index in table.numbers and is_curve(table.numbers[each.index]) for each in curves):
        shown = few(repr(each.name) for each in curves)
        text = f"values of {shown} change smoothly from row to row, as those of one series"
        way = f"columns: {{{quoted(curves[0].name)}: {curves[0].kind}}}"
        hint = f"say `kind: timeseries` under `dataset`, or `{way}` if each row is a sample"
        raise OTHER_KIND.doubt(text, hint, "dataset.kind").error


def _refuse_rows(table: Table) -> None:
    """Raise DoubtError where each cell of a column is a whole row, or many columns of one."""
    first, *others = table.columns
    coded = table.coded.get(first.index)
    cells = coded.texts[:_SHOWN] if coded else [first.name]
    if not others and cells and all(map(_INDEXED.fullmatch, cells)):
        text = f"lines of {table.parts[0].name} are a label and column:value, as LIBSVM has them"
        hint = "write them as a table with a column for each, in CSV or Parquet"
        raise UNCLEAR_FORMAT.doubt(text, hint, "dataset.path").error
    named = any(column.name.count(" ") > 1 and _is_row(column.name) for column in table.columns)
    if named or (not others and cells and all(map(_is_row, cells))):
        what = "the only column" if not others else "a column"
        text = f"cells of {what} of {table.parts[0].name} are numbers between spaces"
        hint = 'say `delimiter: " "` where it is one space, or write them with commas'
        raise UNCLEAR_FORMAT.doubt(text, hint, "dataset.delimiter").error


def _is_row(cell: str) -> bool:
    """Return whether a cell is numbers between spaces, or has many parts of which some are."""
    parts = cell.split()
    some = len(parts) > _SHOWN and sum(bool(LIKE_NUMBER.fullmatch(part)) for part in parts) > 1
    return some or _NUMBERS.fullmatch(cell) is not None


def _refuse_files(table: Table) -> None:
    """Raise DoubtError for a column of bytes, as those of pictures and sounds are."""
    for column in table.columns:
        if column.role == "feature" and "Binary" in (column.dtype or ""):
            text = f"column {column.name!r} holds bytes, as of pictures and sounds ({column.dtype})"
            hint = f"write them as files, or say `ignore: [{quoted(column.name)}]` under `dataset`"
            raise OTHER_KIND.doubt(text, hint, "dataset.ignore").error


def _are_told(settings: TableDatasetSettings) -> bool:
    """Return whether any setting says what columns are."""
    told = (settings.label, settings.id, settings.kept_together, settings.split_column)
    by = settings.shares and settings.shares.by
    return bool(settings.columns) or any(each is not None for each in (*told, by))


def _may_be_times(table: Table, column: Column) -> bool:
    """Return whether a column rises from row to row, or has days or times of day."""
    if column.index in table.numbers:
        steps = np.diff(table.numbers[column.index])
        return bool((steps >= 0).all() if column.kind == "date" else (steps > 0).all())
    coded = table.coded.get(column.index)
    is_told = coded is not None and all(map(_MOMENT.fullmatch, coded.texts))
    return column.kind == "id" or is_told


def _keys(table: Table) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield columns that keep a value for many rows, with where they change it."""
    for column in table.columns:
        coded = table.coded.get(column.index)
        values = coded.codes if coded else table.numbers.get(column.index)
        if values is None or column.kind == "decimals":
            continue
        changes = changes_of(values[:LONGEST_LOOK])
        if changes is not None:
            yield column.name, changes


def _one_hot(table: Table) -> Iterator[list[str]]:
    """Yield the names of columns of 0 and 1 that begin alike, and of which each row has one."""
    alike: dict[str, list[tuple[str, Numbers]]] = defaultdict(list)
    for column in table.features:
        prefix = re.match(r"(.+)[_.=:]", column.name)
        values = _flags(table, column) if prefix else None
        if prefix and values is not None:
            alike[prefix[1]].append((column.name, values))
    for found in alike.values():
        if len(found) > 1 and bool((np.sum([each for _, each in found], axis=0) == 1).all()):
            yield [name for name, _ in found]


def _flags(table: Table, column: Column) -> Numbers | None:
    """Return a column of 0 and 1 as numbers; None where it has anything else."""
    if column.index in table.numbers:
        values = table.numbers[column.index]
        return values if bool(np.isin(values, (0, 1)).all()) else None
    coded = table.coded[column.index]
    if not set(coded.texts) <= {"0", "1", "True", "False", "true", "false"}:
        return None
    ones = [code for code, text in enumerate(coded.texts) if text in ("1", "True", "true")]
    return np.isin(coded.codes, ones).astype(float)
