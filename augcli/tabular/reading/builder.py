"""One column on its way into a table: cells come in, numbers or codes and their kind come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import SampleError, SettingError
from augcli.rows.dates import dates, told_format
from augcli.rows.flags import FLAGS
from augcli.settings.base import MISSING
from augcli.tabular.config import AMOUNTS, ColumnKind, ColumnTold, TableDatasetSettings
from augcli.tabular.reading.columns import NUMERIC, WHOLE_IDS, Column, Role, Style
from augcli.tabular.reading.gaps import Taken
from augcli.tabular.reading.looks import look, without_marks
from augcli.tabular.reading.parquet import is_opaque, shown
from augcli.tabular.reading.precision import decimals_of, with_ends
from augcli.tabular.reading.spacing import with_spacing
from augcli.tabular.reading.table import Coded, Numbers, Rows
from augcli.tabular.reading.unlike import names_rows, refuse_lists, words_among

Mask: TypeAlias = NDArray[np.bool_]

_EXACT = 2.0**53
"""Whole numbers beyond are names, not amounts."""
VAST = 1e150
"""Numbers beyond have no squares, and so no distances."""

_FEW = 20
"""Columns of fewer values are not taken for ids or free text."""


class Builder:
    """Takes in a column's cells chunk by chunk; some rows alone say what the column is like."""

    def __init__(
        self,
        column: tuple[int, str, Role],
        settings: TableDatasetSettings,
        told: ColumnTold,
        *,
        amount: bool,
    ):
        self.index, self.name, self.role = column
        self._format = told
        self.told = told.kind
        self.rows = 0
        self.bad: dict[int, str] = {}
        """row → the text that is no number"""
        self.is_blind = True
        """Whether it has not looked at any cells yet."""
        self.style = Style()
        self.dtype: str | None = None
        self._amount = amount or (self.role == "label" and self.told in AMOUNTS)
        self._settings = settings
        self._missing = frozenset(settings.missing)
        self._numeric = self._whole = False
        self._pieces: list[Any] = []
        self.hashes: NDArray[np.uint64] | None = None
        """Of texts that are carried and never understood."""
        self.marks_taken: set[str] = set()
        """How its ids begin that look like new ones."""
        self.largest = 0
        """The largest whole number of a typed column."""
        self.words: list[str] = []
        self._judged = self._odd = 0
        """How many rows had a say, and how many of them are no numbers."""
        self.gaps = Taken.none()

    @property
    def skipped(self) -> bool:
        """Return whether no value is needed."""
        unread = self.role == "feature" and self.told in ("text", "id")
        return unread or self.role in ("id", "ignore")

    @property
    def is_plain(self) -> bool:
        """Return whether its cells are numbers, written as programs do, and none mean a gap."""
        marked = self.style.is_marked or self.style.pad or self._settings.no_numbers
        return self._numeric and not (self.skipped or marked)

    def look(self, cells: Sequence[str], quote: str, decimal: str) -> None:
        """Find out from the first cells what the column holds."""
        self.is_blind = False
        self._missing = self._settings.missing_numbers
        seen = look(cells, quote, self._missing, decimal, self._format)
        if not (seen.numeric or seen.style.date):
            of_numbers, self._missing = self._missing, frozenset(self._settings.missing)
            found = {cell.strip().strip(quote) for cell in cells}
            if not found.isdisjoint(of_numbers ^ self._missing):
                seen = look(cells, quote, self._missing, decimal, self._format)
        self.style, self._whole = seen.style, seen.whole
        self._numeric = seen.numeric if self.role == "feature" else self._amount
        if self.told:
            self._numeric = self.told in AMOUNTS

    def begins_again(self) -> bool:
        """Forget the cells where they looked like numbers and are none: they are to come again."""
        if self.told or self._amount or self._odd <= 0.1 * self._judged:
            return False
        self.rows, self.bad, self._pieces, self._numeric = 0, {}, [], False
        self.gaps = Taken.none()
        return True

    def take(self, cells: pl.Series, ours: Mask) -> None:
        """Take in the text of the next rows, of which ours say what the column is like."""
        start = self.rows
        self.rows += len(cells)
        self._judged += int(ours.sum())
        if self.role == "id":
            self._see_marks(cells)
        if self.told == "text" and self.role == "feature":
            self._pieces.append(cells.hash())
        if self.skipped:
            return
        if self.style.pad:
            cells = cells.str.strip_chars()
        made = self._numbers if self._numeric else self._texts
        self._pieces.append(made(cells, start, ours))

    def _see_marks(self, cells: pl.Series) -> None:
        """Remember how ids begin that look like new ones."""
        found = cells.str.strip_chars().str.extract(r"^(aug\d*-)").unique().drop_nulls()
        self.marks_taken.update(found.to_list())

    def look_typed(self, dtype: pl.DataType, *, is_index: bool = False) -> None:
        """Find out from its type what a column of a Parquet file holds, or that it names rows."""
        self.is_blind = False
        if is_index and self.role == "feature":
            self.told = self.told or "id"
        self.dtype, self._whole = str(dtype), dtype.is_integer()
        self.style = Style(order=self._format.order)
        if is_opaque(dtype):
            self._carry_only(dtype)
        form = self._format.format
        if form and self.told == "date" and not dtype.is_temporal():
            self.style = Style(date=told_format(form, ()))
            return
        counted = dtype.is_numeric() or dtype in (pl.Date, pl.Datetime)
        wanted = (self.role == "feature" or self._amount) and self.told != "category"
        self._numeric = counted and wanted

    def _carry_only(self, dtype: pl.DataType) -> None:
        if self.role in ("label", "split", "group"):
            raise SampleError(f"column {self.name!r} is of type {dtype}, which is no {self.role}")
        self.told = "text"

    def take_typed(self, values: pl.Series, ours: Mask) -> None:
        """Take in the next rows of a Parquet file, which may be of another type than ours."""
        start = self.rows
        self.rows += len(values)
        if self.role == "id" and values.dtype == pl.String:
            self._see_marks(values)
        if str(values.dtype) in WHOLE_IDS:
            self.largest = max(self.largest, int(values.max() or 0))  # type: ignore[arg-type]
        if self.skipped:
            return
        plain = values.clear(len(values)) if is_opaque(values.dtype) else values
        if self._numeric:
            self._pieces.append(self._amounts(plain, start, values.is_not_null().to_numpy(), ours))
        else:
            texts = shown(plain)
            is_read = self.role == "label" or self.style.date or self._settings.missing != MISSING
            self._pieces.append(self._texts(texts, start, ours) if is_read else texts)

    def _amounts(self, values: pl.Series, start: int, told: Mask, ours: Mask) -> Numbers:
        amounts = values.to_physical() if values.dtype.is_temporal() else values
        known = amounts.cast(pl.Float64, strict=False)
        plain = known.fill_null(float("nan")).to_numpy()
        if (none := self._settings.no_numbers) and not values.dtype.is_temporal():
            absent = np.flatnonzero(np.isin(plain, none))
            self.gaps.take(start + absent, values.gather(absent).cast(pl.String), ours[absent])
            plain = plain.copy()
            plain[absent] = np.nan
        odd = (np.abs(plain) >= VAST) | (known.is_null().to_numpy() & told)
        self._refuse(values, odd, start)
        return np.where(odd, np.nan, plain)

    def _numbers(self, cells: pl.Series, start: int, ours: Mask) -> Numbers:
        """Return the numbers of cells, which are texts unless all are plain ones."""
        if cells.dtype.is_float():
            return cells.to_numpy()
        plain = without_marks(cells, self.style)
        values = plain.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
        odd = np.flatnonzero(~(np.abs(values) < VAST))
        if len(odd):
            values = values.copy()
            stripped = plain.gather(odd).str.strip_chars().cast(pl.Float64, strict=False)
            again = stripped.fill_null(float("nan")).to_numpy()
            values[odd] = np.where(np.abs(again) < VAST, again, np.nan)
            self._note(cells, odd[np.isnan(values[odd])], start, ours)
        absent = np.flatnonzero(np.isin(values, self._settings.no_numbers))
        if not len(absent):
            return values
        self.gaps.take(start + absent, cells.gather(absent), ours[absent])
        values = values.copy()
        values[absent] = np.nan
        return values

    def _note(self, cells: pl.Series, odd: Rows, start: int, ours: Mask) -> None:
        """Note which cells are no numbers, and which mean that there is none."""
        found = cells.gather(odd)
        is_none = found.is_null() | found.str.strip_chars().is_in([*self._missing])
        absent = odd[is_none.to_numpy()]
        self.gaps.take(start + absent, cells.gather(absent), ours[absent])
        wrong = odd[~is_none.to_numpy()]
        self._odd += int(ours[wrong].sum())
        self.bad |= zip((start + wrong).tolist(), cells.gather(wrong).to_list(), strict=True)

    def _texts(self, cells: pl.Series, start: int, ours: Mask) -> pl.Series:
        frame = cells.alias("cells").to_frame()
        absent = pl.col("cells").str.strip_chars().is_in(list(self._missing))
        texts = frame.select(pl.when(~absent).then("cells")).to_series()
        if texts.null_count():
            gone = np.flatnonzero(texts.is_null().to_numpy())
            self.gaps.take(start + gone, cells.gather(gone), ours[gone])
        return texts

    def finish(self, ours: Mask) -> tuple[Column, Numbers | Coded | None]:
        """Return the column, as our rows say, and all its values; None where none are needed."""
        pieces, self._pieces = self._pieces, []
        if self.skipped:
            self.hashes = pl.concat(pieces).to_numpy() if pieces else None
            return self._column(self.told or ("id" if self.role == "id" else "text")), None
        if self._numeric:
            return self._finish_numbers(np.concatenate(pieces), ours)
        return self._finish_texts(pl.concat(pieces).rechunk(), ours)

    def _finish_numbers(self, values: Numbers, ours: Mask) -> tuple[Column, Numbers | Coded | None]:
        told = ours & ~np.isnan(values)
        present = values if told.all() else values[told]
        kind, decimals = self._numeric_kind(present, told)
        shown = self.style.decimals if self.style.fixed else 0
        style = replace(self.style, decimals=max(decimals, shown))
        if kind == "boolean":
            self._refuse(values, ~np.isin(values, (0, 1)) & ~np.isnan(values))
            codes = np.where(np.isin(values, (0, 1)), values, -1).astype(np.int32)
            return self._column(kind, style), Coded(codes, ["0", "1"])
        if kind in ("text", "id") and self.role == "feature":
            return self._column(kind, style), None
        return self._measured(self._column(kind, style), present), values

    def _measured(self, column: Column, present: Numbers) -> Column:
        """Return a column of numbers with its ends, and with what these lie apart by."""
        column = with_ends(column, present)
        if self._settings.constraints == "told" or not column.is_feature:
            return column
        return with_spacing(column, present)

    def _numeric_kind(self, present: Numbers, told: Mask) -> tuple[ColumnKind, int]:
        """Return what the numbers that are told are, and their decimals."""
        decimals = decimals_of(present)
        if self.dtype and self.dtype.startswith("Date"):
            return "date", 0
        if decimals is None:
            return self.told or "number", 0
        if self.told:
            is_shown = self._format.format
            return ("decimals" if decimals else "integer") if is_shown else self.told, decimals
        if not len(present) or present.min() == present.max() < _EXACT:
            return "constant", decimals
        if decimals or self.style.exponent:
            return ("number", 0) if self.style.exponent else ("decimals", decimals)
        return self._whole_kind(present, told), 0

    def _whole_kind(self, present: Numbers, told: Mask) -> ColumnKind:
        vast = max(abs(present.min()), abs(present.max())) >= _EXACT
        if vast and self.role == "feature":
            return "id" if self._whole else "number"
        if self.role != "feature" or self.style.fixed:
            return "integer"
        if set(present[:1000].tolist()) <= {0.0, 1.0} and present.max() <= 1:
            return "boolean" if present.min() >= 0 else "integer"
        rows = np.flatnonzero(told)
        if len(present) > _FEW and np.all(present - rows == present[0] - rows[0]):
            return "id"
        unique = len(present) > _FEW and names_rows(self.name)
        return "id" if unique and len(np.unique(present)) == len(present) else "integer"

    def _finish_texts(self, texts: pl.Series, ours: Mask) -> tuple[Column, Numbers | Coded | None]:
        kind = self.told or self._text_kind(texts.filter(pl.Series(ours)))
        if not self.told:
            refuse_lists(self.name, texts)
        if kind == "date":
            if not self.style.date:
                text = "its cells are no dates that are known, such as 2024-12-31 or 31.12.2024"
                hint = '`{kind: date, format: "%d/%m/%y"}` says how they are written'
                raise SettingError(("dataset", "columns", self.name), f"{text}; {hint}")
            return self._finish_known(kind, texts, dates(texts, self.style.date), ours)
        if kind == "ordinal" and self.role == "feature":
            return self._finish_known(kind, texts, _places(texts, self.style.order), ours)
        if kind in NUMERIC and kind != "ordinal":
            return self._finish_numbers(self._numbers(texts, 0, ours), ours)
        if kind in ("text", "id") and self.role == "feature":
            self._see_marks(texts)
            self.hashes = texts.hash().to_numpy() if kind == "text" else None
            return self._column(kind), None
        known = texts.drop_nulls().unique().sort()
        codes = texts.cast(pl.Enum(known)).to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
        return self._column(kind), Coded(codes, known.to_list())

    def _finish_known(
        self, kind: ColumnKind, texts: pl.Series, values: Numbers, ours: Mask
    ) -> tuple[Column, Numbers]:
        """Return a column of texts that stand for numbers; those that stand for none are bad."""
        self._refuse(texts, np.isnan(values) & texts.is_not_null().to_numpy())
        return self._measured(self._column(kind), values[ours & ~np.isnan(values)]), values

    def _refuse(self, values: Any, odd: Mask, start: int = 0) -> None:
        """Note the rows, counted from a row on, whose values are not what the column is."""
        self.bad |= {start + place: str(values[place]) for place in np.flatnonzero(odd).tolist()}

    def _text_kind(self, texts: pl.Series) -> ColumnKind:
        known = texts.drop_nulls().unique()
        present = len(texts) - texts.null_count()
        if self.role != "feature":
            return "category"
        self.words = words_among(known)
        if len(known) <= 1:
            return "constant"
        if self.style.date and not np.isnan(dates(known, self.style.date)).any():
            return "date"
        if set(known.str.to_lowercase()) in FLAGS:
            return "boolean"
        spaced = known.str.contains(" ", literal=True).mean()
        if len(known) == present > _FEW:
            return "text" if isinstance(spaced, float) and spaced > 0.5 else "id"
        return "text" if len(known) > max(_FEW, 0.5 * present) else "category"

    def _column(self, kind: ColumnKind, style: Style | None = None) -> Column:
        style = style or self.style
        if not style.missing:
            style = replace(style, missing=self.gaps.usual)
        return Column(self.index, self.name, self.role, kind, style, dtype=self.dtype)


def _places(texts: pl.Series, order: Sequence[str]) -> Numbers:
    """Return the place of each text in an order, NaN where it has none."""
    places = pl.Series(np.arange(len(order), dtype=np.float64))
    found = texts.str.strip_chars().replace_strict(
        pl.Series(order), places, default=None, return_dtype=pl.Float64
    )
    return found.fill_null(float("nan")).to_numpy()
