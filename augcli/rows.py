"""Tables beside the manifest for outputs that hold many samples: where each new one comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PROVENANCE = "provenance.parquet"
"""One line for each new sample."""
REMOVED = "removed.parquet"
"""One line for each sample of the dataset that was left out."""


def row_story(folder: Path, output: str, row: int) -> dict[str, Any] | None:
    """Return the line of an output's row; None where it is no new one."""
    import polars as pl

    lines = pl.scan_parquet(folder / PROVENANCE).filter(
        pl.col("output").cast(pl.String) == output, pl.col("row") == row
    )
    found: list[dict[str, Any]] = lines.collect().to_dicts()
    return {"id": f"{output}#{row}", **found[0]} if found else None
