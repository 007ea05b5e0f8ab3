"""How often samples are repeated for the sake of the rarest objects in them.

The repeat factors of LVIS: of a class that is in a part f of the samples it is sqrt(t / f), where t
is the threshold, and 1 at least; of a sample it is that of its rarest class. Others ride along, so
classes become as frequent as asked, or more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

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
    threshold: float, dataset: Dataset, rows: Sequence[int], each: int
) -> Iterator[tuple[int, int]]:
    """Yield each row and how many samples it gives beyond `each`, for its rarest class."""
    census = dataset.census
    assert census is not None, "a dataset of objects"
    held = Counter(label for row in rows for label in census(row))
    factors = {label: math.sqrt(threshold * len(rows) / count) for label, count in held.items()}
    for row in rows:
        factor = max((factors[label] for label in census(row)), default=1.0)
        yield row, max(0, math.ceil(max(1, each) * factor - 1e-9) - max(1, each))


def objects_of(dataset: Dataset, outputs: Sequence[int]) -> list[Count]:
    """Return the objects of each class of splits, before and after; `outputs` are by row.

    Copies may lose some of them.
    """
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for row in range(len(dataset)) if dataset.census else ():
        for label, count in _census(dataset, row).items():
            before[dataset[row].split, label] += count
            after[dataset[row].split, label] += count * outputs[row]
    return [Count(*group, before[group], after[group]) for group in sorted(before)]


def _census(dataset: Dataset, row: int) -> Mapping[str, int]:
    return dataset.census(row) if dataset.census else {}
