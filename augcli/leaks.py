"""What is in an augmented and another split: a test set that the training set knows.

Of files only those of equal size can be equal, so few are read before the work starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from augcli.dataset import Dataset, DatasetSettings
from augcli.errors import FindingsError
from augcli.reading import sha256_of, stat_of
from augcli.splits import augmented

Pair = TypeVar("Pair")
_SHOWN, _TOLD = 10, 5


def heeded(
    settings: DatasetSettings, what: str, pairs: Sequence[Pair], shown: Callable[[Pair], str]
) -> list[str]:
    """Return what to tell of things in an augmented and another split; FindingsError if refused."""
    if not pairs:
        return []
    text = f"{len(pairs)} {what} of an augmented split are also in another split"
    if settings.refuses_leaks:
        raise FindingsError(
            f"{text}:",
            *(f"  {shown(pair)}" for pair in islice(pairs, _SHOWN)),
            "take each out of one of the splits, or say `leaks: allow` under `dataset`",
        )
    return [f"{text}: {', '.join(map(shown, islice(pairs, _TOLD)))}"]


def leaks(dataset: Dataset, augment: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (augmented source, other sample) of equal bytes."""
    ours = augmented(augment, dataset.splits)
    if ours.issuperset(dataset.splits):
        return
    sizes: dict[int, list[int]] = defaultdict(list)
    for row, sample_id in enumerate(dataset.ids):
        stat = stat_of(f"{dataset.root}/{sample_id}")
        if stat and stat[0]:
            sizes[stat[0]].append(row)
    for rows in sizes.values():
        yield from _equal(dataset, ours, rows)


def _equal(dataset: Dataset, splits: Collection[str], rows: list[int]) -> Iterator[tuple[str, str]]:
    ours = [row for row in rows if dataset[row].split in splits]
    if not ours or len(ours) == len(rows):
        return
    others: dict[str | None, list[int]] = defaultdict(list)
    for row in sorted(set(rows) - set(ours)):
        others[sha256_of(dataset.root / dataset.ids[row])].append(row)
    others.pop(None, None)
    for one in ours:
        for other in others.get(sha256_of(dataset.root / dataset.ids[one]), ()):
            yield dataset.ids[one], dataset.ids[other]
