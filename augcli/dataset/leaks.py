"""What is in an augmented and another split: a test set that the training set knows.

The other split may be augmented, too: that does not make two samples of it. Of files only those of
equal size can be equal, so few are read before the work starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, islice, permutations
from typing import TypeVar

from augcli.dataset.groups import in_both
from augcli.dataset.shares import told_groups
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.disk.reading import sha256_of, stat_of
from augcli.errors import FindingsError
from augcli.plural import several
from augcli.settings.base import DatasetSettings

Pair = TypeVar("Pair")
_SHOWN, _TOLD = 10, 5


def heeded(
    settings: DatasetSettings,
    what: tuple[str, str],
    pairs: Sequence[Pair],
    shown: Callable[[Pair], str],
    way: str = "take each out of one of the splits",
) -> list[str]:
    """Return what to tell of things in an augmented and another split; FindingsError if refused.

    `what` is one of them and several, `way` what can be done about it.
    """
    if not pairs:
        return []
    verb = "is" if len(pairs) == 1 else "are"
    text = f"{several(len(pairs), *what)} of an augmented split {verb} also in another split"
    if settings.refuses_leaks:
        raise FindingsError(
            f"{text}:",
            *(f"  {shown(pair)}" for pair in islice(pairs, _SHOWN)),
            f"{way}, or say `leaks: allow` under `dataset`",
        )
    more = f" and {len(pairs) - _TOLD} more" if len(pairs) > _TOLD else ""
    return [f"{text}: {', '.join(map(shown, islice(pairs, _TOLD)))}{more}"]


def groups_heeded(settings: DatasetSettings, groups: Collection[str]) -> list[str]:
    """Return what to tell of groups in an augmented and another split; FindingsError if refused.

    They are refused however splits came to be: drawn ones keep groups whole unless an order tells.
    """
    name, way = f"({settings.kept_together!r})", "take each out of one of the splits"
    if settings.shares and settings.shares.by is not None:
        way = "say `group` beside `by`, so that what they have before is in neither split"
    whole = settings.model_copy(update={"split": None})
    return heeded(whole, (f"group {name}", f"groups {name}"), sorted(groups), str, way)


def parted(dataset: Dataset, settings: DatasetSettings) -> list[str]:
    """Return what to tell of groups of samples in files of their own, as `groups_heeded` does."""
    groups, ours = told_groups(dataset, settings), augmented(settings.augment, dataset.splits)
    splits = dataset.splits_of(range(len(dataset)))
    return groups_heeded(settings, in_both(map(groups.get, dataset.ids), splits, ours))


def leaks(dataset: Dataset, augment: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (augmented source, other sample) of equal bytes, or one and the same in two splits."""
    ours = augmented(augment, dataset.splits)
    if dataset.shared:
        own = (sample.id for sample in dataset if sample.split in ours)
        yield from (
            (id_, f"{id_} in {dataset.shared[id_]}") for id_ in own if id_ in dataset.shared
        )
    if len(dataset.splits) < 2:
        return
    sizes: dict[int, list[int]] = defaultdict(list)
    for row, sample_id in enumerate(dataset.ids):
        stat = stat_of(f"{dataset.root}/{sample_id}")
        if stat and stat[0]:
            sizes[stat[0]].append(row)
    for rows in sizes.values():
        yield from _equal(dataset, ours, rows)


def _equal(dataset: Dataset, splits: Collection[str], rows: list[int]) -> Iterator[tuple[str, str]]:
    split_of = {row: dataset[row].split for row in rows}
    told = set(split_of.values())
    if len(told) < 2 or told.isdisjoint(splits):
        return
    alike: dict[str | None, list[int]] = defaultdict(list)
    for row in rows:
        alike[sha256_of(dataset.root / dataset.ids[row])].append(row)
    alike.pop(None, None)
    for one, other in chain.from_iterable(permutations(same, 2) for same in alike.values()):
        told_before = split_of[other] in splits and other < one
        if split_of[one] in splits and split_of[one] != split_of[other] and not told_before:
            yield dataset.ids[one], dataset.ids[other]
