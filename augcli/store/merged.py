"""What the records of a run amount to, counted while they become the manifest."""

from __future__ import annotations

from typing import IO

from msgspec import Struct, field, to_builtins

from augcli.dataset.units import Dataset
from augcli.records.forms import example_of
from augcli.records.lines import dump_line
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

    def take(self, record: Plain, manifest: IO[str]) -> None:
        """Count a source's record and write its outputs' lines."""
        if record["failure"]:
            self.failures.append(failure_record(record))
        copies = [each["record"].get("copy") for each in record["outputs"] if each["listed"]]
        request = record["request"]
        asked = sum(request.get("counts", ())) * request.get("group", 1)
        if record["failure"] or len(copies) - copies.count(None) < asked:
            self.failed[record["source"]] = len(copies)
        self.failures += record["failures"]
        self.classes += (Count(**each) for each in record["counts"])
        self.repeats += record.get("repeats", 0)
        for note in record["notes"]:
            self.notes[note] = self.notes.get(note, 0) + 1
        beside = {name for each in record["outputs"] for name in each["record"].get("beside", ())}
        seen = {*record["sha256"].values()}
        for each in record["outputs"]:
            self.outputs += 1
            if not each["listed"]:
                self.asides += {each["record"]["output"]} - beside
                continue
            self.repeats += "repeats" in each["record"] or _is_again(each["record"], seen)
            self._count_objects(each["record"])
            self._count_steps(each["record"])
            self.example = self.example or example_of(each["record"])
            manifest.write(dump_line(each["record"]))

    def count_before(self, record: Plain, dataset: Dataset, row: int) -> None:
        """Count the objects of a source whose original is left out of the output.

        It may have no copies, where all have lost their objects.
        """
        if dataset.objects is None or dataset.census is None:
            return
        copies = [each["record"]["copy"] for each in record["outputs"] if each["listed"]]
        is_tried = sum(record["request"].get("counts", ())) and not record["failure"]
        if None not in copies and (copies or is_tried):
            classes = self.objects.setdefault(record["split"], {})
            for label, count in dataset.census(row).items():
                classes.setdefault(label, [0, 0])[0] += count

    def _count_steps(self, record: Plain) -> None:
        self.copies += record.get("copy") is not None
        for name in {step["name"] for step in record.get("steps", ())}:
            self.applied[name] = self.applied.get(name, 0) + 1

    def _count_objects(self, record: Plain) -> None:
        for target in record.get("targets", ()):
            classes = self.objects.setdefault(record["split"], {})
            counts = classes.setdefault(target["label"], [0, 0])
            counts[0] += record["copy"] is None
            counts[1] += 1


def _is_again(record: Plain, seen: set[str]) -> bool:
    """Return whether all files of a copy have bytes seen before; those of a group may have."""
    if record["copy"] is None or "group" in record:
        return False
    own = {record["sha256"], *record.get("beside", {}).values()}
    is_again = own <= seen
    seen |= own
    return is_again


def merged_of(totals: Plain) -> Merged:
    """Return what records amount to, from what was told of it."""
    classes = [Count(**each) for each in totals["classes"]]
    return Merged(**totals | {"classes": classes, "example": tuple(totals["example"])})


def failure_record(record: Plain) -> Plain:
    """Return the line of failures.jsonl for a source's record."""
    return failure(record["source"], record["split"], record["label"], record["failure"]["reason"])
