"""How many samples each class is to have, and which samples give the copies for that.

Each split is balanced by itself, and counts are those of the output split. What a class lacks is
spread over its samples evenly, in an order drawn from their ids, for every kind of dataset.
"""

from __future__ import annotations

import statistics
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from augcli.draws import Draws
from augcli.errors import SettingError
from augcli.plural import several
from augcli.settings.balance import BalanceSettings, TargetBalance
from augcli.task import Count

Group = tuple[str, str | None]
"""(split, class): what is balanced by itself."""

Name = TypeVar("Name", str, str | None)
Item = TypeVar("Item")

_RELATIVE: Mapping[str, Callable[[Collection[int]], float]] = {
    "max": max,
    "median": statistics.median,
    "min": min,
}


def aims(target: str | int | Mapping[str, int], counts: Mapping[Name, int]) -> dict[Name, int]:
    """Return the count that a target means for each class of a split that it speaks of."""
    if isinstance(target, Mapping):
        return {name: target[name] for name in counts if name is not None and name in target}
    goal = target if isinstance(target, int) else int(_RELATIVE[target](counts.values()))
    return dict.fromkeys(counts, goal)


def targets(balance: BalanceSettings | None, counts: Mapping[Group, int]) -> dict[Group, int]:
    """Return the count that each balanced class must reach; SettingError for one beyond it."""
    if not isinstance(balance, TargetBalance):
        return {}
    found: dict[Group, int] = {}
    for split, classes in _by_split(counts).items():
        for label, aim in aims(balance.target, classes).items():
            if not isinstance(balance.target, str) and aim < classes[label]:
                raise _beyond(balance.target, (split, label), classes[label], aim)
            found[split, label] = max(aim, classes[label])
    return found


def _by_split(counts: Mapping[Group, int]) -> dict[str, dict[str | None, int]]:
    """Return what is balanced: samples without a label are no class beside classes."""
    splits: dict[str, dict[str | None, int]] = defaultdict(dict)
    for (split, label), count in counts.items():
        splits[split][label] = count
    return {
        split: {label: n for label, n in classes.items() if label is not None} or classes
        for split, classes in splits.items()
    }


def _beyond(target: int | Mapping[str, int], group: Group, count: int, aim: int) -> SettingError:
    split, label = group
    key = () if isinstance(target, int) else (str(label),)
    text = f"class {label!r} of {split!r} already has {several(count, 'sample')} with `copies`"
    return SettingError(("balance", "target", *key), f"{text}, more than {aim}")


def spread(
    seed: int, items: Sequence[Item], id_of: Callable[[Item], str], wanted: int
) -> Iterator[tuple[Item, int]]:
    """Yield each item with how many copies it gives of those that are wanted beyond its own."""

    def order() -> list[int]:
        return in_drawn_order(seed, range(len(items)), lambda place: id_of(items[place]))

    return zip(items, shares(wanted, len(items), order), strict=True)


def in_drawn_order(seed: int, items: Iterable[Item], id_of: Callable[[Item], str]) -> list[Item]:
    """Return items in an order drawn from their ids."""
    draws = Draws(seed).at("balance")
    return sorted(items, key=lambda item: draws.at(id_of(item)).key)


def shares(wanted: int, among: int, order: Callable[[], Iterable[int]]) -> array[int]:
    """Return how many each gives: all the same, and the first of an order one more."""
    each, rest = divmod(max(0, wanted), max(1, among))
    given = array("q", [each]) * among
    for place in islice(order(), rest) if rest else ():
        given[place] += 1
    return given


def counted(
    before: Mapping[Group, int], after: Mapping[Group, int], goals: Mapping[Group, int]
) -> list[Count]:
    """Return the classes of each split with their numbers, in the order of their names."""
    ordered = sorted(before, key=lambda group: (group[0], group[1] or ""))
    return [Count(*group, before[group], after[group], goals.get(group, 0)) for group in ordered]
