"""Rows that networks make, which torch trains on the table itself (extra `torch`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from pydantic import Field

from augcli.draws import Draws
from augcli.errors import SettingError
from augcli.nearest.search import nearest
from augcli.networks import lacking
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import Keys, load_normals
from augcli.tabular.methods.base import TableBalance, register_method
from augcli.tabular.methods.nearness import nearness, points_of, spread_of
from augcli.tabular.methods.smote import copies_of_rows
from augcli.tabular.networks.layout import Layout, Modes
from augcli.tabular.networks.training import SIZE, USUAL, Lessons, Maker, ctgan, steps_in, tvae
from augcli.tabular.reading.table import Codes, Numbers, Rows
from augcli.tabular.space import Space
from augcli.tabular.transform import Lots

_FEWEST = 10
"""Rows of a class to learn from."""
_TOGETHER, _ROUNDS = 1024, 64
"""Rows that are made at a time, and how often for each that many until there are enough."""
_CELLS = 1 << 28
"""Numbers that a table may be told in: a gigabyte."""


class Whole(Struct, frozen=True):
    """Rows without gaps: medians instead, and categories that tell of these."""

    numbers: Numbers
    known: Sequence[Codes]
    """The codes that each category has in these rows; one that is missing is below 0."""
    names: Sequence[str]
    """The classes of these rows."""
    kinds: Codes
    """The places of all these: gaps of numbers, then categories, then the class."""

    @classmethod
    def of(cls, space: Space) -> Whole:
        """Return the rows of a space."""
        numbers, codes = space.table.matrix(space.rows), space.table.codes(space.rows)
        gaps = np.isnan(numbers)
        both = [np.unique(column, return_inverse=True) for column in codes.T]
        present, classes = np.unique(space.classes, return_inverse=True)
        kinds = np.column_stack([gaps, *(places for _, places in both), classes])
        known = [each.astype(np.int32) for each, _ in both]
        names = [space.names[code] for code in present.tolist()]
        filled = np.where(gaps, space.medians, numbers)
        return cls(filled, known, names, kinds.astype(np.int32))

    def again(self, numbers: Numbers, kinds: Codes) -> tuple[Numbers, Codes]:
        """Return numbers and codes as tables have them, of rows that are told in this way."""
        width = numbers.shape[1]
        codes = [known[places] for known, places in zip(self.known, kinds.T[width:], strict=True)]
        empty = np.empty((len(numbers), 0), np.int32)
        return np.where(kinds[:, :width] > 0, np.nan, numbers), np.column_stack([empty, *codes])


class Trained(Struct, frozen=True):
    """What makes rows like those of a table, whatever their class."""

    whole: Whole
    layout: Layout
    make: Maker
    name: str
    seed: int

    def rows(self, label: str, wanted: int) -> tuple[Numbers, Codes]:
        """Return new rows of a class, as many as wanted if so many came to be of it."""
        found, count, place = [], 0, self.whole.names.index(label)
        for numbers, codes in self._rounds(label, place, wanted):
            fits = codes[:, -1] == place
            found.append((numbers[fits], codes[fits, :-1]))
            count += int(fits.sum())
            if count >= wanted:
                break
        parts = zip(*found, strict=True)
        return self.whole.again(*(np.concatenate(part)[:wanted] for part in parts))

    def _rounds(self, label: str, place: int, wanted: int) -> Iterator[tuple[Numbers, Codes]]:
        stream = Keys.of([Draws(self.seed).at(self.name, label)])
        normals = SIZE + self.layout.width
        count = normals + self.layout.choices
        for number in range(_ROUNDS * (1 + wanted // _TOGETHER)):
            keys = stream.at_each(np.arange(_TOGETHER) + number * _TOGETHER)
            shares = keys.across().at_each(np.arange(count)).uniform()
            normal = load_normals()(np.clip(shares[:, :normals], 1e-9, 1 - 1e-9))
            told = self.make(normal.astype(np.float32), place)
            yield self.layout.rows(told, shares[:, normals:])


class Networked(TableBalance):
    """A method whose rows a network makes that is trained on all rows of the split."""

    extra: ClassVar[str | None] = "torch"
    enough: ClassVar[int]
    """Steps of training after which columns hang together as in real rows, or nearly."""

    epochs: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description=f"how often training goes over all rows, each time in ten steps at least; when "
        f"left out, {USUAL:,} steps",
    )

    def steps(self, rows: int) -> int:
        """Return how many steps of training there are for so many rows."""
        return USUAL if self.epochs is None else self.epochs * steps_in(rows)

    def lacking(self) -> str | None:
        """Return that torch is to be installed."""
        return lacking()

    def doubts(self, rows: int) -> Iterator[str]:
        """Yield what rows of networks are worth, and that a network is trained too little."""
        yield (
            f"{self.name} has a network make rows, which helped tables a little or not at all: "
            "`augment evaluate` tells what that does to yours; `gaussian_copula` takes no time"
        )
        if (steps := self.steps(rows)) < self.enough:
            more = -(-self.enough // steps_in(rows))
            yield (
                f"{steps} steps of training are few for {self.name}: columns will hardly hang "
                f"together as in real rows; say `epochs: {more}` for {self.enough}"
            )

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return rows that a network made, each told as its nearest real row and what differs."""
        places = space.members(label)
        if len(places) < _FEWEST:
            why = f"class {label!r} has no {_FEWEST} rows to learn from: new rows are copies"
            return [copies_of_rows(space, label, wanted)], [why]
        numbers, codes = self._trained(space).rows(label, wanted)
        if not len(numbers):
            why = f"{self.name} makes no rows of class {label!r}: new rows are copies"
            return [copies_of_rows(space, label, wanted)], [why]
        drawn, spread = self._told(space, label, numbers, codes)
        said = [nearness(space, drawn, spread)]
        if len(drawn) == wanted:
            return [drawn], said
        rest = copies_of_rows(space, label, wanted - len(drawn))
        apart = replace(rest, copy=rest.copy + 1 + drawn.copy.max())
        why = f"{self.name} made {len(drawn)} rows of class {label!r}; {len(rest)} are copies"
        return [drawn, apart], [*said, why]

    def _told(
        self, space: Space, label: str, numbers: Numbers, codes: Codes
    ) -> tuple[Drawn, Numbers]:
        """Return new rows by their nearest real ones, and what distances are told in."""
        rows = space.rows[space.members(label)]
        values = space.table.matrix(rows)
        spread = spread_of(values)
        real = points_of(values, space.table.codes(rows), spread)
        near = nearest(real, points_of(numbers, codes, spread), 1)[:, 0]
        noise = np.nan_to_num((numbers - values[near]) / spread).astype(np.float32)
        columns = [column.index for column in space.table.numeric]
        made = Drawn(
            self.name,
            label,
            rows[near],
            _numbered(near),
            noise=Lots.of({"noise": noise}, len(near)) if columns else None,
            spread=dict(zip(columns, spread.tolist(), strict=True)),
            categories=codes if space.table.discrete else None,
        )
        return made, spread

    def _trained(self, space: Space) -> Trained:
        """Return what was trained on the rows, once for all classes."""
        if self.name not in space.trained:
            seed = Draws(space.streams.seed).at(self.name).seed()
            whole = Whole.of(space)
            counts = [int(column.max()) + 1 for column in whole.kinds.T[:-1]]
            modes = [Modes.of(column, seed) for column in whole.numbers.T]
            layout = Layout(modes, [*counts, len(whole.names)])
            _check_size(space, layout)
            shares = np.random.default_rng(seed).random(whole.numbers.shape)
            rows = layout.told(whole.numbers, whole.kinds, shares)
            make = self._train(Lessons(layout, rows, self.steps(len(rows)), seed))
            found = Trained(whole, layout, make, self.name, space.streams.seed)
            space.trained[self.name] = found
        known: Trained = space.trained[self.name]
        return known

    def _train(self, lessons: Lessons) -> Maker:
        raise NotImplementedError


@register_method
class Tvae(Networked):
    """Xu et al., Modeling Tabular Data using Conditional GAN, NeurIPS 2019: the autoencoder.

    All rows teach it, each number by its mode, and rows of the class are kept (extra `torch`). A
    new row is told as the nearest real one, and what differs.
    """

    revision: ClassVar[int] = 3
    enough: ClassVar[int] = 1500
    method: Literal["tvae"] = "tvae"

    def _train(self, lessons: Lessons) -> Maker:
        return tvae(lessons)


@register_method
class Ctgan(Networked):
    """Xu et al., Modeling Tabular Data using Conditional GAN, NeurIPS 2019, packed by ten.

    A generator that is told the class, and a critic; rows that came to be of another class are left
    out (extra `torch`). A new row is told as the nearest real one, and what differs.
    """

    revision: ClassVar[int] = 2
    enough: ClassVar[int] = USUAL
    method: Literal["ctgan"] = "ctgan"

    def _train(self, lessons: Lessons) -> Maker:
        return ctgan(lessons)


def _check_size(space: Space, layout: Layout) -> None:
    """Raise SettingError for a table that is too large when each value has a column."""
    if len(space) * layout.width > _CELLS:
        coded = {
            column.name: len(space.table.coded[column.index].texts)
            for column in space.table.discrete
        }
        most = max(coded, key=coded.__getitem__, default="")
        text = f"{len(space):,} rows in {layout.width:,} columns, one for each value, are too many"
        hint = f"; {most!r} has {coded[most]:,} values: say `ignore: [{most}]`" if most else ""
        raise SettingError(("balance", "method"), text + hint)


def _numbered(rows: Rows) -> Rows:
    """Return for each row how often it came before."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    first = np.searchsorted(ordered, ordered)
    result = np.empty(len(rows), np.int64)
    result[order] = np.arange(len(rows)) - first
    return result
