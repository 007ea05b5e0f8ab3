"""All files of a dataset together: which rows there are, of which class and split, and how many
copies each gives.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from augcli.balance.classes import are_amounts, check_steps, check_target, one_class, refuse_amounts
from augcli.balance.targets import Group, counted, spread, targets
from augcli.dataset.splits import BLANK, NO_SPLIT, augmented, check_augmented
from augcli.dataset.strings import Names
from augcli.requests.asked import Copies
from augcli.requests.courses import dealt_out
from augcli.rows.encodings import LostLine
from augcli.rows.tables import lost_lines
from augcli.task import Count, Plain, failure
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import Row, TextFile
from augcli.text.job import TextJob
from augcli.text.parted import Piece
from augcli.text.recommended import recommended_copies
from augcli.text.transform import recommending
from augcli.transform import Label

_MANY = 20
"""Different numbers, from which on they are hardly classes."""
_BITS = 16
"""The first ones of a hash tell where it would stand."""
_HALF = 1 << (_BITS - 1)


class Known:
    """Tells whether a text is one of very many, by their hashes in ascending order."""

    def __init__(self, hashes: array[int]):
        import numpy as np

        ordered = np.sort(np.frombuffer(hashes, np.int64))
        firsts = ordered >> (64 - _BITS)
        self._ordered = array("q", ordered.tobytes())
        self._starts = np.searchsorted(firsts, np.arange(-_HALF, _HALF + 1)).tolist()

    def __contains__(self, text: str) -> bool:
        digest = hash(text)
        first = (digest >> (64 - _BITS)) + _HALF
        start, end = self._starts[first], self._starts[first + 1]
        return start < end and digest in self._ordered[start:end]


class Corpus(Struct, dict=True):
    """The rows of all files, one file after the other."""

    files: list[TextFile]
    starts: list[int] = field(default_factory=list)
    """The number of each file's first row."""
    splits: Names = field(default_factory=Names)
    labels: Names = field(default_factory=Names)
    hashes: array[int] = field(default_factory=lambda: array("q"))
    """Of the texts."""
    bare: set[str] = field(default_factory=set)
    """Labels that some texts have without blanks around them."""
    padded: set[str] = field(default_factory=set)
    """Those that some have with blanks around them."""
    failures: dict[int, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    """file → its split by its name, of broken files, too"""
    broken: Mapping[str, str] = field(default_factory=dict)
    """file → why it cannot be used; it is none of the files"""
    pieces: Sequence[Piece] = ()
    """What each file has of one of the dataset's, where splits are drawn."""
    foreign: array[int] = field(default_factory=lambda: array("q"))
    """The rows of texts that are of another language than most."""

    def read(self, settings: TextDatasetSettings, is_foreign: Callable[[str], bool] | None) -> None:
        """Take in what is in the files; every row is looked at once."""
        told = settings.tells_splits
        for file in self.files:
            self.starts.append(len(self))
            for index in range(len(file)):
                row = file.row(index)
                split = row.split or NO_SPLIT if told else self.named[file.name]
                if is_foreign and is_foreign(row.text):
                    self.foreign.append(len(self))
                self._take(row, split, settings)

    def _take(self, row: Row, split: str, settings: TextDatasetSettings) -> None:
        absent = row.label is None or row.label in settings.missing
        trouble = row.trouble or ("" if row.text.strip() else "there is no text")
        trouble = trouble or (BLANK if split == NO_SPLIT else "")
        must = settings.label is not None and not settings.is_flagged
        if must and absent and split in settings.augment:
            trouble = trouble or "there is no label"
        if trouble:
            self.failures[len(self)] = trouble
        self.splits.append(split)
        self.labels.append(None if absent else row.label)
        if row.label and not absent:
            (self.bare if row.cell == row.label else self.padded).add(row.label)
        self.hashes.append(hash(row.text))

    def __len__(self) -> int:
        return len(self.hashes)

    def remarks(self) -> Iterator[str]:
        """Yield labels that are taken for one, or for classes, and may be two, or amounts."""
        yield from one_class(self.bare & self.padded)
        names = [name for name in self.labels.names if name is not None]
        if len(names) > _MANY and are_amounts(names):
            text = "different numbers, not all whole, each taken for a class"
            yield f"labels are {len(names)} {text}: leave `balance` out if they are to be predicted"

    @cached_property
    def known(self) -> Known:
        """Return what knows a copy that equals one of the texts."""
        return Known(self.hashes)

    def shared(self, augment: Collection[str]) -> list[tuple[int, int]]:
        """Return (row of an augmented split, row of another) with equal texts."""
        import numpy as np

        from augcli.checks.equal import shared

        usable = np.ones(len(self), bool)
        usable[list(self.failures)] = False
        names = augmented(augment, map(str, self.splits.names))
        ours = [number for number, name in enumerate(self.splits.names) if name in names]
        splits = np.frombuffer(self.splits.numbers, np.int32)
        return shared(np.frombuffer(self.hashes, np.int64), splits, ours, usable)

    def place(self, row: int) -> tuple[int, int]:
        """Return file and row within it."""
        file = bisect_right(self.starts, row) - 1
        return file, row - self.starts[file]

    def row(self, row: int) -> Row:
        """Return a row as its file has it."""
        file, index = self.place(row)
        return self.files[file].row(index)

    def foreign_of(self, splits: Collection[str]) -> frozenset[int]:
        """Return the rows of some splits that can be used and are of another language."""
        numbers = {n for n, name in enumerate(self.splits.names) if name in splits}
        usable = (row for row in self.foreign if row not in self.failures)
        return frozenset(row for row in usable if self.splits.numbers[row] in numbers)

    def row_id(self, row: int) -> str:
        """Return `file#row` of the output, which names what is drawn."""
        file, index = self.place(row)
        return f"{self.files[file].name}#{index}"

    def source_id(self, row: int) -> str:
        """Return `file#row` of the dataset."""
        if not self.pieces:
            return self.row_id(row)
        file, index = self.place(row)
        piece = self.pieces[file]
        return f"{piece.whole.name}#{piece.rows[index]}"

    def failure(self, row: int, reason: str) -> Plain:
        """Return what failures.jsonl says of a row."""
        return failure(self.source_id(row), self.splits[row] or None, self.labels[row], reason)

    def groups(self) -> dict[Group, array[int]]:
        """Return the rows of each class of each split."""
        groups: dict[Group, array[int]] = defaultdict(lambda: array("q"))
        for row in range(len(self)):
            groups[str(self.splits[row]), self.labels[row]].append(row)
        return groups


class CorpusPlan(Struct, frozen=True):
    """How many copies each row gives: none where it cannot be used, or is of another split."""

    copies: array[int]
    """How many outputs they are."""
    shares: array[int]
    """Which of `amounts` a row has."""
    amounts: Sequence[Sequence[int]]
    """Numbers of copies, stage by stage; there are few different ones."""
    splits: Collection[str]
    """The splits that are augmented."""
    counts: list[Count]
    size: int
    """How many texts there are to learn from."""

    def by_stage(self, row: int) -> Sequence[int]:
        """Return how many copies of each stage a row gives."""
        return self.amounts[self.shares[row]]


def make_plan(corpus: Corpus, job: TextJob) -> CorpusPlan:
    """Return how many copies each row gives; counts are exact as long as a row is usable."""
    groups = corpus.groups()
    _check(job, corpus)
    splits = augmented(job.dataset.augment, map(str, corpus.splits.names))
    ours = {group: rows for group, rows in groups.items() if group[0] in splits}
    size = sum(map(len, ours.values()))
    asked = asked_copies(job, size)
    each = sum(asked) * job.group + 1
    goals = targets(job.balance, {g: len(r) * each for g, r in ours.items()})
    copies, shares, known = array("i", [0]) * len(corpus), array("i", [0]) * len(corpus), _Numbers()
    for group, rows in ours.items():
        usable = array("q", (row for row in rows if row not in corpus.failures))
        passing = len(rows) - len(usable)
        wanted = (goals.get(group, 0) - len(usable) * each - passing) // job.group
        extras = spread(job.seed, usable, corpus.row_id, wanted)
        for row, request in dealt_out(extras, asked, job.group):
            copies[row], shares[row] = request.count, known[request.counts]
    before = {group: len(rows) for group, rows in groups.items()}
    after = {group: sum(1 + copies[row] for row in rows) for group, rows in groups.items()}
    return CorpusPlan(copies, shares, list(known), splits, counted(before, after, goals), size)


def asked_of_rows(corpus: Corpus, plan: CorpusPlan, job: TextJob) -> Iterator[tuple[Group, Copies]]:
    """Yield the group of each row that is augmented, with its copies."""
    for group, rows in corpus.groups().items():
        for row in (row for row in rows if plan.copies[row]):
            yield group, Copies(tuple(plan.by_stage(row)), job.group)


class _Numbers(dict[tuple[int, ...], int]):
    """What is new gets the next number."""

    def __missing__(self, key: tuple[int, ...]) -> int:
        self[key] = len(self)
        return self[key]


def asked_copies(job: TextJob, size: int) -> list[int]:
    """Return how many copies a text gives of each stage; those recommended if none are asked."""
    return [recommended_copies(size)] if recommends(job) else job.asked


def recommends(job: TextJob) -> bool:
    """Return whether as many copies are made as somebody recommends, since nobody asked."""
    is_asked = any(job.asked) or job.balance or len(job.asked) > 1
    return not is_asked and recommending(job.steps) is not None


def _check(job: TextJob, corpus: Corpus) -> None:
    """Raise SettingError for a split or class that the dataset does not have."""
    told = (corpus.named[name] for name in corpus.broken)
    check_augmented(job.dataset.augment, {*map(str, corpus.splits.names), *told})
    whole = {name for name in corpus.labels.names if name is not None}
    check_target(job.balance, whole)
    is_amount = job.balance is not None and are_amounts([*corpus.labels])
    refuse_amounts(job.balance, [file.name for file in corpus.files if is_amount])
    check_steps(job.steps, whole.union(*(labels_in(name, job.dataset) for name in whole)))


def labels_in(label: str, settings: TextDatasetSettings) -> list[str]:
    """Return the labels in a cell."""
    if settings.separator is None:
        return [label]
    return [each.strip() for each in label.split(settings.separator)]


def label_of(label: str | None, settings: TextDatasetSettings) -> Label:
    """Return what `only` and `except` look at: a class, or several."""
    if label is None or settings.separator is None:
        return label
    return frozenset([label, *labels_in(label, settings)])


def failures(corpus: Corpus, lost: Mapping[str, Sequence[LostLine]]) -> Iterator[Plain]:
    """Yield the files, the lines that are lost of others, and rows that cannot be used."""
    for name, reason in corpus.broken.items():
        yield failure(name, corpus.named[name], None, reason)
    for name, lines in lost.items():
        yield from lost_lines(name, lines)
    for row, reason in corpus.failures.items():
        yield corpus.failure(row, reason)
