"""How many copies each series gives: `copies` for all, then exact counts for each class."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from augcli.dataset import Balance
from augcli.draws import Draws
from augcli.errors import SettingError, did_you_mean
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry

Group = tuple[str, str | None]
"""(split, class): what is balanced by itself."""


def groups_of(entries: Iterable[Entry], splits: Set[str]) -> dict[Group, list[Entry]]:
    """Return the series to be augmented, by split and class."""
    groups: dict[Group, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.split in splits:
            groups[entry.split, entry.label].append(entry)
    return dict(groups)


def targets_of(
    job: SeriesJob, groups: Mapping[Group, Sequence[Entry]], originals: int
) -> dict[Group, int]:
    """Return how many series each balanced class is to have; SettingError for impossible ones."""
    if not isinstance(job.balance, Balance):
        return {}
    counts = {group: len(each) * (job.copies + originals) for group, each in groups.items()}
    counts = {group: n for group, n in counts.items() if group[1] is not None} or counts
    target = job.balance.target
    if isinstance(target, str):
        return dict(_relative(target, counts))
    if isinstance(target, dict):
        _check_classes(target, {str(label) for _, label in groups})
    told = {
        group: target if isinstance(target, int) else target[str(group[1])]
        for group in counts
        if isinstance(target, int) or str(group[1]) in target
    }
    for group, goal in told.items():
        if goal < counts[group]:
            key = () if isinstance(target, int) else (str(group[1]),)
            text = f"class {group[1]!r} of {group[0]!r} already has {counts[group]} series"
            raise SettingError(
                ("balance", "target", *key), f"{text} with `copies`, more than {goal}"
            )
    return told


def _check_classes(names: Iterable[str], known: Set[str]) -> None:
    for name in names:
        if name not in known:
            text = f"the dataset has no class {name!r}{did_you_mean(name, known)}"
            raise SettingError(("balance", "target", name), text)


def _relative(target: str, counts: Mapping[Group, int]) -> Iterator[tuple[Group, int]]:
    for group, count in counts.items():
        split = [other for (name, _), other in counts.items() if name == group[0]]
        goal = max(split) if target == "max" else int(statistics.median(split))
        yield group, max(goal, count)


def spread(job: SeriesJob, entries: Sequence[Entry], wanted: int) -> dict[str, int]:
    """Return id → copies: all give the same, and the first of a drawn order one more."""
    if not entries:
        return {}
    each, rest = divmod(max(0, wanted), len(entries))
    draws = Draws(job.seed).at("balance")
    order = sorted(entries, key=lambda entry: draws.at(entry.id).key) if rest else []
    lucky = {entry.id for entry in order[:rest]}
    return {entry.id: job.copies + each + (entry.id in lucky) for entry in entries}
