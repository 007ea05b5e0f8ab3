"""Cells that are lists: as many numbers in each as a picture has pixels, or a series points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augcli.dataset.doubts import OTHER_KIND
from augcli.dataset.told import quoted

if TYPE_CHECKING:
    import polars as pl

_LIST = r"^\s*\[?\s*[-+\d.eE]+([\s,;]+[-+\d.eE]+){15,}\s*\]?\s*$"
_LOOKED_AT = 20


def refuse_lists(name: str, texts: pl.Series) -> None:
    """Raise DoubtError for a column of cells that are lists of many numbers."""
    cells = texts.drop_nulls().head(_LOOKED_AT)
    if len(cells) and cells.str.contains(_LIST).all():
        text = (
            f"cells of column {name!r} are many numbers each, as those of pictures and series are"
        )
        hint = f"write them as files; or say `columns: {{{quoted(name)}: text}}` under `dataset`"
        more = "if they stay as they are"
        raise OTHER_KIND.doubt(text, f"{hint} {more}", "dataset.columns").error
