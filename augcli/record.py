"""What the journal says of a source, and how much of it is believed.

A line counts as a record if it has exactly the fields that this version writes, of the right
types. Of any other line, be it damaged or another version's, no more is taken than the names and
hashes of outputs: they are still ours, and what they were made of is worked on again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import repeat
from types import NoneType
from typing import Any

from augcli.task import Record

HEAD: Record = {"journal": 3}
"""The first line of a journal: the version of its records."""

TASK_KEYS = ("source", "split", "label", "base", "inputs", "request", "checksum")
"""What a record keeps of its task, beside the row; `source` comes first."""

NEW: Record = {"outputs": [], "notes": [], "sha256": {}}
"""What is known of a source that no run has seen."""

_TYPES: dict[str, Any] = {
    "source": str,
    "split": str,
    "label": (str, NoneType),
    "base": str,
    "inputs": list,
    "request": dict,
    "checksum": (str, NoneType),
    "stamp": (str, NoneType),
    "stat": (list, NoneType),
    "sha256": dict,
    "failure": (dict, NoneType),
    "notes": list,
    "outputs": list,
    "counts": list,
    "failures": list,
}
_OF_ENTRY: dict[str, Any] = {
    "record": dict,
    "key": (str, NoneType),
    "stat": (list, NoneType),
    "listed": bool,
}
_OF_COUNT: dict[str, Any] = {
    "split": str,
    "label": (str, NoneType),
    **dict.fromkeys(("before", "after", "target"), int),
}
_OF_FAILURE: dict[str, Any] = {"reason": str, "again": bool}
_TOLD: dict[str, Any] = {
    "source": str,
    "source_sha256": str,
    "split": (str, NoneType),
    "label": (str, dict, NoneType),
    "copy": (int, NoneType),
    "partners": list,
    "steps": list,
}
"""What a line of the manifest says at least, beside the output's name and hash."""
_MAY_TELL: dict[str, Any] = {
    **dict.fromkeys(("rows", "originals", "synthetic", "width", "height", "length"), int),
    "partner_sha256": dict,
}
_OF_STEP: dict[str, Any] = {"name": str, "params": dict}
_OF_FAILED: dict[str, Any] = {
    "source": str,
    "split": (str, NoneType),
    "label": (str, dict, NoneType),
    "reason": str,
}
_LARGEST = 1e300
"""No number that a step drew is larger."""


def blank(task: Record, stamp: str | None) -> Record:
    """Return the journal's record of a source of which nothing is known yet; `source` is first."""
    told = {key: task[key] for key in TASK_KEYS}
    nothing: Record = {"stat": None, "sha256": {}, "failure": None}
    none: Record = {key: [] for key in ("notes", "outputs", "counts", "failures")}
    return told | {"stamp": stamp} | nothing | none


def lost(task: Record, stamp: str, reason: str, kept: Record) -> Record:
    """Return the record of a source on which workers were lost; the next run tries it again."""
    return blank(task, stamp) | kept | {"failure": {"reason": reason, "again": True}}


def parsed(line: bytes) -> Record | None:
    """Return the record on a line; None where it is none of this version's."""
    record = _mapping(line)
    return record if record and _is_record(record) else None


def salvaged(line: bytes) -> Record | None:
    """Return what can be believed of a line that is no record: a source's outputs."""
    told = _mapping(line)
    if told is None or not _is_name(told.get("source")):
        return None
    found = told.get("outputs")
    if not isinstance(found, list) or not all(map(_is_output, found)):
        return None
    task = {key: told.get(key) for key in TASK_KEYS}
    entries = ({"record": e["record"], "listed": e.get("listed") is not False} for e in found)
    return remembered(task, entries)


def remembered(task: Record, outputs: Iterable[Record]) -> Record:
    """Return the record of a source of which no more is known than names and hashes of outputs."""
    entries = [each | {"key": None, "stat": None} for each in outputs]
    told = [each["record"] for each in entries]
    hashes = {each["source"]: each["source_sha256"] for each in told if _is_of_source(each)}
    return blank(task, None) | {"sha256": hashes, "outputs": entries}


def told_output(line: bytes) -> Record | None:
    """Return a line of the manifest that tells an output and its source; None for another."""
    told = _mapping(line)
    return told if told and _is_output({"record": told}) and _is_of_source(told) else None


def listed(line: bytes) -> Record | None:
    """Return the output that a line of the manifest tells of; None where the line is damaged."""
    told = _mapping(line)
    if told is None or not _is_output({"record": told}) or not _is_told({"record": told}):
        return None
    return told if _has_facts(told) and all(map(_is_step, told["steps"])) else None


def failed(line: bytes) -> Record | None:
    """Return what a line of failures.jsonl tells; None where the line is damaged."""
    told = _mapping(line)
    return told if told and _has(told, _OF_FAILED) else None


def _has_facts(told: Record) -> bool:
    has_rows = [key in told for key in ("rows", "originals", "synthetic")]
    return (
        all(isinstance(told[key], _MAY_TELL[key]) for key in _MAY_TELL.keys() & told.keys())
        and all(has_rows) == any(has_rows)
        and ("width" in told) == ("height" in told)
        and _is_name(told["source"])
        and all(map(_is_name, told["partners"]))
        and all(map(isinstance, told.get("partner_sha256", {}).values(), repeat(str)))
        and _is_label(told["label"])
    )


def _is_label(told: Any) -> bool:
    """Return whether a label is a name or none, or shares of some."""
    return not isinstance(told, dict) or (bool(told) and all(map(_is_number, told.values())))


def _is_number(told: Any) -> bool:
    return isinstance(told, int | float) and abs(told) <= _LARGEST


def _is_step(told: Any) -> bool:
    return (
        isinstance(told, dict)
        and told.keys() >= _OF_STEP.keys()
        and _fit(told, _OF_STEP)
        and all(_is_number(n) for n in told["params"].values() if isinstance(n, int | float))
    )


def _is_of_source(record: Record) -> bool:
    return _is_name(record.get("source")) and isinstance(record.get("source_sha256"), str)


def _mapping(line: bytes) -> Record | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _is_record(told: Record) -> bool:
    return (
        _has(told, _TYPES)
        and _is_name(told["source"])
        and (told["failure"] is None or _has(told["failure"], _OF_FAILURE))
        and all(isinstance(note, str) for note in told["notes"])
        and all(_is_entry(each) for each in told["outputs"])
        and all(_has(each, _OF_COUNT) for each in told["counts"])
        and all(isinstance(each, dict) and "source" in each for each in told["failures"])
    )


def _is_entry(told: Any) -> bool:
    return _has(told, _OF_ENTRY) and _is_output(told) and (not told["listed"] or _is_told(told))


def _is_told(entry: Record) -> bool:
    record = entry["record"]
    return _TOLD.keys() <= record.keys() and _fit(record, _TOLD)


def _is_output(entry: Any) -> bool:
    record = entry.get("record") if isinstance(entry, dict) else None
    return (
        isinstance(record, dict)
        and _is_name(record.get("output"))
        and isinstance(record.get("sha256"), str)
    )


def _is_name(told: Any) -> bool:
    return isinstance(told, str) and bool(told) and "\0" not in told


def _has(told: Any, types: dict[str, Any]) -> bool:
    """Return whether a mapping has exactly these fields, of these types."""
    return isinstance(told, dict) and told.keys() == types.keys() and _fit(told, types)


def _fit(told: Record, types: dict[str, Any]) -> bool:
    """Return whether these fields are of these types; there may be a million to look at."""
    return all(map(isinstance, map(told.get, types), types.values()))
