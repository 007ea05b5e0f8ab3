"""What the records of a run amount to, counted while they become the manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import attrgetter
from typing import IO

from msgspec import UNSET, Raw, Struct, field, to_builtins

from augcli.dataset.units import Dataset
from augcli.records.counted import Line, Told
from augcli.records.forms import example_of
from augcli.task import Count, Plain, failure


class Merged(Struct):
    """What the merged records amount to."""

    failures: list[Plain] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)
    """Ids of samples that have not the outputs that were asked for, and how many they have."""
    outputs: int = 0
    """Files, those beside the manifest too."""
    repeats: int = 0
    """Outputs, or samples in them, that are no new ones in spite of drawing again."""
    copies: int = 0
    """Outputs that are new samples each."""
    applied: dict[str, int] = field(default_factory=Counter)
    """step → to how many of these it was applied"""
    example: tuple[str, ...] = ()
    """The first output that steps were applied to."""
    notes: dict[str, int] = field(default_factory=dict)
    """Remarks on sources, with how many have them."""
    classes: list[Count] = field(default_factory=list)
    """Classes, where they were counted by those who worked on a source."""
    objects: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """split → class → the objects in what was copied, and in all outputs"""
    asides: list[str] = field(default_factory=list)
    """Outputs that lie beside the manifest and are no lines of it."""

    hashes: dict[str, str] = field(default_factory=dict)
    """Of files of records, as they were written."""

    def plain(self) -> Plain:
        """Return this as plain JSON."""
        told: Plain = to_builtins(self)
        return told

    def take(self, source: Line, manifest: IO[bytes]) -> None:
        """Count a source's record and write its outputs' lines."""
        listed = [each.listed for each in source.outputs]
        records = [each.record for each in source.outputs if each.listed]
        told = [*compress(source.told, listed)]
        copies = [each for each in told if each.copy is not None]
        asked = sum(source.request.get("counts", ())) * source.request.get("group", 1)
        if source.failure or len(copies) < asked:
            self.failed[source.source] = len(told)
        self._count_source(source)
        self.outputs += len(listed)
        self.repeats += _repeats(told, {*source.sha256.values()})
        self.copies += len(copies)
        self._count_outputs(told)
        if not all(listed):
            self.asides += _asides(source.told, listed)
        self.example = self.example or next(filter(None, map(_example, records)), ())
        manifest.write(b"\n".join([*records, b""]))

    def _count_source(self, source: Line) -> None:
        if source.failure:
            self.failures.append(_failure_of(source, source.failure["reason"]))
        self.failures += source.failures
        self.classes += source.counts
        self.repeats += source.repeats
        for note in source.notes:
            self.notes[note] = self.notes.get(note, 0) + 1

    def count_before(self, source: Line, dataset: Dataset, row: int) -> None:
        """Count the objects of a source whose original is left out of the output.

        It may have no copies, where all have lost their objects.
        """
        if dataset.objects is None or dataset.census is None:
            return
        pairs = zip(source.told, source.outputs, strict=True)
        copies = [told.copy for told, each in pairs if each.listed]
        is_tried = sum(source.request.get("counts", ())) and not source.failure
        if None not in copies and (copies or is_tried):
            classes = self.objects.setdefault(source.split, {})
            for label, count in dataset.census(row).items():
                classes.setdefault(label, [0, 0])[0] += count

    def _count_outputs(self, outputs: Sequence[Told]) -> None:
        for each in outputs:
            for name in {*map(_NAME, each.steps)}:
                self.applied[name] += 1
            for target in each.targets:
                classes = self.objects.setdefault(each.split, {})
                counts = classes.setdefault(target.label, [0, 0])
                counts[0] += each.copy is None
                counts[1] += 1


_NAME = attrgetter("name")


def _repeats(outputs: Sequence[Told], seen: set[str]) -> int:
    """Return how many outputs are no new ones: told so, or copies of bytes that were seen before.

    Those of a group may have such bytes.
    """
    count = 0
    for each in outputs:
        if each.repeats is not UNSET:
            count += 1
        elif each.copy is not None and each.group is UNSET:
            own = {each.sha256, *each.beside.values()}
            count += own <= seen
            seen |= own
    return count


def _asides(outputs: Sequence[Told], listed: Sequence[bool]) -> Iterator[str]:
    """Yield the names of outputs that no line tells of, neither as its own nor as beside it."""
    beside = {name for each in outputs for name in each.beside}
    for each, is_listed in zip(outputs, listed, strict=True):
        if not is_listed and each.output not in beside:
            yield each.output


def _example(record: Raw) -> tuple[str, ...]:
    return example_of(json.loads(bytes(record)))


def merged_of(totals: Plain) -> Merged:
    """Return what records amount to, from what was told of it."""
    classes = [Count(**each) for each in totals["classes"]]
    return Merged(**totals | {"classes": classes, "example": tuple(totals["example"])})


def _failure_of(source: Line, reason: str) -> Plain:
    """Return the line of failures.jsonl for a source's record."""
    return failure(source.source, source.split, source.label, reason)
