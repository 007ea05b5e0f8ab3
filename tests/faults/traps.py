"""What an enemy, or a careless friend, leaves in an output folder for the next command."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from helpers import lines_of, write
from msgspec import Struct

SECRET = "the-secret-of-another-folder"
OF_SECRET = hashlib.sha256(SECRET.encode()).hexdigest()
"""What augment knows its own files by."""


class Place(Struct, frozen=True):
    """An output folder, and a folder beside it that nothing may touch or tell of."""

    output: Path
    outside: Path


Trap = Callable[[Place], None]

OWN = (".augment", *(f".augment/{name}" for name in ("batches", "shards", "scratch", "lock")))
OWN += tuple(f".augment/{n}" for n in ("journal.jsonl", "index.json", "CACHEDIR.TAG", ".gitignore"))
TOP = ("manifest.jsonl", "failures.jsonl", "run.json", "provenance.parquet")
MADE = ("train", "an output")
PLACES = (*OWN, *TOP, *MADE)


def at(place: Place, name: str) -> Path:
    """Return where a name leads; `an output` is that of a copy, or the first."""
    if name != "an output":
        return place.output / name
    records = lines_of(place.output / "manifest.jsonl")
    made = [each["output"] for each in records if each.get("copy") is not None]
    return place.output / (made or [records[0]["output"]])[0]


def linked(name: str) -> Trap:
    """Move a part away and leave a link to where it went."""

    def trap(place: Place) -> None:
        path, away = at(place, name), place.outside / "moved"
        if os.path.lexists(path):
            path.rename(away)
        elif name in ("train",):
            away.mkdir()
        else:
            write(away, SECRET)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(away)

    return trap


def special(name: str, mode: int, device: tuple[int, int] = (0, 0)) -> Trap:
    """Put a pipe or a device in place of a part."""

    def trap(place: Place) -> None:
        path = at(place, name)
        if os.path.lexists(path):
            path.rename(place.outside / "moved")
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mknod(path, mode | 0o600, os.makedev(*device))

    return trap


NAMES: dict[str, Callable[[Place], str]] = {
    "above": lambda _: "../outside/secret.txt",
    "absolute": lambda place: str(place.outside / "secret.txt"),
    "through a link": lambda _: "lnk/secret.txt",
    "around": lambda _: "train/../../outside/secret.txt",
    "zero": lambda _: "train/a\0b",
    "long": lambda _: "x" * 300,
    "nothing": lambda _: "",
    "itself": lambda _: ".",
    "own": lambda _: ".augment/journal.jsonl",
    "a number": lambda _: 7,  # type: ignore[return-value,unused-ignore]
}


def _renamed(value: Any, path: tuple[str | int, ...], name: Any) -> Any:
    """Return JSON with another value at a path."""
    if not path:
        return name
    key, *rest = path
    value[key] = _renamed(value[key], tuple(rest), name)
    return value


def _in_lines(file: str, *path: str | int) -> Callable[[Place, Any], None]:
    def change(place: Place, name: Any) -> None:
        lines = lines_of(place.output / file)
        first = next(line for line in lines if path[0] in line)
        changed = [_renamed(line, path, name) if line is first else line for line in lines]
        write(place.output / file, "".join(json.dumps(each) + "\n" for each in changed))

    return change


def _in_run(*path: str | int) -> Callable[[Place, Any], None]:
    def change(place: Place, name: Any) -> None:
        told = json.loads((place.output / "run.json").read_text())
        write(place.output / "run.json", json.dumps(_renamed(told, path, name)))

    return change


def _in_files(place: Place, name: Any) -> None:
    told = json.loads((place.output / "run.json").read_text())
    told["summary"]["files"][name] = OF_SECRET
    write(place.output / "run.json", json.dumps(told))


def _in_index(place: Place, name: Any) -> None:
    write(place.output / ".augment/index.json", json.dumps({name: None}))


def _in_batch(place: Place, name: Any) -> None:
    path = place.output / ".augment/batches/000000001-x/names.json"
    write(path, json.dumps({name: OF_SECRET}))


def _in_shard(place: Place, name: Any) -> None:
    record = lines_of(place.output / ".augment/journal.jsonl")[1]
    shard = place.output / ".augment/shards/000000009-x.jsonl"
    changed = _renamed(record, ("outputs", 0, "record", "output"), name)
    write(shard, json.dumps(changed | {"source": "no longer there"}) + "\n")


RECORDS: dict[str, Callable[[Place, Any], None]] = {
    "manifest's output": _in_lines("manifest.jsonl", "output"),
    "manifest's source": _in_lines("manifest.jsonl", "source"),
    "journal's output": _in_lines(".augment/journal.jsonl", "outputs", 0, "record", "output"),
    "journal's source": _in_lines(".augment/journal.jsonl", "source"),
    "run's files": _in_files,
    "run's dataset": _in_run("dataset"),
    "index": _in_index,
    "batch": _in_batch,
    "shard": _in_shard,
}


def recorded(record: str, name: str) -> Trap:
    """Write a name into a record, and a link beside it for names that use it."""

    def trap(place: Place) -> None:
        if name == "through a link":
            (place.output / "lnk").symlink_to(place.outside)
        RECORDS[record](place, NAMES[name](place))

    return trap


def _all() -> Iterator[tuple[str, Trap]]:
    for name in PLACES:
        yield f"link at {name}", linked(name)
        yield f"pipe at {name}", special(name, stat.S_IFIFO)
        if os.geteuid() == 0:
            yield f"null at {name}", special(name, stat.S_IFCHR, (1, 3))
            yield f"zero at {name}", special(name, stat.S_IFCHR, (1, 5))
    for record in RECORDS:
        for name in NAMES:
            yield f"{name} in {record}", recorded(record, name)


TRAPS = dict(_all())
