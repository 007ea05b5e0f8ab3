"""One line for each new sample: where it comes from and what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict

from augcli.draws import repeated
from augcli.records.row_records import MARKS
from augcli.rows.tables import arranged, packed, parquet_of, unpacked

if TYPE_CHECKING:
    import polars as pl


class Lines(Struct):
    """What is told of new samples of a file: of their sources, then of each of them."""

    base: list[str] = field(default_factory=list)
    split: list[str | None] = field(default_factory=list)
    label: list[str | None] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    """How many there are of each source."""
    copy: list[int] = field(default_factory=list)
    """Their numbers, of each stage and view by itself."""
    steps: list[str] = field(default_factory=list)
    """As JSON."""
    attempt: list[int | None] = field(default_factory=list)
    repeats: list[int | None] = field(default_factory=list)
    marks: list[tuple[str | None, ...]] = field(default_factory=list)
    """Stage, group and view, where a recipe has such."""

    def packed(self) -> bytes:
        """Return all as bytes; JSON has no line ends, and would be longer as text within JSON."""
        told = {name: column for name, column in asdict(self).items() if name != "steps"}
        return packed(told, "\n".join(self.steps).encode())

    @classmethod
    def read(cls, data: bytes) -> Lines:
        """Return what was packed."""
        told, steps = unpacked(data)
        return cls(**told, steps=str(steps, "utf-8").split("\n") if steps else [])

    def frame(self, output: str, first: int) -> pl.DataFrame:
        """Return a line for each new sample of an output; the first is its row `first`."""
        import polars as pl  # where files are one text each, nothing needs it

        names = ("base", "split", "label")
        sources = pl.DataFrame([pl.Series(name, getattr(self, name), pl.String) for name in names])
        places, _ = repeated(self.copies)
        marks = zip(MARKS, zip(*self.marks, strict=True), strict=False)
        rows = places.tolist()  # of an array Polars would ask numpy.ma, a fortieth of a start
        told = sources[rows].with_columns(
            pl.Series("copy", self.copy, pl.Int32),
            pl.Series("steps", self.steps, pl.String),
            pl.Series("attempt", self.attempt, pl.Int32),
            pl.Series("repeats", self.repeats, pl.Int32),
            *(pl.Series(name, each, pl.String) for name, each in marks),
        )
        return arranged(told, output, first)


def written(blocks: Iterable[tuple[str, int, Lines]]) -> Iterator[bytes]:
    """Return the table of blocks, each with its output and first row there, as a file."""
    empty = ("", 0, Lines())
    return parquet_of(lines.frame(name, row) for name, row, lines in chain([empty], blocks))
