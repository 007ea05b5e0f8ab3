"""Where new series come from, as a table beside the manifest: a line for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from augcli.rows import PROVENANCE, lines_of, parquet, plain_name
from augcli.timeseries.drawing import Copy

_BLOCK = 1 << 14


@dataclass(frozen=True)
class Story:
    """An output file, the row of its first new series, and what was drawn for these."""

    output: str
    first: int
    copies: Sequence[Copy]

    @cached_property
    def digest(self) -> str:
        """Return the hash of all lines, as if all were made."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(repr(line).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def lines(self, lost: Collection[int] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the lines of the new series but those of lost copies, by column."""
        made = (copy for number, copy in enumerate(self.copies) if number not in lost)
        for row, copy in enumerate(made, self.first):
            yield (
                plain_name(self.output),
                row,
                copy.label,
                copy.weights and json.dumps(copy.weights),
                copy.copy,
                copy.method,
                plain_name(copy.source),
                [*map(plain_name, copy.partners)],
                copy.steps,
                copy.length,
                copy.attempt or None,
                copy.repeats,
            )


def written(lines: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    """Return the table as a file."""
    import polars as pl  # where files are one series each, nothing needs it

    columns: dict[str, Any] = {
        "output": pl.String,
        "row": pl.Int64,
        "label": pl.String,
        "weights": pl.String,
        "copy": pl.Int32,
        "method": pl.String,
        "base": pl.String,
        "partners": pl.List(pl.String),
        "steps": pl.String,
        "length": pl.Int64,
        "attempt": pl.Int32,
        "repeats": pl.Int32,
    }
    frames = [pl.DataFrame(schema=columns)]
    while block := list(islice(lines, _BLOCK)):
        frames.append(pl.DataFrame(block, schema=columns, orient="row"))
    return parquet(pl.concat(frames).lazy())


def read(folder: Path, output: str) -> list[dict[str, Any]]:
    """Return the lines of one output."""
    import polars as pl

    lines = lines_of(folder / PROVENANCE).filter(pl.col("output") == plain_name(output))
    return lines.collect().to_dicts()
