"""The samples of an output, sources and copies, as rows that learners are trained on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from augcli.balance.classes import are_amounts
from augcli.dataset.splits import is_augmented
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.judges.judge import Court, Seen, Some
from augcli.task import class_of

_TESTABLE = 2
"""Of a class of fewer none is tested, as there is nothing to learn from."""


class Material(Struct, dict=True):
    """What judges see of one arm: of each sample what each of them looks at."""

    court: Court
    augment: Collection[str]
    """The splits that are augmented; of others only one drawn to be left out is looked at."""
    folder: Path
    """Where the output lies."""
    left_out: str | None = None
    """The name of the split that was drawn to be left out, if one was."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Source → what it must not be tested apart from, where more than equal ones are told."""
    views: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What judges saw of samples, by their hashes; several arms may share it."""
    originals: dict[str, Seen] = field(default_factory=dict)
    copies: list[Seen] = field(default_factory=list)
    tested: list[Seen] = field(default_factory=list)
    """Of a split that was drawn to be left out, if one was."""
    unlabelled: int = 0
    """Samples that are of no class, so that nobody can judge by them."""
    broken: dict[tuple[str, int | None], str] = field(default_factory=dict)
    """Samples that cannot be looked at, by their sources and numbers, and why."""
    troubles: Mapping[str, str] | None = None
    """Why samples cannot be looked at, by their hashes; None where it is still to be seen."""
    found: dict[str, str] = field(default_factory=dict)
    """The same of those that were taken in."""
    notes: list[str] = field(default_factory=list)
    """What is to be said of what is not here."""

    def take(self, samples: Iterable[Seen]) -> None:
        """Take in samples; what cannot be looked at is told of, and left out."""
        for sample in samples:
            each = replace(sample, group=self.groups.get(sample.source, sample.group))
            place = self._place(each)
            if place is not None and each.label is None:
                self.unlabelled += 1
            elif place is not None and self._is_sound(each):
                place(each)

    def _is_sound(self, each: Seen) -> bool:
        reason = self._trouble(each) if self.troubles is None else self.troubles.get(each.mark)
        if reason is not None:
            self.broken[each.source, each.copy] = reason
            self.found[each.mark] = reason
        return reason is None

    def _trouble(self, each: Seen) -> str | None:
        """Return why a sample cannot be looked at, None where it can."""
        try:
            self.view(0, each)
        except SampleError as error:
            return str(error)
        return None

    def _place(self, each: Seen) -> Callable[[Seen], object] | None:
        """Return what keeps a sample; None where it is of no split that is looked at."""
        if self.left_out is not None and each.split == self.left_out:
            return self.tested.append
        if each.split is None or not is_augmented(each.split, self.augment):
            return None
        return self.copies.append if each.copy is not None else self._keep

    def _keep(self, original: Seen) -> None:
        self.originals[original.source] = original

    def view(self, judge: int, each: Seen) -> Any:
        """Return what a judge sees of a sample; all judges look at it when one first does."""
        if (judge, each.mark) not in self.views:
            value = each.load()
            for at, other in enumerate(self.court.judges):
                self.views[at, each.mark] = other.see(value)
        return self.views[judge, each.mark]

    def seen(self, judge: int, samples: Sequence[Seen]) -> Sequence[Any]:
        """Return what a judge sees of samples, each looked at when it is asked for."""
        return _Looked(samples, partial(self.view, judge))

    @cached_property
    def are_amounts(self) -> bool:
        """Return whether labels are numbers to be predicted: told so, or as they look."""
        labels = [each.label for each in self.originals.values()]
        if any(isinstance(label, float) for label in labels):
            return True
        return are_amounts([class_of(label) for label in labels if not isinstance(label, float)])

    @cached_property
    def classes(self) -> list[str]:
        """Return the names of the classes, sorted; there are none of numbers."""
        if self.are_amounts:
            return []
        return sorted({str(each.label) for each in self.originals.values()})

    def chosen(self, most: int, draws: Draws) -> list[str]:
        """Return the ids of as many sources, ascending: the same share of each class."""
        share = min(1.0, most / max(len(self.originals), 1))
        by_class: dict[str, list[str]] = {}
        for name in sorted(self.originals):
            label = "" if self.are_amounts else str(self.originals[name].label)
            by_class.setdefault(label, []).append(name)
        return sorted(name for each in by_class.values() for name in _some(each, share, draws))

    def samples(self, names: Sequence[str]) -> list[Seen]:
        """Return these sources, then their copies.

        The first copy of a source that is no original stands for it.
        """
        firsts = dict(self.originals)
        more = [each for each in self.copies if firsts.setdefault(each.source, each) is not each]
        wanted = set(names)
        return [*(firsts[name] for name in names), *(e for e in more if e.source in wanted)]

    def first(self, copies: int) -> Material:
        """Return the same with the first so many copies of each source alone."""
        kept = [each for each in self.copies if each.copy is not None and each.copy < copies]
        return replace(self, copies=kept)

    @property
    def sources(self) -> list[str]:
        """Return the ids of all sources, ascending, those too that are no originals."""
        return sorted({*self.originals, *(each.source for each in self.copies)})


class _Looked(Some):
    """Samples as a judge sees them, each when it is asked for."""

    def __init__(self, samples: Sequence[Seen], look: Callable[[Seen], Any]):
        super().__init__(samples, range(len(samples)))
        self._look = look

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return [self._look(each) for each in found] if isinstance(at, slice) else self._look(found)


def _some(names: Sequence[str], share: float, draws: Draws) -> Iterator[str]:
    """Yield a share of names, at least two, in an order that each name has by itself."""
    count = max(_TESTABLE, round(share * len(names)))
    yield from sorted(names, key=lambda name: draws.at(name).key)[:count]
