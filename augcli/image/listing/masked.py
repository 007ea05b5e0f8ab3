"""Pictures that are masks of others, told by their folders and names.

They lie in a folder beside that of the pictures, under the same stems (`images/a.jpg` and
`masks/a.png`), or beside each picture (`a.jpg` and `a_mask.png`). Where two folders have the same
stems and nothing else tells (`x/a.jpg` and `y/a.png`), a few pixels do.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from augcli.dataset.files import Bounds, head_of

_PICTURES = re.compile(
    r"images?|imgs?|jpegimages|pics|pictures?|photos?|rgb|inputs?|frames|originals?|raw|leftimg8bit"
)
_MANY = ("images", "imgs", "pictures", "photos", "frames")
_SPLITS = re.compile(r"(train|training|val|valid|validation|dev|test|testing)\d*")
_MASKS = re.compile(
    r"masks?|labels?|annotations?|annots?|segmentation(s|class|object)?|segs?|gts?|groundtruths?"
    r"|anns?|trimaps?|targets?|gtfine|gtcoarse|mattes?|labelids|instances|depths?|disparit(y|ies)"
)
_SUFFIX = re.compile(
    r"([_\-. ]?(gtfine|gtcoarse))?"
    r"[_\-. ](masks?|gts?|ground_?truth|seg|segmentation|labels?|annotation|trimap|matte"
    r"|(label|instance|train|label_?train)_?ids|color)([_\-. ]?\d{1,2})?$",
    re.IGNORECASE,
)
_WORDS = ("mask", "gt", "ground", "seg", "label", "annotation", "trimap", "matte", "ids", "color")
"""Of which each such name has one."""
_SUFFIX_APART = re.compile(rf"{_SUFFIX.pattern}|_L$", re.IGNORECASE)
"""In a folder of their own; beside a picture, `_L` may well be the left one."""
_PICTURE_SUFFIXES = ("", "-volume", "_image", "_img", "_leftImg8bit", "_sat", "_rgb")
_LOOKED_AT = 20
"""Names of a folder that are compared."""
_MOST_BESIDE = 3
"""Folders beside each other that may be of pictures, and of what belongs to each."""
_TRIED = 20
"""Pairs of folders of which pictures are decoded."""
_LARGEST = 1 << 24
"""Bytes of a picture that is decoded to know whether it is a mask."""
_GRAY, _PALETTE = 0, 3
"""Colours of a PNG."""


def masks_among(bounds: Bounds, folders: Mapping[str, Sequence[str]]) -> str | None:
    """Return which pictures, ascending in each folder, are masks of others; None if none are."""
    return next(_Folders(bounds, folders).masks(), None)


def plain(name: str) -> str:
    """Return a folder's name without what people write between its words."""
    return re.sub(r"[\W_]+", "", name).lower()


def means_pictures(folder: str) -> bool:
    """Return whether a folder of this name holds pictures of all sorts, not those of one class."""
    name = plain(folder)
    return bool(_PICTURES.fullmatch(name) or _SPLITS.fullmatch(name))


def ends_in_pictures(folder: str) -> bool:
    """Return whether a folder's name ends in a word for pictures, and a number or part of them."""
    name = re.sub(r"(part|batch|set)?\d*$", "", plain(folder))
    return means_pictures(folder) or name.endswith(_MANY)


def means_labels(folder: str, pictures: str = "") -> bool:
    """Return whether a folder of this name may hold what is known of pictures elsewhere.

    It may be called as these are, with a word for masks behind: `train_masks` beside `train`.
    """
    name = plain(folder)
    return bool(_MASKS.fullmatch(name)) or plain(pictures) in _without_masks(name)


def stems_of_pictures(mask: str, *, apart: bool) -> Iterator[str]:
    """Yield what the picture of a mask may be called, without extension.

    In a folder of its own (`apart`) a mask may well have the picture's very name.
    """
    suffix = _SUFFIX_APART if apart else _SUFFIX
    if apart or suffix.search(_stem(mask)):
        for stem in dict.fromkeys(_stem_without(_stem(mask), suffix)):
            yield from (stem + ending for ending in _PICTURE_SUFFIXES)


class _Folders:
    """The folders of pictures, and some of the names in each."""

    def __init__(self, bounds: Bounds, pictures: Mapping[str, Sequence[str]]):
        self._bounds = bounds
        self._pictures = pictures
        self._names = {each: _last(some[:_LOOKED_AT]) for each, some in pictures.items()}
        self._beside: dict[str, set[str]] = defaultdict(set)
        self._called: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Those of them by what they are called, as there may be thousands."""
        for folder in self._names:
            parts = folder.split("/")
            for at, part in enumerate(parts):
                around = "/".join(parts[:at])
                self._beside[around].add(part)
                self._called[around, plain(part)].add(part)

    def masks(self) -> Iterator[str]:
        """Yield what tells of masks."""
        for folder in self._names:
            for other in self._counterparts(folder):
                if self._is_masks_of(folder, other):
                    yield f"{folder}/ holds masks of the pictures in {other}/"
        yield from self._by_pixels()
        units = [folder for folder, parts in self._beside.items() if _is_unit(parts)]
        if len(units) > 1:
            yield f"{units[0]}/ and {len(units) - 1} others hold a picture and its masks each"
        for folder, paths in self._pictures.items():
            names = _called_masks(paths)
            found = [name for name in names if self._picture(folder, _SUFFIX, name)]
            if 2 * len(found) > len(names) and self._are_many(folder, len(found)):
                picture = self._picture(folder, _SUFFIX, found[0])
                yield f"{folder or '.'}/ holds masks beside pictures ({picture} and {found[0]})"

    def _are_many(self, folder: str, found: int) -> bool:
        return found == _LOOKED_AT or 5 * found >= len(self._pictures[folder])

    def _counterparts(self, folder: str) -> Iterator[str]:
        """Yield the folders that differ from one of masks in the part that says so."""
        parts = folder.split("/")
        for at, part in enumerate(parts):
            before, after = parts[:at], parts[at + 1 :]
            fewer = [each for each in after if not means_labels(each)]
            for other in sorted(self._may_be_of("/".join(before), part) - {part}):
                tries = ("/".join([*before, other, *rest]) for rest in (after, fewer))
                yield from (each for each in dict.fromkeys(tries) if each in self._names)

    def _may_be_of(self, around: str, part: str) -> set[str]:
        """Return the folders beside one, if it is for masks; else those whose name it has, too."""
        if means_labels(part):
            return self._beside[around]
        shorter = (self._called.get((around, each), ()) for each in _without_masks(plain(part)))
        return {each for names in shorter for each in names}

    def _by_pixels(self) -> Iterator[str]:
        """Yield what tells of masks where two folders have the same names."""
        for folder, other in islice(self._twins(), _TRIED):
            mates = ((n, self._picture(other, _SUFFIX_APART, n)) for n in self._names[folder][:3])
            pairs = [(f"{folder}/{n}", f"{other}/{mate}") for n, mate in mates]
            if self._may_be_masks(pairs) and all(self._is_mask(*pair) for pair in pairs):
                yield f"{folder}/ holds what look like masks of the pictures in {other}/"

    def _twins(self) -> Iterator[tuple[str, str]]:
        """Yield two folders of which the one has just the names of the other, and few stand by."""
        for folder in self._names:
            parts = folder.split("/")
            for at, part in enumerate(parts):
                beside = self._beside["/".join(parts[:at])]
                others = sorted(beside - {part}) if len(beside) <= _MOST_BESIDE else []
                paths = ("/".join([*parts[:at], each, *parts[at + 1 :]]) for each in others)
                yield from ((folder, path) for path in paths if self._are_alike(folder, path))

    def _are_alike(self, folder: str, other: str) -> bool:
        """Return whether two folders have as many pictures, of the same stems."""
        if len(self._pictures[folder]) != len(self._pictures.get(other, ())):
            return False
        return set(map(_stem, self._names[folder])) == set(map(_stem, self._names[other]))

    def _may_be_masks(self, pairs: Sequence[tuple[str, str]]) -> bool:
        """Return whether the first of all pairs are gray, or take far less room than the others."""
        return all(
            _is_flat(head_of(self._bounds, mask, 26)) or 2 * self._size(mask) < self._size(picture)
            for mask, picture in pairs
        )

    def _size(self, path: str) -> int:
        """Return how many bytes a file has; none where it cannot be looked at."""
        try:
            return (self._bounds.root / path).stat().st_size
        except OSError:
            return 0

    def _is_mask(self, mask: str, picture: str) -> bool:
        """Return whether a file is a drawing of few colours, as large as a picture of many."""
        from augcli.image.listing.areas import are_areas_of

        return are_areas_of(*(head_of(self._bounds, name, _LARGEST) for name in (mask, picture)))

    def _is_masks_of(self, folder: str, other: str) -> bool:
        names = self._names[folder]
        found = {name: self._picture(other, _SUFFIX_APART, name) for name in names}
        pairs = [(f"{folder}/{name}", f"{other}/{mate}") for name, mate in found.items() if mate]
        if 2 * len(pairs) <= len(names):
            return False
        sure = any(map(means_pictures, set(other.split("/")) - set(folder.split("/"))))
        return sure or all(self._is_drawn_over(*pair) for pair in pairs[:3])

    def _picture(self, folder: str, suffix: re.Pattern[str], mask: str) -> str | None:
        """Return the name in a folder that a mask belongs to."""
        stem = _stem(mask)
        stems = dict.fromkeys(_stem_without(stem, suffix))
        for base in (each + ending for each in stems for ending in _PICTURE_SUFFIXES):
            path = named(self._pictures, folder, base)
            if path is not None:
                found = path.rpartition("/")[2]
                if found != mask or suffix is _SUFFIX_APART:
                    return found
        return None

    def _is_drawn_over(self, mask: str, picture: str) -> bool:
        """Return whether a file has no colours where its counterpart has."""
        flat = [_is_flat(head_of(self._bounds, name, 26)) for name in (mask, picture)]
        return flat == [True, False]


def named(pictures: Mapping[str, Sequence[str]], folder: str, stem: str) -> str | None:
    """Return the picture of a folder that has a stem."""
    start, names = f"{folder}/{stem}.".lstrip("/"), pictures.get(folder, ())
    at = bisect_left(names, start)
    return names[at] if names[at : at + 1] and names[at].startswith(start) else None


def _called_masks(paths: Sequence[str]) -> list[str]:
    """Return the first names of a folder that end as those of masks beside pictures do."""
    text = "\n".join(paths).lower()
    names = _last(paths) if any(map(text.__contains__, _WORDS)) else ()
    return [*islice((each for each in names if _SUFFIX.search(_stem(each))), _LOOKED_AT)]


def _last(paths: Iterable[str]) -> list[str]:
    return [path.rpartition("/")[2] for path in paths]


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _stem_without(stem: str, suffix: re.Pattern[str]) -> Iterator[str]:
    """Yield what a mask's picture may be called; alike only where folders tell them apart."""
    yield suffix.sub("", stem)
    if suffix is _SUFFIX_APART:
        yield stem


def _without_masks(name: str) -> Iterator[str]:
    """Yield what a plain name begins with if a word for masks is behind it."""
    ends = (at for at in range(1, len(name)) if _MASKS.fullmatch(name, at))
    return (name[:at] for at in ends)


def _is_unit(parts: set[str]) -> bool:
    """Return whether folders beside each other are of pictures and of masks."""
    return any(map(means_labels, parts)) and any(_PICTURES.fullmatch(plain(part)) for part in parts)


def _is_flat(head: bytes) -> bool:
    """Return whether a file is a GIF, or a PNG that is gray or has a palette."""
    return head.startswith(b"GIF8") or (
        head.startswith(b"\x89PNG") and head[-1:] in (bytes([_GRAY]), bytes([_PALETTE]))
    )
