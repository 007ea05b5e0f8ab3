"""`ImageSets/Main/*.txt` and their like: the pictures of a split by their stems, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from augcli.image.annotations.base import decoded


def listed(data: bytes, name: str) -> tuple[str, ...]:
    """Return the stems in a list; what stands behind them tells whether a class is there."""
    return tuple(cells[0] for cells in map(str.split, decoded(data, name).splitlines()) if cells)


def with_copies(data: bytes, name: str, copies: Mapping[str, Sequence[str]]) -> bytes:
    """Return a list with the copies of its pictures behind them all, told as these are."""
    text = decoded(data, name)
    end = "\r\n" if "\r\n" in text else "\n"
    new = "".join(f"{line}{end}" for line in _copied(text.splitlines(), copies))
    gap = end if new and text and not text.endswith(("\n", "\r")) else ""
    return data + f"{gap}{new}".encode()


def _copied(lines: Sequence[str], copies: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for line in lines:
        stem, *_ = line.split() or ("",)
        behind = line.lstrip()[len(stem) :]
        yield from (f"{copy}{behind}" for copy in copies.get(stem, ()))
