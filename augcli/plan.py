"""Recipe + dataset → what is asked of each unit, decided before any pixel is read.

Where only who reads the files can count their samples, whole splits are asked for. Other counts
are those of the output split. `copies` applies first, then `balance` fills classes up to
their targets round robin over the sources, in an order drawn from their ids. Sources found to be
broken are left out of the round robin: what each healthy source gives then only grows, so that
topping up never takes back what was already made.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from augcli.dataset import Balance, Dataset
from augcli.draws import Draws
from augcli.errors import SettingError, did_you_mean
from augcli.recipe import Recipe
from augcli.recipe.document import KeyPath
from augcli.splits import augmented, check_augmented
from augcli.task import Copies, Count, PassThrough, Record, Request, Splits

Group = tuple[str, str | None]
"""(split, class): what is balanced by itself."""


@dataclass(frozen=True)
class Plan:
    """What is asked of each unit of a dataset."""

    dataset: Dataset
    requests: Sequence[Request]
    """By row; there are few different ones."""
    broken: frozenset[int]
    targets: dict[Group, int]
    emits_originals: bool

    def counts(self, failed: Mapping[str, int] | None = None) -> list[Count]:
        """Return the classes of each split with their numbers before and after.

        `failed` has the ids of samples that failed though the plan counts on them, with how many
        files there are of each. Samples that only the work itself can count are not among them.
        """
        before: dict[Group, int] = defaultdict(int)
        after: dict[Group, int] = defaultdict(int)
        for row, sample in enumerate(self.dataset):
            if row in self.dataset.uncounted:
                continue
            group = (sample.split, sample.label)
            before[group] += 1
            if row not in self.broken:
                after[group] += (failed or {}).get(sample.id, self.outputs(row))
        ordered = sorted(before, key=lambda group: (group[0], group[1] or ""))
        return [
            Count(*group, before[group], after[group], self.targets.get(group, 0))
            for group in ordered
        ]

    def outputs(self, row: int) -> int:
        """Return how many files one sample gives, its original among them."""
        request = self.requests[row]
        return request.count + self.emits_originals if isinstance(request, Copies) else 1


def make_plan(recipe: Recipe, dataset: Dataset, broken: Collection[int] = ()) -> Plan:
    """Return the plan; `broken` are the rows of sources that turned out unusable."""
    if len(dataset.uncounted) < len(dataset):
        check_names(recipe, dataset)
    emits_originals = getattr(recipe.output, "originals", "copy") != "omit"
    groups = _groups(recipe, dataset)
    per_source = recipe.copies + emits_originals
    counts = {group: len(rows) * per_source for group, rows in _classes(groups).items()}
    targets = _targets(recipe, counts) if counts else {}
    requests: list[Request] = [PassThrough()] * len(dataset)
    for row in dataset.uncounted:
        requests[row] = _of_splits(recipe)
    asked = cache(Copies)
    broken = frozenset(broken)
    for group, rows in groups.items():
        healthy = [row for row in rows if row not in broken]
        wanted = targets.get(group, 0) - len(healthy) * per_source
        for row, extra in _spread(recipe.seed, dataset, healthy, max(0, wanted)):
            requests[row] = asked(recipe.copies + extra)
    return Plan(dataset, requests, broken, targets, emits_originals)


def _of_splits(recipe: Recipe) -> Splits:
    """Return what is asked of samples that nobody has counted yet, beside the stamp."""
    balance: Record | None = recipe.plain()["balance"]
    if recipe.balance is not None:
        balance = {**recipe.plain()["balance"], "revision": recipe.balance.revision}
    return Splits(
        recipe.copies,
        balance,
        list(recipe.dataset.augment),
        [[name, split] for name, split in recipe.dataset.splits.items()],
        recipe.dataset.leaks,
    )


def _groups(recipe: Recipe, dataset: Dataset) -> dict[Group, list[int]]:
    groups: dict[Group, list[int]] = defaultdict(list)
    ours = augmented(recipe.dataset.augment, dataset.splits)
    for row, sample in enumerate(dataset):
        if sample.split in ours and row not in dataset.uncounted:
            groups[sample.split, sample.label].append(row)
    return groups


def _classes(groups: dict[Group, list[int]]) -> dict[Group, list[int]]:
    """Return the groups that are balanced: samples without a label are no class beside classes."""
    labelled = {split for split, label in groups if label is not None}
    return {g: rows for g, rows in groups.items() if g[1] is not None or g[0] not in labelled}


def _targets(recipe: Recipe, counts: dict[Group, int]) -> dict[Group, int]:
    """Return the count that each balanced class must reach."""
    if recipe.balance is None:
        return {}
    assert isinstance(recipe.balance, Balance)
    target = recipe.balance.target
    if isinstance(target, str):
        return dict(_relative_targets(target, counts))
    wanted = {
        group: target if isinstance(target, int) else target[str(group[1])]
        for group in counts
        if isinstance(target, int) or group[1] in target
    }
    for group, count in counts.items():
        if wanted.get(group, count) < count:
            key = () if isinstance(target, int) else (str(group[1]),)
            raise SettingError(
                ("balance", "target", *key),
                f"class {group[1]!r} of {group[0]!r} already has {count} samples with `copies`, "
                f"more than {wanted[group]}",
            )
    return wanted


def _relative_targets(target: str, counts: dict[Group, int]) -> Iterator[tuple[Group, int]]:
    for group, count in counts.items():
        split = [other for (name, _), other in counts.items() if name == group[0]]
        goal = max(split) if target == "max" else int(statistics.median(split))
        yield group, max(goal, count)


def _spread(seed: int, dataset: Dataset, rows: list[int], wanted: int) -> Iterator[tuple[int, int]]:
    """Yield (row, extra copies): all get the same, and the first of a drawn order one more."""
    if not rows:
        return
    each, rest = divmod(wanted, len(rows))
    draws = Draws(seed).at("balance")
    first = sorted(rows, key=lambda row: draws.at(dataset.ids[row]).key)[:rest] if rest else []
    lucky = frozenset(first)
    for row in rows:
        yield row, each + (row in lucky)


def check_names(recipe: Recipe, dataset: Dataset) -> None:
    """Raise SettingError for a split or class that the dataset does not have."""
    check_augmented(recipe.dataset.augment, dataset.splits)
    for path, name in _class_names(recipe):
        _check_class(name, dataset.classes, path)


def _class_names(recipe: Recipe) -> Iterator[tuple[KeyPath, str]]:
    for path, step in recipe.located_steps():
        yield from _numbered((*path, "only"), step.only)
        yield from _numbered((*path, "except"), step.except_)
    if isinstance(recipe.balance, Balance) and isinstance(recipe.balance.target, dict):
        yield from ((("balance", "target", name), name) for name in recipe.balance.target)


def _numbered(path: KeyPath, names: tuple[str, ...]) -> Iterator[tuple[KeyPath, str]]:
    return (((*path, index), name) for index, name in enumerate(names))


def _check_class(name: str, known: list[str], path: KeyPath) -> None:
    if name not in known:
        raise SettingError(
            path,
            f"the dataset has no class {name!r}{did_you_mean(name, known)} "
            f"(it has {', '.join(known[:20]) or 'none'})",
        )
