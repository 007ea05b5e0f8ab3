"""Which files of a listing are pictures: by their extension, or else by their first bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain

from msgspec import Struct, field

from augcli.dataset.files import Bounds, Listing, head_of
from augcli.disk.inside import suffix_of
from augcli.errors import Problem
from augcli.image.formats import (
    HEAD,
    IMAGE_EXTENSIONS,
    UNREADABLE_EXTENSIONS,
    UNREADABLE_FORMATS,
    extension_of,
    surely_of,
)
from augcli.plural import several

_OTHERS = re.compile(
    r"\.(txt|[ct]sv|(nd)?jsonl?|xml|ya?ml|toml|ini|cfg|md|rst|html?|css|js|py|ipynb|sh|m|log|pdf"
    r"|docx?|xlsx?|parquet|pkl|np[yz]|mat|h5|hdf5|pth?|onnx|zip|tar|t?gz|bz2|xz|zst|7z|rar"
    r"|mp[34]|avi|mov|mkv|webm|wav|flac|ogg|db|sqlite|lock|pts|bib|tex|md5|sha\d+)"
)
"""Extensions of what is known not to be a picture; nobody looks into such files."""


class Taken(Struct):
    """What a listing amounts to, in ascending order."""

    pictures: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Pictures of formats that are not read."""
    extensions: dict[str, str] = field(default_factory=dict)
    """picture → what an extension would say of it, where its own says nothing"""


def taken(listing: Listing) -> Taken:
    """Return which files of a listing are pictures."""
    found = Taken()
    for path in listing.names:
        suffix = _suffix(path)
        if suffix in IMAGE_EXTENSIONS:
            found.pictures.append(path)
        elif suffix in UNREADABLE_EXTENSIONS:
            found.unreadable.append(path)
        elif _OTHERS.fullmatch(suffix):
            found.others.append(path)
        else:
            _by_content(found, listing.bounds, path)
    return found


def _by_content(found: Taken, bounds: Bounds, path: str) -> None:
    format_ = surely_of(head_of(bounds, path, HEAD))
    if format_ is None:
        found.others.append(path)
    elif format_ in UNREADABLE_FORMATS:
        found.unreadable.append(path)
    else:
        found.pictures.append(path)
        found.extensions[path] = extension_of(format_)


def extension_by_content(bounds: Bounds, path: str) -> str | None:
    """Return what a picture's extension should be; None if its own will do or none is known."""
    if _suffix(path) in IMAGE_EXTENSIONS:
        return None
    format_ = surely_of(head_of(bounds, path, HEAD))
    return None if format_ is None or format_ in UNREADABLE_FORMATS else extension_of(format_)


def remarks(listing: Listing, found: Taken, used: Iterable[str] = ()) -> Iterator[Problem]:
    """Yield what was left out of a listing, and what was taken in spite of its name.

    Of folders of what is `used` beside pictures something is taken, too.
    """
    root = listing.bounds.root
    yield from listing.notes
    for suffix, count in _counted(found.unreadable):
        text = (
            f"left out {several(count, 'picture')} {suffix}: their format is not read; "
            "convert them to JPEG or PNG first"
        )
        yield Problem(str(root), 0, 0, text, "warning", "unreadable")
    yield from listing.left_out(found.others, "pictures")
    for folder, what in _empty(found, used):
        text = f"nothing is taken from {folder}/, which has {what}"
        yield Problem(str(root), 0, 0, text, "warning", "nothing-taken")
    if found.extensions:
        told = ", ".join(f"{count} {suffix}" for suffix, count in _counted(found.extensions))
        text = f"taken for pictures by their content: {told}"
        yield Problem(str(root), 0, 0, text, "note", "by-content")


def _counted(paths: Iterable[str]) -> list[tuple[str, int]]:
    """Return how many files have which ending, the most frequent first."""
    suffixes = map(_suffix, paths)
    counts = Counter(f"ending in {each}" if each else "without an extension" for each in suffixes)
    return counts.most_common(5)


def _empty(found: Taken, used: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the uppermost folders without a picture, with what they hold instead."""
    deepest = {path.rpartition("/")[0] for path in chain(found.pictures, used)}
    full = {above for folder in deepest for above in _above(f"{folder}/")}
    held: dict[str, Counter[str]] = {}
    for path in (*found.unreadable, *found.others):
        folder = next((each for each in _above(path) if each not in full), None)
        if folder is not None:
            held.setdefault(folder, Counter())[_suffix(path) or "without an extension"] += 1
    for folder, counts in sorted(held.items()):
        yield folder, ", ".join(f"{count} {suffix}" for suffix, count in counts.most_common(3))


def _above(path: str) -> Iterator[str]:
    """Yield the folders that a file is in, the uppermost first."""
    return accumulate(path.split("/")[:-1], lambda above, name: f"{above}/{name}")


def _suffix(path: str) -> str:
    return suffix_of(path).lower()
