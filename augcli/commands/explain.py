"""The story of one output: where it came from and what was done to it."""

from __future__ import annotations

import json
from pathlib import Path, PurePath, PurePosixPath

from augcli.errors import UsageError, did_you_mean
from augcli.manifest import read_manifest
from augcli.publish import OutputFolder
from augcli.rows import row_story
from augcli.task import Record


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
    raise UsageError(f"{name} is not in {output.manifest}{did_you_mean(name, names)}")


def _is_near(one: PurePath, other: PurePath) -> bool:
    """Return whether paths share folder or name: one of them may be a slip of the other."""
    return one.parent.as_posix() == other.parent.as_posix() or one.name == other.name


def _record_of_row(output: OutputFolder, record: Record, row: int) -> Record:
    if "rows" not in record:
        raise UsageError(f"{record['output']} has no rows; leave ROW out")
    if not 0 <= row < record["rows"]:
        raise UsageError(f"{record['output']} has {record['rows']} rows, counted from 0")
    if row < record["originals"]:
        return {"id": f"{record['output']}#{row}", "base": record["source"], "method": None}
    found = row_story(output.path, record["output"], row)
    if found is None:
        raise UsageError(f"{output.path} does not tell where row {row} comes from")
    return found


def _output_of(file: Path) -> OutputFolder:
    for folder in file.parents:
        output = OutputFolder(folder)
        if output.manifest.exists():
            return output
    raise UsageError(f"no folder around {file} has a manifest.jsonl")


def story(record: Record) -> str:
    """Return a record told in lines."""
    if "id" in record:
        return _story_of_row(record)
    if "rows" in record:
        return _story_of_rows(record)
    kind = "the original" if record["copy"] is None else f"copy {record['copy']}"
    lines = [
        f"{record['output']}",
        f"  is {kind} of {record['source']} (sha256 {record['source_sha256'][:16]}…)",
        f"  split {record['split']}, class {record['label']}, "
        f"{record['width']} x {record['height']} px, sha256 {record['sha256'][:16]}…",
    ]
    if record.get("attempt"):
        lines.append(f"  drawn {record['attempt']} times anew, as it equalled another copy")
    lines += [f"  {number}. {_step(step)}" for number, step in enumerate(record["steps"], 1)]
    if not record["steps"]:
        lines.append("  no step was applied")
    if record.get("encoding"):
        lines.append(f"  encoded as {_values(record['encoding'])}")
    return "\n".join(lines)


def _story_of_rows(record: Record) -> str:
    return "\n".join(
        [
            f"{record['output']}",
            f"  has {record['originals']} rows of {record['source']} as they were "
            f"(sha256 {record['source_sha256'][:16]}…), then {record['synthetic']} new ones",
            f"  sha256 {record['sha256'][:16]}…; `augment explain FILE ROW` tells of one row",
        ]
    )


def _story_of_row(record: Record) -> str:
    if record["method"] is None:
        return f"{record['id']}\n  is a row of {record['base']} as it was"
    told = {key: value for key, value in record.items() if value is not None and value != []}
    lines = [record["id"], f"  is new, made by {record['method']} for class {record['label']}"]
    lines += [
        f"  {key} {told[key]}"
        for key in told
        if key not in ("id", "output", "row", "method", "label")
    ]
    return "\n".join(lines)


def _step(step: Record) -> str:
    return f"{step['name']}  {_values(step['params'])}".rstrip()


def _values(params: Record) -> str:
    return ", ".join(f"{key} {json.dumps(value)}" for key, value in params.items())
