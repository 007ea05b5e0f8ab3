"""The samples of an output, sources and copies, as rows that learners are trained on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from augcli.dataset.splits import is_augmented
from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.judge import Court, Numbers, Rows, Seen
from augcli.task import class_of


@dataclass
class Material:
    """What judges saw of one arm: of each sample what each of them looks at."""

    court: Court
    augment: Collection[str]
    """The splits that are augmented; of others only one drawn to be left out is looked at."""
    left_out: str | None = None
    """The name of that one."""
    originals: dict[str, Seen] = field(default_factory=dict)
    copies: list[Seen] = field(default_factory=list)
    tested: list[Seen] = field(default_factory=list)
    """Of a split that was drawn to be left out, if one was."""
    unlabelled: int = 0
    """Samples that are of no class, so that nobody can judge by them."""
    notes: list[str] = field(default_factory=list)
    """What is to be said of what is not here."""

    def take(self, samples: Iterable[Seen]) -> None:
        """Take in samples, and keep what judges see of them."""
        for each in samples:
            place = self._place(each)
            if place is not None and each.label is None:
                self.unlabelled += 1
            elif place is not None:
                views = tuple(judge.see(each.value) for judge in self.court.judges)
                place(replace(each, value=views))

    def _place(self, each: Seen) -> Callable[[Seen], object] | None:
        """Return what keeps a sample; None where it is of no split that is looked at."""
        if self.left_out is not None and each.split == self.left_out:
            return self.tested.append
        if each.split is None or not is_augmented(each.split, self.augment):
            return None
        return self.copies.append if each.copy is not None else self._keep

    def _keep(self, original: Seen) -> None:
        self.originals[original.source] = original

    @cached_property
    def classes(self) -> list[str]:
        """Return the names of the classes, sorted."""
        return sorted({str(each.label) for each in self.originals.values()})

    def chosen(self, most: int, draws: Draws) -> list[str]:
        """Return the ids of as many sources, ascending: the same share of each class."""
        share = min(1.0, most / max(len(self.originals), 1))
        by_class: dict[str, list[str]] = {}
        for name in sorted(self.originals):
            by_class.setdefault(str(self.originals[name].label), []).append(name)
        return sorted(name for each in by_class.values() for name in _some(each, share, draws))

    def rows(self, names: Sequence[str], judge: int, classes: Sequence[str]) -> Rows:
        """Return what one judge is trained on: these sources and their copies.

        The first copy of a source that is no original stands for it.
        """
        firsts = dict(self.originals)
        more = [each for each in self.copies if firsts.setdefault(each.source, each) is not each]
        places = {name: at for at, name in enumerate(names)}
        copies = [each for each in more if each.source in places]
        shown = [*(firsts[name] for name in names), *copies]
        views = [each.value[judge] for each in shown]
        sources = np.array([places[each.source] for each in shown])
        labels = numbered([firsts[name] for name in names], classes)
        return Rows(views, sources, labels, _shares(shown, classes))

    def first(self, copies: int) -> Material:
        """Return the same with the first so many copies of each source alone."""
        kept = [each for each in self.copies if each.copy is not None and each.copy < copies]
        return replace(self, copies=kept)

    @property
    def sources(self) -> list[str]:
        """Return the ids of all sources, ascending, those too that are no originals."""
        return sorted({*self.originals, *(each.source for each in self.copies)})

    def partitions(
        self, names: Sequence[str], folds: int, repeats: int, draws: Draws
    ) -> list[Numbers]:
        """Return the fold of each source, anew for every repeat."""
        originals = [self.originals[name] for name in names]
        labels = numbered(originals, self.classes)
        groups = [each.group for each in originals]
        return [partition(labels, groups, folds, draws.at(turn)) for turn in range(repeats)]


def _shares(samples: Sequence[Seen], classes: Sequence[str]) -> NDArray[np.float64]:
    """Return samples × classes: how much of each class a sample is."""
    places = {name: at for at, name in enumerate(classes)}
    shares = np.zeros((len(samples), len(classes)))
    for row, each in enumerate(samples):
        told = each.label if isinstance(each.label, Mapping) else {str(each.label): 1.0}
        for name, share in told.items():
            shares[row, places[name]] = share
    return shares


def numbered(samples: Sequence[Seen], classes: Sequence[str]) -> Numbers:
    """Return the class of each sample as its place among all."""
    places = {name: at for at, name in enumerate(classes)}
    return np.array([places[str(class_of(each.label))] for each in samples])


def _some(names: Sequence[str], share: float, draws: Draws) -> Iterator[str]:
    """Yield a share of names, at least one, in an order that each name has by itself."""
    count = max(1, round(share * len(names)))
    yield from sorted(names, key=lambda name: draws.at(name).key)[:count]
