"""The story of one output: where it came from and what was done to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from augcli.errors import UsageError, did_you_mean
from augcli.manifest import read_manifest
from augcli.publish import OutputFolder

Record = dict[str, Any]


def record_of(file: Path, row: int | None) -> Record:
    """Return the manifest's record of an output file; raises UsageError if there is none."""
    output = _output_of(file.absolute())
    name = file.absolute().relative_to(output.path).as_posix()
    names = []
    for record in read_manifest(output.manifest):
        if record["output"] == name:
            return record
        names.append(record["output"])
    raise UsageError(f"{name} is not in {output.manifest}{did_you_mean(name, names)}")


def _output_of(file: Path) -> OutputFolder:
    for folder in file.parents:
        output = OutputFolder(folder)
        if output.manifest.exists():
            return output
    raise UsageError(f"no folder around {file} has a manifest.jsonl")


def story(record: Record) -> str:
    """Return a record told in lines."""
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


def _step(step: Record) -> str:
    return f"{step['name']}  {_values(step['params'])}".rstrip()


def _values(params: Record) -> str:
    return ", ".join(f"{key} {json.dumps(value)}" for key, value in params.items())
