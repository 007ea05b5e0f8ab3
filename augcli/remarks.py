"""What a person should know of how a dataset of any kind was taken, from its names alone."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from augcli.again import AGAIN
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.errors import Problem
from augcli.names import twin_folders, written_folders
from augcli.plural import several
from augcli.settings.base import DatasetSettings
from augcli.task import Count

_MARKS = ("|", ";", ",", " ")
"""What may separate classes."""
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_DOUBTFUL = frozenset(
    ("n/a", "#n/a", "na", "#na", "nan", "null", "none", "nil", "-", "--", "?", ".")
)


def is_again(note: str) -> bool:
    """Return whether a note says that samples are no new ones; a report begins with such notes."""
    return AGAIN in note


def renamed(dataset: Dataset) -> Iterator[Problem]:
    """Yield the folders, most of them classes, that the output has under another name."""
    for folder, written in written_folders(dataset.ids, twin_folders(dataset.ids)):
        text = f"folder {folder!r} is written as {written!r}"
        yield Problem(str(dataset.root), 0, 0, text, "note", "renamed")


def of_classes(
    counts: Sequence[Count], settings: DatasetSettings, objects: Iterable[str] = ()
) -> Iterator[Problem]:
    """Yield what there is to know of classes: which look alike or joined, and who is in none.

    `objects` are the classes of what is in samples.
    """
    yield from _alike({*objects, *(count.label for count in counts)})
    yield from _doubtful(counts)
    if getattr(settings, "separator", "") is None and getattr(settings, "format", "") != "folders":
        yield from _joined({count.label for count in counts if count.label is not None})
    labelled = {count.split for count in counts if count.label is not None}
    ours = augmented(settings.augment, labelled)
    for count in counts:
        if count.label is None and count.split in ours:
            samples = several(count.before, "sample")
            text = f"{samples} of {count.split} without a label, and so of no class"
            yield Problem("classes", 0, 0, text, "warning", "no-label")


def _alike(labels: Iterable[str | None]) -> Iterator[Problem]:
    """Warn of classes that a person can hardly tell apart, yet are counted each by itself."""
    groups: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        if label is not None:
            groups[_seen(label)].add(label)
    for alike in sorted(map(sorted, groups.values())):
        if len(alike) > 1:
            told = " and ".join(_distinct(alike))
            text = f"classes {told} are nearly equal, and each is a class of its own"
            yield Problem("classes", 0, 0, text, "warning", "near-equal")


def _joined(labels: Collection[str]) -> Iterator[Problem]:
    """Warn of classes that are made of others: nobody said that a sample may have several."""
    for mark in _MARKS:
        parts = {each: list(map(str.strip, each.split(mark))) for each in labels if mark in each}
        often = Counter(chain.from_iterable(parts.values())) if mark.strip() else {}
        known = {*labels, *(part for part, times in often.items() if times > 1)} - {""}
        if joined := sorted(each for each, own in parts.items() if known.issuperset(own)):
            classes = several(len(joined), "class looks", "classes look")
            text = f"{classes} like several in one, such as {joined[0]!r}"
            hint = f"`label_separator: {json.dumps(mark)}` under `dataset` takes them apart"
            yield Problem("classes", 0, 0, f"{text}; {hint}", "warning", "joined-classes")


def _doubtful(counts: Iterable[Count]) -> Iterator[Problem]:
    """Warn of classes that may be none."""
    for label in dict.fromkeys(each.label for each in counts):
        if label is not None and label.strip().casefold() in _DOUBTFUL:
            text = f"class {label!r} may mean that there is no label"
            hint = "if so, leave it blank, or add it to `dataset.missing` where there is that key"
            yield Problem("classes", 0, 0, f"{text}; {hint}", "warning", "no-class")


def _seen(label: str) -> str:
    """Return what a reader sees of a label: no case, no form of Unicode, spaces but once.

    Numbers are seen by what they are worth: 1.0 is 1.
    """
    shown = (char for char in label if unicodedata.category(char) != "Cf")
    text = " ".join(unicodedata.normalize("NFKC", "".join(shown)).casefold().split())
    return f"{float(text):.15g}" if _NUMBER.fullmatch(text) else text


def _distinct(labels: Iterable[str]) -> Iterator[str]:
    """Yield labels in quotes; by the numbers of their letters where these would look the same."""
    shown = [repr(label) for label in labels]
    same = len({unicodedata.normalize("NFKC", each) for each in shown}) < len(shown)
    return map(ascii, labels) if same else iter(shown)
