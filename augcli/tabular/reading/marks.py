"""Cells of numbers without the marks that people put between and around digits."""

from __future__ import annotations

import polars as pl

from augcli.rows.amounts import BRACKETS, bare_pattern
from augcli.tabular.reading.columns import Style


def without_marks(cells: pl.Series, style: Style) -> pl.Series:
    """Return numbers with a decimal point and no groups; what is not in groups is no number."""
    if style.brackets:
        cells = cells.str.replace(BRACKETS, "-${1}")
    if style.prefix or style.suffix:
        bare = bare_pattern(style.prefix, style.suffix)
        cells = cells.str.replace(bare, "${1}${2}${3}")
    if style.group:
        grouped = pl.col("cells").str.strip_chars().str.contains(style.grouped)
        whole = pl.col("cells").str.replace_all(style.group, "", literal=True)
        frame = cells.alias("cells").to_frame()
        cells = frame.select(pl.when(grouped).then(whole).otherwise("cells")).to_series()
    return cells if style.decimal == "." else cells.str.replace(style.decimal, ".", literal=True)
