"""What was done, recorded: the journal for the next run, the manifest for people and programs.

The journal has one line per source: what it was, what became of it, and the manifest's records
of its outputs. A run starts from the last journal and the shards that interrupted runs left, in
the order of the numbers that their names begin with, and ends by merging them, in the order of the
plan, into a new journal, `manifest.jsonl` and `failures.jsonl`. In memory a source costs one
number: where its line is.
"""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import IO, TypeVar, cast

from augcli.dataset.units import Dataset
from augcli.disk.folder import Folder
from augcli.disk.inside import parts_of
from augcli.errors import StorageError
from augcli.records import provenance
from augcli.records.counted import line_of
from augcli.records.journal import (
    HEAD,
    NEW,
    TASK_KEYS,
    failed,
    listed,
    parsed,
    remembered,
    salvaged,
    told_beside,
    told_output,
)
from augcli.records.lines import dump_line
from augcli.rows.tables import ASIDES
from augcli.store.index import told_by_run
from augcli.store.merged import Merged, merged_of
from augcli.store.output import OutputFolder
from augcli.store.seals import Block, Columns, Seals, hash_of, sealed
from augcli.store.untouched import sha256_below
from augcli.task import Plain

T = TypeVar("T")

_OFFSET_BITS = 40
_NONE = -1
_OPEN_FILES = 16


class Journal:
    """The latest record of each source of a listing; later files win over earlier ones."""

    def __init__(self, output: OutputFolder, dataset: Dataset):
        self._output = output
        self._dataset = dataset
        self._files: list[Path] = []
        self._salvaged: set[int] = set()
        """Sources whose lines are no records; all others are known to be."""
        self._left: dict[int, Plain] = {}
        """What the manifest tells of sources whose lines are lost."""
        self.gone: list[Plain] = []
        """Outputs of sources that the listing no longer has."""
        self._open: OrderedDict[int, IO[bytes]] = OrderedDict()
        self._seals = Seals(output)
        sources = self._seals.told()
        self._is_sealed = sources is not None
        """Whether the journal was not read, but its seals."""
        self.is_settled = False
        """Whether its records are of this listing and nothing is new: all becomes what it was."""
        if self._is_sealed:
            self._take_sealed(of_this_listing=sources == self._sources())
        elif output.has(output.journal):
            self.add(output.journal)
        for shard in output.shard_files():
            self.add(shard)
        if not self._is_sealed and output.has(output.manifest):
            self._remember()

    def _sources(self) -> str:
        """Return the hash of what names sources and, but for their splits, their outputs."""
        return hash_of(self._dataset.ids, in_split_folder=self._dataset.split_folders)

    @property
    def files(self) -> Folder:
        """Return where the outputs are."""
        return self._output.files

    def next_number(self) -> int:
        """Return a number for new shards that is above that of every shard there is."""
        heads = (path.name.partition("-")[0] for path in self._output.shard_files())
        return 1 + max((int(head) for head in heads if head.isdigit()), default=0)

    def orphans(self) -> Iterator[Plain]:
        """Yield the outputs in shards that no receipt told of: their workers died too soon."""
        known = set(self._files)
        for shard in self._output.shard_files():
            for _, record, _ in self._records(shard) if shard not in known else ():
                yield from (record or NEW)["outputs"]

    def add_shard(self, name: str, lines: Iterable[tuple[int, int]]) -> None:
        """Take in the shard of a batch published in this run: rows, and where their lines begin."""
        place = self._placed(self._output.shard(name))
        for row, offset in lines:
            self._places[row] = place | offset
            self._salvaged.discard(row)

    def _placed(self, path: Path) -> int:
        """Take in a file; returns what is added to an offset in it to make a place."""
        self._files.append(path)
        self.is_settled = False
        return (len(self._files) - 1) << _OFFSET_BITS

    def _take_sealed(self, *, of_this_listing: bool) -> None:
        """Take in the journal, which is whole, by its seals."""
        self._placed(self._output.journal)
        self.is_settled = of_this_listing
        for rows, block in () if of_this_listing else self._rows_of_seals():
            for row, begin in zip(rows, block.begins, strict=True):
                if row is None:
                    self.gone += json.loads(self._line_at(begin))["outputs"]

    @cached_property
    def _places(self) -> array[int]:
        """Where the lines of sources are; those that have seals are in the first file."""
        places = array("q", [_NONE]) * len(self._dataset)
        for rows, block in self._rows_of_seals():
            for row, begin in zip(rows, block.begins, strict=True):
                if row is not None:
                    places[row] = begin
        return places

    def _rows_of_seals(self) -> Iterator[tuple[Sequence[int | None], Block]]:
        """Yield what the seals tell, where they are believed, with the rows of the sources."""
        for block in self._seals.blocks() if self._is_sealed else ():
            yield self._dataset.rows_of(block.sources), block

    def seals(self) -> list[int]:
        """Return where the blocks of its seals begin; none where they are not believed."""
        return self._seals.places() if self._is_sealed else []

    def sealed(self, place: int) -> tuple[Sequence[int], Block]:
        """Return rows whose records are the journal's still, with what a block tells of them."""
        block = self._seals.block(place)
        rows = self._dataset.rows_of(block.sources)
        if not self.is_settled:
            told = zip(rows, block.begins, strict=True)
            stand = [row is not None and self._places[row] == begin for row, begin in told]
            rows, block = [*compress(rows, stand)], block.only(stand)
        return cast("Sequence[int]", rows), block

    def add(self, path: Path) -> None:
        """Take in a file of records."""
        place = self._placed(path)
        for offset, record, is_whole in self._records(path):
            if record is None:
                continue
            row = self._dataset.row_of(record["source"])
            if row is None:
                self.gone += record["outputs"]
            else:
                self._places[row] = place | offset
                (self._salvaged.discard if is_whole else self._salvaged.add)(row)

    def _remember(self) -> None:
        """Take in what the manifest tells of sources that no line is left of."""
        left: dict[str, list[Plain]] = defaultdict(list)
        known = {each["record"]["output"] for each in self.gone}
        for record in told_outputs(self._output):
            source = self._dataset.owner_of(record["source"])
            row = self._dataset.row_of(source)
            if record["output"] not in known if row is None else self._places[row] == _NONE:
                parts_of(record["output"], self._output.path)
                left[source].append(record)
        for source, records in left.items():
            task = dict.fromkeys(TASK_KEYS) | records[0] | {"source": source}
            entries = [{"record": each, "listed": "source_sha256" in each} for each in records]
            row, record = self._dataset.row_of(source), remembered(task, entries)
            if row is None:
                self.gone += record["outputs"]
            else:
                self._left[row] = record

    def __getitem__(self, row: int) -> Plain | None:
        place = self._places[row]
        if place == _NONE:
            return self._left.get(row)
        line = self._line_at(place)
        return salvaged(line) if row in self._salvaged else json.loads(line)

    def _line_at(self, place: int) -> bytes:
        file = self._opened(place >> _OFFSET_BITS)
        file.seek(place & ((1 << _OFFSET_BITS) - 1))
        return file.readline()

    def outputs(self) -> Iterator[str]:
        """Yield the name of every recorded output."""
        for row in range(len(self._dataset)):
            for each in (self[row] or {"outputs": ()})["outputs"]:
                yield each["record"]["output"]
        yield from (each["record"]["output"] for each in self.gone)

    def _records(self, path: Path) -> Iterator[tuple[int, Plain | None, bool]]:
        """Yield offset and record of each line, None if it tells nothing, and whether it is whole.

        Raises StorageError for outputs that would be elsewhere.
        """
        offset = 0
        with self._output.open(path) as file:
            for line in file:
                if line != _HEAD:
                    whole = parsed(line)
                    record = whole or salvaged(line)
                    for each in (record or NEW)["outputs"]:
                        parts_of(each["record"]["output"], self._output.path)
                    yield offset, record, whole is not None
                offset += len(line)

    def merge(self, rejected: Iterable[Plain]) -> Merged:
        """Write journal, manifest and failures for this listing; returns what they amount to."""
        merged = merged_of(self._seals.totals()) if self.is_settled else self._written()
        merged.failures = [*rejected, *merged.failures]
        merged.failures.sort(key=lambda each: str(each["source"]))
        self._write_failures(merged.failures)
        self._drop_shards()
        return merged

    def _written(self) -> Merged:
        """Write journal and manifest, and then their seals."""
        merged, output = Merged(), self._output
        with self._seals.lines() as file:
            seals = Columns(file, in_split_folder=self._dataset.split_folders)
            with (
                output.replacing(output.journal, if_changed=True) as text,
                output.replacing(output.manifest, if_changed=True) as told,
            ):
                journal, manifest = text.buffer, told.buffer
                offset = journal.write(_HEAD)
                for row, line in self._lines():
                    source = line_of(line)
                    merged.take(source, manifest)
                    merged.count_before(source, self._dataset, row)
                    seals.add(sealed(source, offset))
                    offset += journal.write(line)
            name = output.name(output.manifest)
            merged.hashes[name] = sha256_below(output.folder, name) or ""
            seals.end(merged.plain())
        self._seals.close(seals.sources)
        return merged

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that are records with their rows, in the order of the listing.

        The last of a file may have lost its end.
        """
        for row, place in enumerate(self._places):
            if place != _NONE and row not in self._salvaged:
                yield row, self._line_at(place).rstrip() + b"\n"

    def close(self) -> None:
        """Close the files that are open for reading."""
        while self._open:
            self._open.popitem()[1].close()

    def _write_failures(self, failures: list[Plain]) -> None:
        if not failures:
            self._output.folder.unlink(self._output.name(self._output.failures))
            return
        with self._output.replacing(self._output.failures, if_changed=True) as file:
            file.writelines(map(dump_line, failures))

    def _drop_shards(self) -> None:
        """Remove what the journal has now; the latest last, for it wins over what else is left."""
        self.close()
        for shard in self._output.shard_files():
            self._output.folder.unlink(self._output.name(shard))

    def _opened(self, number: int) -> IO[bytes]:
        if number in self._open:
            self._open.move_to_end(number)
            return self._open[number]
        if len(self._open) >= _OPEN_FILES:
            self._open.popitem(last=False)[1].close()
        return self._open.setdefault(number, self._output.open(self._files[number]))


def read_manifest(path: Path) -> Iterator[provenance.Record]:
    """Yield the records of a manifest, in order."""
    return _told(path, listed)


def records_naming(path: Path, name: str) -> Iterator[provenance.Record]:
    """Yield the records of a manifest that have a name in them; of a million the rest unread."""
    return _told(path, listed, json.dumps(name).encode())


def read_failures(path: Path) -> Iterator[Plain]:
    """Yield what failures.jsonl tells, in order."""
    return _told(path, failed)


_HEAD = dump_line(HEAD).encode()


def told_outputs(output: OutputFolder) -> Iterator[Plain]:
    """Yield what can be read of the manifest, and the files beside it that run.json names."""
    with output.open(output.manifest) as file:
        for record in filter(None, map(told_output, file)):
            yield record
            yield from told_beside(record)
    files = told_by_run(output)
    for name in ASIDES:
        if name in files:
            yield {"output": name, "sha256": files[name], "source": "."}


def is_ours(output: OutputFolder, entry: Plain) -> bool:
    """Return whether an output is ours: recorded in full, or as its hash says."""
    return entry["stat"] is not None or bool(output.whole_stat(entry))


def _told(path: Path, read: Callable[[bytes], T | None], having: bytes = b"") -> Iterator[T]:
    """Yield what each line tells that has these bytes; StorageError where one is damaged."""
    with Folder(path.parent).open(path.name) as file:
        for number, line in enumerate(file, 1):
            if having in line:
                record = read(line)
                if record is None:
                    raise DamagedLineError(path, number)
                yield record


class DamagedLineError(StorageError):
    """A line of a manifest that is no record."""

    def __init__(self, path: Path, number: int):
        super().__init__(f"{path}:{number}: damaged; remove the output folder and run again")
        self.place = f"{path.name}:{number}"
