"""A starter recipe for a table: the label that it may have, and what its columns are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from augcli.dataset.files import readable
from augcli.dataset.layout import file_splits, told_in_starter
from augcli.dataset.splits import are_splits
from augcli.settings.base import DatasetSettings
from augcli.tabular.columns import Column
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.readers import read_table, table_format
from augcli.tabular.table import Table
from augcli.task import Source
from augcli.terminal import escaped

_LABELS = ("label", "class", "target", "y", "outcome", "diagnosis", "category", "species")
_FEW = 30
"""Values that a class label has at most, where its name does not tell it."""
_FEW_NUMBERS = 10
"""Values from which on a label of numbers is an amount."""
_SHOWN = 8


def starter(path: Path) -> str | None:
    """Return a commented recipe for the table at `path`; None where there is none."""
    root = path if path.is_dir() else path.parent
    known = [each for each in readable(path) if table_format(each.name)]
    if not known:
        return None
    sources = [Source(each.relative_to(root).as_posix(), "", each.read_bytes()) for each in known]
    table = read_table(sources, TableDatasetSettings(path=""))
    return "\n".join(map(escaped, (*_dataset(path, table), *_output(path, table)))) + "\n"


def _dataset(path: Path, table: Table) -> Iterator[str]:
    label = _label(table)
    yield "version: 1"
    yield "seed: 1                 # another seed gives other rows"
    yield "dataset:"
    yield f"  path: {json.dumps(str(path))}    # if relative, to this file; found {len(table)} rows"
    yield "  kind: tabular"
    yield f"  label: {_ref(table, label)}    # a guess; {_told(table, label)}"
    names = [part.name for part in table.parts]
    yield from told_in_starter(names)
    if told := _split_column(table):
        values = " and ".join(table.coded[told.index].texts)
        yield f"  split: {_ref(table, told)}    # it says {values}"
    elif len(set(file_splits(DatasetSettings(path=""), names).values())) < 2:
        yield "  split: {test: 0.2}    # rows that are set aside; or the name of a column of splits"
    for column in table.columns:
        if column.kind == "id":
            yield f"  id: {_ref(table, column)}    # names rows: never compared, blank in new ones"
            break
    kinds = [f"{_ref(table, each)} {each.kind}" for each in table.columns if each is not label]
    yield f"  # columns: {{}}         # kinds to set right: {', '.join(kinds[:20])}"


def _output(path: Path, table: Table) -> Iterator[str]:
    yield "output:"
    yield f"  path: {json.dumps(f'build/{path.stem}')}"
    label = _label(table)
    if label.is_number and len(_counts(table, label)) > _FEW_NUMBERS:
        yield "balance: {method: smogn}    # more rows where the label, a number, is rare"
    else:
        yield "balance: {method: smote, target: max}    # all classes as large as the largest"


def _split_column(table: Table) -> Column | None:
    """Return the first column of which all values mean splits."""
    texts = ((column, table.coded.get(column.index)) for column in table.columns)
    return next((column for column, told in texts if told and are_splits(told.texts)), None)


def _label(table: Table) -> Column:
    """Return the column of a telling name, or the last or first one that may be a class."""
    columns = [each for each in table.columns if each is not _split_column(table)] or table.columns
    named = [each for each in columns if each.name.strip().lower() in _LABELS]
    ends = [columns[-1], columns[0]]
    few = [each for each in ends if 2 <= len(_counts(table, each)) <= _FEW]
    return [*named, *few, ends[0]][0]


def _counts(table: Table, column: Column) -> Counter[str]:
    """Return how many rows have each value of a column."""
    if column.index in table.coded:
        coded = table.coded[column.index]
        return Counter(map(coded.texts.__getitem__, coded.codes[coded.codes >= 0].tolist()))
    values = table.numbers.get(column.index, np.empty(0))
    return Counter(f"{value:g}" for value in values[~np.isnan(values)].tolist())


def _told(table: Table, column: Column) -> str:
    counts = _counts(table, column)
    shown = ", ".join(f"{text} {count}" for text, count in counts.most_common(_SHOWN))
    return f"{shown} and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else shown


def _ref(table: Table, column: Column) -> str:
    """Return how a recipe names a column: by its number where the table has no names."""
    dialect = table.parts[0].dialect
    return str(column.index) if dialect and not dialect.header else json.dumps(column.name)
