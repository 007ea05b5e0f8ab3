"""Files that list the samples of a split, which nothing is held out by."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, islice
from pathlib import PurePosixPath

from augcli.dataset.doubts import OTHER_KIND, UNUSED_SPLITS
from augcli.dataset.files import Listing, head_of
from augcli.dataset.splits import may_hold_out
from augcli.dataset.told import CLASS, Told, quoted
from augcli.settings.base import DatasetSettings

_LISTS = (".txt", ".csv", ".tsv", ".lst", ".json", ".jsonl")
_HEAD = 1 << 16
_LINES = 50
_OPENED = 20
_PARTED = re.compile(r"train.*(test|val).*split", re.IGNORECASE)
_COUNTS = 3
"""Digits from which on a number in rows of a table may be the name of a file."""
_WORDS = re.compile(r"[^\s,;\"']+")
_NUMBER = re.compile(r"[-+.\d]+").fullmatch
"""What numbers a sample in few files, and counts something in most."""


def refuse_lists(
    settings: DatasetSettings,
    listing: Listing,
    names: Sequence[str],
    labels: Iterable[str] = (),
) -> None:
    """Raise DoubtError for a file beside samples that lists some of them as a split's.

    `names` are those of the samples' files in the listing, none of which is held out; `labels` of
    other files that are used.
    """
    if len(names) == len(listing.names):
        return
    likely = {path for path in listing.names if is_list(path)}
    told, others = Told(settings), likely.difference(names, labels)
    lists = [path for path in sorted(others) if told(path) != CLASS]
    stems = frozenset(map(_stem, names)) if lists else ()
    for path in lists:
        if found := _listed(listing, path, stems) or _said(path):
            key = quoted(PurePosixPath(path).name)
            text = f"{path} lists {found} and others as a split, but nothing is held out by it"
            hint = "put each split into a folder, a column of a table, or YOLO's data.yaml"
            more = f"or say `splits: {{{key}: {CLASS}}}` under `dataset` if it is not of splits"
            raise UNUSED_SPLITS.doubt(text, f"{hint}; {more}", "dataset.splits").error


def refuse_endings(settings: DatasetSettings, listing: Listing, names: Sequence[str]) -> None:
    """Raise DoubtError for a file whose ending says that it is a split of another: `adult.test`."""
    told, stems = Told(settings), {name.rpartition(".")[0]: name for name in names}
    for path in sorted({*listing.names}.difference(names)):
        stem, _, end = path.rpartition(".")
        if stem in stems and told(path) is None and may_hold_out(end):
            key = quoted(PurePosixPath(path).name)
            text = f"{path} looks like a split of {stems[stem]}, but is left out"
            hint = f"rename it, such as {stem}_{end}.{stems[stem].rpartition('.')[2]}"
            less = f"or say `splits: {{{key}: {CLASS}}}` under `dataset` if it is none"
            raise UNUSED_SPLITS.doubt(text, f"{hint}; {less}", "dataset.splits").error


def refuse_rows_of_files(listing: Listing, names: Sequence[str], others: Iterable[str]) -> None:
    """Raise DoubtError where rows of a file each name another one: these are the samples, then."""
    stems = frozenset(map(_stem, others))
    for path in () if listing.are_told else names[:_OPENED]:
        lines = _lines(listing, path)
        words = (word for word in chain.from_iterable(lines) if not _is_count(word))
        found = stems.intersection(map(_stem, words)) - {_stem(path)}
        if len(found) > 1 and 2 * len(found) > len(lines):
            text = f"rows of {path} tell of other files here, such as {min(found)}"
            hint = "bring rows and what they tell of into files of one kind"
            more = f"or say `include: [{quoted(path)}]` under `dataset` if its rows are the samples"
            raise OTHER_KIND.doubt(text, f"{hint}; {more}", "dataset.include").error


def _is_count(word: str) -> bool:
    """Return whether a word is a number as any column may have it."""
    return bool(_NUMBER(word)) and (not word.isdecimal() or len(word) < _COUNTS)


def is_list(path: str) -> bool:
    """Return whether a file may say by its name that it lists samples of a split."""
    return path.lower().endswith(_LISTS) and may_hold_out(_stem(path))


def _listed(listing: Listing, path: str, stems: Collection[str]) -> str | None:
    """Return the first sample that a file names."""
    lines = _lines(listing, path)
    if {len(line) for line in lines} == {1} and all(_stem(word) in stems for (word,) in lines):
        return lines[0][0]
    words = chain.from_iterable(lines)
    return next((word for word in words if _stem(word) in stems and not _NUMBER(word)), None)


def _lines(listing: Listing, path: str) -> list[list[str]]:
    """Return the words of the first lines of a file."""
    text = head_of(listing.bounds, path, _HEAD).decode(errors="replace")
    lines = map(_WORDS.findall, islice(text.splitlines(), _LINES))
    return list(filter(None, lines))


def _said(path: str) -> str | None:
    """Return that a file lists samples by numbers, as its name tells: `train_test_split.txt`."""
    return "numbers of samples" if _PARTED.search(_stem(path)) else None


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
