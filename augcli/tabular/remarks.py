"""What a person should know about a table and what was made of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.tabular.balance import Decided, Outline
from augcli.tabular.synthesis import synthesised_features
from augcli.tabular.table import Codes, Numbers, Table


def remarks(outline: Outline, decided: Decided) -> Iterator[str]:
    """Yield one remark after the other."""
    yield from _columns(outline.table)
    yield from decided.notes
    yield from _vanished(outline, decided)
    yield from _leaks(outline, decided)


def _columns(table: Table) -> Iterator[str]:
    for column in table.columns:
        coded = table.coded.get(column.index)
        empty = coded is not None and not coded.texts
        if empty or (column.index in table.numbers and column.low is None):
            yield f"column {column.name!r} has no values"


def _vanished(outline: Outline, decided: Decided) -> Iterator[str]:
    """Yield the classes that cleaning left nothing of."""
    labels = outline.labels
    gone = np.bincount(labels.codes[decided.removed], minlength=len(labels.texts))
    for label, count in outline.present.items():
        made = any(each.label == label for each in decided.drawn)
        if gone[labels.texts.index(label)] == count and not made:
            yield f"class {label!r} has no rows left: all of them overlap with other classes"


def _leaks(outline: Outline, decided: Decided) -> Iterator[str]:
    """Yield how many rows of other splits are also in an augmented one, or equal a new row."""
    table = outline.table
    others = np.flatnonzero(~np.isin(outline.splits.codes, outline.augmented))
    if not len(others) or not table.features:
        return
    held = fingerprints((table.matrix(others), table.codes(others)))
    train = np.flatnonzero(outline.train)
    twins = np.isin(held, fingerprints((table.matrix(train), table.codes(train))))
    if twins.any():
        first = table.row_id(int(others[np.flatnonzero(twins)[0]]))
        yield f"{twins.sum()} rows of other splits are also in an augmented one, such as {first}"
    equal = sum(
        int(np.isin(fingerprints(synthesised_features(table, each)), held).sum())
        for each in decided.drawn
    )
    if equal:
        yield f"{equal} new rows equal a row of another split"


def fingerprints(features: tuple[Numbers, Codes]) -> NDArray[np.uint64]:
    """Return a hash of each row's features."""
    numbers, codes = features
    columns = {f"n{i}": numbers[:, i] + 0.0 for i in range(numbers.shape[1])}
    named = columns | {f"c{i}": codes[:, i] for i in range(codes.shape[1])}
    return pl.DataFrame(named).hash_rows().to_numpy()
