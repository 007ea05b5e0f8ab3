"""The samples of an output that holds many, as judges meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from augcli.judges.judge import Seen
from augcli.records.provenance import Record
from augcli.rows.originals import source_rows
from augcli.rows.tables import plain_name, told_rows
from augcli.task import Shares


class Met(NamedTuple):
    """What a row of a file shows."""

    value: Any
    label: str | float | Shares | None
    split: str | None
    mark: str
    """Equal for equal samples."""
    group: str | None = None
    """What it must not be tested apart from; its equals, where nothing else is told."""

    @property
    def together(self) -> str:
        """Return what names all that it must not be tested apart from."""
        return self.group or self.mark


def seen_rows(folder: Path, record: Record, meet: Callable[[int], Met | None]) -> Iterator[Seen]:
    """Yield the originals of an output, then its new rows, by their bases.

    `meet` gives None for a row that cannot be used.
    """
    new = record.new_rows
    assert new is not None
    groups = {}
    for row, own in enumerate(source_rows(folder, record.output, new.start)):
        met = meet(row)
        if met is None:
            continue
        name = f"{plain_name(record.source)}#{own}"
        groups[name] = met.together
        yield _seen(name, None, met, met.split or record.split, met.together)
    for told in told_rows(folder, record.output) if new else ():
        met = meet(told.row)
        if met is not None:
            group = groups.get(told.base, met.together)
            label = met.label if isinstance(met.label, float) else told.label
            yield _seen(told.base, told.copy, met._replace(label=label), told.split, group)


def _seen(source: str, copy: int | None, met: Met, split: str | None, group: str) -> Seen:
    return Seen(source, copy, met.label, split, group, met.mark, lambda: met.value)
