"""What pictures hash to, as a file beside them says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from augcli.disk.reading import read_whole
from augcli.errors import SampleError, SettingError

_SUM = re.compile("([0-9a-fA-F]{64}) [ *]?(.+)")


def read_sums(path: Path, ids: Iterable[str]) -> dict[str, str]:
    """Return id → SHA-256 from a file as `sha256sum` writes it."""
    try:
        lines = read_whole(path)[0].decode("utf-8", "surrogateescape").splitlines()
    except SampleError as error:
        raise _no_sums(path, str(error)) from error
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if found := _SUM.fullmatch(line.rstrip()):
            sums[str(PurePosixPath(found[2]))] = found[1].lower()
        elif line.strip():
            raise _no_sums(path, f"has no SHA-256 with a name behind it in line {number}")
    if sums.keys().isdisjoint(ids):
        raise _no_sums(path, "names no picture of the dataset, to which names are relative")
    return sums


def _no_sums(path: Path, text: str) -> SettingError:
    return SettingError(("dataset", "checksums"), f"{path} {text}")
