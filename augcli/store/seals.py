"""What tells at a glance that nothing is to be done for a source: its seal.

Most runs change few sources of many. So beside the journal lies a line for each of its records,
with the names of the outputs and a hash of the task and of what tells all files as untouched. A
seal that is the same when it is made again speaks for its record, which then is not even read.

The seals are those of one journal and one manifest, which size, times and inode tell from all
others, and a hash proves that they are whole. Others count for nothing: the journal is read.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from typing import IO

from augcli import __version__
from augcli.records.journal import HEAD
from augcli.requests import Splits
from augcli.store.output import OutputFolder, dump_line, output_stat, sha256_below
from augcli.task import Plain

_VERSION = 1
_TOTALS = ""
"""Has the place of an id in the line of what all records amount to."""


Sealed = tuple[str, str, list[str]]
"""Where a record begins in the journal; its seal, or nothing where it is to be read; outputs."""


def asked_of(stamp: str, split: str, label: str | None, request: Plain) -> str:
    """Return a hash of what is asked of a source, and of many others."""
    asked = ascii((stamp, split, label, request))
    return blake2b(asked.encode(), digest_size=12).hexdigest()


def seal_of(
    asked: str, base: str, told: Sequence[str | None], inputs: Sequence[str], stats: Iterable[int]
) -> str:
    """Return the seal of a source: of its task, and of the stats of its inputs and its outputs.

    What is `told` of the source are its checksum, the hash of its value, and that of its partners.
    """
    hashes = (each or "" for each in told)
    return "//".join((asked, f"{hash(tuple(stats))}", base, *hashes, *inputs))


def sealed_line(record: Plain, begin: int) -> str:
    """Return the line that seals a record, which begins there in the journal."""
    outputs = [each["record"]["output"] for each in record["outputs"]]
    return _line(record["source"], str(begin), _seal_on(record), *outputs)


def _seal_on(record: Plain) -> str:
    """Return the seal of a record; nothing for units of many samples, which are few."""
    stats = [record["stat"], *(each["stat"] for each in record["outputs"])]
    is_one = record["request"]["asks"] != Splits.asks
    is_whole = record["stamp"] is not None and not record["failure"] and "short" not in record
    if not is_one or not is_whole or not all(stats):
        return ""
    asked = asked_of(*(record[key] for key in ("stamp", "split", "label", "request")))
    told = record["checksum"], record.get("value_sha256"), record.get("partners_sha256")
    numbers = (number for stat in stats for number in stat)
    return seal_of(asked, record["base"], told, record["inputs"], numbers)


def hash_of(sources: Iterable[str]) -> str:
    """Return the hash of the ids of sources in their order."""
    digest = blake2b(digest_size=16)
    for source in sources:
        digest.update(f"{source}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def totals_line(totals: Plain) -> str:
    """Return the line of what all records amount to; it is the last."""
    return _line(_TOTALS, json.dumps(totals))


def _line(*fields: str) -> str:
    return "\t".join(field.encode("unicode_escape").decode() for field in fields) + "\n"


def _fields(line: bytes) -> list[str]:
    if b"\\" not in line:
        return line[:-1].decode().split("\t")
    return [field.decode("unicode_escape") for field in line[:-1].split(b"\t")]


class Seals:
    """The seals in an output folder."""

    def __init__(self, output: OutputFolder):
        self._output = output
        self.path = output.own / "seals.tsv"
        self._head = output.own / "seals.json"

    def told(self) -> str | None:
        """Return the hash of the sources; None where the lines are not whole, or of other files."""
        try:
            head = json.loads(self._output.folder.read(self._output.name(self._head)))
        except (OSError, ValueError, RecursionError):
            return None
        sources = head.get("sources") if isinstance(head, dict) else None
        return sources if isinstance(sources, str) and head == self._now(sources) else None

    def _now(self, sources: str) -> Plain:
        """Return what the head is to say of the files as they are."""
        output, folder = self._output, self._output.folder
        stats = [output_stat(folder, output.name(p)) for p in (output.journal, output.manifest)]
        sha256 = sha256_below(folder, output.name(self.path))
        versions = {"seals": _VERSION, "augcli": __version__, **HEAD}
        return {**versions, "sources": sources, "of": stats, "sha256": sha256}

    def each(self) -> Iterator[tuple[str, Sealed]]:
        """Yield each source in the order of the journal, and what is told of it."""
        with self._output.open(self.path) as file:
            for line in file:
                source, *told = _fields(line)
                if source != _TOTALS:
                    yield source, (told[0], told[1], told[2:])

    def totals(self) -> Plain:
        """Return what all records amount to."""
        with self._output.open(self.path) as file:
            (line,) = deque(file, maxlen=1)
        _, totals = _fields(line)
        told: Plain = json.loads(totals)
        return told

    def lines(self) -> AbstractContextManager[IO[str]]:
        """Open the lines for writing; into nowhere, where nothing can be written."""
        if self._output.is_read_only:
            return Path(os.devnull).open("w")
        return self._output.replacing(self.path, if_changed=True)

    def close(self) -> None:
        """Say that the lines are of the journal and the manifest that are there now."""
        if not self._output.is_read_only:
            sources = hash_of(source for source, _ in self.each())
            with self._output.replacing(self._head, if_changed=True) as file:
                file.write(dump_line(self._now(sources)))
