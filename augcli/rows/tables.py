"""Tables beside the manifest for outputs that hold many samples: where each new one comes from."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.json import decode
from pydantic_core import PydanticSerializationError, to_json

from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.errors import UsageError
from augcli.lazily import Lazily
from augcli.records.row_records import ROW, RowRecord, row_of
from augcli.rows.encodings import LostLine
from augcli.task import Buffer, Plain, failure

if TYPE_CHECKING:
    import polars as pl
else:
    pl = Lazily("polars")

PROVENANCE = "provenance.parquet"
"""One line for each new sample."""
REMOVED = "removed.parquet"
"""One line for each sample of the dataset that was left out."""
ORIGINALS = "originals.parquet"
"""One line for each original in an output that does not have all rows of its source."""

ASIDES = (PROVENANCE, REMOVED, ORIGINALS)
FORM = 3
"""Of these tables; raised when a column comes, goes or means something else."""


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
        return decode(data)
    except ValueError:
        return json.loads(bytes(data))


def packed(told: Any, *payload: Buffer) -> bytes:
    """Return plain data and bytes as one, for a block of new samples."""
    head = dumped(told)
    return b"".join([len(head).to_bytes(8, "little"), head, *payload])


def unpacked(block: bytes) -> tuple[Any, memoryview]:
    """Return what was packed."""
    start = 8 + int.from_bytes(block[:8], "little")
    return loaded(block[8:start]), memoryview(block)[start:]


_BLOCK = 1 << 15
"""Lines that are read and written at a time."""
_HELD = 1 << 25
"""Bytes of lines that wait in memory for others."""


def lost_lines(name: str, lost: Iterable[LostLine]) -> Iterator[Plain]:
    """Yield failures for the lines of a file that are no samples, as they cannot be read."""
    for line, reason in lost:
        yield failure(f"{name}:{line}", None, None, f"line {line}: {reason}")


_FIRST, _OF_ONE = 8, 64
"""Bases of each class that are in a sample, and rows of each base."""
_AGAIN = "`augment run` makes it again"


def lines_of(path: Path) -> pl.LazyFrame:
    """Return a table beside the manifest; UsageError if it is missing or damaged."""
    if Folder(path.parent).stat(path.name):
        Folder(path.parent).proven(path.name)
    with _damaged(path):
        lines = pl.scan_parquet(path)
        lines.collect_schema()
    return lines


def read(path: Path, lines: pl.LazyFrame) -> pl.DataFrame:
    """Return what is asked of a table beside the manifest; UsageError if it is damaged."""
    with _damaged(path):
        return lines.collect()


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise UsageError(f"{path} is missing or damaged; {_AGAIN}") from error


def parquet_of(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Yield the table that frames are together as a file; its texts are so to every Polars.

    They wait for each other, many of them on disk, and are put together group by group.
    """
    place = Path(tempfile.gettempdir())
    with storage_errors(place), tempfile.TemporaryDirectory(prefix="augment-") as folder:
        lines = _plain_lines(_waiting(Path(folder), frames))
        path = Path(folder) / "lines.parquet"
        _sink(lines, path)
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                yield piece


def _sink(lines: pl.LazyFrame, path: Path) -> None:
    """Write lines to a file; OSError where the disk takes no more."""
    try:
        lines.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=_BLOCK)
    except pl.exceptions.ComputeError:  # which has no number that tells why
        path.with_name("more").write_bytes(bytes(_HELD))
        raise


def _waiting(folder: Path, frames: Iterable[pl.DataFrame]) -> pl.LazyFrame:
    """Return frames as one; those beyond what may be held are in files in a folder."""
    parts: list[pl.LazyFrame] = []
    room = _HELD
    for frame in _joined(frames):
        room -= int(frame.estimated_size())
        part = folder / f"{len(parts):06d}.arrow"
        parts.append(frame.lazy() if room >= 0 else _on_disk(part, frame))
    return pl.concat(parts, how="diagonal")


def _on_disk(path: Path, frame: pl.DataFrame) -> pl.LazyFrame:
    frame.write_ipc(path)
    return pl.scan_ipc(path)


def _joined(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames, small ones together: a file for each takes longer than to fill it."""
    held: list[pl.DataFrame] = []
    count = 0
    for frame in frames:
        held.append(frame)
        count += len(frame)
        if count >= _BLOCK:
            yield pl.concat(held, how="diagonal")
            held, count = [], 0
    if held:
        yield pl.concat(held, how="diagonal")


def _plain_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return lines whose texts are texts to every version of Polars."""
    types = {name: _plain(dtype, pl) for name, dtype in lines.collect_schema().items()}
    return lines.cast(types)  # type: ignore[arg-type]


def _plain(dtype: Any, pl: Any) -> Any:
    """Return a type without names for few different values."""
    if isinstance(dtype, pl.List):
        return pl.List(_plain(dtype.inner, pl))
    return pl.String if dtype in (pl.Enum, pl.Categorical) else dtype


def row_story(folder: Path, output: str, row: int) -> RowRecord | None:
    """Return the line of an output's row; None where it is no new one."""
    found = told_rows(folder, output, pl.col("row") == row)
    return next(found, None)


def told_rows(folder: Path, output: str, *only: pl.Expr) -> Iterator[RowRecord]:
    """Yield what is told of the new rows of an output; UsageError where that is damaged."""
    path = folder / PROVENANCE
    for line in told_lines(path, output, *only).iter_rows(named=True):
        yield _row(path, line)


class Stories(Struct, frozen=True, dict=True):
    """What is told of new rows: of all of them, or of a sample where they are very many.

    It is evenly spread over their bases, and has the first bases of each class of each split.
    """

    folder: Path
    most: int
    """About so many rows are in a sample."""

    @property
    def said(self) -> str:
        """Return how large the sample is; nothing where it is all rows, or there are none."""
        if not (self.folder / PROVENANCE).exists() or self._chosen.all():
            return ""
        return f"of a sample of {self._chosen.sum():,} of {len(self._chosen):,} new rows"

    def __iter__(self) -> Iterator[RowRecord]:
        path, start = self.folder / PROVENANCE, 0
        told = provenance_of(path)
        while len(block := read(path, told.slice(start, _BLOCK))):
            chosen = self._chosen.slice(start, _BLOCK)
            start += len(block)
            for line in block.filter(chosen).iter_rows(named=True):
                yield _row(path, line)

    @cached_property
    def _chosen(self) -> pl.Series:
        """Return of each new row whether it is in the sample."""
        path = self.folder / PROVENANCE
        each = pl.struct("output", "base").rle_id()
        kind = pl.struct("output", "split", "label")
        rows = read(path, provenance_of(path).select(base=each, kind=kind))
        bases = rows.unique("base", keep="first", maintain_order=True)
        every = -(-len(rows) // self.most)
        first = pl.int_range(pl.len()).over("kind") < _FIRST
        some = bases.filter(first | (pl.col("base") % every == 0))["base"]
        few = (pl.int_range(pl.len()).over("base") < _OF_ONE) | (len(rows) <= self.most)
        return rows.select(pl.col("base").is_in(some.implode()) & few).to_series()


def _row(path: Path, line: Plain) -> RowRecord:
    try:
        return row_of(line)
    except (ValueError, TypeError, RecursionError) as error:
        text = f"{path} is damaged at row {line['row']} of {line['output']}; {_AGAIN}"
        raise UsageError(text) from error


def told_lines(path: Path, output: str, *only: pl.Expr) -> pl.DataFrame:
    """Return the lines of an output; UsageError where they are damaged."""
    lines = provenance_of(path).filter(pl.col("output") == plain_name(output), *only)
    return read(path, lines)


def provenance_of(path: Path) -> pl.LazyFrame:
    """Return the table of new rows; UsageError where it has not the columns of all kinds."""
    lines, told = lines_of(path), columns()
    found = lines.collect_schema()
    wrong = [name for name, dtype in told.items() if found.get(name) != dtype]
    if wrong:
        text = f"{path} is damaged: there is no column {wrong[0]!r} of type {told[wrong[0]]}"
        raise UsageError(f"{text}; {_AGAIN}")
    return lines


def columns(marks: Mapping[str, str] = MappingProxyType({})) -> dict[str, pl.DataType]:
    """Return name → type of the columns that the provenance of all kinds has, and of some more."""
    types = {"String": pl.String(), "Int64": pl.Int64(), "Int32": pl.Int32()}
    types["List(String)"] = pl.List(pl.String)
    return {name: types[dtype] for name, dtype in (ROW | dict(marks)).items()}


def arranged(told: pl.DataFrame, output: str, first: int) -> pl.DataFrame:
    """Return what is told of new rows of an output with the columns of all kinds first.

    The first of them is row `first`. Where nothing else is told, they are copies without partners.
    """
    place = {"output": pl.lit(plain_name(output)), "row": pl.int_range(first, first + pl.len())}
    known = {"method": pl.lit("copies"), "partners": pl.lit([])} | place
    known |= {name: pl.col(name) for name in told.columns}
    every = ((known.get(name, pl.lit(None)), name, dtype) for name, dtype in columns().items())
    own = [value.cast(dtype).alias(name) for value, name, dtype in every]
    return told.select(*own, pl.exclude(*ROW))
