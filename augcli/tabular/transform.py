"""What all steps on rows share: draws and values for many rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.foreign import derived_from
from augcli.ranges import Choice, Constant, Normal, Uniform
from augcli.rows.tables import packed, unpacked
from augcli.tabular.keys import Keys, picks
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Codes, Numbers, Rows, Table
from augcli.transform import Transform, own_fields

_SPREADS = (Constant, Uniform, Choice, Normal)

Params: TypeAlias = dict[str, NDArray[Any]]
"""What was drawn for each row, by parameter: a value, or values for the columns that it concerns;
`partner` has the rows that the values are taken from."""


class Block(Struct, frozen=True):
    """New rows on their way through steps: numbers and codes by column."""

    table: Table
    numbers: Mapping[int, Numbers]
    codes: Mapping[int, Codes]

    @classmethod
    def of(cls, table: Table) -> Block:
        """Return all rows of a table, as they are."""
        codes = {index: coded.codes for index, coded in table.coded.items()}
        return cls(table, table.numbers, codes)

    def values(self, column: Column) -> Numbers | Codes:
        """Return the numbers of a column, or its codes."""
        is_number = column.index in self.numbers
        return self.numbers[column.index] if is_number else self.codes[column.index]

    def changed(self, numbers: Mapping[int, Numbers]) -> Block:
        """Return the rows with other numbers in some columns."""
        return replace(self, numbers={**self.numbers, **numbers})

    def replaced(self, other: Block, taken: Mapping[int, NDArray[np.bool_]]) -> Block:
        """Return the rows with the cells of another block that are told by column."""
        numbers, codes = dict(self.numbers), dict(self.codes)
        for index, rows in taken.items():
            if index in numbers:
                numbers[index] = np.where(rows, other.numbers[index], numbers[index])
            elif index in codes:
                codes[index] = np.where(rows, other.codes[index], codes[index])
        return Block(self.table, numbers, codes)

    def packed(self) -> bytes:
        """Return the rows as bytes: which columns there are, then their values."""
        numbers = [np.ascontiguousarray(each, np.float64).data for each in self.numbers.values()]
        codes = [np.ascontiguousarray(each, np.int32).data for each in self.codes.values()]
        return packed([[*self.numbers], [*self.codes]], *numbers, *codes)

    @classmethod
    def unpacked(cls, table: Table, data: bytes, size: int) -> Block:
        """Return so many rows that were packed."""
        (numbers, codes), values = unpacked(data)
        middle = 8 * size * len(numbers)
        amounts = np.frombuffer(values[:middle], np.float64).reshape(-1, size)
        others = np.frombuffer(values[middle:], np.int32).reshape(-1, size)
        told = dict(zip(numbers, amounts, strict=True)), dict(zip(codes, others, strict=True))
        return cls(table, *told)


@derived_from
class RowTransform(Transform):
    """A step on rows: `make_params(keys, table)` draws, `apply(block, params)` is pure."""

    kind: ClassVar[str] = "tabular"
    partners: ClassVar[str | None] = None
    """Which rows are partners: those of the row's own `class`, or `all`; None if there are none."""
    own_share: ClassVar[str | None] = None
    """Which parameter is what a row keeps of its class, the rest is the partner's; None if all."""

    def make_params(self, keys: Keys, table: Table) -> Params:
        """Return what is drawn for some rows of a table; partners are drawn beside it."""
        fields = ((name, getattr(self, name)) for name in own_fields(type(self)))
        spreads = ((name, value) for name, value in fields if isinstance(value, _SPREADS))
        return {name: values_of(value, keys, name) for name, value in spreads}

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows changed; a pure function of the params."""
        raise NotImplementedError

    @classmethod
    def checked(cls, method: str, told: Sequence[Any], made: Any) -> Any:
        """Return what a method of someone else's step made: a value for each row it was told of."""
        if method == "make_params":
            _check_lengths(made, len(told[0]))
        elif method == "apply":
            block = told[0]
            for own, new in ((block.numbers, made.numbers), (block.codes, made.codes)):
                if own.keys() - new.keys():
                    raise ValueError("apply returned rows without some of their columns")
                _check_lengths(new, len(next(iter(own.values()), ())))
        return made


def _check_lengths(columns: Mapping[Any, Any], rows: int) -> None:
    """Raise TypeError or ValueError unless all columns are arrays of so many rows."""
    for name, values in columns.items():
        if not isinstance(values, np.ndarray):
            raise TypeError(f"{name!r} is {type(values).__name__}, not an array")
        if len(values) != rows:
            raise ValueError(f"{name!r} has {len(values)} values for {rows} rows")


class Lots(Struct, frozen=True):
    """Params of some new rows, drawn or read when they are asked for: those of all may be much."""

    rows: Rows
    """Places among all those that `source` knows of."""
    source: Callable[[Rows], Params]

    @classmethod
    def of(cls, params: Params, size: int) -> Lots:
        """Return params that are at hand, of so many rows."""
        return cls(np.arange(size), lambda some: {name: own[some] for name, own in params.items()})

    @property
    def params(self) -> Params:
        """Return what was drawn for these rows."""
        return self.source(self.rows)

    def at(self, where: slice | Rows) -> Lots:
        """Return some of the rows."""
        return replace(self, rows=self.rows[where])


class StepDrawn(Struct, frozen=True):
    """What was drawn of one step for some new rows."""

    name: str
    step: RowTransform
    taken: NDArray[np.bool_]
    turn: NDArray[np.generic]
    """When a row takes it, lower first."""
    lots: Lots
    partner: Rows | None = None

    @property
    def params(self) -> Params:
        """Return what `apply` needs."""
        params = self.lots.params
        return params if self.partner is None else params | {"partner": self.partner}

    def at(self, where: slice | Rows) -> StepDrawn:
        """Return some of the rows."""
        partner = None if self.partner is None else self.partner[where]
        taken, turn, lots = self.taken[where], self.turn[where], self.lots.at(where)
        return replace(self, taken=taken, turn=turn, lots=lots, partner=partner)

    def applied(self, block: Block) -> Block:
        """Return the rows, those changed that the step was drawn for."""
        changed = self.step.apply(block, self.params)
        return block.replaced(changed, dict.fromkeys((*block.numbers, *block.codes), self.taken))


def in_order(steps: Sequence[StepDrawn]) -> Iterator[StepDrawn]:
    """Yield steps as they are to be applied; one whose turn differs by row comes once for each."""
    for turn in range(len(steps)):
        for step in steps:
            taken = step.taken & (step.turn == turn)
            if taken.any():
                yield replace(step, taken=taken)


def values_of(spread: Any, keys: Keys, name: str) -> Numbers:
    """Return what a parameter draws for each row, of nine decimals; truncated normals one by one.

    So what is written down is what is used.
    """
    if isinstance(spread, Constant):
        return np.full(len(keys), float(spread.value))
    if isinstance(spread, Uniform):
        shares = keys.at(name).uniform()
        return np.round(spread.low + (spread.high - spread.low) * shares, 9)
    if isinstance(spread, Choice):
        return np.asarray(spread.values, float)[picks(keys, name, len(spread.values))]
    return np.array([round(float(spread.draw(each)), 9) for each in keys.at(name)])


def deviation(table: Table, column: Column) -> float:
    """Return a column's standard deviation in the observed rows; 0 where none has a number."""
    values = table.numbers[column.index][table.observed]
    return 0.0 if np.isnan(values).all() else float(np.nanstd(values))
