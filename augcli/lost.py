"""A journal that was lost: what the manifest and run.json still tell of outputs that are ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby

from augcli.errors import StorageError
from augcli.manifest import Journal, read_manifest
from augcli.output import OutputFolder, dump_line
from augcli.report import read_run
from augcli.task import Record
from augcli.work import TASK_KEYS, lost_record

_ASIDE = "beside the manifest"
"""Stands for the source of outputs that are no lines of the manifest."""


@contextmanager
def opened_journal(output: OutputFolder, ids: Sequence[str]) -> Iterator[Journal]:
    """Give the journal of an output for a listing, after a lost one was made up for."""
    if output.has(output.manifest) and not output.has(output.journal):
        with output.replacing(output.journal) as file:
            file.writelines(map(dump_line, _records(output)))
    with closing(Journal(output, ids)) as journal:
        yield journal


def _records(output: OutputFolder) -> Iterator[Record]:
    """Yield a record for each source: its outputs are ours, and all are to be made again."""
    records = read_manifest(output.manifest)
    for source, group in groupby(records, key=lambda record: str(record["source"])):
        yield _record(source, list(group))
    yield _record(_ASIDE, [{"output": name, "sha256": sha} for name, sha in _asides(output)])


def _record(source: str, outputs: Sequence[Record]) -> Record:
    entries = [{"record": each, "key": None, "stat": None, "listed": True} for each in outputs]
    task = dict.fromkeys(TASK_KEYS) | {"source": source, "files": []}
    return lost_record(task, "", "its record was lost", {"outputs": entries})


def _asides(output: OutputFolder) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of outputs at the top that are neither listed nor the index."""
    try:
        files = read_run(output)["summary"]["files"]
    except StorageError:
        return
    known = {output.manifest.name, output.failures.name, *output.index_files()}
    yield from ((name, files[name]) for name in files if name not in known)
