"""Where new series come from, as a table beside the manifest: a line for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from augcli.rows import columns, parquet, plain_name
from augcli.timeseries.drawing import Copy
from augcli.timeseries.library import Entry

_BLOCK = 1 << 14


@dataclass(frozen=True)
class Story:
    """An output file, the row of its first new series, and what was drawn for these."""

    output: str
    first: int
    copies: Sequence[Copy]
    entries: Mapping[str, Entry]
    lost: Mapping[int, str]
    """Filled while the file is made: number of a copy that is not there → why."""

    @cached_property
    def digest(self) -> str:
        """Return the hash of all lines."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(repr(line).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """Yield the lines of the new series, in the order of the table's columns."""
        made = (copy for number, copy in enumerate(self.copies) if number not in self.lost)
        for row, copy in enumerate(made, self.first):
            yield (
                plain_name(self.output),
                row,
                plain_name(copy.source),
                [*map(plain_name, copy.partners)],
                self.entries[copy.source].split or None,
                copy.label,
                copy.copy,
                copy.method,
                copy.steps,
                copy.attempt or None,
                copy.repeats,
                copy.weights and json.dumps(copy.weights),
                copy.length,
            )


def written(stories: Iterable[Story]) -> Iterator[bytes]:
    """Return the table as a file."""
    import polars as pl  # where files are one series each, nothing needs it

    told = columns() | {"weights": pl.String(), "length": pl.Int64()}
    lines = (line for story in stories for line in story.lines())
    frames = [pl.DataFrame(schema=told)]
    while block := list(islice(lines, _BLOCK)):
        frames.append(pl.DataFrame(block, schema=told, orient="row"))
    return parquet(pl.concat(frames).lazy())
