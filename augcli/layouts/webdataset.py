"""Tar files as WebDataset streams them: the members of a sample share a key."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from math import isfinite
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from augcli.disk.folder import Folder
from augcli.disk.inside import suffix_of
from augcli.layouts.base import (
    Census,
    Layout,
    Listed,
    Place,
    Sample,
    is_picture,
    named,
    part_of,
    proven,
)
from augcli.records.provenance import Record
from augcli.task import Plain

if TYPE_CHECKING:
    import polars as pl

_MOST_OF_A_NAME = 100
"""Bytes that a tar's header has for the last part of a name."""
_MOST_AROUND = 155
_ENDING = len(".annotation.jpeg")
_HEADER = 512
_OWN = ("text", "values")
"""Columns that have a sample itself, beside its class and whether it is new."""


class WebDataset(Layout):
    """A tar for each shard, with `.cls`, the number of the class, and `.json`, the whole record."""

    name = "webdataset"
    version = 2
    most_rows = 40_000  # three members of a kilobyte each

    def shard(self, split: str, number: int, count: int) -> str:
        """Return the name of a shard: those of a split are numbered without gaps."""
        return f"{named(split)}-{number:06d}.tar"

    def columns(self, record: Record) -> Iterator[str]:
        """Yield nothing: each sample has members of its own."""
        yield from ()

    def write(
        self, file: IO[bytes], samples: Sequence[Sample], files: Folder, census: Census
    ) -> Iterator[tuple[str, Place]]:
        """Write a tar whose bytes hang on nothing but the samples."""
        with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for sample in samples:
                key = key_of(sample.record.output)
                for name, ending in endings(sample.record):
                    data = proven(files, name, sample.record.written[name])
                    yield name, [_added(tar, f"{key}.{ending}", data), len(data)]
                for ending, text in _told(sample):
                    _added(tar, f"{key}.{ending}", text.encode())

    def listing(
        self, splits: Mapping[str, Sequence[Listed]], census: Census
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield an index of each split, as `wids` reads it, with the names of classes in it."""
        for split, shards in splits.items():
            told = {
                "__kind__": "wids-shard-index-v1",
                "wids_version": 1,
                "name": split,
                "classes": list(census.classes),
                "shardlist": [
                    {"url": s.shard, "nsamples": s.samples, "filesize": s.bytes, "sha256": s.sha256}
                    for s in shards
                ],
            }
            yield f"{named(split)}-index.json", [json.dumps(told, indent=1), "\n"]

    def of_rows(self, rows: pl.DataFrame) -> bytes:
        """Return a tar; the key of a row is the hash of what it says, and its number of such."""
        data, known = io.BytesIO(), Counter[str]()
        numbers = {name: number for number, name in enumerate(_classes(rows))}
        with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for row in rows.iter_rows(named=True):
                members = [*_members(row, numbers)]
                key = sha256(b"".join(each for _, each in members)).hexdigest()[:32]
                for ending, member in members:
                    _added(tar, f"{key}-{known[key]}.{ending}", member)
                known[key] += 1
        return data.getvalue()

    def listing_of_rows(
        self, splits: Mapping[str, Sequence[Listed]], rows: pl.DataFrame
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield an index of each split, as of files."""
        yield from self.listing(splits, Census(_classes(rows), (), ()))


def key_of(output: str) -> str:
    """Return the key of a sample: its path, in which no dot is left to end it too soon.

    The extension stays in, for `1.jpg` and `1.png` are two samples. What no tar has room for is
    told by its hash alone; the record tells the path.
    """
    key = output.replace("%", "%25").replace(".", "%2E")
    folder, _, last = key.rpartition("/")
    around, own = (len(part.encode("utf-8", "surrogatepass")) for part in (folder, last))
    if around <= _MOST_AROUND and own + _ENDING <= _MOST_OF_A_NAME and _is_text(key):
        return key
    return sha256(output.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _is_text(name: str) -> bool:
    """Return whether a name has no bytes that are no UTF-8."""
    return name.encode("utf-8", "replace") == name.encode("utf-8", "surrogatepass")


def endings(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the files of a sample, each with what its member ends in: no two alike."""
    own = _extension(record.output)
    known = Counter([own, "cls", "json"])
    yield record.output, own
    for name in record.beside or ():
        ending = _extension(name)
        if is_picture(name):
            ending = f"{part_of(name, record.output)}.{ending}"
        known[ending] += 1
        yield name, ending if known[ending] == 1 else f"{known[ending]}.{ending}"


def _extension(name: str) -> str:
    return suffix_of(name).lower()[1:] or "bin"


def _told(sample: Sample) -> Iterator[tuple[str, str]]:
    if sample.number is not None:
        yield "cls", str(sample.number)
    yield "json", sample.line


def _classes(rows: pl.DataFrame) -> Sequence[str]:
    """Return the classes of texts or series by their numbers; those of a table are cells."""
    import polars as pl

    label = rows.schema.get("label")
    return label.categories.to_list() if isinstance(label, pl.Enum) else []


def _members(row: Plain, numbers: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    """Yield what a row becomes: a text or a series, its class, and all else that it says."""
    told = dict(row)
    own = next((each for each in _OWN if row.keys() <= {each, "label", "is_new"}), None)
    if own and (value := told.pop(own)) is not None:
        yield ("txt", value.encode()) if own == "text" else ("npy", _saved(value))
    if (number := numbers.get(row.get("label", ""))) is not None:
        yield "cls", str(number).encode()
    yield "json", json.dumps({name: _plain(told[name]) for name in told}, default=str).encode()


def _plain(cell: Any) -> Any:
    """Return a cell as JSON has it, which knows no numbers but finite ones."""
    return None if isinstance(cell, float) and not isfinite(cell) else cell


def _saved(values: Sequence[Sequence[float]]) -> bytes:
    """Return channels × time as NumPy saves them."""
    data = io.BytesIO()
    np.save(data, np.array(values, np.float64))
    return data.getvalue()


def _added(tar: tarfile.TarFile, name: str, data: bytes) -> int:
    """Add a member with fixed times, owners and mode; return where its bytes begin."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o644
    begin = tar.offset + _HEADER
    tar.addfile(info, io.BytesIO(data))
    return begin


LAYOUT = WebDataset()
