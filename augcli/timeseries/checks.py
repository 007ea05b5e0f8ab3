"""What is wrong with a recipe or a dataset that only its series can tell."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from augcli.splits import augmented
from augcli.timeseries.library import Library


def shared_series(library: Library, augment: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (augmented, other) series of equal values in different splits."""
    splits = {entry.split for entry in library.entries.values()}
    augmentable = augmented(augment, splits)
    if augmentable == splits:
        return
    ours: dict[str, str] = {}
    others: dict[str, str] = {}
    for entry in library.entries.values():
        if entry.trouble is None:
            seen = ours if entry.split in augmentable else others
            seen.setdefault(_digest(library, entry.id), entry.id)
    yield from ((ident, others[digest]) for digest, ident in ours.items() if digest in others)


def _digest(library: Library, ident: str) -> str:
    if library.single:
        return library.sources[ident].sha256
    values = library.series(ident).values
    return hashlib.sha256(values.tobytes() + repr(values.shape).encode()).hexdigest()
