"""What was drawn, as a table beside the manifest, and back: it alone makes the new rows again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.rows.tables import plain_name
from augcli.tabular.drawn import Drawn
from augcli.tabular.table import Coded, Rows, Table, texts_of
from augcli.tabular.transform import Lots, Params, RowTransform, StepDrawn


def row_ids(table: Table, rows: Rows) -> pl.Series:
    """Return `file#row` of rows."""
    part = table.part_of(rows)
    names = pl.Series([f"{plain_name(each.name)}#" for each in table.parts]).gather(part)
    return names + pl.Series(rows - table.starts[part]).cast(pl.String)


def to_frames(
    table: Table, splits: Coded, output: str, first: int, drawn: Sequence[Drawn]
) -> Iterator[pl.DataFrame]:
    """Yield a line for each new row of an output, block by block; the first is row `first`."""
    yield _frame(table, splits, output, 0, Drawn("", "", *np.empty((2, 0), np.int64)))
    for each in drawn:
        for piece in each.pieces():
            yield _frame(table, splits, output, first, piece)
            first += len(piece)


def _frame(table: Table, splits: Coded, output: str, first: int, drawn: Drawn) -> pl.DataFrame:
    size = len(drawn)
    made = {
        "output": pl.Series([plain_name(output)]).new_from_index(0, size),
        "row": pl.Series(np.arange(first, first + size), dtype=pl.UInt32),
        "split": texts_of(splits, splits.codes[drawn.base]),
        "label": pl.Series([drawn.label], dtype=pl.String).new_from_index(0, size),
        "copy": pl.Series(drawn.copy, dtype=pl.Int32),
        "method": pl.Series([drawn.method]).new_from_index(0, size),
        "base": row_ids(table, drawn.base),
        "neighbours": _neighbours(table, drawn),
        "gap": pl.Series([None] * size if drawn.gap is None else drawn.gap, dtype=pl.Float64),
        "noise": _noise(drawn),
    }
    return pl.DataFrame(made).with_columns(_step_columns(table, drawn))


def _noise(drawn: Drawn) -> pl.Series:
    if drawn.noise is None:
        return pl.Series([None], dtype=pl.List(pl.Float32)).new_from_index(0, len(drawn))
    return _listed(drawn.noise.params["noise"])


def _listed(values: NDArray[Any]) -> pl.Series:
    """Return a param's values, those of several columns as a list in each row."""
    if values.ndim == 1:
        return pl.Series(values)
    inner = pl.Series(values.ravel())
    if not values.size:
        return pl.Series([[]] * len(values), dtype=pl.List(inner.dtype))
    return inner.reshape(values.shape).arr.to_list()


def _step_columns(table: Table, drawn: Drawn) -> list[pl.Series]:
    """Return what was drawn of each step, by row; null where it was not applied."""
    return [
        pl.select(
            pl.when(pl.Series(each.taken)).then(values).alias(f"{each.name}.{what}")
        ).to_series()
        for each in drawn.steps
        for what, values in _told(table, each)
    ]


_BESIDE = ("turn", "partner", "label")
"""What is told of a step beside its params: when it was taken, the other row, and its class."""


def _told(table: Table, step: StepDrawn) -> Iterator[tuple[str, pl.Series]]:
    yield "turn", pl.Series(step.turn)
    yield from ((name, _listed(values)) for name, values in step.lots.params.items())
    if step.partner is not None:
        yield "partner", row_ids(table, step.partner)
        label = table.with_role("label")
        if label and label.index in table.coded and step.step.partners == "all":
            labels = table.coded[label.index]
            yield "label", texts_of(labels, labels.codes[step.partner])


def _neighbours(table: Table, drawn: Drawn) -> pl.Series:
    """Return the partner, or all that voted, the partner first."""
    if drawn.votes is not None:
        width = drawn.votes.shape[1]
        return row_ids(table, drawn.votes.ravel()).reshape((-1, width)).arr.to_list()
    if drawn.partner is not None:
        return row_ids(table, drawn.partner).reshape((-1, 1)).arr.to_list()
    return pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(drawn))


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
    partner = None
    if step.partners:
        first = table.parts[0].name
        partner = row_numbers(table, piece[f"{name}.partner"].fill_null(f"{first}#0"))
    turn = piece[f"{name}.turn"]
    told = {each.rpartition(".")[2] for each in piece.columns if each.rpartition(".")[0] == name}
    params = {what: _values(piece[f"{name}.{what}"]) for what in told.difference(_BESIDE)}
    return StepDrawn(
        name, step, turn.is_not_null().to_numpy(), _values(turn), _read(params), partner
    )


def _read(params: Params) -> Lots:
    size = max(map(len, params.values()), default=0)
    return Lots(np.arange(size), lambda rows: {name: each[rows] for name, each in params.items()})


def _values(told: pl.Series) -> NDArray[Any]:
    """Return a param's values as they were listed, zeros where a row has none."""
    there, known = told.is_not_null().to_numpy(), told.drop_nulls()
    shape = [len(known)]
    if isinstance(told.dtype, pl.List):
        shape.append(int(known.list.len().max() or 0))  # type: ignore[arg-type]
        known = known.explode().drop_nulls()
    values = np.zeros((len(told), *shape[1:]), known.to_numpy().dtype)
    values[there] = known.to_numpy().reshape(shape)
    return values


def _drawn(table: Table, piece: pl.DataFrame, spreads: Spreads) -> Drawn:
    method, label = piece["method"][0], piece["label"][0]
    width = int(piece["neighbours"].list.len()[0])
    votes = None
    if width:
        votes = row_numbers(table, piece["neighbours"].explode()).reshape(-1, width)
    spread = spreads.get(piece["split"][0], {}).get(str(label), {})
    gap = None if piece["gap"].has_nulls() else piece["gap"].to_numpy()
    return Drawn(
        method,
        label,
        row_numbers(table, piece["base"]),
        piece["copy"].cast(pl.Int64).to_numpy(),
        partner=votes[:, 0] if votes is not None and gap is not None else None,
        gap=gap,
        votes=votes,
        noise=None if piece["noise"].has_nulls() else _read({"noise": _values(piece["noise"])}),
        spread={int(index): width for index, width in spread.items()},
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
