"""Operations on values: per-channel tables, composed exactly and looked up once.

A `Table` says what each possible value becomes, a `Formula` does so by the value alone. Those that
look at the picture ask for its means or its histogram; a table turns one histogram into the next,
so that a whole chain of them costs one histogram and one look-up. Alpha is never toned, and what it
hides is never counted. Float pictures get the function itself and are not clipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.lookup import Levels, look_up
from augcli.image.kernels.moments import channel_means
from augcli.image.picture import Facts, InPlace, Picture, PixelArray, full_range, on_tones, visible

Histogram: TypeAlias = NDArray[np.float64]
"""Channels × levels: how many pixels have each value."""
Curve: TypeAlias = Callable[[NDArray[Any]], NDArray[Any]]
"""A function of values as fractions of full range, of any shape; H×W×C for float pictures."""


class Table(Struct, frozen=True):
    """What each value becomes. `levels(count, view)` tabulates it for 256 or 65,536 levels."""

    levels: Callable[[int, View], Levels]
    on_float: Curve | None = None
    """The same for float pictures; None where there is no such thing."""

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return facts

    def stage(self) -> Lookup:
        """Return the look-up that does this alone."""
        return Lookup((self,))


class Formula(Struct, frozen=True, eq=False):
    """The table of a function of the value, rounded to the nearest level and clipped."""

    function: Callable[..., NDArray[Any]]
    numbers: tuple[float, ...] = ()
    """What it takes besides; formulas of one function and such numbers are tabulated together."""
    made: dict[int, Levels] = field(default_factory=dict)
    """Its tables, by how many levels they have."""

    def levels(self, count: int, _: View) -> Levels:
        """Return its table for so many levels."""
        made = self.made.get(count)
        if made is None:
            values = self.on_float(fractions(count)) * (count - 1)
            made = self.made[count] = as_levels(values, count)
        return made

    def on_float(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return what values become, as fractions of full range."""
        return self.function(values, *self.numbers)

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return facts

    def stage(self) -> Lookup:
        """Return the look-up that does this alone."""
        return Lookup((self,))


_TABLES = Table, Formula


def tabulate(formulas: Iterable[Formula]) -> None:
    """Make the tables of bytes of many curves at once, the same to the bit."""
    alike: dict[Callable[..., NDArray[Any]], list[Formula]] = defaultdict(list)
    for each in formulas:
        alike[each.function].append(each)
    for function, some in alike.items():
        columns = np.array([each.numbers for each in some]).T[..., None]
        rows = as_levels(function(fractions(256), *columns) * 255, 256)
        for each, row in zip(some, rows, strict=True):
            each.made[256] = row[None]


def histogram_table(function: Callable[[Histogram], Levels]) -> Table:
    """Return the table of a function of the histogram, which float pictures have none of."""

    return Table(lambda _, view: function(view.histogram()))


@lru_cache(maxsize=2)
def fractions(count: int) -> NDArray[np.float64]:
    """Return 0..1 in so many levels."""
    levels = np.arange(count) / (count - 1)
    levels.flags.writeable = False
    return levels


def as_levels(values: NDArray[Any], count: int) -> Levels:
    """Round values in levels, clip them to 0..count-1 and make them rows of a table."""
    rows = np.maximum(np.rint(values), 0)
    table: Levels = np.minimum(rows, count - 1, out=rows).astype(np.intp).reshape(-1, count)
    return table


class Lookup(InPlace, Struct, frozen=True):
    """A run of tables, done as one."""

    tables: tuple[Table | Formula, ...]

    def joined(self, op: object) -> Lookup | None:
        """Return the run with one more table, or None where the operation is none."""
        return Lookup((*self.tables, op)) if isinstance(op, _TABLES) else None

    def apply(self, picture: Picture) -> Picture:
        """Tone the colour channels of a picture; targets stay where they are."""
        if picture.pixels.dtype.kind == "f":
            return self._on_float(picture)
        table = self.composed(picture)
        if picture.alpha:
            table = _with_alpha(table, picture.facts.tones)
        return picture.with_pixels(look_up(picture.pixels, table))

    def composed(self, picture: Picture) -> Levels:
        """Return the one table that the run amounts to for this picture."""
        count = int(full_range(picture.pixels.dtype)) + 1
        first, *others = self.tables
        view = View(Seen(picture))
        whole = first.levels(count, view)
        for table in others:
            view = view.behind(whole)
            whole = after(whole, table.levels(count, view))
        return whole

    def _on_float(self, picture: Picture) -> Picture:
        seen = visible(picture)
        if seen is None:
            return on_tones(picture, self._toned)
        pixels, shown = picture.pixels.copy(), seen > 0
        pixels[shown, :-1] = self._toned(pixels[shown, None, :-1])[:, 0]
        return picture.with_pixels(pixels)

    def _toned(self, pixels: PixelArray) -> PixelArray:
        for table in self.tables:
            assert table.on_float is not None, "refused before: no float form"
            pixels = table.on_float(pixels)
        return pixels.astype(np.float32)


class Seen(Struct, frozen=True, dict=True):
    """A picture of whole numbers; its histogram is made at the first need."""

    picture: Picture

    @cached_property
    def histogram(self) -> Histogram:
        """Return how many pixels have each value, by channel."""
        return _histogram(self.picture)


class View(NamedTuple):
    """A picture behind a table; looked at only when it is asked what is seen."""

    seen: Seen
    table: Levels | None = None

    def behind(self, table: Levels) -> View:
        """Return the view of the same picture behind another table."""
        return View(self.seen, table)

    def histogram(self) -> Histogram:
        """Return how many pixels have each value, by channel."""
        counts = self.seen.histogram
        return counts if self.table is None else carried(counts, self.table)

    def means(self) -> NDArray[np.float64]:
        """Return the mean value of each channel."""
        picture = self.seen.picture
        if picture.pixels.dtype != np.uint8 or visible(picture) is not None:
            counts = self.histogram()
            return np.asarray(counts @ np.arange(counts.shape[1]) / counts[0].sum())
        pixels = picture.pixels[:, :, : picture.facts.tones]
        return channel_means(pixels if self.table is None else look_up(pixels, self.table))


def after(first: Levels, second: Levels) -> Levels:
    """Return the table that looks up `first`, then `second`."""
    if len(second) == 1:
        return np.take(second[0], first)
    if len(first) == 1:
        return second[:, first[0]]
    return np.take_along_axis(second, first, axis=1)


def carried(histogram: Histogram, table: Levels) -> Histogram:
    """Return the histogram of a picture after a table, from the one before it."""
    rows = np.broadcast_to(table, histogram.shape)
    levels = histogram.shape[1]
    pairs = zip(rows, histogram, strict=True)
    return np.array([np.bincount(row, weights=counts, minlength=levels) for row, counts in pairs])


def _histogram(picture: Picture) -> Histogram:
    """Return the histogram of what can be seen: colours where alpha is 0 do not count."""
    tones, seen = range(picture.facts.tones), visible(picture)
    count = int(full_range(picture.pixels.dtype)) + 1
    if count == 256:
        counts = [cv2.calcHist([picture.pixels], [i], seen, [256], [0, 256]) for i in tones]
        return np.array(counts, dtype=np.float64).reshape(-1, 256)
    flat = picture.pixels.reshape(-1, picture.pixels.shape[2])
    flat = flat if seen is None else flat[seen.ravel() > 0]
    return np.array([np.bincount(flat[:, i], minlength=count) for i in tones], dtype=np.float64)


def _with_alpha(table: Levels, tones: int) -> Levels:
    rows = np.broadcast_to(table, (tones, table.shape[1]))
    return np.vstack([rows, np.arange(table.shape[1])])
