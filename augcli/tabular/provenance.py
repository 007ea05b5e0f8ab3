"""What was drawn, as a table beside the manifest, and back: it alone makes the new rows again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.rows import plain_name
from augcli.tabular.drawn import Drawn
from augcli.tabular.table import Coded, Rows, Table, texts_of
from augcli.tabular.transform import RowTransform, StepDrawn


def row_ids(table: Table, rows: Rows) -> pl.Series:
    """Return `file#row` of rows."""
    part = table.part_of(rows)
    names = pl.Series([f"{plain_name(each.name)}#" for each in table.parts]).gather(part)
    return names + pl.Series(rows - table.starts[part]).cast(pl.String)


def originals(output: str, kept: NDArray[np.bool_]) -> pl.DataFrame:
    """Return a line for each original of an output: which of its source's rows it is."""
    rows = np.flatnonzero(kept)
    made = {
        "output": pl.Series([plain_name(output)]).new_from_index(0, len(rows)),
        "row": pl.Series(np.arange(len(rows)), dtype=pl.UInt32),
        "source_row": pl.Series(rows, dtype=pl.UInt32),
    }
    return pl.DataFrame(made)


class Names:
    """Names of rows that occur often, each kept once."""

    def __init__(self, table: Table, drawn: Sequence[Drawn]):
        self.table = table
        self._rows = np.unique(np.concatenate([np.empty(0, np.int64), *_named_rows(drawn)]))
        texts = row_ids(table, self._rows)
        self.dtype = pl.Enum(texts)
        self._texts = texts.cast(self.dtype)

    def of(self, rows: Rows) -> pl.Series:
        """Return the names of rows."""
        return self._texts.gather(np.searchsorted(self._rows, rows))


def _named_rows(drawn: Sequence[Drawn]) -> Iterator[Rows]:
    for each in drawn:
        told = (each.base, each.partner, each.votes, *(step.partner for step in each.steps))
        yield from (rows.ravel() for rows in told if rows is not None)


def to_frame(
    names: Names, splits: Coded, output: str, first: int, drawn: Sequence[Drawn]
) -> pl.DataFrame:
    """Return a line for each new row of an output; `first` is the row number of the first."""
    frames = [_frame(names, splits, output, 0, Drawn("", "", *np.empty((2, 0), np.int64)))]
    for each in drawn:
        frames.append(_frame(names, splits, output, first, each))
        first += len(each)
    return pl.concat(frames, how="diagonal")


def _frame(names: Names, splits: Coded, output: str, first: int, drawn: Drawn) -> pl.DataFrame:
    size = len(drawn)
    made = {
        "output": pl.Series([plain_name(output)]).new_from_index(0, size),
        "row": pl.Series(np.arange(first, first + size), dtype=pl.UInt32),
        "split": texts_of(splits, splits.codes[drawn.base]),
        "label": pl.Series([drawn.label], dtype=pl.String).new_from_index(0, size),
        "copy": pl.Series(drawn.copy, dtype=pl.Int32),
        "method": pl.Series([drawn.method]).new_from_index(0, size),
        "base": names.of(drawn.base),
        "neighbours": _neighbours(names, drawn),
        "gap": pl.Series([None] * size if drawn.gap is None else drawn.gap, dtype=pl.Float64),
        "seed": pl.Series([None] * size if drawn.key is None else drawn.key, dtype=pl.UInt64),
    }
    return pl.DataFrame(made).with_columns(_step_columns(names, drawn))


def _step_columns(names: Names, drawn: Drawn) -> list[pl.Series]:
    """Return what was drawn of each step, by row; null where it was not applied."""
    return [
        pl.select(
            pl.when(pl.Series(each.taken)).then(values).alias(f"{each.name}.{what}")
        ).to_series()
        for each in drawn.steps
        for what, values in _told(names, each)
    ]


def _told(names: Names, step: StepDrawn) -> Iterator[tuple[str, pl.Series]]:
    """Yield the seed, which all hangs on, and what a person wants to know."""
    yield "seed", pl.Series(step.seeds, dtype=pl.UInt64)
    yield from ((name, pl.Series(values)) for name, values in step.step.told(step.seeds).items())
    if step.turn is not None:
        yield "turn", pl.Series(step.turn, dtype=pl.UInt8)
    if step.partner is not None:
        yield "partner", names.of(step.partner)
        label = names.table.with_role("label")
        if label and label.index in names.table.coded and step.step.partners == "all":
            yield "label", _label_of(names.table.coded[label.index], step.partner)


def _label_of(labels: Coded, rows: Rows) -> pl.Series:
    return texts_of(labels, labels.codes[rows]).cast(pl.Enum(labels.texts))


def _neighbours(names: Names, drawn: Drawn) -> pl.Series:
    """Return the partner, or all that voted, the partner first."""
    if drawn.votes is not None:
        width = drawn.votes.shape[1]
        return names.of(drawn.votes.ravel()).reshape((-1, width)).arr.to_list()
    if drawn.partner is not None:
        return names.of(drawn.partner).reshape((-1, 1)).arr.to_list()
    return pl.Series([[]], dtype=pl.List(names.dtype)).new_from_index(0, len(drawn))


Spreads = Mapping[str, Mapping[str, dict[str, float]]]
"""split → class → the noise's standard deviation by the column's number."""


def from_frame(
    table: Table, frame: pl.DataFrame, spreads: Spreads, steps: Mapping[str, RowTransform]
) -> Iterator[Drawn]:
    """Yield what was drawn, from its lines: runs of equal split, method and class."""
    runs = frame.select(pl.struct("split", "method", "label").rle_id()).to_series()
    for piece in frame.with_columns(run=runs).partition_by("run", maintain_order=True):
        told = tuple(_step(table, piece, name, step) for name, step in steps.items())
        yield replace(_drawn(table, piece, spreads), steps=told)


def _step(table: Table, piece: pl.DataFrame, name: str, step: RowTransform) -> StepDrawn:
    seeds = piece[f"{name}.seed"]
    partner = None
    if step.partners:
        first = table.parts[0].name
        partner = row_numbers(
            table, piece[f"{name}.partner"].cast(pl.String).fill_null(f"{first}#0")
        )
    taken = seeds.is_not_null().to_numpy()
    turn = piece.get_column(f"{name}.turn", default=None)
    if turn is not None:
        turn = turn.fill_null(0).to_numpy()
    return StepDrawn(name, step, table, taken, seeds.fill_null(0).to_numpy(), turn, partner)


def _drawn(table: Table, piece: pl.DataFrame, spreads: Spreads) -> Drawn:
    method, label = piece["method"][0], piece["label"][0]
    width = int(piece["neighbours"].list.len()[0])
    votes = None
    if width:
        votes = row_numbers(table, piece["neighbours"].explode()).reshape(-1, width)
    gap = None if piece["gap"].has_nulls() else piece["gap"].to_numpy()
    return Drawn(
        method,
        label,
        row_numbers(table, piece["base"]),
        piece["copy"].cast(pl.Int64).to_numpy(),
        partner=votes[:, 0] if votes is not None and gap is not None else None,
        gap=gap,
        votes=votes,
        key=None if piece["seed"].has_nulls() else piece["seed"].to_numpy(),
        spread=spreads.get(piece["split"][0], {}).get(str(label)),
    )


def row_numbers(table: Table, ids: pl.Series) -> Rows:
    """Return the rows of ids."""
    parts = zip(table.parts, table.starts, strict=False)
    starts = {plain_name(part.name): int(start) for part, start in parts}
    name = pl.col("id").str.extract(r"(?s)^(.*)#\d+$")
    halves = (
        ids.cast(pl.String)
        .to_frame("id")
        .select(
            name.replace_strict(starts, return_dtype=pl.Int64)
            + pl.col("id").str.extract(r"#(\d+)$").cast(pl.Int64)
        )
    )
    return halves.to_series().to_numpy()
