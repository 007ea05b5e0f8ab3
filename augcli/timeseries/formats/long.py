"""Tables with a point in each row, and a column that says of which series it is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from augcli.dataset.columns import names_groups
from augcli.dataset.splits import columns_of_splits
from augcli.errors import SettingError
from augcli.plural import few
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import Block, New, Own, SeriesFile, Shape
from augcli.timeseries.formats.clocks import Clock, Texts
from augcli.timeseries.formats.grid import Grid, Row, is_number
from augcli.timeseries.formats.looks import may_be_grouped, of_changing_labels
from augcli.timeseries.formats.numbers import Style, is_odd, parsed, style_of
from augcli.timeseries.formats.roles import blocks, marked_of, roles_of
from augcli.timeseries.formats.timely import Timely
from augcli.timeseries.formats.times import too_many
from augcli.timeseries.series import Series, Values

_LOOKED_AT = 5000


class LongFile(SeriesFile):
    """One row, one point; without a column of ids the file is one series."""

    def __init__(self, grid: Grid, settings: SeriesDatasetSettings):
        super().__init__(grid.name)
        self._grid = grid
        self._roles = roles = roles_of(grid, settings)
        self.names = [grid.names[index] for index in roles.channels]
        told = (*roles.marks, roles.id, roles.time, roles.label, roles.split)
        self._texts = {index: Texts() for index in told if index is not None}
        self._numbers = {index: array("d") for index in roles.channels}
        self._odd: dict[int, str] = {}
        """row → why the series that it is a point of cannot be used"""
        self.lost = grid.lost
        self._last: Row = []
        self._seen: set[str] = set()
        for start, block in blocks(grid.rows()):
            self._read(start, block)
        self._stack = np.array([np.frombuffer(self._numbers[index]) for index in roles.channels])
        head = list(zip(*islice(grid.judges(), _LOOKED_AT), strict=True))
        self._styles = {i: style_of([c for c in head[i] if is_number(c)]) for i in roles.channels}
        self._absent = {index: grid.absent(head[index], "") for index in roles.channels}
        splits = None if roles.split is None else self._texts[roles.split]
        ours = _judges(splits, grid.is_augmented)
        self._clock = Clock(self._texts[roles.time], ours) if roles.time is not None else None
        if self._clock and not self._clock.is_known and roles.time is not None:
            self.untimed = grid.names[roles.time]
        self._windows = settings.windows
        self._hint = of_changing_labels(settings)
        self._points: list[NDArray[np.int64]] = []
        self._series_of: list[int] = []
        """Of each, which of those that have an id."""
        for number, rows in enumerate(map(self._by_time, self._points_of_series())):
            for points in self._parts(rows):
                self._points.append(points)
                self._series_of.append(number)
        for number in range(len(self._points)):
            self._take(number)
        self._refuse_pointless()
        if roles.label is not None:
            self.refuse_unlabelled(grid.missing, settings.label_kind)
        self._look_at(settings, head)
        self._next = _next_number(self._ids)

    def _refuse_pointless(self) -> None:
        """Raise SettingError where no series is as long as a window."""
        if self._windows and not self._points:
            text = f"{self._grid.name} has no window of {self._windows.length} points"
            raise SettingError(("dataset", "windows"), text)

    def _look_at(self, settings: SeriesDatasetSettings, head: Sequence[Sequence[str]]) -> None:
        """Note what columns look like that nobody named."""
        names, missing, delimiter = self._grid.names, self._grid.missing, self._grid.delimiter
        channels = self._roles.channels
        asked = channels if settings.decimal is None else ()
        carried = [i for i in self._roles.carried if names[i] not in map(str, settings.ignore)]
        self.looks = {
            "marked": marked_of(self._grid, carried),
            "grouped": [names[i] for i in asked if may_be_grouped(head[i], missing, delimiter)],
            "thousands": self._grid.guessed(channels),
        }
        if self._roles.time is None:
            rows = zip(channels, self._stack, strict=True)
            unnamed = {} if settings.channels else dict(rows)
            beside = {index: self._texts[index] for index in carried}
            self.looks |= Timely(self._points).found(names, unnamed, beside)

    def _read(self, start: int, block: Sequence[Row]) -> None:
        """Take in some rows, of which the first has this number."""
        columns = list(zip(*self._whole(start, block), strict=True))
        for index, texts in self._texts.items():
            texts.extend(columns[index])
        for index, numbers in self._numbers.items():
            numbers.frombytes(self._parsed(index, start, columns[index]).tobytes())

    def _whole(self, start: int, block: Sequence[Row]) -> Iterator[Row]:
        """Yield rows of one width; in place of one with other cells comes one of its series."""
        width, ident = len(self._grid.names), self._roles.id
        if ident is not None:
            self._seen |= {row[ident] for row in block if len(row) == width}
        for number, row in enumerate(block, start):
            if len(row) == width:
                self._last = row
                yield row
            else:
                told = f"{self._grid.place(number)} has {len(row)} cells instead of {width}"
                self._odd[number] = told
                yield self._stand_in(number, row, width)

    def _stand_in(self, number: int, row: Row, width: int) -> Row:
        """Return a row of the series that another names, or of those that it stands between."""
        ident = self._roles.id
        last = list(self._last or [""] * width)
        if ident is None:
            return last
        if ident < len(row) and row[ident] in self._seen:
            last[ident] = row[ident]
        else:
            self._odd[number + 1] = self._odd[number]
        return last

    def _parsed(self, index: int, start: int, cells: Sequence[str]) -> NDArray[np.float64]:
        """Return the numbers of a column; where it has something else is noted."""
        missing = self._grid.missing
        try:
            return parsed(cells, missing)
        except ValueError:
            mended = list(cells)
        for place, cell in enumerate(cells):
            if is_odd(cell, missing):
                mended[place] = "nan"
                told = f"column {self._grid.names[index]!r} has {cell[:40]!r}, not a finite number"
                self._odd.setdefault(start + place, f"{self._grid.place(start + place)}: {told}")
        return parsed(mended, missing)

    @property
    def _ids(self) -> list[str]:
        return [""] if self._roles.id is None else self._texts[self._roles.id].known

    def _points_of_series(self) -> Iterator[NDArray[np.int64]]:
        """Yield the rows of each series, in the order of their first ones."""
        if self._roles.id is None:
            yield np.arange(self._stack.shape[1])
            return
        codes = self._texts[self._roles.id].codes
        order = np.argsort(codes, kind="stable")
        yield from np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)

    def _by_time(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of a series in the order of their times, where these are numbers."""
        clock = self._clock
        return rows if clock is None else rows[np.argsort(clock.times[rows], kind="stable")]

    def _parts(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Yield the rows of windows, none of which reaches over two splits; or all rows."""
        windows, split = self._windows, self._roles.split
        if windows is None:
            yield rows
            return
        codes = np.zeros(len(rows)) if split is None else self._texts[split].codes[rows]
        for run in np.split(rows, np.flatnonzero(np.diff(codes)) + 1):
            for start in windows.starts(len(run)):
                yield run[start : start + windows.length]

    def _take(self, number: int) -> None:
        rows = self._points[number]
        found_odd = (self._odd[row] for row in rows.tolist() if row in self._odd)
        odd = next(found_odd, self._nameless(number))
        label, split = (self._one(index, rows) for index in (self._roles.label, self._roles.split))
        split = list(dict.fromkeys(map(self._grid.split_of, split)))
        for role, found in (("label", label), ("split", split)):
            if len(found) > 1 and not self._windows:
                text = f"its {role} changes ({few(sorted(found))})"
                self.add_bad(text + self._hint * (role == "label"))
                return
        one, other = (found[0] if found else None for found in (label, split))
        if odd:
            self.add_bad(odd, one, other)
            return
        self.shapes.append(Shape(len(self._roles.channels), len(rows), one, other))

    def _nameless(self, number: int) -> str | None:
        """Return why points whose id is blank are no series; None where it is not."""
        ident = self._roles.id
        if ident is None or self._ids[self._series_of[number]].strip():
            return None
        place = self._grid.place(int(self._points[number][0]))
        return f"{place}: column {self._grid.names[ident]!r} does not say of which series it is"

    def _one(self, index: int | None, rows: NDArray[np.int64]) -> list[str]:
        """Return the different texts of a column in these rows, of windows the commonest first."""
        if index is None:
            return []
        texts = self._texts[index]
        found, counts = np.unique(texts.codes[rows], return_counts=True)
        order = np.argsort(-counts, kind="stable") if self._windows else np.arange(len(found))
        return list(dict.fromkeys(self.bare(texts.known[i]) for i in found[order]))

    def series(self, row: int) -> Series:
        """Return one series."""
        rows = self._points[row]
        marks = [self._texts[index].codes[rows] for index in self._roles.marks]
        clock = self._clock.times[rows] if self._clock else None
        told = (self.shapes[row].label, np.array(marks) if marks else None, clock)
        return Series(self._stack[:, rows], *told)

    def written(self, values: Values) -> Values:
        """Return the values of some series, `... x channels x time`, as they are once written."""
        channels = zip(self._styles.values(), np.moveaxis(values, -2, 0), strict=True)
        return np.stack([style.rounded(each) for style, each in channels], axis=-2)

    def cut(self) -> Iterator[list[int]]:
        """Yield the windows that each longer series is cut into; nothing where none is."""
        if self._windows:
            series = np.array(self._series_of)
            yield from (np.flatnonzero(series == one).tolist() for one in np.unique(series))

    def begin(self, row: int) -> str | None:
        """Return the time of the first point of a series."""
        if self._roles.time is None or not len(self._points[row]):
            return None
        texts = self._texts[self._roles.time]
        return texts.known[int(texts.codes[self._points[row][0]])]

    def points_outside(self, rows: Sequence[int]) -> int:
        """Return how many points are in none of some series."""
        inside = [self._points[row] for row in rows]
        return int(self._stack.shape[1] - len(np.unique(np.concatenate([[], *inside]))))

    def refusal(self, length: int, row: int) -> str | None:
        """Return why a row's new series of this length does not fit into the file, None if so."""
        if self._clock is None or self._roles.time is None or length <= len(self._points[row]):
            return super().refusal(length, row)
        texts = self._texts[self._roles.time]
        times = [texts.known[code] for code in texts.codes[self._points[row]].tolist()]
        return too_many(times, length) or super().refusal(length, row)

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        found: dict[str, set[str]] = {}
        for index in self._roles.carried:
            cells = ([each] for each in self._texts[index].known)
            found |= columns_of_splits([self._grid.names[index]], cells)
        return found

    def whose(self) -> dict[str, list[str]]:
        """Return columns that tell of whom series are, by the first point of each."""
        first = [int(rows[0]) for rows in self._points]
        named = (index for index in self._roles.marks if names_groups(self._grid.names[index]))
        texts = {self._grid.names[index]: self._texts[index] for index in named}
        return {name: [told.known[told.codes[at]] for at in first] for name, told in texts.items()}

    def payload(self, new: Block) -> bytes:
        """Return the rows of the points of new series."""
        return self._grid.payload(self._rows(new))

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the table with the points of new series after its own."""
        points = own and np.unique(np.concatenate([self._points[row] for row in own])).tolist()
        return self._grid.assembled(payloads, points)

    def _rows(self, new: Block) -> Iterator[Row]:
        for each in new:
            yield from map(list, zip(*self._columns(each), strict=True))

    def _columns(self, new: New) -> Iterator[Sequence[str]]:
        series, roles = new.series, self._roles
        for index in range(len(self._grid.names)):
            if index in roles.channels:
                row = series.values[list(roles.channels).index(index)]
                yield _shown(row, self._styles[index], self._absent[index])
            elif index in roles.marks and series.marks is not None:
                codes = series.marks[list(roles.marks).index(index)]
                yield [self._texts[index].known[code] for code in codes.tolist()]
            elif index == roles.time and self._clock and series.clock is not None:
                yield self._clock.texts(series.clock)
            elif index == roles.id:
                yield [self._id(new)] * series.length
            elif index == roles.label and self.of_amounts:
                yield [str(new.amount)] * series.length
            else:
                yield [self._own(index, new.row)] * series.length

    def _own(self, index: int, row: int) -> str:
        """Return what a column that does not change within a series says."""
        texts = self._texts[index]
        return texts.known[int(texts.codes[self._points[row][0]])]

    def _id(self, new: New) -> str:
        if self._next is not None:
            return str(self._next + new.number)
        which = f".w{new.row:05d}" if self._windows else ""
        return f"{self._ids[self._series_of[new.row]]}{which}.aug-{new.copy:03d}"


def _judges(splits: Texts | None, is_ours: Callable[[str], bool]) -> NDArray[np.bool_] | slice:
    """Return the rows of augmented splits, all where there are none."""
    if splits is None:
        return slice(None)
    codes = [code for code, text in enumerate(splits.known) if is_ours(text)]
    return np.isin(splits.codes, codes) if codes else slice(None)


def _shown(row: NDArray[np.float64], style: Style, absent: str) -> list[str]:
    known = ~np.isnan(row)
    texts = style.texts(np.where(known, row, 0.0))
    return [text if here else absent for text, here in zip(texts, known.tolist(), strict=True)]


def _next_number(ids: Sequence[str]) -> int | None:
    """Return the number after the largest, None where ids are no whole numbers."""
    whole = all(each.strip().isdecimal() for each in ids)
    return max(map(int, ids)) + 1 if whole and ids != [""] else None
