"""The story of one output: where it came from and what was done to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from augcli.commands.verify import files_of
from augcli.errors import UsageError, did_you_mean
from augcli.manifest import read_manifest
from augcli.output import OutputFolder
from augcli.rows import ORIGINALS, row_story, source_row
from augcli.task import Record, shown_label
from augcli.transform import rounded

_MEANT = 3
"""Names that are offered where none is known."""


def record_of(file: Path, row: int | None) -> Record:
    """Return the record of an output file, or of a row of it; UsageError if there is none."""
    output = _output_of(file.absolute())
    path = file.absolute().relative_to(output.path)
    name, names = path.as_posix(), []
    for record in read_manifest(output.manifest):
        if record["output"] == name:
            return record if row is None else _record_of_row(output, record, row)
        if _is_near(PurePosixPath(record["output"]), path):
            names.append(record["output"])
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


def _record_of_row(output: OutputFolder, record: Record, row: int) -> Record:
    if "rows" not in record:
        raise UsageError(f"{record['output']} has no rows; leave ROW out")
    if not 0 <= row < record["rows"]:
        raise UsageError(f"{record['output']} has {record['rows']} rows, counted from 0")
    if row < record["originals"]:
        base = f"{record['source']}#{_source_row(output, record, row)}"
        return {"id": f"{record['output']}#{row}", "base": base, "method": None}
    found = row_story(output.path, record["output"], row)
    if found is None:
        raise UsageError(f"{output.path} does not tell where row {row} comes from")
    return found


def _source_row(output: OutputFolder, record: Record, row: int) -> int:
    if ORIGINALS not in files_of(output):
        return row
    return source_row(output.path, record["output"], row)


def _output_of(file: Path) -> OutputFolder:
    for folder in file.parents:
        output = OutputFolder(folder)
        if output.has(output.manifest):
            return output
    raise UsageError(f"no folder around {file} has a manifest.jsonl")


def story(record: Record) -> list[str]:
    """Return a record told in lines."""
    if "id" in record:
        return _story_of_row(record)
    if "rows" in record:
        return _story_of_rows(record)
    kind = "the original" if record["copy"] is None else f"copy {record['copy']}"
    lines = [
        f"{record['output']}",
        f"  is {kind} of {record['source']} (sha256 {record['source_sha256'][:16]}…)",
        f"  split {record['split']}, class {shown_label(record['label'])}, "
        f"{_extent(record)}sha256 {record['sha256'][:16]}…",
    ]
    if record.get("attempt"):
        lines.append(f"  drawn {record['attempt']} times anew, as it equalled another copy")
    lines += [f"  {number}. {_step(step)}" for number, step in enumerate(record["steps"], 1)]
    if not record["steps"]:
        lines.append("  no step was applied")
    if isinstance(record.get("encoding"), dict):
        lines.append(f"  encoded as {_values(record['encoding'])}")
    return lines


def _story_of_rows(record: Record) -> list[str]:
    return [
        f"{record['output']}",
        *([f"  split {record['split']}"] if record["split"] else []),
        f"  has {record['originals']} rows of {record['source']} as they were "
        f"(sha256 {record['source_sha256'][:16]}…), then {record['synthetic']} new ones",
        f"  sha256 {record['sha256'][:16]}…; `augment explain FILE ROW` tells of one row",
    ]


def _story_of_row(record: Record) -> list[str]:
    if record["method"] is None:
        return [record["id"], f"  is {record['base']} as it was"]
    steps = json.loads(record.get("steps") or "[]") or _steps_in_columns(record)
    return [
        record["id"],
        f"  is new, made by {record['method']} for class {record['label']}",
        f"  its base is {record['base']}, of whose new rows it is number {record['copy']}",
        *_parents(record),
        *(f"  {number}. {_step(step)}" for number, step in enumerate(steps, 1)),
    ]


def _parents(record: Record) -> Iterator[str]:
    """Yield what a row has of its neighbours, and what chance added."""
    others, gap = record.get("neighbours") or [], record.get("gap")
    if gap is not None and gap >= 0:
        yield f"  its numbers lie {gap:.2%} of the way from there to {others[0]}"
    elif gap is not None:
        yield f"  its numbers lie beyond, away from {others[0]} by {-gap:.2%} of the way between"
    if len(others) > 1:
        yield f"  its categories are those that most have of {', '.join(others)}"
    if record.get("noise"):
        yield f"  normal noise was added to its numbers: {_shown(record['noise'])}"


def _steps_in_columns(record: Record) -> list[Record]:
    """Return the steps that a row has columns for, in the order that it took them in."""
    steps: dict[str, Record] = {}
    for key, value in record.items():
        name, dot, what = key.rpartition(".")
        if dot and value is not None:
            steps.setdefault(name, {})[what] = value
    in_order = sorted(steps.items(), key=lambda step: step[1].pop("turn", 0))
    return [{"name": name, "params": params} for name, params in in_order]


def _extent(record: Record) -> str:
    if "length" in record:
        return f"{record['length']} points, "
    return f"{record['width']} x {record['height']} px, " if "width" in record else ""


def _step(step: Record) -> str:
    return f"{step['name']}  {_values(step['params'])}".rstrip()


def _values(params: Record) -> str:
    return ", ".join(f"{key} {_shown(value)}" for key, value in params.items())


def _shown(value: Any) -> str:
    """Return a param as JSON, with the digits that a person may want."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return json.dumps(rounded(value) if isinstance(value, float) else value)
