"""`ImageSets/Main/*.txt` and their like: the pictures of a split by their stems, a line each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from augcli.image.annotations.base import decoded


def listed(data: bytes, name: str) -> tuple[str, ...]:
    """Return the stems in a list; what stands behind them tells whether a class is there."""
    return tuple(cells[0] for cells in map(str.split, decoded(data, name).splitlines()) if cells)


def of_outputs(
    data: bytes, name: str, originals: Collection[str], copies: Mapping[str, Sequence[str]]
) -> bytes:
    """Return a list of the originals that are there, then of all copies, told as their sources."""
    text = decoded(data, name)
    end = "\r\n" if "\r\n" in text else "\n"
    new = "".join(f"{line}{end}" for line in _copied(text.splitlines(), copies))
    lines = text.splitlines(keepends=True)
    there = [line for line in lines if not line.strip() or line.split()[0] in originals]
    old = data if there == lines else "".join(there).encode()
    gap = end if new and old and not old.endswith((b"\n", b"\r")) else ""
    return old + f"{gap}{new}".encode()


def _copied(lines: Sequence[str], copies: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for line in lines:
        stem, *_ = line.split() or ("",)
        behind = line.lstrip()[len(stem) :]
        yield from (f"{copy}{behind}" for copy in copies.get(stem, ()))
