"""Recipe + dataset → how many copies of each source, decided before any pixel is read.

Counts are those of the output split. `copies` applies first, then `balance` fills classes up to
their targets round robin over the sources, in an order drawn from their ids. Sources found to be
broken are left out of the round robin: what each healthy source gives then only grows, so that
topping up never takes back what was already made.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from augcli.balance import Group, counted, spread, targets
from augcli.classes import check_steps, check_target
from augcli.dataset import Dataset
from augcli.recipe import Recipe
from augcli.splits import augmented, check_augmented
from augcli.task import Count

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
        return counted(before, after, self.targets)

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
    goals = targets(recipe.balance, {g: len(rows) * per_source for g, rows in groups.items()})
    copies = array("i", [PASS_THROUGH]) * len(dataset)
    broken = frozenset(broken)
    for group, rows in groups.items():
        healthy = [row for row in rows if row not in broken]
        wanted = goals.get(group, 0) - len(healthy) * per_source
        for row, extra in spread(recipe.seed, healthy, dataset.ids.__getitem__, wanted):
            copies[row] = recipe.copies + extra
    return Plan(dataset, copies, broken, goals, emits_originals)


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


def check_names(recipe: Recipe, dataset: Dataset) -> None:
    """Raise SettingError for a split or class that the dataset does not have."""
    check_augmented(recipe.dataset.augment, dataset.splits)
    check_steps(recipe.steps, dataset.classes)
    check_target(recipe.balance, dataset.classes)
