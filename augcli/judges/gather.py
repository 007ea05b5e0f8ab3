"""The samples of an output, sources and copies, as rows that learners are trained on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from augcli.dataset.splits import is_augmented
from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.judge import Court, Numbers, Rows, Seen


@dataclass
class Material:
    """What judges saw of one arm: of each sample what each of them looks at."""

    court: Court
    augment: Collection[str]
    """The splits that are augmented; others are never judged."""
    originals: dict[str, Seen] = field(default_factory=dict)
    copies: list[Seen] = field(default_factory=list)
    unlabelled: int = 0
    """Samples of no class, which cannot be judged by."""

    def take(self, samples: Iterable[Seen]) -> None:
        """Take in samples, and keep what judges see of them."""
        for each in samples:
            if each.split is None or not is_augmented(each.split, self.augment):
                continue
            if each.label is None:
                self.unlabelled += 1
                continue
            views = tuple(judge.see(each.value) for judge in self.court.judges)
            seen = replace(each, value=views)
            if each.copy is None:
                self.originals[each.source] = seen
            else:
                self.copies.append(seen)

    @cached_property
    def classes(self) -> list[str]:
        """Return the names of the classes, sorted."""
        return sorted({str(each.label) for each in self.originals.values()})

    def chosen(self, most: int, draws: Draws) -> list[str]:
        """Return the ids of as many sources, ascending: the same share of each class."""
        share = min(1.0, most / max(len(self.originals), 1))
        by_class: dict[str | None, list[str]] = {}
        for name in sorted(self.originals):
            by_class.setdefault(self.originals[name].label, []).append(name)
        return sorted(name for each in by_class.values() for name in _some(each, share, draws))

    def rows(self, names: Sequence[str], judge: int, most_copies: int | None = None) -> Rows:
        """Return what one judge is trained on: these sources and their copies, or the first few."""
        places = {name: at for at, name in enumerate(names)}
        copies = [
            each
            for each in self.copies
            if each.source in places and _is_among(each.copy, most_copies)
        ]
        shown = [*(self.originals[name] for name in names), *copies]
        views = [each.value[judge] for each in shown]
        sources = np.array([places[each.source] for each in shown])
        return Rows(views, sources, self.labels(names))

    def labels(self, names: Sequence[str]) -> Numbers:
        """Return the class of each source."""
        numbers = {name: at for at, name in enumerate(self.classes)}
        return np.array([numbers[str(self.originals[name].label)] for name in names])

    def partitions(
        self, names: Sequence[str], folds: int, repeats: int, draws: Draws
    ) -> list[Numbers]:
        """Return the fold of each source, anew for every repeat."""
        labels = self.labels(names)
        groups = [self.originals[name].group for name in names]
        return [partition(labels, groups, folds, draws.at(turn)) for turn in range(repeats)]


def _is_among(copy: int | None, most: int | None) -> bool:
    return most is None or (copy is not None and copy < most)


def _some(names: Sequence[str], share: float, draws: Draws) -> Iterator[str]:
    """Yield a share of names, at least one, in an order that each name has by itself."""
    count = max(1, round(share * len(names)))
    yield from sorted(names, key=lambda name: draws.at(name).key)[:count]
