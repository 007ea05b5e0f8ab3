"""Outputs of several classes in tables: a column for each class, of its shares."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from augcli.records.provenance import Record


def classes_of(records: Iterable[Record]) -> list[str]:
    """Return the classes of outputs of which some are mixed; none where none is."""
    labels = {frozenset(r.label) if isinstance(r.label, dict) else r.label for r in records}
    several = [label for label in labels if isinstance(label, frozenset)]
    single = {label for label in labels if isinstance(label, str)}
    return sorted(single.union(*several)) if several else []


def names_beside(classes: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    """Yield what the columns of classes are called beside others."""
    for name in classes:
        yield f"share of {name}" if name in columns else name


def shares_of(record: Record, classes: Sequence[str]) -> Iterator[str]:
    """Yield the shares of an output, a whole one of its class where it is not mixed."""
    label = record.label
    shares = label if isinstance(label, dict) else {label: 1}
    return (f"{shares.get(name, 0):.9g}" for name in classes)


def line(values: Iterable[str], delimiter: str, quote: str = '"', end: str = "\n") -> str:
    """Return cells as a line of a table."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quotechar=quote, lineterminator=end)
    writer.writerow(values)
    return buffer.getvalue()
