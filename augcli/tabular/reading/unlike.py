"""Columns that may be no amounts: codes, dates, names of rows, marks of none, lists of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl
from msgspec.structs import replace

from augcli.dataset.columns import names_groups
from augcli.dataset.doubts import NO_AMOUNT, OTHER_KIND
from augcli.dataset.told import quoted
from augcli.errors import Doubt
from augcli.plural import several, told_once
from augcli.tabular.config import AMOUNTS, TableDatasetSettings
from augcli.tabular.reading.columns import Column, of_told_kinds
from augcli.tabular.reading.digits import FORMS, are_dates, forms_of
from augcli.tabular.reading.table import Numbers, Table

_CODES = frozenset(
    ("zip", "zipcode", "postcode", "postal", "plz", "code", "phone", "fax", "isbn", "ean", "sku")
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_OF_NAMES = frozenset(
    (
        *("id", "ids", "index", "uuid", "guid", "uid", "pid", "cid", "mrn", "ssn", "imei"),
        *("number", "nummer", "numero", "nr", "no"),
    )
)
"""Words in what a column of whole numbers is called that names rows, if all are different."""
_NAMES = re.compile(
    r"[a-z]+(number|nummer)|(account|admission|case|claim|employee|encounter|invoice|item|loan"
    r"|member|object|order|policy|product|record|row|sample|stay|ticket|transaction|visit)id"
)
"""The same, of several words without anything between them."""
_MARKS = 3
"""Different numbers among dates that mean something else, such as 0 and 99991231, at most."""


_LEAST = 10_000
"""The largest of numbers that are dates is not below."""
_SAMPLED = 2000
"""Rows that show of most columns that their numbers are amounts."""
_ENOUGH = 20
"""Numbers from which on it says something that all are different."""
_RARELY = 0.02
"""How likely amounts may be all different where that says that they are none."""
_DIFFERENT = 10
"""Other numbers that there must be beside one that stands for none."""
_PLAIN = r"^\s*[+-]?(0|[1-9]\d*)([.,]\d+)?\s*$"
"""Of a number; those that begin with zeros are codes."""
_FEW_WORDS, _FEW_OF_TEXTS = 3, 200
"""Words that may stand among numbers; different texts that show of most columns that more do."""
_WIDE, _EVEN = 1e5, 1.36
"""How far apart ids are that are drawn, and how far from evenly spread (Kolmogorov, Smirnov)."""
_CLOCKS = frozenset(("time", "timestamp", "epoch", "unix", "ts", "utc"))
_LIST, _LISTS = r"^\s*\[?\s*[-+\d.eE]+([\s,;]+[-+\d.eE]+){15,}\s*\]?\s*$", 20
"""As many numbers in a cell as a picture has pixels, or a series points; cells looked at."""


def names_rows(name: str) -> bool:
    """Return whether a column is called as names of rows are, as pandas calls an index, or not."""
    words = _words(name)
    is_compound = names_groups(name) or any(map(_NAMES.fullmatch, words))
    return (
        is_compound or not words.isdisjoint(_OF_NAMES) or words == {"unnamed"} or not name.strip()
    )


def words_among(texts: pl.Series) -> list[str]:
    """Return the few words among many different numbers; none where there are others, too."""
    for some in (texts[:_FEW_OF_TEXTS], texts):
        words = some.filter(~some.str.contains(_PLAIN))
        if len(words) > _FEW_WORDS or len(texts) - len(words) < _DIFFERENT:
            return []
    return sorted(words)


def no_amounts(table: Table, settings: TableDatasetSettings) -> Iterator[Doubt]:
    """Yield which columns may be no amounts, though nobody says what they are."""
    for found, others in told_once(_no_amounts(table, settings)):
        yield replace(found, settled_by=f"{found.settled_by}{others}")


def _no_amounts(table: Table, settings: TableDatasetSettings) -> Iterator[Doubt]:
    given = of_told_kinds([each.name for each in table.columns], settings)
    for column in table.numeric:
        if column.kind not in AMOUNTS or column.index in given:
            continue
        values = table.numbers[column.index][table.observed]
        values = values[~np.isnan(values)]
        whole = column.kind == "integer"
        found = whole and (
            _of_dates(column, values) or _of_codes(column) or _of_names(column, values)
        )
        if found := found or _of_marks(table, column, values):
            yield found


def _of_codes(column: Column) -> Doubt | None:
    if _CODES.isdisjoint(_words(column.name)):
        return None
    return _doubt(column, "its name is that of codes", "category")


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(name)}


def _of_dates(column: Column, values: Numbers) -> Doubt | None:
    """Return that numbers are dates, all or all but very few different ones."""
    if values.max() < _LEAST or not any(_may_be(values[:_SAMPLED], form) for form in FORMS):
        return None
    known, counts = np.unique(values, return_counts=True)
    for form in FORMS:
        odd = ~are_dates(known, form)
        others = int(counts[odd].sum())
        if odd.sum() > _MARKS or 2 * others > counts.sum() or form not in forms_of(known[~odd]):
            continue
        marks = [f"{value:.0f}" for value in known[odd]]
        but = f", but for {' and '.join(marks)} in {several(others, 'row')}" if marks else ""
        none = f", missing: [{', '.join(map(quoted, ['', *marks]))}]" if marks else ""
        way = f'{{kind: date, format: "{form}"{none}}}'
        return _doubt(column, f"its numbers are dates as {form}{but}", way)
    return None


def _may_be(values: Numbers, form: str) -> bool:
    """Return whether some numbers are dates of a form, all but very few different ones."""
    return len(np.unique(values[~are_dates(values, form)])) <= _MARKS


def _of_names(column: Column, values: Numbers) -> Doubt | None:
    """Return that numbers are all different and evenly spread, as names of rows are."""
    some = values[:_SAMPLED]
    known = np.unique(values if len(np.unique(some)) == len(some) else some)
    if not _ENOUGH < len(known) == len(values) or not _CLOCKS.isdisjoint(_words(column.name)):
        return None
    count, width = len(known), known[-1] - known[0]
    away = np.abs((known - known[0]) / width - np.linspace(0, 1, count)).max() * count**0.5
    by_chance = np.exp(-(count**2) / (2 * width))
    if by_chance > _RARELY and (width < _WIDE or away > _EVEN):
        return None
    return _doubt(column, "its numbers are all different, as those of ids are", "id")


def _of_marks(table: Table, column: Column, values: Numbers) -> Doubt | None:
    """Return that one number at an end stands for none, as -999 does, in some rows."""
    ends = {float(values.min()), float(values.max())} if len(values) > _ENOUGH else set()
    for mark in filter(_may_be_mark, ends):
        others = values[values != mark]
        rows = len(values) - len(others)
        if rows < 2 or not len(others) or len(np.unique(others[:_SAMPLED])) < _DIFFERENT:
            continue
        low, high = others.min(), others.max()
        is_alone = mark < 0 <= low and rows > _RARELY * len(values)
        if is_alone or max(low - mark, mark - high) > high - low:
            gaps = table.gaps[column.index].texts if column.index in table.gaps else ()
            none = ", ".join(map(quoted, (*gaps, f"{mark:.12g}")))
            but = f"{mark:.12g} stands apart from all others, in {several(rows, 'row')}"
            return _doubt(column, but, f"{{missing: [{none}]}}")
    return None


def _may_be_mark(number: float) -> bool:
    """Return whether a number is one that stands for none: -1, or nines."""
    return number == -1 or re.fullmatch(r"-?9+(\.9+)?", f"{number:.12g}") is not None


def _doubt(column: Column, but: str, way: str) -> Doubt:
    text = f"column {column.name!r} is taken for amounts, but {but}"
    name = quoted(column.name)
    say = f"say `columns: {{{name}: {way}}}` under `dataset`"
    hint = f"{say}, or `columns: {{{name}: {column.kind}}}` if they are amounts"
    return NO_AMOUNT.doubt(text, hint, "dataset.columns")


def refuse_lists(name: str, texts: pl.Series) -> None:
    """Raise DoubtError for a column of cells that are lists of many numbers."""
    cells = texts.drop_nulls().head(_LISTS)
    if len(cells) and cells.str.contains(_LIST).all():
        text = (
            f"cells of column {name!r} are many numbers each, as those of pictures and series are"
        )
        hint = f"write them as files; or say `columns: {{{quoted(name)}: text}}` under `dataset`"
        more = "if they stay as they are"
        raise OTHER_KIND.doubt(text, f"{hint} {more}", "dataset.columns").error
