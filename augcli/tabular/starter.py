"""A starter recipe for a table: the label that it may have, and what its columns are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from textwrap import shorten

import numpy as np
from msgspec.structs import replace

from augcli.dataset.columns import column_of, names_groups
from augcli.dataset.files import listed, readable
from augcli.dataset.layout import file_splits, told_in_starter
from augcli.dataset.lists import refuse_rows_of_files
from augcli.dataset.splits import TRAIN, meaning
from augcli.draft import Asked, Draft, balanced, quoted
from augcli.errors import DoubtError, SampleError
from augcli.plural import several
from augcli.rows.delimited import is_table
from augcli.rows.encodings import open_text
from augcli.settings.base import DatasetSettings
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.dialect import HEAD
from augcli.tabular.reading.doubts import group_columns, refuse_unclear
from augcli.tabular.reading.readers import format_of, read_table, table_format
from augcli.tabular.reading.table import Table
from augcli.tabular.splits import meaning_splits
from augcli.task import Source

_LABELS = (
    *("label", "labels", "class", "target", "outcome", "diagnosis", "churned", "churn", "species"),
    *("category", "y"),
)
"""What columns of classes are called, the surest first."""
_FEW = 30
"""Values that a class label has at most, where its name does not tell it."""
_FEW_NUMBERS = 10
"""Values from which on a label of numbers is an amount."""
_ASKED = 3
"""Columns of words that are asked about."""
_SHOWN = 8
_LONGEST = 40
"""Letters of a value."""
_LEFT = 0.8
"""Share of the rows that are train where the rest is set aside."""
_MOST = 20
"""Columns whose kinds are listed."""
_LABEL = "# label: NAME         # the column of the class, where there is one"
_BALANCE = "# balance: {method: smote, target: max}"
_FEWEST = 20
"""Rows that a split can be drawn of."""


def starter(asked: Asked) -> Draft | None:
    """Return what a recipe says of the table at a path; None where there is none."""
    path = asked.path
    known = [each for each in readable(path) if table_format(each.name)]
    if not known:
        return None
    root = path if path.is_dir() else path.parent
    found = [Source(each.relative_to(root).as_posix(), "", each.read_bytes()) for each in known]
    sources, idle = _useful(found)
    try:
        told, table = _read(sources)
    except DoubtError:  # a run that is tried will tell it
        include = f"# include: {quoted([each.name for each in sources])}"
        return Draft(
            "tabular", "rows", several(len(sources), "file"), [include, _LABEL], [_BALANCE]
        )
    named = _asked_for(table, asked)
    label = named or _predicted(table, sources) or _label(table)
    lines = (*idle, *told, *_dataset(table, label, is_guess=named is None))
    names = [part.name for part in table.parts]
    splits = _splits(table, names)
    drawn = any(line.startswith("split: {") for line in splits)
    rest = _balance(table, label, _LEFT if drawn else 1)
    asks = (
        []
        if named or label.name.lower() in _LABELS
        else [*_unclear(table, label), *_several(table, label)]
    )
    dataset = (*lines, *splits, *asks)
    draft = Draft("tabular", "rows", several(len(table), "row"), dataset, [rest])
    return draft if named else _asking(draft, path, table)


def _useful(sources: Sequence[Source]) -> tuple[Sequence[Source], list[str]]:
    """Return the files to be read, and the line on others: words, and rows that are there twice."""
    why = {each.name: "no table" for each in sources if _is_prose(each)}
    tables = [each for each in sources if each.name not in why]
    for each in tables:
        if other := next((o for o in tables if _is_within(each, o)), None):
            why[each.name] = f"rows that {other.name} has"
    used = [each for each in sources if each.name not in why]
    line = f"exclude: {quoted(sorted(why))}    # {'; '.join(dict.fromkeys(why.values()))}"
    return (used, [line]) if used and why else (sources, [])


def _is_prose(source: Source) -> bool:
    """Return whether a text has lines of words, and not those of a table."""
    head = ""
    with suppress(SampleError):
        head = open_text(source.name, source.data[:HEAD], None).head(HEAD)
    lines = [line.split() for line in head.splitlines() if line.strip()]
    words = len(lines) == 1 or any(len(line) > 1 for line in lines)
    return source.name.lower().endswith(".txt") and words and not is_table(head)


def _is_within(source: Source, other: Source) -> bool:
    """Return whether all lines of a file are among the more of another one of its split."""
    if len(source.data) >= len(other.data) or meaning(source.name) != meaning(other.name):
        return False
    lines, others = bytes(source.data), bytes(other.data)
    likely = all(line in others for line in lines.split(b"\n", _SHOWN)[:_SHOWN])
    return likely and {*lines.splitlines()} < {*others.splitlines()}


def _asking(draft: Draft, path: Path, table: Table) -> Draft:
    """Return a draft that says nothing of what leaves it open whether rows are samples."""
    settings = TableDatasetSettings.again({})
    kept: tuple[str, ...] = ("#",)
    with suppress(DoubtError):
        if path.is_dir():
            listing = listed(settings, path)
            refuse_rows_of_files(listing, [part.name for part in table.parts], listing.names)
        kept = ("#", "include:", "exclude:")
        refuse_unclear(table, settings)
        return draft
    dataset = [line if line.startswith(kept) else f"# {line}" for line in draft.dataset]
    rest = [f"# {line.removeprefix('# ')}" for line in draft.rest]
    return replace(draft, dataset=dataset, rest=rest)


def _read(sources: Sequence[Source]) -> tuple[list[str], Table]:
    """Return a table, and what is to be said of files that are none of it.

    Where files have different columns it is that of the training split, or the largest.
    """
    settings = TableDatasetSettings.again({})
    try:
        return [], read_table(sources, settings)
    except SampleError as error:
        if len(sources) < 2:
            raise
        best = max(sources, key=lambda each: (meaning(each.name) == TRAIN, len(each.data)))
        line = f"include: [{quoted(best.name)}]    # a guess, one of {len(sources)}: {error}"
        return [line], read_table([best], settings)


def _predicted(table: Table, sources: Sequence[Source]) -> Column | None:
    """Return the one column that files of other splits lack, as it is what is to be predicted."""
    used = {part.name for part in table.parts}
    others = [each for each in sources if each.name not in used]
    known = [
        {*map(str, _names(each))} for each in others if meaning(each.name) not in (None, TRAIN)
    ]
    lacking = [[c for c in table.columns if c.name not in names] for names in known]
    return next((found[0] for found in lacking if len(found) == 1), None)


def _names(source: Source) -> Sequence[str]:
    names_of = format_of(source.name).names_of
    return names_of(source.data[: 2 * HEAD], TableDatasetSettings.again({})) if names_of else ()


def _asked_for(table: Table, asked: Asked) -> Column | None:
    """Return the column of the class that a person named; SettingError where there is none."""
    if asked.column is None:
        return None
    names = [column.name for column in table.columns]
    return table.columns[column_of(table.parts[0].name, names, asked.column, "label")]


def _dataset(table: Table, label: Column, *, is_guess: bool) -> Iterator[str]:
    yield f"label: {_ref(table, label)}    # {'a guess; ' * is_guess}{_told(table, label)}"
    for column in table.columns:
        if column.kind == "id":
            yield f"id: {_ref(table, column)}    # names rows: never compared, blank in new ones"
            break
    kinds = [f"{_ref(table, each)} {each.kind}" for each in table.columns if each is not label]
    more = f" and {len(kinds) - _MOST} more" if len(kinds) > _MOST else ""
    yield f"# columns: {{}}         # kinds to set right: {', '.join(kinds[:_MOST])}{more}"


def _splits(table: Table, names: Sequence[str]) -> list[str]:
    """Return what is to be said of splits: nothing where names leave them in doubt."""
    if column := _split_column(table):
        told = meaning_splits(table, column)
        values = " and ".join(told.texts if told else ())
        return [f"split: {_ref(table, column)}    # it says {values}"]
    try:
        by_name, splits = told_in_starter(names), file_splits(DatasetSettings.again({}), names)
    except DoubtError:  # a run that is tried will tell it
        return []
    if len(set(splits.values())) > 1:
        return by_name
    if len(table) < _FEWEST:
        few = several(len(table), "row is", "rows are")
        return [*by_name, f"# split: {{test: 0.2}}  # {few} too few to part"]
    return [*by_name, *_drawn(table)]


def _drawn(table: Table) -> Iterator[str]:
    """Yield the line by which rows are set aside: the last ones, where they follow in time."""
    column = next(_in_time(table), None)
    if column is None and (group := next(group_columns(table), None)):
        yield f"split: {{test: 0.2, group: {_ref(table, group)}}}    # all rows of one are together"
        return
    if column is None:
        yield "split: {test: 0.2}    # rows that are set aside; or the name of a column of splits"
        return
    yield f"split: {{test: last 20%, by: {_ref(table, column)}}}    # rows follow in time"
    yield "# for one long series: augment init --kind timeseries"


def _in_time(table: Table) -> Iterator[Column]:
    """Yield the columns by which rows follow each other in time."""
    columns = [column for column in table.columns if column.index in table.numbers]
    names = {column.name.strip().lower() for column in columns}
    dates = [each for each in columns if each.kind == "date"]
    dates += [each for each in columns if {"year", "month"} <= names and each.name == "year"]
    for column in dates:
        steps = np.diff(table.numbers[column.index])
        if len(steps) and bool((steps >= 0).all()) and bool(steps.any()):
            yield column


def _balance(table: Table, label: Column, share: float) -> str:
    """Return the line on balance, of which so large a share of the rows is train."""
    if label.is_number and len(_counts(table, label)) > _FEW_NUMBERS:
        return "balance: {method: smogn}    # more rows where the label, a number, is rare"
    counts = _counts(table, label).values()
    smallest, largest = (math.floor(share * end(counts, default=0)) for end in (min, max))
    return balanced(max(1, smallest), largest, "method: smote, ")


def _split_column(table: Table) -> Column | None:
    """Return the first column of which all values mean splits."""
    return next((column for column in table.columns if meaning_splits(table, column)), None)


def _label(table: Table) -> Column:
    """Return the column of a telling name, or the last or first one that may be a class."""
    others = [_split_column(table), *(each for each in table.columns if each.kind == "date")]
    others += [each for each in table.columns if names_groups(each.name)]
    columns = [each for each in table.columns if each not in others] or table.columns
    called = {each.name.strip().lower(): each for each in reversed(columns)}
    named = [called[name] for name in _LABELS if name in called]
    ends = [columns[-1], columns[0]]
    few = [each for each in ends if 2 <= len(_counts(table, each)) <= _FEW]
    return [*named, *few, ends[0]][0]


def _several(table: Table, label: Column) -> Iterator[str]:
    """Yield the question whether a row may be of several classes, called as the label is."""
    called = label.name.rstrip("0123456789")
    flags = [c for c in table.columns if c.name.rstrip("0123456789") == called]
    if called and len(flags) > 1 and all(each.kind == "boolean" for each in flags):
        names = quoted([each.name for each in flags])
        yield "# question: may a row be of several classes? Then say `balance: {method: mlsmote}`"
        yield f"#   and `label: {names}`"


def _is_whole(column: Column) -> bool:
    return column.kind in ("integer", "boolean")


def _unclear(table: Table, label: Column) -> Iterator[str]:
    """Yield the question which column is the class, where nothing but its values may tell."""
    dialect = table.parts[0].dialect
    columns = [each for each in table.columns if 2 <= len(_counts(table, each)) <= _FEW]
    words = [each for each in columns if each.index in table.coded and not each.is_number]
    likely = words[-_ASKED:] if label not in words or len(words) == 1 else []
    ends = [each for each in (table.columns[0], table.columns[-1]) if each in columns]
    ends = [each for each in ends if each in words or (label not in words and _is_whole(each))]
    found = [each for each in dict.fromkeys((*likely, *ends)) if each is not label]
    if found and dialect and not dialect.header:
        refs = " or ".join(_ref(table, each) for each in found)
        yield f"# question: which column is the class? {refs} may be it, too: say `label`"


def _counts(table: Table, column: Column) -> Counter[str]:
    """Return how many rows have each value of a column."""
    if column.index in table.coded:
        coded = table.coded[column.index]
        return Counter(map(coded.texts.__getitem__, coded.codes[coded.codes >= 0].tolist()))
    values = table.numbers.get(column.index, np.empty(0))
    return Counter(f"{value:g}" for value in values[~np.isnan(values)].tolist())


def _told(table: Table, column: Column) -> str:
    counts = _counts(table, column)
    shown = ", ".join(
        f"{shorten(text, _LONGEST, placeholder=' …')} {count}"
        for text, count in counts.most_common(_SHOWN)
    )
    return f"{shown} and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else shown


def _ref(table: Table, column: Column) -> str:
    """Return how a recipe names a column: by its number where the table has no names."""
    dialect = table.parts[0].dialect
    return str(column.index) if dialect and not dialect.header else quoted(column.name)
