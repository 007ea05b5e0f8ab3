"""One line for each new sample: where it comes from and what was done."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from augcli.rows import columns, parquet

_HELD = 1 << 14
"""Lines that are held in memory at a time."""

Columns = dict[str, list[Any]]
"""Lines by column; `steps` is JSON."""


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

    return pl.DataFrame(lines, schema=columns())
