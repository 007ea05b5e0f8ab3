"""Folders whose pictures are called as those of another and are masks of them, or show the same.

Names of folders tell nothing here: names of files tell which pictures may belong to each other
(`0001.png` and `0001x2.png`, `a.jpg` and `a_segmentation.png`), and pixels whether they do.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from augcli.dataset.doubts import UNCLEAR_PAIRS
from augcli.dataset.files import Bounds, head_of
from augcli.dataset.layout import Layout

_FOLDERS = 64
"""Folders that are compared, at most."""
_ALIKE = 3
"""Folders that may have the same names; of more these are numbers of pictures of classes."""
_LOOKED_AT = 3
"""Pictures of a folder that are decoded."""
_TRIED = 20
_LARGEST = 1 << 24
"""Bytes of a picture that is decoded."""
_ENDS = re.compile(r"(?<=\w)[_\-. ](?=\w)|(?<=\d)(?=x\d{1,2}$)")
"""Where a name may end that has more behind it."""

Pair: TypeAlias = tuple[str, str]


def drawn_over(bounds: Bounds, pictures: Sequence[str]) -> str | None:
    """Return which pictures, in ascending order, are masks of others by their pixels."""
    from augcli.image.listing.areas import are_areas_of

    for pairs in islice(_candidates(pictures), _TRIED):
        if all(are_areas_of(*_read(bounds, pair)) for pair in pairs):
            masks, others = (name.rpartition("/")[0] or "." for name in pairs[0])
            return f"{masks}/ holds what look like masks of the pictures in {others}/"
    return None


def refuse_twice(bounds: Bounds, pictures: Sequence[str], layout: Layout) -> None:
    """Raise DoubtError where pictures of a split show the same: each would be moved by itself."""
    if pair := _shown_twice(bounds, pictures, layout):
        text = f"{' and '.join(pair)} show the same, and each would be moved by itself"
        hint = "put both into folders beside each other, called alike, and say `format: pairs`"
        more = "or say `annotations: ignore` if each is a picture of its own"
        raise UNCLEAR_PAIRS.doubt(text, f"{hint}; {more}", "dataset.annotations").error


def _shown_twice(bounds: Bounds, pictures: Sequence[str], layout: Layout) -> Sequence[str]:
    """Return the first pictures of two folders of a split whose pictures show the same.

    Whether a file is there twice, or in two splits, is for others to find.
    """
    candidates = (
        pairs
        for pairs in _candidates(pictures)
        if len(pairs) == _LOOKED_AT and len({layout.place(name).split for name in pairs[0]}) == 1
    )
    for pairs in islice(candidates, _TRIED):
        if all(_is_scaled(*pair) or _show_the_same(*_read(bounds, pair)) for pair in pairs):
            return pairs[0]
    return ()


def _is_scaled(one: str, other: str) -> bool:
    """Return whether a picture is called as a part of another's size: `0001x4.png`."""
    scaled = re.escape(_stem(other).rpartition("/")[2]) + r"x\d{1,2}"
    return bool(re.fullmatch(scaled, _stem(one).rpartition("/")[2]))


def _show_the_same(one: bytes, other: bytes) -> bool:
    from augcli.image.listing.areas import show_the_same

    return one != other and show_the_same(one, other)


def _read(bounds: Bounds, pair: Pair) -> list[bytes]:
    return [head_of(bounds, name, _LARGEST) for name in pair]


def _candidates(pictures: Sequence[str]) -> Iterator[list[Pair]]:
    """Yield the first pictures of a folder with those of another that they are called after."""
    firsts: dict[str, list[str]] = defaultdict(list)
    for path in pictures:
        folder, _, name = path.rpartition("/")
        if len(firsts[folder]) < _LOOKED_AT:
            firsts[folder].append(name)
    for folder, names in firsts.items() if len(firsts) <= _FOLDERS else ():
        others = [each for each in firsts if each != folder]
        alike = [each for each in others if _named(pictures, each, _stem(names[0]))]
        for other in others if len(alike) < _ALIKE else set(others).difference(alike):
            mates = [_mate(pictures, other, name) for name in names]
            if all(mates):
                named = zip(names, mates, strict=True)
                yield [(f"{folder}/{name}".lstrip("/"), str(mate)) for name, mate in named]


def _mate(pictures: Sequence[str], folder: str, name: str) -> str | None:
    """Return the picture of a folder that another is called after: with less behind, or alike."""
    stem = _stem(name)
    ends = [len(stem), *(found.start() for found in reversed([*_ENDS.finditer(stem)]))]
    return next(filter(None, (_named(pictures, folder, stem[:end]) for end in ends)), None)


def _named(pictures: Sequence[str], folder: str, stem: str) -> str | None:
    """Return the picture of a folder that has a stem."""
    start = f"{folder}/{stem}.".lstrip("/")
    at = bisect_left(pictures, start)
    return pictures[at] if pictures[at : at + 1] and pictures[at].startswith(start) else None


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
