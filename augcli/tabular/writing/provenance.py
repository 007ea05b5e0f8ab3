"""What was drawn, as a table beside the manifest, and back: it alone makes the new rows again.

What a balance method drew is told as the first step of a row; the recipe's steps follow, each with
the key that names it in the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.records.row_records import RowRecord
from augcli.rows.tables import arranged, plain_name
from augcli.tabular.drawn import ROWS, Drawn
from augcli.tabular.reading.table import Coded, Codes, Rows, Table, texts_of
from augcli.tabular.transform import Lots, RowTransform, StepDrawn, in_order

Told: TypeAlias = Mapping[str, Any]
"""The params of a step, as JSON has them."""


def row_ids(table: Table, rows: Rows) -> pl.Series:
    """Return `file#row` of rows."""
    return _ids(table, rows, [plain_name(each.name) for each in table.parts])


def _ids(table: Table, rows: Rows, names: Sequence[str]) -> pl.Series:
    part = table.part_of(rows)
    starts = pl.Series([f"{name}#" for name in names]).gather(part)
    return starts + pl.Series(rows - table.starts[part]).cast(pl.String)


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
    told = {
        "base": row_ids(table, drawn.base),
        "partners": _partners(table, drawn),
        "split": texts_of(splits, splits.codes[drawn.base]),
        "label": pl.Series([drawn.label], dtype=pl.String).new_from_index(0, size),
        "copy": pl.Series(drawn.copy),
        "method": pl.Series([drawn.method]).new_from_index(0, size),
        "steps": _steps(table, drawn),
    }
    return arranged(pl.DataFrame(told), output, first)


def _partners(table: Table, drawn: Drawn) -> pl.Series:
    """Return the ids of all rows that each takes something from."""
    found = [_listed(row_ids(table, rows.ravel()), rows.shape) for rows in drawn.parents.values()]
    for step in drawn.steps:
        if step.partner is not None:
            ids = _listed(row_ids(table, step.partner), (len(drawn), 1))
            none = pl.lit([], pl.List(pl.String))
            found.append(
                pl.select(pl.when(pl.Series(step.taken)).then(ids).otherwise(none)).to_series()
            )
    if not found:
        return pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(drawn))
    return pl.select(pl.concat_list(found).list.unique(maintain_order=True)).to_series()


def _listed(flat: pl.Series, shape: tuple[int, ...]) -> pl.Series:
    if not len(flat):
        return pl.Series([[]] * shape[0], dtype=pl.List(flat.dtype))
    return flat.reshape((shape[0], -1)).arr.to_list()


def _steps(table: Table, drawn: Drawn) -> pl.Series:
    """Return the steps of each row as JSON, in the order that it takes them in."""
    found = [_object({"name": drawn.method}, _method(table, drawn))] if drawn.is_made else []
    for step in in_order(drawn.steps):
        text = _object({"name": step.step.name, "key": step.name}, _params(table, step))
        found.append(pl.select(pl.when(pl.Series(step.taken)).then(text)).to_series())
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(drawn))
    joined = pl.concat_str([empty, *found], separator=", ", ignore_nulls=True)
    return pl.select("[" + joined + "]").to_series()


def _object(head: Mapping[str, str], params: Mapping[str, pl.Series]) -> pl.Series:
    """Return a step as JSON, row by row."""
    told = [pl.lit(json.dumps(head)[:-1] + ', "params": {')]
    for number, (name, texts) in enumerate(params.items()):
        told += [pl.lit(f"{', ' * (number > 0)}{json.dumps(name)}: "), pl.lit(texts)]
    return pl.select(pl.concat_str([*told, pl.lit("}}")])).to_series()


def _method(table: Table, drawn: Drawn) -> dict[str, pl.Series]:
    """Return what a balance method drew, as JSON."""
    told = {name: _texts(_quoted(table, rows), rows.shape) for name, rows in drawn.parents.items()}
    if drawn.gap is not None:
        told["gap"] = _numbers(drawn.gap)
    if drawn.noise is not None:
        told["noise"] = _numbers(drawn.noise.params["noise"])
    if drawn.categories is not None:
        told["categories"] = _categories(table, drawn.categories)
    return told


def _categories(table: Table, codes: Codes) -> pl.Series:
    """Return the categories of rows as JSON, null where one is missing."""
    columns = [
        _class(table.coded[each.index], codes[:, at]) for at, each in enumerate(table.discrete)
    ]
    return pl.select("[" + pl.concat_str(columns, separator=", ") + "]").to_series()


def _class(labels: Coded, codes: Codes) -> pl.Series:
    """Return the texts of codes as JSON."""
    known = Coded(labels.codes, [json.dumps(each) for each in labels.texts])
    return texts_of(known, codes).fill_null("null")


def _params(table: Table, step: StepDrawn) -> dict[str, pl.Series]:
    """Return what was drawn of a step as JSON; with the other row, and its class if any may be."""
    told = {name: _numbers(values) for name, values in step.lots.params.items()}
    if step.partner is not None:
        partner = step.partner[:, None]
        told["partners"] = _texts(_quoted(table, partner), partner.shape)
        label = table.with_role("label")
        if label and label.index in table.coded and step.step.partners == "all":
            labels = table.coded[label.index]
            told["label"] = _class(labels, labels.codes[step.partner])
    return told


def _quoted(table: Table, rows: Rows) -> pl.Series:
    """Return the ids of rows as JSON."""
    names = [json.dumps(plain_name(each.name))[1:-1] for each in table.parts]
    return pl.select('"' + pl.lit(_ids(table, rows.ravel(), names)) + '"').to_series()


def _numbers(values: NDArray[Any]) -> pl.Series:
    """Return numbers as JSON, those of several columns as a list in each row."""
    return _texts(pl.Series(values.ravel()).cast(pl.String), values.shape)


def _texts(flat: pl.Series, shape: tuple[int, ...]) -> pl.Series:
    if len(shape) == 1:
        return flat
    one = shape[1] == 1
    joined = pl.lit(flat) if one else pl.lit(_listed(flat, shape)).list.join(", ")
    return pl.select("[" + joined + "]").to_series()


Spreads = Mapping[str, Mapping[str, dict[str, float]]]
"""split → class → the noise's standard deviation by the column's number."""


def from_rows(
    table: Table, rows: Iterator[RowRecord], spreads: Spreads, steps: Mapping[str, RowTransform]
) -> Iterator[Drawn]:
    """Yield what was drawn, from its lines: runs of equal split, method and class.

    Raises ValueError or LookupError where they tell of other rows or params than there are.
    """
    while some := list(islice(rows, ROWS)):
        for _, run in groupby(some, key=_form):
            yield _drawn(table, list(run), spreads, steps)


def _form(row: RowRecord) -> tuple[Any, ...]:
    """Return what is the same for rows that were drawn together."""
    lists = {name: len(each) for name, each in _made(row).items() if isinstance(each, list)}
    return row.split, row.method, row.label, _made(row).keys(), lists


def _made(row: RowRecord) -> Told:
    """Return what a balance method drew for a row."""
    return row.steps[0]["params"] if row.steps and "key" not in row.steps[0] else {}


def _drawn(
    table: Table, rows: Sequence[RowRecord], spreads: Spreads, steps: Mapping[str, RowTransform]
) -> Drawn:
    first, told, turns = rows[0], [*map(_made, rows)], _turns(rows, steps)
    spread = spreads.get(str(first.split), {}).get(str(first.label), {})
    partner, votes = (_parents(table, told, name) for name in ("partners", "votes"))
    gap, noise, kinds = (_told(told, name) for name in ("gap", "noise", "categories"))
    return Drawn(
        str(first.method),
        first.label if isinstance(first.label, str) else None,
        row_numbers(table, pl.Series([row.base for row in rows])),
        np.array([row.copy for row in rows], np.int64),
        partner=None if partner is None else partner[:, 0],
        gap=None if gap is None else _values(gap),
        votes=votes,
        noise=None if noise is None else _read([{"noise": each} for each in noise]),
        spread={int(index): width for index, width in spread.items()},
        categories=None if kinds is None else _codes(table, kinds),
        steps=tuple(_step(table, len(rows), name, steps[name], turns[name]) for name in steps),
    )


def _codes(table: Table, told: Sequence[Sequence[str | None]]) -> Codes:
    """Return the codes of categories; LookupError for one that the table has not."""
    columns = [table.coded[each.index].texts for each in table.discrete]
    places = [{None: -1} | {text: code for code, text in enumerate(each)} for each in columns]
    pairs = (zip(places, row, strict=True) for row in told)
    return np.array([[known[text] for known, text in row] for row in pairs], np.int32)


def _told(told: Sequence[Told], name: str) -> list[Any] | None:
    """Return a param of each row; None where there is none of this name."""
    return [each[name] for each in told] if name in told[0] else None


def _parents(table: Table, told: Sequence[Told], name: str) -> Rows | None:
    found = _told(told, name)
    if found is None:
        return None
    ids = pl.Series([id_ for each in found for id_ in each], dtype=pl.String)
    return row_numbers(table, ids).reshape(len(told), -1)


Turn: TypeAlias = tuple[int, int, Told]
"""The row that takes a step, when it does, and the params."""


def _turns(rows: Sequence[RowRecord], names: Iterable[str]) -> dict[str, list[Turn]]:
    """Return which rows take each step; LookupError where there is no such step."""
    turns: dict[str, list[Turn]] = {name: [] for name in names}
    for place, row in enumerate(rows):
        own = (each for each in row.steps or () if "key" in each)
        for turn, each in enumerate(own):
            turns[each["key"]].append((place, turn, each["params"]))
    return turns


def _step(
    table: Table, size: int, name: str, step: RowTransform, turns: Sequence[Turn]
) -> StepDrawn:
    """Return what was drawn of a step; of so many rows those that did not take it have any."""
    places, when = np.array([each[:2] for each in turns], np.int64).reshape(-1, 2).T
    told = [params for *_, params in turns]
    turn, partner = np.zeros(size, np.uint16), None
    turn[places] = when
    if step.partners:
        partner = np.zeros(size, np.int64)
        found = _parents(table, told, "partners") if told else None
        partner[places] = 0 if found is None else found[:, 0]
    taken = np.bincount(places, minlength=size) > 0
    return StepDrawn(name, step, taken, turn, _read(told, np.cumsum(taken) - 1), partner)


_BESIDE = ("partners", "label")
"""What is told of a step beside its params: the other row, and its class."""


def _read(told: Sequence[Told], places: Rows | None = None) -> Lots:
    """Return params of rows as they were told; `places` says which of these each row has."""
    names = [name for name in told[0] if name not in _BESIDE] if told else []
    params = {name: _values([each[name] for each in told]) for name in names}
    lots = Lots.of(params, len(told))
    return lots if places is None else replace(lots, rows=np.maximum(places, 0))


def _values(told: Sequence[Any]) -> NDArray[Any]:
    """Return numbers as they were drawn: those of several columns are of single precision."""
    values = np.array(told)
    if values.dtype.kind not in "bif":
        raise ValueError("what was drawn is no number")
    is_single = values.ndim > 1 and values.dtype.kind != "b"
    return values.astype(np.float32) if is_single else values


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
