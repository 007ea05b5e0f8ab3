"""How often samples are repeated for the sake of the rarest objects in them.

The repeat factors of LVIS: of a class that is in a part f of the samples it is sqrt(t / f), where t
is the threshold, and 1 at least; of a sample it is that of its rarest class. What is left of a
factor beyond its whole part is one more of some samples, in an order drawn from their ids: of so
many that those of one factor, and all that hold a class, give what is asked of them together, or
less than one more. Others ride along, so classes become as frequent as asked, or more.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from augcli.balance.targets import in_drawn_order
from augcli.dataset.units import Dataset
from augcli.errors import SettingError
from augcli.settings.balance import BalanceSettings, ObjectBalance
from augcli.task import Count


def by_objects(balance: BalanceSettings | None) -> float | None:
    """Return the threshold where samples are to be repeated by their objects."""
    is_asked = isinstance(balance, ObjectBalance) and balance.target == "repeat_factor"
    return balance.threshold if isinstance(balance, ObjectBalance) and is_asked else None


def check_balance(balance: BalanceSettings | None, dataset: Dataset) -> None:
    """Raise SettingError for a balance of classes where there are objects, or the reverse."""
    if balance is None:
        return
    if by_objects(balance) is not None and dataset.census is None:
        text = "no objects are told of in the dataset; balance its classes by max, median or N"
        raise SettingError(("balance", "target"), text)
    if by_objects(balance) is None and dataset.objects is not None:
        text = "pictures of objects are of no class; say `target: repeat_factor`"
        raise SettingError(("balance", "target"), text)


def repeats(
    threshold: float, seed: int, dataset: Dataset, rows: Sequence[int], each: int
) -> Iterator[tuple[int, int]]:
    """Yield each row and how many samples it gives beyond `each`, for its rarest class."""
    order, base = in_drawn_order(seed, rows, dataset.ids.__getitem__), max(1, each)
    held = _holders(dataset, order)
    asked = {label: base * _factor(threshold, len(rows), len(some)) for label, some in held.items()}
    exact = {row: max((asked[x] for x in _census(dataset, row)), default=base) for row in order}
    alike: dict[float, list[int]] = defaultdict(list)
    for row, number in exact.items():
        alike[number].append(row)
    given = _whole(exact, [*alike.items(), *((asked[label], held[label]) for label in held)])
    yield from ((row, given[row] - base) for row in rows)


def _holders(dataset: Dataset, rows: Sequence[int]) -> dict[str, list[int]]:
    """Return the rows that hold each class."""
    held: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        for label in _census(dataset, row):
            held[label].append(row)
    return held


def _factor(threshold: float, count: int, holders: int) -> float:
    return max(1.0, math.sqrt(threshold * count / holders))


def _whole(
    exact: Mapping[int, float], groups: Iterable[tuple[float, Sequence[int]]]
) -> dict[int, int]:
    """Return numbers of rows as whole ones, each the next below or above.

    The rows of a group, who come one after the other, have together at least its number times them.
    """
    whole = {row: math.floor(number + _TINY) for row, number in exact.items()}
    left = {row for row, number in exact.items() if number > whole[row] + _TINY}
    for number, rows in groups:
        lack = math.ceil(len(rows) * number - _TINY) - sum(whole[row] for row in rows)
        for row in [*islice(filter(left.__contains__, rows), max(0, lack))]:
            whole[row] += 1
            left.remove(row)
    return whole


_TINY = 1e-9
"""What is lost by arithmetic."""


def objects_of(dataset: Dataset, outputs: Callable[[int], int]) -> list[Count]:
    """Return the objects of each class of splits, before and after; `outputs` tells them of a row.

    Copies may lose some of them.
    """
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for row in range(len(dataset)) if dataset.census else ():
        for label, count in _census(dataset, row).items():
            before[dataset[row].split, label] += count
            after[dataset[row].split, label] += count * outputs(row)
    return [Count(*group, before[group], after[group]) for group in sorted(before)]


def _census(dataset: Dataset, row: int) -> Mapping[str, int]:
    return dataset.census(row) if dataset.census else {}
