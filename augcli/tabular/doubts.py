"""Columns of a table whose numbers may be no amounts: codes, and parts of a category."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from augcli.checks.findings import Lint
from augcli.tabular.columns import Column
from augcli.tabular.table import Numbers, Table

_CODES = frozenset(
    ("zip", "zipcode", "postcode", "postal", "plz", "code", "phone", "fax", "isbn", "ean", "sku")
)
_WORDS = re.compile(r"[a-z]+")
_SHOWN = 4


def doubts(table: Table) -> Iterator[Lint]:
    """Yield which columns may mean something else than they are taken for.

    Numbers of rows and dates are known by themselves, whatever they are called.
    """
    for column in table.numeric:
        words = _WORDS.findall(column.name.lower())
        if column.kind == "integer" and not _CODES.isdisjoint(words):
            text = f"column {column.name!r} is taken for amounts, but its name is that of codes"
            yield Lint("no-amount", text, ("dataset", "columns"))
    for names in _one_hot(table):
        shown = ", ".join(map(repr, names[:_SHOWN])) + (" …" if len(names) > _SHOWN else "")
        text = f"exactly one of the columns {shown} is 1 in each row"
        yield Lint("one-hot", text, ("dataset", "columns"))


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
