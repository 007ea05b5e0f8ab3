"""Classes that names of pictures tell, where no folders do: `cat.0.jpg`, `n01440764_18.JPEG`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from augcli.dataset.doubts import WITHIN_NAMES
from augcli.dataset.layout import Layout
from augcli.dataset.splits import augmented, says_nothing
from augcli.dataset.told import few
from augcli.errors import Problem

_NAME = re.compile(r"(.*/)?(?P<name>.+?)[\W_]*\d+\.\w+")
_WORDNET = re.compile(r"n\d{8}")
_DIGITS = re.compile(r"\d+")
_LOOKED_AT = 2000
_EACH = 2
"""Pictures of a class, on average, at least."""


def within_names(
    layout: Layout, pictures: Sequence[str], augment: Sequence[str], root: Path
) -> Iterator[Problem]:
    """Yield which classes names may tell of pictures of augmented splits."""
    ours = augmented(augment, {place.split for place in layout.folders.values()})
    asked = [name for name in pictures if layout.place(name).split in ours]
    if found := _classes(asked[:: max(1, len(asked) // _LOOKED_AT)]):
        text = f"names of pictures begin with {few(found)}, which may be classes; none are known"
        hint = "put each class into a folder, or list files and classes in a table (`format: csv`)"
        yield WITHIN_NAMES.doubt(text, hint, "dataset.format").problem(str(root))


def _classes(pictures: Sequence[str]) -> list[str]:
    """Return what names begin with before their number, if these are words and not too many."""
    read = [_NAME.fullmatch(name) for name in pictures]
    counts = Counter(_plain(found["name"]) for found in read if found)
    some = len(counts) > 1 and _EACH * len(counts) <= len(pictures) == counts.total()
    return sorted(counts) if some and not any(map(says_nothing, counts)) else []


def _plain(name: str) -> str:
    """Return a name without numbers, but for those that WordNet gives classes."""
    return name if _WORDNET.fullmatch(name) else _DIGITS.sub("", name)
