"""Splits that are drawn: shares of each class, with what belongs together in one of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from augcli.dataset.splits import TRAIN, augmented
from augcli.dataset.units import Dataset
from augcli.dataset.versions import versions
from augcli.disk.reading import sha256_of, stat_of
from augcli.draws import Draws
from augcli.errors import SettingError
from augcli.plural import several
from augcli.settings.base import DatasetSettings
from augcli.settings.shares import SplitShares

OTHER = "other"
"""The split of what shares are not drawn of."""
SPLITS = [OTHER, "test", "train", "val"]
"""The splits that can be drawn; a sample's is the place of one here."""
_TURNS = np.array([-1, 2, 0, 1])
"""Which comes after which where an order tells them."""

BLOCK = 10
"""Samples that a block has at least."""
_BLOCKS = 50
"""There are no more."""

Numbers = NDArray[np.integer]


class Own(NamedTuple):
    """The splits that samples have before any are drawn, and those that may be augmented."""

    splits: Sequence[str]
    augment: Collection[str]


def shared_out(
    shares: SplitShares, strata: Numbers, units: Numbers, keys: NDArray[np.uint64]
) -> NDArray[np.int32]:
    """Return the split of each sample: so much of each stratum, in the order of the keys.

    Samples of a unit are where most of it would be; SettingError if a split gets none.
    """
    codes = np.full(len(units), SPLITS.index(TRAIN), np.int32)
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        rows = rows[np.argsort(keys[rows], kind="stable")]
        start = 0
        for name, share in shares.held.items():
            end = start + round(share * len(rows))
            codes[rows[start:end]] = SPLITS.index(name)
            start = end
    codes = _whole_units(units, codes)
    for name in (TRAIN, *shares.held):
        if SPLITS.index(name) not in codes:
            samples, apart = several(len(units), "sample"), several(len(np.unique(units)), "unit")
            text = f"{samples} in {apart} leave none for {name!r}"
            way = "take a larger share, or leave `split` out"
            raise SettingError(("dataset", "split"), f"{text}; {way}")
    return codes


def shared_inside(
    inside: NDArray[np.bool_],
    shares: SplitShares,
    strata: Numbers,
    units: Numbers,
    keys: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """Return the split of each sample where shares are drawn of some alone."""
    codes = np.full(len(inside), SPLITS.index(OTHER), np.int32)
    codes[inside] = shared_out(shares, strata[inside], units[inside], keys[inside])
    return codes


def in_last(shares: SplitShares, codes: NDArray[np.int32], groups: Numbers) -> NDArray[np.int32]:
    """Return splits in time with groups in the last of theirs; what they have before is `other`.

    A negative number is no group. Raises SettingError if a split gets none.
    """
    known, turns = groups >= 0, _TURNS[codes]
    last = np.full(groups.max(initial=-1) + 1, -1)
    np.maximum.at(last, groups[known], turns[known])
    earlier = known & (turns >= 0)
    earlier[earlier] = turns[earlier] < last[groups[earlier]]
    whole = np.where(earlier, SPLITS.index(OTHER), codes).astype(np.int32)
    for name in (TRAIN, *shares.held):
        if SPLITS.index(name) not in whole:
            text = f"each {shares.group} of {name!r} has later samples, and none is left there"
            way = "say `group` or `by` alone, or take a smaller share"
            raise SettingError(("dataset", "split"), f"{text}; {way}")
    return whole


def _whole_units(units: Numbers, codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return codes with each unit where most of it is."""
    known, places = np.unique(units, return_inverse=True)
    votes = np.bincount(len(SPLITS) * places + codes, minlength=len(SPLITS) * len(known))
    whole: NDArray[np.int32] = votes.reshape(-1, len(SPLITS)).argmax(axis=1)[places]
    return whole.astype(np.int32)


def blocks(values: NDArray[np.float64], least: int) -> Numbers:
    """Return for each number which block of like ones it is in: of so many at least."""
    count = max(1, min(_BLOCKS, len(values) // least))
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    found: Numbers = ranks * count // max(len(values), 1)
    return found


def blocks_of_texts(labels: Sequence[str | None]) -> Numbers:
    """Return the same for numbers as they are written; SettingError where one is none."""
    try:
        values = [float("nan") if label is None else float(label) for label in labels]
    except ValueError:
        text = "`blocks` are of labels that are numbers, and not all are; say `stratify: true`"
        raise SettingError(("dataset", "split", "stratify"), text) from None
    return blocks(np.array(values), BLOCK)


def with_drawn_splits(dataset: Dataset, settings: DatasetSettings, seed: int) -> Dataset:
    """Return a dataset of samples in files of their own with the splits that settings draw."""
    shares = settings.shares
    if shares is None or dataset.uncounted or not len(dataset):
        return dataset
    refuse_order(shares)
    if dataset.held_out and shares.of is None:
        refuse_named((sample.id, sample.split) for sample in dataset)
    together = kept_together(dataset, settings)
    units = [together.get(name, name) for name in dataset.ids]
    labels, own = [s.label for s in dataset], Own([s.split for s in dataset], settings.augment)
    return dataset.with_splits(drawn_splits(shares, labels, units, seed, own))


def drawn_splits(
    shares: SplitShares,
    labels: Sequence[str | None],
    units: Sequence[str],
    seed: int,
    own: Own,
) -> list[str]:
    """Return the split of each sample, from its class and what names its unit.

    Where shares are drawn of some alone, what is not drawn keeps the split of its own.
    """
    place = Draws(seed).at("split")
    keys = np.array([place.at(unit).key for unit in units], np.uint64)
    if shares.stratify == "blocks":
        strata = blocks_of_texts(labels)
    else:
        strata = numbered([label if shares.stratify else None for label in labels])
    return splits_inside(shares, strata, numbered(units), keys, own)


def splits_inside(
    shares: SplitShares,
    strata: Numbers,
    units: Numbers,
    keys: NDArray[np.uint64],
    own: Own,
) -> list[str]:
    """Return the split of each sample: so much of each stratum, in the order of the keys."""
    ours = set(own.splits) if shares.of is None else augmented(own.augment, own.splits)
    among = np.array([split in ours for split in own.splits], bool)
    drawn = [SPLITS[code] for code in shared_inside(among, shares, strata, units, keys).tolist()]
    if shares.of is None:
        return drawn
    refuse_same(shares, ours)
    return [
        kept if split == TRAIN else split for split, kept in zip(drawn, own.splits, strict=True)
    ]


def refuse_named(named: Iterable[tuple[str, str]]) -> None:
    """Raise SettingError where splits are to be drawn, and a name tells one that is held out."""
    for name, split in named:
        if split != TRAIN:
            text = f"{name} is {split} by its name, so that no splits can be drawn"
            hint = "leave `split` out, or say by `dataset.splits` that it is `train` or to `ignore`"
            raise SettingError(("dataset", "split"), f"{text}: {hint}")


def kept_together(dataset: Dataset, settings: DatasetSettings) -> Mapping[str, str]:
    """Return id → what a sample in a file of its own stays together by; others are alone.

    That is what a group tells, else that files are equal or versions of one.
    """
    if settings.kept_together is not None:
        return told_groups(dataset, settings)
    if settings.leaks == "allow" or dataset.uncounted:
        return {}
    first: dict[str, str] = {}

    def unit(name: str) -> str:
        while (other := first.get(name, name)) != name:
            name = other
        return name

    for name, other in chain(_first_equal(dataset.root, dataset.ids), versions(dataset.ids)):
        first[unit(name)] = unit(other)
    return {name: unit(name) for name in {*first, *first.values()}}


def told_groups(dataset: Dataset, settings: DatasetSettings) -> Mapping[str, str]:
    """Return id → what a sample in a file of its own stays together by, as far as that is told."""
    if settings.kept_together is None or dataset.together or dataset.uncounted:
        return dataset.together
    return matched(dataset.ids, settings)


def matched(names: Sequence[str], settings: DatasetSettings) -> Mapping[str, str]:
    """Return what a pattern finds in paths; SettingError where it is none, or finds nothing."""
    pattern = str(settings.kept_together)
    try:
        found = {name: group_in(name, pattern) for name in names}
    except re.error as error:
        text = f"is no regular expression of a path: {error}"
        raise SettingError(settings.group_key, text) from None
    groups = {name: each for name, each in found.items() if each is not None}
    if not groups:
        text = f"{pattern!r} is in no path, such as {names[0]}; it is a regular expression"
        raise SettingError(settings.group_key, text)
    return groups


def group_in(name: str, pattern: str) -> str | None:
    """Return what a pattern finds in a path: its first group, where it has one."""
    found = re.search(pattern, name)
    return found and found[found.re.groups and 1]


def _first_equal(root: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (file, the first file of equal bytes), where there are several."""
    sizes: dict[int, list[str]] = defaultdict(list)
    for name in names:
        stat = stat_of(root / name)
        if stat and stat[0]:
            sizes[stat[0]].append(name)
    for same in sizes.values():
        first: dict[str, str] = {}
        for name in same if len(same) > 1 else ():
            digest = sha256_of(root / name)
            if digest is not None:
                yield name, first.setdefault(digest, name)


def numbered(names: Sequence[Hashable]) -> Numbers:
    """Return a number for each, the same for equal ones."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names])


def refuse_same(shares: SplitShares, names: Collection[str]) -> None:
    """Raise SettingError where a split to be drawn has the name of one that shares are drawn of."""
    for name in sorted(shares.held.keys() & set(names)):
        text = f"{name!r} is drawn, and is a split to be augmented, too"
        raise SettingError(("dataset", "split"), f"{text}: leave it out of `augment`")


def refuse_order(shares: SplitShares | None) -> None:
    """Raise SettingError for splits by order, where nothing says when samples were."""
    if shares is not None and shares.by is not None:
        text = (
            "`by` is for rows of tables and series that a column of dates or numbers puts in order"
        )
        raise SettingError(("dataset", "split", "by"), text)
