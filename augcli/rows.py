"""Tables beside the manifest for outputs that hold many samples: where each new one comes from."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from augcli.disk import storage_errors
from augcli.encodings import LostLine
from augcli.errors import UsageError
from augcli.folder import Folder
from augcli.task import Record

if TYPE_CHECKING:
    import polars as pl

PROVENANCE = "provenance.parquet"
"""One line for each new sample."""
REMOVED = "removed.parquet"
"""One line for each sample of the dataset that was left out."""
ORIGINALS = "originals.parquet"
"""One line for each original in an output that does not have all rows of its source."""

ASIDES = (PROVENANCE, REMOVED, ORIGINALS)


def plain_name(name: str) -> str:
    """Return a name as text that tables take: bytes of it that are not UTF-8 as `\\xff`."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def dumped(told: Any) -> bytes:
    """Return plain data as JSON, names that are not UTF-8 too."""
    try:
        return to_json(told)
    except PydanticSerializationError:
        return json.dumps(told).encode()


def loaded(data: bytes | memoryview) -> Any:
    """Return what was dumped."""
    try:
        return from_json(bytes(data))
    except ValueError:
        return json.loads(bytes(data))


def packed(told: Any, payload: bytes) -> bytes:
    """Return plain data and bytes as one, for a block of new samples."""
    head = dumped(told)
    return len(head).to_bytes(8, "little") + head + payload


def unpacked(block: bytes) -> tuple[Any, memoryview]:
    """Return what was packed."""
    start = 8 + int.from_bytes(block[:8], "little")
    return loaded(block[8:start]), memoryview(block)[start:]


_BLOCK = 1 << 15
"""Lines that are held in memory at a time."""


def lost_lines(name: str, lost: Iterable[LostLine]) -> Iterator[Record]:
    """Yield failures for the lines of a file that are no samples, as they cannot be read."""
    for line, reason in lost:
        told = {"source": f"{name}:{line}", "split": None, "label": None}
        yield told | {"reason": f"line {line}: {reason}"}


def lines_of(path: Path) -> pl.LazyFrame:
    """Return a table beside the manifest; UsageError if it is missing or damaged."""
    import polars as pl

    if Folder(path.parent).stat(path.name):
        Folder(path.parent).proven(path.name)
    try:
        lines = pl.scan_parquet(path)
        lines.collect_schema()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        text = f"{path} is missing or damaged; `augment run` makes it again"
        raise UsageError(text) from error
    return lines


def parquet_of(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Yield the table that frames are together as a file; they wait on disk for each other."""
    import polars as pl

    place = Path(tempfile.gettempdir())
    with storage_errors(place), tempfile.TemporaryDirectory(prefix="augment-") as folder:
        parts = []
        for number, frame in enumerate(frames):
            part = Path(folder) / f"{number:06d}.arrow"
            frame.write_ipc(part)
            parts.append(pl.scan_ipc(part))
        yield from parquet(pl.concat(parts, how="diagonal"))


def parquet(lines: pl.LazyFrame) -> Iterator[bytes]:
    """Yield a table beside the manifest as a file; its texts are texts to every version of Polars.

    It is put together on disk, group by group.
    """
    import polars as pl

    place = Path(tempfile.gettempdir())
    with storage_errors(place), tempfile.TemporaryDirectory(prefix="augment-") as folder:
        path = Path(folder) / "lines.parquet"
        types = {name: _plain(dtype, pl) for name, dtype in lines.collect_schema().items()}
        plain = lines.cast(types)  # type: ignore[arg-type]
        plain.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=_BLOCK)
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                yield piece


def _plain(dtype: Any, pl: Any) -> Any:
    """Return a type without names for few different values."""
    if isinstance(dtype, pl.List):
        return pl.List(_plain(dtype.inner, pl))
    return pl.String if dtype in (pl.Enum, pl.Categorical) else dtype


def row_story(folder: Path, output: str, row: int) -> dict[str, Any] | None:
    """Return the line of an output's row; None where it is no new one."""
    import polars as pl

    lines = lines_of(folder / PROVENANCE).filter(
        pl.col("output").cast(pl.String) == plain_name(output), pl.col("row") == row
    )
    found: list[dict[str, Any]] = lines.collect().to_dicts()
    return {"id": f"{output}#{row}", **found[0]} if found else None


def source_row(folder: Path, output: str, row: int) -> int:
    """Return which row of its source an original is, in an output that may not have all of them."""
    import polars as pl

    lines = lines_of(folder / ORIGINALS).filter(
        pl.col("output").cast(pl.String) == plain_name(output), pl.col("row") == row
    )
    found = lines.collect()["source_row"].to_list()
    return found[0] if found else row


def step_stories(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield output, row, base, label, copy and steps of all new rows, where steps were recorded."""
    lines = lines_of(folder / PROVENANCE)
    if "steps" not in lines.collect_schema():
        return
    told = lines.select("output", "row", "base", "label", "copy", "steps")
    start = 0
    while len(block := told.slice(start, _BLOCK).collect()):
        start += len(block)
        for line in block.iter_rows(named=True):
            yield line | {"steps": json.loads(line["steps"])}


def step_counts(folder: Path) -> dict[str, int]:
    """Return how many rows each step was applied to, where each has columns of its own."""
    if not (folder / PROVENANCE).exists():
        return {}
    import polars as pl

    lines = lines_of(folder / PROVENANCE)
    turns = [name for name in lines.collect_schema() if name.endswith(".turn")]
    counts = lines.select(pl.col(name).count() for name in turns).collect()
    return {name.removesuffix(".turn"): counts[name].item() for name in turns}
