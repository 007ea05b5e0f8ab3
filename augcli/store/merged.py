"""What the records of a run amount to, counted while they become the manifest."""

from __future__ import annotations

import json
from typing import IO

from msgspec import UNSET, Struct, field, to_builtins

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
    applied: dict[str, int] = field(default_factory=dict)
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

    def take(self, source: Line, manifest: IO[str]) -> None:
        """Count a source's record and write its outputs' lines."""
        copies = [each.told.copy for each in source.outputs if each.listed]
        asked = sum(source.request.get("counts", ())) * source.request.get("group", 1)
        if source.failure or len(copies) - copies.count(None) < asked:
            self.failed[source.source] = len(copies)
        self._count_source(source)
        beside = {name for each in source.outputs for name in each.told.beside}
        seen = {*source.sha256.values()}
        for each in source.outputs:
            self.outputs += 1
            if not each.listed:
                self.asides += {each.told.output} - beside
                continue
            self.repeats += each.told.repeats is not UNSET or _is_again(each.told, seen)
            self._count_objects(each.told)
            self._count_steps(each.told)
            self.example = self.example or example_of(json.loads(each.line))
            manifest.write(each.line)

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
        copies = [each.told.copy for each in source.outputs if each.listed]
        is_tried = sum(source.request.get("counts", ())) and not source.failure
        if None not in copies and (copies or is_tried):
            classes = self.objects.setdefault(source.split, {})
            for label, count in dataset.census(row).items():
                classes.setdefault(label, [0, 0])[0] += count

    def _count_steps(self, output: Told) -> None:
        self.copies += output.copy is not None
        for name in {step.name for step in output.steps}:
            self.applied[name] = self.applied.get(name, 0) + 1

    def _count_objects(self, output: Told) -> None:
        for target in output.targets:
            classes = self.objects.setdefault(output.split, {})
            counts = classes.setdefault(target.label, [0, 0])
            counts[0] += output.copy is None
            counts[1] += 1


def _is_again(output: Told, seen: set[str]) -> bool:
    """Return whether all files of a copy have bytes seen before; those of a group may have."""
    if output.copy is None or output.group is not UNSET:
        return False
    own = {output.sha256, *output.beside.values()}
    is_again = own <= seen
    seen |= own
    return is_again


def merged_of(totals: Plain) -> Merged:
    """Return what records amount to, from what was told of it."""
    classes = [Count(**each) for each in totals["classes"]]
    return Merged(**totals | {"classes": classes, "example": tuple(totals["example"])})


def _failure_of(source: Line, reason: str) -> Plain:
    """Return the line of failures.jsonl for a source's record."""
    return failure(source.source, source.split, source.label, reason)
