"""What a person should know about a table and what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.again import Again
from augcli.checks.equal import shared, twins
from augcli.dataset.leaks import groups_heeded, heeded
from augcli.dataset.shares import OTHER
from augcli.dataset.splits import NO_SPLIT
from augcli.dataset.told import quoted
from augcli.plural import few, gathered, several
from augcli.settings.base import MISSING
from augcli.tabular.aims import amounts, idle, named, unreached
from augcli.tabular.config import NOTHING, TableDatasetSettings
from augcli.tabular.deciding.balance import Decided
from augcli.tabular.deciding.outline import NO_CLASS, Outline
from augcli.tabular.drawn import Drawn
from augcli.tabular.job import TableJob
from augcli.tabular.methods.base import Method, stages_of
from augcli.tabular.reading.columns import Column, of_told_kinds, told_of
from augcli.tabular.reading.table import Coded, Table
from augcli.tabular.reading.thousands import unclear_marks
from augcli.tabular.reading.unlike import no_amounts
from augcli.tabular.splits import rows_of
from augcli.tabular.writing.provenance import row_ids
from augcli.tabular.writing.twins import Prints, prints_of_all, prints_of_whole, told
from augcli.tabular.writing.writers import told_columns

_FEW_CODES = 12
_FEW_CLASSES = 5
_SAMPLED = 2000
"""Rows that show of most columns of numbers that they are not few."""


def remarks(outlines: Sequence[Outline], decided: Sequence[Decided]) -> Iterator[str]:
    """Yield one remark after the other; those on a split name it where several are augmented."""
    yield from gathered(_remarks(outlines, decided))


def _remarks(outlines: Sequence[Outline], decided: Sequence[Decided]) -> Iterator[str]:
    yield from amounts(outlines[0])
    yield from unclear_marks(outlines[0].table, outlines[0].job.dataset)
    yield from _absent(outlines[0].table, outlines[0].job.dataset)
    yield from _worded(outlines[0].table, outlines[0].job.dataset)
    yield from _columns(outlines[0].table)
    yield from _odd(outlines[0].table)
    yield from _blank(outlines[0].table, decided)
    yield from _roomless(outlines[0])
    yield from _bonds(outlines[0])
    for outline, each in zip(outlines, decided, strict=True):
        found = [*unreached(outline), *(() if each.is_something else idle(outline)), *each.notes]
        yield from named(outline, [*found, *_vanished(outline, each)], among=outlines)


def story(table: Table, job: TableJob) -> Iterator[str]:
    """Yield what was found out about columns, and what distances between rows are told in."""
    yield from told_columns(table)
    yield from unclear_marks(table, job.dataset)
    yield from _absent(table, job.dataset)
    yield from _worded(table, job.dataset)
    yield from map(str, no_amounts(table, job.dataset))
    yield from _unordered(table)
    yield from _measured(table, job.balance)


def _unordered(table: Table) -> Iterator[str]:
    """Yield which categories lose their order, as they stand in a file in that of their rows."""
    told = {each.name for each in table.columns if each.style.order}
    ordered = dict.fromkeys(name for part in table.parts for name in part.ordered)
    yield from gathered(
        f"column {name!r} has categories in an order, which the file does not list: in outputs "
        f"they come in that of the rows; `columns: {{{name}: {{kind: ordinal, order: [low, mid, "
        "high]}}` tells and keeps it"
        for name in ordered
        if name not in told
    )


def compared(outlines: Sequence[Outline], decided: Sequence[Decided]) -> Iterator[str]:
    """Yield what distances are told in, where rows were compared."""
    if any(each.is_something for each in decided):
        yield from _measured(outlines[0].table, outlines[0].job.balance)


def _measured(table: Table, balance: Method | None) -> Iterator[str]:
    """Yield what distances are told in, where columns could be counted otherwise."""
    if len(table.numeric) > 1 and any(each.is_scaled for each in stages_of(balance)):
        yield (
            "distances count numbers in standard deviations of their columns; `distances: raw` "
            "under `balance` takes them as they stand"
        )


def leaked(outlines: Sequence[Outline], settings: TableDatasetSettings) -> list[str]:
    """Return what to tell of rows and groups that are in several splits, if that is allowed."""
    table = outlines[0].table
    row_id, what = table.row_id, ("row", "rows")
    allowed = settings.model_copy(update={"leaks": "allow"})
    told, drawn = _by_whom(shared_rows(outlines), outlines[0].splits, settings)
    return [
        *heeded(settings, what, told, lambda pair: " = ".join(map(row_id, pair))),
        *heeded(allowed, what, drawn, lambda pair: " = ".join(map(row_id, pair))),
        *groups_heeded(settings, shared_groups(outlines)),
    ]


def _by_whom(
    pairs: Sequence[tuple[int, int]], splits: Coded, settings: TableDatasetSettings
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return pairs that a column of splits or files' names tell apart, and those that are drawn."""
    if settings.shares is None:
        return list(pairs), []
    told: list[tuple[int, int]] = []
    drawn: list[tuple[int, int]] = []
    for pair in pairs:
        (told if OTHER in map(splits.text, pair) else drawn).append(pair)
    return told, drawn


def _columns(table: Table) -> Iterator[str]:
    for column in table.columns:
        coded = table.coded.get(column.index)
        empty = coded is not None and not coded.texts
        if empty or (column.index in table.numbers and column.low is None):
            yield f"column {column.name!r} has no values"
    yield from _codes(table)


def _absent(table: Table, settings: TableDatasetSettings) -> Iterator[str]:
    """Yield which words stand for missing values among categories: they may be meant otherwise."""
    told = told_of([each.name for each in table.columns], settings)
    for index, gaps in table.gaps.items():
        column, whose = table.columns[index], settings.of_column(told.get(index, NOTHING))
        if column.role != "feature" or index not in table.coded or whose.missing != MISSING:
            continue
        for code in np.unique(gaps.codes[table.observed]).tolist():
            if code and (word := gaps.texts[code - 1]):
                yield (
                    f"column {column.name!r}: {word!r} is taken for a missing value; if it is a "
                    "value, say by `missing` what means none"
                )


def _worded(table: Table, settings: TableDatasetSettings) -> Iterator[str]:
    """Yield which columns are no numbers for few words alone that stand among these."""
    given = of_told_kinds([each.name for each in table.columns], settings)
    for index, words in table.words.items():
        if words and index not in given:
            column, none = table.columns[index], ", ".join(map(quoted, words))
            yield (
                f"column {column.name!r} is taken for {column.kind}, as {few(map(repr, words))} "
                "stands among its numbers; if that means no value, say "
                f"`columns: {{{quoted(column.name)}: {{missing: [{none}]}}}}`"
            )


def _codes(table: Table) -> Iterator[str]:
    """Yield which columns have few numbers, all in one sentence: pixels are hundreds of them."""
    some = (each for each in table.features if each.kind in ("integer", "decimals"))
    found = {each.name: shown for each in some if (shown := _few_numbers(table, each))}
    if found:
        told = few([f"{name!r} (only {shown})" for name, shown in found.items()])
        first = next(iter(found))
        yield (
            f"columns of numbers that may be codes: {told}; if they are, say "
            f"`columns: {{{quoted(first)}: category}}`"
        )


def _few_numbers(table: Table, column: Column) -> str:
    """Return the few numbers of a column, if there are gaps between them where new ones may lie."""
    values = table.numbers[column.index][table.observed]
    for some in (values[:_SAMPLED], values):
        known = np.unique(some[~np.isnan(some)])
        if not 1 < len(known) <= min(_FEW_CODES, len(values) / 5):
            return ""
    unit = column.style.step or 10.0**-column.style.decimals
    is_dense = round((known[-1] - known[0]) / unit) == len(known) - 1
    return "" if is_dense else ", ".join(f"{value:.12g}" for value in known)


def _odd(table: Table) -> Iterator[str]:
    """Yield that rows of other splits have what the columns of augmented rows have not."""
    if table.odd:
        row, why = next(iter(table.odd.items()))
        one, many = "row of other splits stays as it is", "rows of other splits stay as they are"
        yield f"{several(len(table.odd), one, many)}: {table.row_id(row)}: {why}"


def _blank(table: Table, decided: Sequence[Decided]) -> Iterator[str]:
    """Yield the columns that are blank in new rows although nobody said so."""
    found = [f"{c.name!r} ({c.kind})" for c in table.columns if c.role == "feature" and c.is_blank]
    if found and any(not drawn.repeats.all() for each in decided for drawn in each.drawn):
        yield f"columns that are blank in new rows: {few(found)}; `columns` sets kinds right"


def _roomless(outline: Outline) -> Iterator[str]:
    """Yield the columns that name rows, and have no new ids although these are asked for."""
    table, asked = outline.table, outline.job.output.ids == "new"
    odd = [f"{each.name!r} ({each.dtype})" for each in table.named if each not in table.ids]
    if asked and odd:
        yield f"columns without new ids: {few(odd)}; texts and whole numbers of 64 bits have some"


def _bonds(outline: Outline) -> Iterator[str]:
    """Yield what is kept between columns, as all rows obey it."""
    found = [*outline.table.bonds.said(outline.table.columns)]
    if found and outline.job.dataset.constraints == "found":
        yield f"kept in new rows: {few(found)}; `constraints: told` keeps only what is told"


def _vanished(outline: Outline, decided: Decided) -> Iterator[str]:
    """Yield the classes that cleaning left nothing of."""
    labels = outline.labels
    gone = np.bincount(labels.codes[decided.removed], minlength=len(labels.texts))
    for label, count in outline.present.items():
        made = any(each.label == label for each in decided.drawn)
        if gone[labels.texts.index(label)] == count and not made:
            yield f"class {label!r} has no rows left: all of them overlap with other classes"


def shared_groups(outlines: Sequence[Outline]) -> list[str]:
    """Return the groups of augmented splits that have rows in other splits, too."""
    column = outlines[0].table.with_role("group")
    if column is None:
        return []
    groups, whole = outlines[0].table.coded[column.index], outlines[0].splits
    told = (groups.codes >= 0) & ~rows_of(whole, [NO_SPLIT])
    pairs = shared(groups.codes, whole.codes, _numbers(outlines), told)
    return [groups.texts[code] for code in sorted({int(groups.codes[one]) for one, _ in pairs})]


def shared_rows(outlines: Sequence[Outline]) -> list[tuple[int, int]]:
    """Return (row of an augmented split, row of another) of equal features and label."""
    table = outlines[0].table
    if not (table.features or table.hashes) or len(outlines[0].splits.texts) < 2:
        return []
    usable = np.ones(len(table), bool)
    usable[[*table.bad, *table.odd]] = False
    return shared(prints_of_whole(table), outlines[0].splits.codes, _numbers(outlines), usable)


def _numbers(outlines: Sequence[Outline]) -> list[int]:
    return [outline.split for outline in outlines]


def repeats(
    outlines: Sequence[Outline], decided: Sequence[Decided], new: Sequence[Sequence[Prints]]
) -> Iterator[Again]:
    """Yield how many new rows equal other rows, of their own split or of others."""
    for outline, each, prints in zip(outlines, decided, new, strict=True):
        for found in _repeats(outline, each, prints):
            (text,) = named(outline, [found.told], among=outlines)
            yield Again(found.count, text)


def _repeats(outline: Outline, decided: Decided, new: Sequence[Prints]) -> Iterator[Again]:
    table, others = outline.table, outline.others
    if not table.features or not decided.drawn:
        return
    prints = prints_of_all(table)
    twice = _twice(prints[outline.train], new)
    yield from _repeated(twice, decided.drawn)
    for each, own, is_told in zip(decided.drawn, new, twice, strict=True):
        found = twins(own, prints[others])
        if len(found):
            bases = (f"a row made of {id_}" for id_ in row_ids(table, each.base[found.places[:5]]))
            pairs = told(bases, map(table.row_id, others[found.others].tolist()))
            equal = several(len(found), "new row equals a row", "new rows equal rows")
            fresh = np.setdiff1d(found.places, np.flatnonzero(is_told))
            yield Again(len(fresh), f"{equal} of other splits: {pairs}")


def _twice(known: Prints, new: Sequence[Prints]) -> list[NDArray[np.bool_]]:
    """Return which new rows equal a known one, or one that is new before them."""
    before = _seen_before(np.concatenate([known, *new]))
    ends = np.cumsum([len(known), *map(len, new)])
    return np.split(before, ends[:-1])[1:]


def _seen_before(prints: Prints) -> NDArray[np.bool_]:
    """Return which prints were there before, an eighth at a time: small hash tables are faster."""
    before = np.zeros(len(prints), bool)
    for eighth in range(8):
        places = np.flatnonzero(prints >> np.uint64(61) == eighth)
        before[places] = ~pl.Series(prints[places]).is_first_distinct().to_numpy()
    return before


def _repeated(twice: Sequence[NDArray[np.bool_]], drawn: Sequence[Drawn]) -> Iterator[Again]:
    """Yield how many new rows of each class are no new ones."""
    labels = [str(each.label) for each in drawn]
    again = {label for label, own in zip(labels, twice, strict=True) if own.any()}
    if len(again) > _FEW_CLASSES:
        pairs = zip(twice, labels, strict=True)
        here = np.concatenate([own for own, other in pairs if other in again])
        yield Again(int(here.sum()), f"{_equal(here)}, those of {len(again)} classes")
        return
    for label in dict.fromkeys(labels):
        pairs = zip(twice, labels, strict=True)
        here = np.concatenate([own for own, other in pairs if other == label])
        if here.any():
            text = _equal(here)
            yield Again(int(here.sum()), text if label == NO_CLASS else f"class {label!r}: {text}")


def _equal(twice: NDArray[np.bool_]) -> str:
    return f"{twice.sum()} of the {len(twice)} new rows equal another row"
