"""Which classes a dataset has: names in a recipe that are none, and what a person should know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from augcli.errors import SettingError, did_you_mean
from augcli.plural import few, gathered, several
from augcli.settings.balance import BalanceSettings, TargetBalance
from augcli.task import Count
from augcli.transform import Transform, located, walk

_FEW, _MANY = 2, 50
"""So many copies of so few samples teach a model these samples by heart."""
_SHOWN = 20
_NUMBER = re.compile(r"\d+(-\d+)*")
_MANY_NUMBERS = 20
"""Different ones, from which on they may well be amounts."""
_NUMBERS = 5
"""Labels; so few numbers are not taken for amounts."""


def doubts(counts: Iterable[Count]) -> Iterator[str]:
    """Yield classes of which all is made of next to nothing."""
    yield from gathered(_doubts(counts))


def _doubts(counts: Iterable[Count]) -> Iterator[str]:
    for each in counts:
        if each.label is not None and 0 < each.before <= _FEW and each.after >= _MANY * each.before:
            samples = f"its {several(each.before, 'sample')}"
            yield (
                f"class {each.label!r} of {each.split!r} gets {each.after - each.before} new ones "
                f"of {samples}, and a model learns little but these"
            )


def one_class(labels: Collection[str]) -> Iterator[str]:
    """Yield which labels that are spelled with blanks around them and without are one class."""
    if labels:
        names = few(map(repr, sorted(labels)))
        yield f"labels {names} are there with blanks around them and without: one class each"


def class_weights(counts: Mapping[str, int]) -> dict[str, float]:
    """Return the weight of a sample of each class that makes all classes count alike.

    It is n / (classes · samples of the class), so that the weights of all n samples add up to n.
    """
    some = {label: count for label, count in counts.items() if count}
    total = sum(some.values())
    return {label: round(total / (len(some) * count), 9) for label, count in some.items()}


def names_classes(steps: Sequence[Transform]) -> bool:
    """Return whether any step names a class, those inside controls too."""
    return any(True for step in walk(steps) for _ in step.named_classes())


def check_steps(
    steps: Sequence[Transform],
    known: Collection[str],
    path: tuple[str | int, ...] = ("steps",),
    nameless: str = "",
) -> None:
    """Raise SettingError for a class that a step names and the dataset does not have.

    Where it has none by name, `nameless` says why, and numbers stand for them.
    """
    for here, step in located(steps, path):
        for place, name in step.named_classes():
            check_class(name, known, (*here, *place), nameless)


def check_target(balance: BalanceSettings | None, known: Collection[str]) -> None:
    """Raise SettingError for a class that a target names and the dataset does not have."""
    for name in balance.named_classes if balance else ():
        check_class(name, known, ("balance", "target", name))


def refuse_amounts(balance: BalanceSettings | None, files: Sequence[str]) -> None:
    """Raise SettingError for a balance of what is no class: labels of these files are amounts."""
    is_count = isinstance(balance, TargetBalance) and isinstance(balance.target, int)
    if balance and files and not is_count:
        text = f"the labels of {files[0]} are amounts, no classes that could be balanced"
        raise SettingError(("balance",), f"{text}; leave `balance` out, or give a count")


def are_amounts(labels: Sequence[str | None]) -> bool:
    """Return whether labels are numbers of which most are different, not all of them whole."""
    return any(number % 1 for number in various_numbers(labels))


def various_numbers(labels: Sequence[str | None]) -> set[float]:
    """Return the numbers that labels are, where most of them are different; else none."""
    known = [label for label in labels if label is not None]
    numbers = _numbers(known)
    return numbers if 2 * len(numbers) > len(known) > _NUMBERS else set()


def _numbers(labels: Sequence[str]) -> set[float]:
    """Return the numbers that labels are; none where some are other texts."""
    try:
        return set(map(float, labels))
    except ValueError:
        return set()


def may_be_amounts(labels: Sequence[str]) -> int:
    """Return how many numbers labels are, where most are different or these are many; else 0."""
    numbers = _numbers(labels)
    return len(numbers) if len(numbers) > _MANY_NUMBERS else len(various_numbers(labels))


def check_class(
    name: str, known: Collection[str], path: tuple[str | int, ...], nameless: str = ""
) -> None:
    """Raise SettingError for a class that the dataset does not have."""
    if name not in known and not (nameless and _NUMBER.fullmatch(name)):
        near = did_you_mean(name, known)
        has = few(sorted(known), _SHOWN) or nameless or "none"
        raise SettingError(path, f"the dataset has no class {name!r}{near} (it has {has})")
