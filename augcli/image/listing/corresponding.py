"""Folders whose pictures are called as those of another and are masks of them, or show the same.

Names of folders tell nothing here: names of files tell which pictures may belong to each other
(`0001.png` and `0001x2.png`, `a.jpg` and `a_segmentation.png`), and pixels whether they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from augcli.dataset.doubts import UNCLEAR_PAIRS
from augcli.dataset.files import Bounds, head_of
from augcli.dataset.layout import Layout
from augcli.image.listing.masked import named

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
Pictures: TypeAlias = Mapping[str, Sequence[str]]
"""folder → the pictures in it, ascending"""


def drawn_over(bounds: Bounds, pictures: Pictures) -> str | None:
    """Return which pictures, ascending in each folder, are masks of others by their pixels."""
    from augcli.image.listing.areas import are_areas_of

    for pairs in islice(_candidates(pictures), _TRIED):
        if all(are_areas_of(*_read(bounds, pair)) for pair in pairs):
            masks, others = (name.rpartition("/")[0] or "." for name in pairs[0])
            return f"{masks}/ holds what look like masks of the pictures in {others}/"
    return None


def refuse_twice(bounds: Bounds, pictures: Pictures, layout: Layout) -> None:
    """Raise DoubtError where pictures of a split show the same: each would be moved by itself."""
    if pair := _shown_twice(bounds, pictures, layout):
        text = f"{' and '.join(pair)} show the same, and each would be moved by itself"
        hint = "put both into folders beside each other, called alike, and say `format: pairs`"
        more = "or say `annotations: ignore` if each is a picture of its own"
        raise UNCLEAR_PAIRS.doubt(text, f"{hint}; {more}", "dataset.annotations").error


def _shown_twice(bounds: Bounds, pictures: Pictures, layout: Layout) -> Sequence[str]:
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


def _candidates(pictures: Pictures) -> Iterator[list[Pair]]:
    """Yield the first pictures of a folder with those of another that they are called after."""
    for folder, paths in pictures.items() if len(pictures) <= _FOLDERS else ():
        names = [path.rpartition("/")[2] for path in paths[:_LOOKED_AT]]
        others = [each for each in pictures if each != folder]
        alike = [each for each in others if named(pictures, each, _stem(names[0]))]
        for other in others if len(alike) < _ALIKE else set(others).difference(alike):
            mates = [_mate(pictures, other, name) for name in names]
            if all(mates):
                yield [*zip(paths, map(str, mates), strict=False)]


def _mate(pictures: Pictures, folder: str, name: str) -> str | None:
    """Return the picture of a folder that another is called after: with less behind, or alike."""
    stem = _stem(name)
    ends = [len(stem), *(found.start() for found in reversed([*_ENDS.finditer(stem)]))]
    return next(filter(None, (named(pictures, folder, stem[:end]) for end in ends)), None)


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
