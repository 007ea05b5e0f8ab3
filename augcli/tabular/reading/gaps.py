"""Cells that mean no value: what they say, for new rows to say it as their bases do."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from augcli.tabular.reading.table import Gaps, Rows


class Taken(Struct):
    """The cells of a column that mean no value, as they come in."""

    counts: Counter[str]
    """How often each text means so in rows that say what the column is like."""
    codes: dict[str, int]
    pieces: list[tuple[Rows, NDArray[np.int16]]]

    @classmethod
    def none(cls) -> Taken:
        """Return what there is before any cell."""
        return cls(Counter(), {}, [])

    @property
    def usual(self) -> str:
        """Return what most of them say."""
        return next((text for text, _ in self.counts.most_common(1)), "")

    def take(self, rows: Rows, cells: pl.Series, ours: NDArray[np.bool_]) -> None:
        """Take in what the cells of some rows say, null where they are blank."""
        texts = cells.str.strip_chars()
        own = texts.filter(pl.Series(ours, dtype=pl.Boolean)).fill_null("").value_counts()
        self.counts.update(dict(own.iter_rows()))
        told = np.flatnonzero(texts.is_not_null().to_numpy())
        if len(told):
            known = texts.gather(told)
            for text in known.unique(maintain_order=True):
                self.codes.setdefault(text, 1 + len(self.codes))
            codes = known.replace_strict(self.codes, return_dtype=pl.Int16).to_numpy()
            self.pieces.append((rows[told], codes))

    def gaps(self, size: int) -> Gaps | None:
        """Return what each of so many rows says; None where all that mean no value are blank."""
        if not self.codes:
            return None
        codes = np.zeros(size, np.int16)
        for rows, own in self.pieces:
            codes[rows] = own
        return Gaps((*self.codes,), codes)
