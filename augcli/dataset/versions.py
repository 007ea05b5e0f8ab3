"""Files that were made of one and the same, as names tell that tools give which augment.

Roboflow writes `a_jpg.rf.9f3c….jpg` for each version of `a.jpg`, and augment `a.aug-000.jpg`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from augcli.dataset.doubts import GROUPS_APART
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.errors import Problem
from augcli.plural import several

_MARKS = (".rf.", ".aug-")
_MADE = re.compile(
    r"(.+?)(\.rf\.[0-9a-z]{16,}|\.aug-([^\W-]+-)?\d{3,}(\.\w+)?)\.\w+", re.DOTALL | re.IGNORECASE
)


def versions(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (file, the first file that is made of the same or is what others are made of)."""
    made = dict(_made(names))
    sources = set(made.values())
    first: dict[str, str] = {}
    for name in names if sources else ():
        stem = name.rpartition(".")[0]
        source = made.get(name) or next((each for each in (stem, name) if each in sources), None)
        if source:
            yield name, first.setdefault(source, name)


def _made(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield file and what it was made of."""
    for name in names:
        if any(mark in name for mark in _MARKS) and (found := _MADE.fullmatch(name)):
            yield name, found[1]


def versions_apart(dataset: Dataset, augment: Collection[str]) -> Iterator[Problem]:
    """Warn where the versions of a file are in an augmented and in another split."""
    if not any(_made(dataset.ids)):
        return
    ours = augmented(augment, dataset.splits)
    rows = [(each.id.rpartition("/")[2], each.label, each.split in ours) for each in dataset]
    names = sorted({name for name, _, _ in rows})
    sources = dict(versions(names))
    found: dict[tuple[str, str | None], set[bool]] = defaultdict(set)
    for name, label, is_ours in rows:
        if name in sources:
            found[sources[name], label].add(is_ours)
    if apart := sorted(name for (name, _), both in found.items() if len(both) > 1):
        pictures = several(len(apart), "file has", "files have")
        text = f"{pictures} versions in an augmented and in another split, such as {apart[0]}"
        way = "put all of them into one folder and draw splits by `split: {val: 0.2}`"
        yield GROUPS_APART.doubt(text, way, "dataset.split").problem(str(dataset.root))
