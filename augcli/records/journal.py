"""What the journal says of a source, and how much of it is believed.

A line counts as a record if it has exactly the fields that this version writes, of the right
types. Of any other line, be it damaged or another version's, no more is taken than the names and
hashes of outputs: they are still ours, and what they were made of is worked on again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import chain
from operator import contains
from types import UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints

from msgspec.structs import fields
from pydantic import TypeAdapter, with_config
from typing_extensions import TypedDict

from augcli.records.counted import is_counted
from augcli.records.forms import FORMS, mark_of, record_of
from augcli.records.provenance import Record
from augcli.records.typed import EXACT, Flag, Integer, Label, Name, Text
from augcli.task import Plain, Pools

HEAD: Plain = {"journal": 4}
"""The first line of a journal: the version of its records."""

TASK_KEYS = ("source", "split", "label", "base", "inputs", "request", "checksum")
"""What a record keeps of its task, beside the row; `source` comes first."""

NEW: Plain = {"outputs": [], "notes": [], "sha256": {}}
"""What is known of a source that no run has seen."""


@with_config(EXACT)
class _Entry(TypedDict):
    """An output: its record, and what tells whether it is as it was and as it should be."""

    record: Plain
    key: Text | None
    stat: list[int] | None
    listed: Flag


@with_config(EXACT)
class _Count(TypedDict):
    split: Text
    label: Text | None
    before: Integer
    after: Integer
    target: Integer


@with_config(EXACT)
class _Failure(TypedDict):
    reason: Text
    again: Flag


@with_config(EXACT)
class _Failed(TypedDict):
    """A line of failures.jsonl."""

    source: Text
    split: Text | None
    label: Label
    reason: Text


@with_config(EXACT)
class _Source(TypedDict):
    """A line of the journal."""

    source: Name
    split: Text
    label: Text | None
    base: Text
    inputs: list[Text]
    request: Plain
    checksum: Text | None
    value_sha256: NotRequired[Text]
    partners_sha256: NotRequired[Text]
    stamp: Text | None
    stat: list[Any] | None
    sha256: dict[Text, Text]
    failure: _Failure | None
    notes: list[Text]
    repeats: NotRequired[Integer]
    """Samples of files of many that are no new ones."""
    outputs: list[_Entry]
    counts: list[_Count]
    failures: list[_Failed]
    short: NotRequired[list[tuple[Text | None, Integer]]]
    """Copies that steps fail on: stage and number."""


def blank(task: Plain, stamp: str | None) -> Plain:
    """Return the journal's record of a source of which nothing is known yet; `source` is first."""
    nothing: Plain = {"stat": None, "sha256": {}, "failure": None, "notes": [], "outputs": []}
    return kept_of_task(task) | {"stamp": stamp} | nothing | {"counts": [], "failures": []}


def kept_of_task(task: Plain) -> Plain:
    """Return what a record keeps of its task; of what is told elsewhere of its sample, the hash."""
    told = {key: task[key] for key in TASK_KEYS}
    for name, hashed, digest in _HASHED:
        if task.get(name):
            told[digest] = hashed(task[name])
        elif digest in task:
            told[digest] = task[digest]
    return told


def hash_of_value(value: str | None) -> str | None:
    """Return the hash of what is told elsewhere of a sample; None where nothing is."""
    return None if value is None else hashlib.sha256(value.encode()).hexdigest()


def hash_of_partners(pools: Pools | None) -> str | None:
    """Return the hash of who may be a sample's partners; None where nobody may."""
    return hashlib.sha256(json.dumps(pools).encode()).hexdigest() if pools else None


_HASHED: tuple[tuple[str, Callable[[Any], str | None], str], ...] = (
    ("value", hash_of_value, "value_sha256"),
    ("partners", hash_of_partners, "partners_sha256"),
)


def lost(task: Plain, stamp: str, reason: str, kept: Plain) -> Plain:
    """Return the record of a source on which workers were lost; the next run tries it again."""
    return blank(task, stamp) | kept | {"failure": {"reason": reason, "again": True}}


def parsed(line: bytes) -> Plain | None:
    """Return the record on a line; None where it is none of this version's."""
    told = _fitting(_Source, line)
    is_whole = told and all(map(_is_entry, told["outputs"])) and is_counted(line)
    return told if is_whole else None


def salvaged(line: bytes) -> Plain | None:
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


def remembered(task: Plain, outputs: Iterable[Plain]) -> Plain:
    """Return the record of a source of which no more is known than names and hashes of outputs."""
    entries = [each | {"key": None, "stat": None} for each in outputs]
    told = [each["record"] for each in entries]
    hashes = {each["source"]: each["source_sha256"] for each in told if _is_of_source(each)}
    return blank(task, None) | {"sha256": hashes, "outputs": entries}


def told_output(line: bytes) -> Plain | None:
    """Return a line of the manifest that tells an output and its source; None for another."""
    told = _mapping(line)
    return told if told and _is_output({"record": told}) and _is_of_source(told) else None


def told_beside(record: Plain) -> Iterator[Plain]:
    """Yield what can be read of the files that a line of the manifest tells of beside its own."""
    beside = record.get("beside")
    for name, sha256 in beside.items() if isinstance(beside, dict) else ():
        told = {"output": name, "sha256": sha256, "source": record["source"]}
        if _is_output({"record": told}):
            yield told


def listed(line: bytes) -> Record | None:
    """Return the output that a line of the manifest tells of; None where the line is damaged."""
    told = _mapping(line)
    with suppress(ValueError):
        return record_of(told) if told else None
    return None


def failed(line: bytes) -> Plain | None:
    """Return what a line of failures.jsonl tells; None where the line is damaged."""
    return _fitting(_Failed, line)


def _is_of_source(record: Plain) -> bool:
    return _is_name(record.get("source")) and isinstance(record.get("source_sha256"), str)


def _mapping(line: bytes) -> Plain | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _fitting(form: type, line: bytes) -> Plain | None:
    """Return what a line tells where it is of a form; None where it is not."""
    told = _mapping(line)
    with suppress(ValueError):
        _adapter(form).validate_python(told)
        return told
    return None


@cache
def _adapter(form: type) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def _is_entry(entry: Plain) -> bool:
    whole = not entry["listed"] or _looks_whole(entry["record"])
    return whole and _is_output(entry)


def _is_output(entry: Any) -> bool:
    record = entry.get("record") if isinstance(entry, dict) else None
    return (
        isinstance(record, dict)
        and _is_name(record.get("output"))
        and isinstance(record.get("sha256"), str)
    )


def _is_name(told: Any) -> bool:
    return isinstance(told, str) and bool(told) and "\0" not in told


@cache
def _types(mark: str) -> tuple[Mapping[str, tuple[type, ...]], frozenset[str]]:
    """Return the types of a form's fields, not of what is in them, and which it must have."""
    form = FORMS[mark]
    types = {name: tuple(_outer(hint)) for name, hint in get_type_hints(form).items()}
    needed = (field.name for field in fields(form) if field.required)
    return types, frozenset(needed)


def _outer(hint: Any) -> Iterator[type]:
    """Yield the types that a hint allows, without what is inside of them."""
    inner = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        yield from chain.from_iterable(map(_outer, inner))
    else:
        yield get_origin(hint) or hint


def _looks_whole(told: Plain) -> bool:
    """Return whether a line has the fields of a record, of their types; there may be millions."""
    mark = mark_of(told)
    if mark is None:
        return False
    types, needed = _types(mark)
    return needed <= told.keys() <= types.keys() and all(
        map(contains, map(types.__getitem__, told), map(type, told.values()))
    )
