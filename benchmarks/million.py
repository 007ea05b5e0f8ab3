"""A million small pictures, really made; and what their records cost as lines and as a table."""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
from array import array
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from augcli.store.manifest import records_naming
from benchmarks import environment
from benchmarks.learned_effect import idx
from benchmarks.measure import Cost
from benchmarks.results import SCALE, Section, Target
from benchmarks.room import put_away
from benchmarks.scale import PLACE, mebibytes, thrice

PICTURES = "A million small pictures"
RECORDS = "A million records"
_MILLION = 1_000_000
_EACH = 4
"""Outputs of a source: the original and three copies."""
_LOOKS = 100
_GROUPS = 8192
"""Rows that a table packs together; readers unpack them all for one."""
_SECONDS = 20
"""For an unchanged million, as 2 s for 100,000 files."""


def pictures(_rounds: int, *, quick: bool) -> Section | str:
    """Measure a million outputs of small pictures: made, found unchanged, and with one changed."""
    count = (20_000 if quick else _MILLION) // _EACH
    if (folder := _digits(count)) is None:
        return "no digits: set AUGMENT_BENCH_DATA to the folder that holds mnist_t10k"
    words = [str(environment.HERE / "recipes" / "digits.yaml"), "-i", str(folder)]
    first = next((folder / "train").rglob("*.png"))
    found = thrice(words, lambda: _write_digit(first, np.zeros((28, 28), np.uint8)))
    rows = [(what, *_told(cost, count * _EACH)) for what, cost in found.items()]
    peak = max(cost.peak for cost in found.values()) / 2**20
    again = found["unchanged"].cpu
    targets = [
        Target("memory of the coordinator", "< 400 MiB", f"{peak:.0f} MiB", peak < 400),
        Target("nothing changed", f"≤ {_SECONDS} s of CPU", f"{again:.1f} s", again <= _SECONDS),
    ]
    text = (
        f"MNIST's 10,000 test digits (PNG, 28 × 28), each with noise of its own up to {count:,} "
        f"sources; originals and three copies are {count * _EACH:,} outputs; two processes."
    )
    head = ("run", "CPU, s", "wall, s", "CPU an output, ms", "peak, MiB", "peak of a worker, MiB")
    return Section(PICTURES, text, [head, *rows], targets, SCALE)


def _told(cost: Cost, outputs: int) -> tuple[str, ...]:
    each = f"{cost.cpu / outputs * 1000:.3f}"
    return f"{cost.cpu:.1f}", f"{cost.wall:.1f}", each, *mebibytes(cost.peak, cost.workers)


def _digits(count: int) -> Path | None:
    """Return a folder with so many digits, all different, a class a folder."""
    source, folder = environment.data("mnist_t10k"), PLACE / "digits"
    if source is None:
        return None
    put_away(folder)
    pixels = idx(source / "t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    labels = idx(source / "t10k-labels-idx1-ubyte.gz", 8)
    noise = np.random.default_rng(0)
    for number in range(count):
        row = number % len(pixels)
        noisy = cv2.add(pixels[row], noise.integers(0, 10, (28, 28), np.uint8))
        _write_digit(folder / f"train/{labels[row]}/{number:07}.png", noisy)
    return folder


def _write_digit(file: Path, pixels: np.ndarray[Any, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


class _Form(NamedTuple):
    """A way to keep records."""

    write: Callable[[Iterator[str], Path], object]
    read: Callable[[Path], object]
    find: Callable[[Path, str], object]
    opened: Callable[[Path], Callable[[int], object]]
    """Gives what reads the record of a number."""


def records(_rounds: int, *, quick: bool) -> Section | str:
    """Compare a manifest of a million lines with a table of the same."""
    count = 40_000 if quick else _MILLION
    if (folder := _digits(2_000)) is None:
        return "no digits: set AUGMENT_BENCH_DATA to the folder that holds mnist_t10k"
    thrice([str(environment.HERE / "recipes" / "digits.yaml"), "-i", str(folder)], lambda: None)
    some = (PLACE / "out/manifest.jsonl").read_text().splitlines()
    lines = [_changed(some[at % len(some)], at // len(some)) for at in range(count)]
    found = {name: _measured(form, lines) for name, form in _FORMS.items()}
    text = (
        f"{count:,} records of the digits above, in CPU seconds of one process. The table has the "
        f"columns output, source and record, packed by zstd in groups of {_GROUPS:,} rows."
    )
    head = ("form", "bytes a record", "write", "read all", "find by name", "read one, ms")
    return Section(RECORDS, text, [head, *((n, *told) for n, told in found.items())], page=SCALE)


def _measured(form: _Form, lines: list[str]) -> tuple[str, ...]:
    path, count = PLACE / "records", len(lines)
    write = _cpu(lambda: form.write(iter(lines), path))
    read = _cpu(lambda: form.read(path))
    find = _cpu(lambda: form.find(path, json.loads(lines[-1])["output"]))
    at, numbers = form.opened(path), random.Random(0).choices(range(count), k=_LOOKS)
    one = _cpu(lambda: [*map(at, numbers)]) / _LOOKS * 1000
    size = path.stat().st_size / count
    return f"{size:.0f}", f"{write:.2f}", f"{read:.2f}", f"{find:.3f}", f"{one:.3f}"


def _cpu(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def _changed(line: str, turn: int) -> str:
    """Return a record with another name, other hashes and other numbers."""
    line = _HASH.sub(lambda found: _hash(f"{turn}{found[0]}"), line)
    line = _NUMBER.sub(lambda found: f"{float(found[0]) * (1 + turn / 997):.9g}", line)
    return _NAME.sub(rf"train/\1/{turn:04}", line)


_HASH, _NUMBER, _NAME = map(re.compile, (r"[0-9a-f]{64}", r"-?\d+\.\d{5,}", r"train/(\d)/"))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write_lines(lines: Iterator[str], path: Path) -> None:
    with path.open("w") as file:
        file.writelines(f"{line}\n" for line in lines)


def _read_lines(path: Path) -> int:
    with path.open() as file:
        return sum(map(len, file))


def _line_at(path: Path) -> Callable[[int], str]:
    file, places = path.open("rb"), array("q", [0])
    for line in file:
        places.append(places[-1] + len(line))

    def at(number: int) -> str:
        file.seek(places[number])
        return file.readline().decode()

    return at


def _write_table(lines: Iterator[str], path: Path) -> None:
    """Write a table block by block, as a run would, that holds no more than one."""

    def blocks(*_asked: Any) -> Iterator[pl.DataFrame]:
        while block := [*islice(lines, _GROUPS)]:
            told = [*map(json.loads, block)]
            names = {name: [each[name] for each in told] for name in ("output", "source")}
            yield pl.DataFrame(names | {"record": block})

    schema = dict.fromkeys(("output", "source", "record"), pl.String())
    table = register_io_source(blocks, schema=schema)
    table.sink_parquet(path, compression="zstd", row_group_size=_GROUPS)


def _in_table(path: Path, name: str) -> str:
    rows = pl.scan_parquet(path).filter(pl.col("output") == name)
    return str(rows.select("record").collect().item())


def _row_at(path: Path) -> Callable[[int], str]:
    table = pl.scan_parquet(path).select("record")
    return lambda number: str(table.slice(number, 1).collect().item())


_FORMS = {
    "lines of JSON": _Form(
        _write_lines, _read_lines, lambda path, name: next(records_naming(path, name)), _line_at
    ),
    "a table (Parquet)": _Form(
        _write_table,
        lambda path: pl.scan_parquet(path).select(pl.col("record").str.len_bytes().sum()).collect(),
        _in_table,
        _row_at,
    ),
}
