"""Classes that names of files tell, where no folders do: `cat.0.jpg`, `7_jackson_0.wav`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.dataset.doubts import WITHIN_NAMES
from augcli.dataset.layout import Layout
from augcli.dataset.splits import augmented, says_nothing
from augcli.errors import Problem
from augcli.plural import few
from augcli.settings.base import DatasetSettings

_NAME = re.compile(r"(.*/)?(?P<name>.+?)[\W_]*\d+\.\w+")
_WORDNET = re.compile(r"n\d{8}")
_FIRST = re.compile(r"(\d{1,2})[_\-. ]+[^\W\d_]")
"""A number before words, as in names of spoken digits."""
_DATE = re.compile(r"(19|20)\d\d[\W_]?[01]\d[\W_]?[0-3]\d([\W_T]?\d\d)*")
_BETWEEN = re.compile(r"[\W_]+")
_VALUE = re.compile(r"[^\W\d_]+\d?|\d{1,3}")
"""A part of a name that may be a class: a word or a small number."""
_FEWEST_PARTS = 4
_LONG = re.compile(r"\d{3}")
_DIGITS = re.compile(r"\d+")
_LOOKED_AT = 2000
_EACH = 2
"""Files of a class, on average, at least."""


def within_names(
    layout: Layout, settings: DatasetSettings, names: Sequence[str], root: Path, table: str
) -> Iterator[Problem]:
    """Yield which classes names may tell of files of augmented splits; `table` is how one does."""
    numbered = len({_DIGITS.sub("", str(each)) for each in layout.classes}) < 2
    alone = len(layout.classes) < 2
    some = _some(layout, settings, names) if numbered or alone else ()
    if found := (alone and _begun(_classes(some))) or (numbered and _parts(some)):
        text = f"{found}, which may be classes; none are known"
        hint = f"put each class into a folder, or list files and classes in a table (`{table}`)"
        yield WITHIN_NAMES.doubt(text, hint, "dataset.path").problem(str(root))


def _some(layout: Layout, settings: DatasetSettings, names: Sequence[str]) -> Sequence[str]:
    """Return some files of augmented splits, from everywhere."""
    splits = {place.split for place in layout.folders.values()}
    ours = augmented(settings.augment, splits)
    every = ours == splits and not layout.files
    asked = names if every else [name for name in names if layout.place(name).split in ours]
    return asked[:: max(1, len(asked) // _LOOKED_AT)]


def are_numbered(classes: Iterable[str]) -> bool:
    """Return whether folders are called as those of people are: a long number, `patient00001`."""
    found = list(classes)
    long = all(_LONG.search(each) and not _WORDNET.fullmatch(each) for each in found)
    return long and len({_DIGITS.sub("", each) for each in found}) == 1


def _begun(classes: Sequence[str]) -> str:
    return f"names of files begin with {few(classes)}" if classes else ""


def _parts(names: Sequence[str]) -> str:
    """Return in words which parts of names have few values, where all have equally many parts."""
    stems = (_DATE.sub("-", path.rpartition("/")[2].rpartition(".")[0]) for path in names)
    read = [_BETWEEN.split(each) for each in stems]
    if len({*map(len, read)}) != 1 or len(read[0]) < _FEWEST_PARTS:
        return ""
    values = {at: {*column} for at, column in enumerate(zip(*read, strict=True), 1)}
    found = [at for at, some in values.items() if 1 < len(some) <= len(names) / _EACH]
    told = [at for at in found if all(map(_VALUE.fullmatch, values[at]))]
    which = f"part{'s' * (len(told) > 1)} {', '.join(map(str, told))} of names of files"
    return f"{which} {'have' if len(told) > 1 else 'has'} few values" if told else ""


def _classes(names: Sequence[str]) -> list[str]:
    """Return what names begin with before their number, if these are words and not too many."""
    read = [_NAME.fullmatch(name) for name in names]
    counts = Counter(_plain(found["name"]) for found in read if found)
    some = len(counts) > 1 and _EACH * len(counts) <= len(names) == counts.total()
    told = all(start.isdecimal() or not says_nothing(start) for start in counts)
    return sorted(counts) if some and told else []


def _plain(name: str) -> str:
    """Return a name without numbers, but for those that WordNet gives classes, or a first one."""
    if _WORDNET.fullmatch(name):
        return name
    return found[1] if (found := _FIRST.match(name)) else _DIGITS.sub("", name)
