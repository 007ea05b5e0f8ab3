"""The story of one output: where it came from and what was done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath, PurePosixPath

from augcli.disk.reading import sha256_of
from augcli.errors import StorageError, UsageError, did_you_mean
from augcli.foreign import FILE
from augcli.kind import load_kind
from augcli.records.provenance import Record
from augcli.records.row_records import RowRecord
from augcli.reports.run_json import read_run, recorded_plugins
from augcli.rows.originals import source_rows
from augcli.rows.tables import row_story
from augcli.store.manifest import read_manifest, records_naming
from augcli.store.output import OutputFolder

_MEANT = 3
"""Names that are offered where none is known."""


def story_of(file: Path, row: int | None) -> list[str]:
    """Return the story of an output file, or of a row of it, and what it says if it has words."""
    told = record_of(file, row)
    return [*told.story(), *_wording(file, told, row), *of_plugins(file, told)]


def _wording(file: Path, told: Record | RowRecord, row: int | None) -> Sequence[str]:
    """Return what words went and came; nothing of files of many texts, or without run.json.

    Nothing either where the file is gone, or lies in a shard.
    """
    if not file.is_file():
        return ()
    try:
        run = read_run(_output_of(file.absolute()))
    except StorageError:
        return ()
    wording = load_kind(run["recipe"]["dataset"]["kind"]).wording
    whole = record_of(file, None)
    if wording is None or not isinstance(whole, Record) or (row is None and whole.new_rows):
        return ()
    return wording(file, whole, told if isinstance(told, RowRecord) else None)


def record_of(file: Path, row: int | None) -> Record | RowRecord:
    """Return the record of an output file, or of a row of it; UsageError if there is none."""
    output = _output_of(file.absolute())
    path = file.absolute().relative_to(output.path)
    name = path.as_posix()
    for record in records_naming(output.manifest, name):
        if name in record.written:
            return record if row is None else record_of_row(output, record, row)
    outputs = (record.output for record in read_manifest(output.manifest))
    names = [each for each in outputs if _is_near(PurePosixPath(each), path)]
    place = f"{output.path.name}/{output.manifest.name}"  # that of a copy has the same name
    raise UsageError(f"{name} is not in {place}{_meant(name, names)}")


def of_plugins(file: Path, record: Record | RowRecord) -> Iterator[str]:
    """Yield which files of steps that made an output are gone, or not what they were."""
    steps = record.plain().get("steps") or ()
    for origin in sorted({step["plugin"] for step in steps if "plugin" in step}):
        name, is_file, digest = origin.partition(FILE)
        if is_file:
            path = recorded_plugins(_output_of(file.absolute())).get(name)
            now = sha256_of(path) if path else None
            if now is None:
                yield f"  {name} is not {f'at {path}' if path else 'where it was'}"
            elif now != digest:
                yield f"  {name} is not what it was"


def _meant(name: str, near: list[str]) -> str:
    """Return the outputs of the same name in other folders, or else the nearest name."""
    same = [each for each in near if PurePosixPath(each).name == PurePosixPath(name).name]
    if same:
        return f"; did you mean {' or '.join(map(repr, same[:_MEANT]))}?"
    return did_you_mean(name, near)


def _is_near(one: PurePath, other: PurePath) -> bool:
    """Return whether paths share folder or name: one of them may be a slip of the other."""
    return one.parent.as_posix() == other.parent.as_posix() or one.name == other.name


def record_of_row(output: OutputFolder, record: Record, row: int) -> RowRecord:
    """Return where a row of an output comes from; UsageError if there is no such row."""
    new = record.new_rows
    if new is None:
        raise UsageError(f"{record.output} has no rows; leave ROW out")
    if not 0 <= row < new.stop:
        raise UsageError(f"{record.output} has {new.stop} rows, counted from 0")
    if row < new.start:
        base = f"{record.source}#{source_rows(output.files.path, record.output, new.start)[row]}"
        return RowRecord(output=record.output, row=row, base=base)
    found = row_story(output.files.path, record.output, row)
    if found is None:
        raise UsageError(f"{output.path.name} does not tell where row {row} comes from")
    return found


def _output_of(file: Path) -> OutputFolder:
    for folder in file.parents:
        output = OutputFolder(folder)
        if output.has(output.manifest):
            return output
    raise UsageError(f"no folder around {file} has a manifest.jsonl")
