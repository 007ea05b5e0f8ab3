"""Worse builds, of which a test must notice that they break a promise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from augcli.records.lines import dump_line
from augcli.store import output, publish
from augcli.work import chunk as work


def no_names(*_: Any) -> dict[str, str]:
    """Return no names of an unfinished batch."""
    return {}


def backward(number: int, what: str) -> str:
    """Return names of shards of which earlier ones win."""
    return f"{10**9 - number}-{what}"


def shard_first(batch: Any, records: Any, stale: Any) -> Any:
    """Publish records before what they speak of."""
    lines = list(records)
    with batch._output.replacing(batch._output.shard(batch._name)) as shard:
        shard.writelines(map(dump_line, lines))
    return PUBLISH(batch, lines, stale)


def half_written(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> Any:
    """Write under the final name."""
    source, target = path_of(src_dir_fd) / old, path_of(dst_dir_fd) / new
    if ".augment" in target.parts:
        return source.rename(target)
    with target.open("wb", buffering=0) as file:
        file.write(b"half")
        (target.parent / "moment").mkdir()
        (target.parent / "moment").rmdir()
        file.seek(0)
        file.write(source.read_bytes())
    return source.unlink()


def path_of(handle: int) -> Path:
    return Path(f"/proc/self/fd/{handle}").readlink()


PUBLISH = publish.Batch.publish

SABOTAGE: dict[str, tuple[Any, str, Any]] = {
    "no names": (output.OutputFolder, "names_in", no_names),
    "backward": (work, "shard_name", backward),
    "shard first": (publish.Batch, "publish", shard_first),
    "half written": (os, "replace", half_written),
}
