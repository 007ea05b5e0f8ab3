"""Recipe + dataset → how many copies of each source, decided before any pixel is read.

Counts are those of the output split. `copies` applies first, then `balance` fills classes up to
their targets round robin over the sources, in an order drawn from their ids. Sources found to be
broken are left out of the round robin: what each healthy source gives then only grows, so that
topping up never takes back what was already made.
"""

from __future__ import annotations

import json
import statistics
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from augcli.dataset import Balance, Dataset
from augcli.draws import Draws
from augcli.errors import SettingError, did_you_mean
from augcli.recipe import Recipe
from augcli.recipe.document import KeyPath
from augcli.splits import augmented, check_augmented
from augcli.task import Count

Group = tuple[str, str | None]
"""(split, class): what is balanced by itself."""

PASS_THROUGH = -1
"""The number of copies of a sample that is not to be touched."""


@dataclass(frozen=True)
class Plan:
    """How many copies each sample of a dataset gives; PASS_THROUGH where it is not augmented."""

    dataset: Dataset
    copies: array[int]
    broken: frozenset[int]
    targets: dict[Group, int]
    emits_originals: bool
    asked: str | None = None
    """What a dataset that is worked on as a whole is asked for beside the stamp, as JSON."""

    def counts(self, failed: Mapping[str, int] | None = None) -> list[Count]:
        """Return the classes of each split with their numbers before and after.

        `failed` has the ids of samples that failed though the plan counts on them, with how many
        files there are of each. There are no counts where only the work itself can tell, as for
        whole datasets.
        """
        if self.dataset.files:
            return []
        before: dict[Group, int] = defaultdict(int)
        after: dict[Group, int] = defaultdict(int)
        for row, sample in enumerate(self.dataset):
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
        """Return how many files a source gives, its original among them."""
        copies = self.copies[row]
        return 1 if copies == PASS_THROUGH else copies + self.emits_originals


def make_plan(recipe: Recipe, dataset: Dataset, broken: Collection[int] = ()) -> Plan:
    """Return the plan; `broken` are the rows of sources that turned out unusable."""
    if dataset.files:
        return _whole_plan(recipe, dataset, broken)
    check_names(recipe, dataset)
    emits_originals = getattr(recipe.output, "originals", "copy") != "omit"
    groups = _groups(recipe, dataset)
    per_source = recipe.copies + emits_originals
    targets = _targets(recipe, {group: len(rows) * per_source for group, rows in groups.items()})
    copies = array("i", [PASS_THROUGH]) * len(dataset)
    broken = frozenset(broken)
    for group, rows in groups.items():
        healthy = [row for row in rows if row not in broken]
        wanted = targets.get(group, 0) - len(healthy) * per_source
        for row, extra in _spread(recipe.seed, dataset, healthy, max(0, wanted)):
            copies[row] = recipe.copies + extra
    return Plan(dataset, copies, broken, targets, emits_originals)


def _whole_plan(recipe: Recipe, dataset: Dataset, broken: Collection[int]) -> Plan:
    """Return the plan of a dataset that only those who read it can count."""
    copies = array("i", [recipe.copies]) * len(dataset)
    asked = json.dumps(
        {
            "copies": recipe.copies,
            "balance": recipe.plain()["balance"],
            "revision": recipe.balance and recipe.balance.revision,
            "augment": recipe.dataset.augment,
            "splits": recipe.dataset.splits,
            "leaks": recipe.dataset.leaks,
        }
    )
    return Plan(dataset, copies, frozenset(broken), {}, emits_originals=True, asked=asked)


def _groups(recipe: Recipe, dataset: Dataset) -> dict[Group, list[int]]:
    groups: dict[Group, list[int]] = defaultdict(list)
    ours = augmented(recipe.dataset.augment, dataset.splits)
    for row, sample in enumerate(dataset):
        if sample.split in ours:
            groups[sample.split, sample.label].append(row)
    return groups


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
