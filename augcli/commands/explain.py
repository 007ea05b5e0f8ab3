"""The story of one output: where it came from and what was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

from augcli.commands.verify import files_of
from augcli.errors import UsageError, did_you_mean
from augcli.manifest import read_manifest
from augcli.output import OutputFolder
from augcli.provenance import Record, RowRecord
from augcli.rows import ORIGINALS, row_story, source_row
from augcli.stories import shown, told_again, told_steps
from augcli.task import Record as Plain

_MEANT = 3
"""Names that are offered where none is known."""


def record_of(file: Path, row: int | None) -> Record | RowRecord:
    """Return the record of an output file, or of a row of it; UsageError if there is none."""
    output = _output_of(file.absolute())
    path = file.absolute().relative_to(output.path)
    name, names = path.as_posix(), []
    for record in read_manifest(output.manifest):
        if record.output == name:
            return record if row is None else _record_of_row(output, record, row)
        if _is_near(PurePosixPath(record.output), path):
            names.append(record.output)
    raise UsageError(f"{name} is not in {output.manifest}{_meant(name, names)}")


def _meant(name: str, near: list[str]) -> str:
    """Return the outputs of the same name in other folders, or else the nearest name."""
    same = [each for each in near if PurePosixPath(each).name == PurePosixPath(name).name]
    if same:
        return f"; did you mean {' or '.join(map(repr, same[:_MEANT]))}?"
    return did_you_mean(name, near)


def _is_near(one: PurePath, other: PurePath) -> bool:
    """Return whether paths share folder or name: one of them may be a slip of the other."""
    return one.parent.as_posix() == other.parent.as_posix() or one.name == other.name


def _record_of_row(output: OutputFolder, record: Record, row: int) -> RowRecord:
    new = record.new_rows
    if new is None:
        raise UsageError(f"{record.output} has no rows; leave ROW out")
    if not 0 <= row < new.stop:
        raise UsageError(f"{record.output} has {new.stop} rows, counted from 0")
    if row < new.start:
        base = f"{record.source}#{_source_row(output, record, row)}"
        return RowRecord(output=record.output, row=row, base=base)
    found = row_story(output.path, record.output, row)
    if found is None:
        raise UsageError(f"{output.path} does not tell where row {row} comes from")
    return found


def _source_row(output: OutputFolder, record: Record, row: int) -> int:
    if ORIGINALS not in files_of(output):
        return row
    return source_row(output.path, record.output, row)


def _output_of(file: Path) -> OutputFolder:
    for folder in file.parents:
        output = OutputFolder(folder)
        if output.has(output.manifest):
            return output
    raise UsageError(f"no folder around {file} has a manifest.jsonl")


def story(record: Record | RowRecord) -> list[str]:
    """Return a record told in lines."""
    return _story_of_row(record) if isinstance(record, RowRecord) else record.story()


def _story_of_row(row: RowRecord) -> list[str]:
    if row.method is None:
        return [row.id, f"  is {row.base} as it was"]
    return [
        row.id,
        f"  is new, made by {row.method} for class {row.label}",
        f"  its base is {row.base}, of whose new rows it is number {row.copy}",
        *_parents(row.own),
        *told_again(row.attempt, row.repeats),
        *told_steps(row.steps or _steps_in_columns(row.own)),
    ]


def _parents(record: Plain) -> Iterator[str]:
    """Yield what a row has of its neighbours, and what chance added."""
    others, gap = record.get("neighbours") or [], record.get("gap")
    if gap is not None and gap >= 0:
        yield f"  its numbers lie {gap:.2%} of the way from there to {others[0]}"
    elif gap is not None:
        yield f"  its numbers lie beyond, away from {others[0]} by {-gap:.2%} of the way between"
    if len(others) > 1:
        yield f"  its categories are those that most have of {', '.join(others)}"
    if record.get("noise"):
        yield f"  normal noise was added to its numbers: {shown(record['noise'])}"


def _steps_in_columns(record: Plain) -> list[Plain]:
    """Return the steps that a row has columns for, in the order that it took them in."""
    steps: dict[str, Plain] = {}
    for key, value in record.items():
        name, dot, what = key.rpartition(".")
        if dot and value is not None:
            steps.setdefault(name, {})[what] = value
    in_order = sorted(steps.items(), key=lambda step: step[1].pop("turn", 0))
    return [{"name": name, "params": params} for name, params in in_order]
