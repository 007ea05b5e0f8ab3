"""One line for each new sample: where it comes from and what was done."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from augcli.rows import lines_of, parquet, plain_name

_HELD = 1 << 14
"""Lines that are held in memory at a time."""

_TYPES = {"row": "Int64", "copy": "Int32", "attempt": "UInt8", "repeats": "Boolean"}
"""Types of columns that are no text."""

SCHEMA = (
    "output",
    "row",
    "base",
    "split",
    "label",
    "copy",
    "method",
    "steps",
    "attempt",
    "repeats",
)

Columns = dict[str, list[Any]]
"""Lines by column, those of SCHEMA; `steps` is JSON."""


@dataclass
class Spool:
    """Lines on their way into a Parquet file; many wait on disk."""

    _frames: list[Any] = field(default_factory=list)
    _folder: Any = None
    _parts: list[Path] = field(default_factory=list)

    def take(self, lines: Columns) -> None:
        """Add lines."""
        self._frames.append(_frame(lines))
        if sum(map(len, self._frames)) >= _HELD:
            self._put_away()

    def _put_away(self) -> None:
        import polars as pl

        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="augment-")
        path = Path(self._folder.name) / f"{len(self._parts):06d}.arrow"
        pl.concat(self._frames).write_ipc(path)
        self._parts.append(path)
        self._frames = []

    def parquet(self) -> Iterator[bytes]:
        """Return the file."""
        import polars as pl

        frames = [pl.scan_ipc(part) for part in self._parts]
        frames += [frame.lazy() for frame in self._frames or [_frame({})]]
        return parquet(pl.concat(frames))


def _frame(lines: Columns) -> Any:
    import polars as pl

    return pl.DataFrame(
        lines, schema={name: getattr(pl, _TYPES.get(name, "String")) for name in SCHEMA}
    )


def read(path: Path, output: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield (row of the source, steps) of each new sample of an output, in order."""
    import polars as pl

    frame = lines_of(path).filter(pl.col("output") == plain_name(output)).select("base", "steps")
    for base, steps in frame.collect().iter_rows():
        yield int(base.rpartition("#")[2]), json.loads(steps)
