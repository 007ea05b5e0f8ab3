"""Output names, from a source's id alone.

`0001.jpg` gives `0001.aug-000.jpg`; where the extension changes, the old one stays in:
`0001.png` gives `0001.png.aug-000.jpg`. Ids that could collide with such a name, or that some
file system would not take, get a short hash of the id, whatever their neighbours are; so do
folders on their way, so that no two classes end in one. Only ids and folders that differ from
another by case or Unicode form alone (`twins`, `twin_folders`) need to know their neighbours: the
folded one keeps its name, the others get the hash.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from augcli.disk.inside import OWN, suffix_of

_AT_A_TIME = 4096
_MOST_BYTES = 255
_LONGEST = _MOST_BYTES - len(".aug-000000.jpeg")
_HASHED = len("~01234567")
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/|?*\\\x7f\ud800-\udfff]')
_DEVICE = r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)"
_DEVICES = re.compile(_DEVICE, re.IGNORECASE)
_ENDING = (
    r"\.(jpe?g|jpe|jfif|a?png|webp|tiff?|bmp|dib|gif|avif|jp2|j2[kc]|jp[xfc]|p[bgnp]m|pfm|tga"
    r"|ico|mpo|txt|wave?|flac|og[ga]|npy|[ct]sv|parquet|pq)$"
)
_EXTENSION = re.compile(_ENDING, re.IGNORECASE)
_PLAIN = re.compile(rf"(?!{_DEVICE})[\w-]{{1,200}}{_ENDING}", re.IGNORECASE | re.ASCII)
"""Names that stay as they are and could be no other's, as nearly all are."""
_LIKE_OURS = re.compile(r"(\.aug-([^\W-]+-)?\d{3,}(\.\w+)?|~[0-9a-f]{8})$", re.IGNORECASE)
_LIKE_OUR_FOLDERS = re.compile(r"~[0-9a-f]{8}$", re.IGNORECASE)
RESERVED = frozenset([OWN, "manifest.jsonl", "failures.jsonl", "run.json"])


class Spot(NamedTuple):
    """Which of a source's copies one is."""

    copy: int
    """Its number in its stage."""
    stage: str | None = None
    view: str | None = None


FIRST = Spot(0)


class Bases:
    """The paths of sources' originals below the output folder, POSIX form."""

    def __init__(
        self,
        *,
        in_split_folder: bool,
        twins: Collection[str] = (),
        twin_folders: Collection[str] = (),
    ):
        self._in_split_folder = in_split_folder
        self._twins = twins
        self._twin_folders = twin_folders
        self._folder = cache(self._folder_of)

    def __call__(self, sample_id: str, split: str) -> str:
        """Return the path for a source of a split."""
        folder, _, name = sample_id.rpartition("/")
        around, twin = self._folder(folder, split), sample_id in self._twins
        if _PLAIN.fullmatch(name) and not twin:
            return around + name
        return around + _file_name(name, sample_id, twin=twin)

    def _folder_of(self, folder: str, split: str) -> str:
        """Return what a folder is written as, with a slash behind it."""
        inside = self._in_split_folder
        tops = [] if inside else [_folder_name(split, _at_top(split), split, twin=False)]
        parts = [*tops, *_written(folder, self._twin_folders, at_top=inside)]
        return "".join(f"{part}/" for part in parts)


def written_folders(ids: Sequence[str], twin_folders: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each folder on the way to some ids that is written under another name, and that."""
    for folder in sorted(_folders(ids)):
        written = "/".join(_written(folder, twin_folders))
        if written != folder:
            yield folder, written


def _written(folder: str, twins: Collection[str], *, at_top: bool = False) -> Iterator[str]:
    """Yield the names that a folder and those above it get."""
    parts = folder.split("/") if folder else []
    for end, part in enumerate(parts, 1):
        path = "/".join(parts[:end])
        safe = _at_top(part) if at_top and end == 1 else _portable(part)
        yield _folder_name(part, safe, path, twin=path in twins)


def _at_top(name: str) -> str:
    """Return what a folder is called beside the files that an output has of its own."""
    safe = _portable(name)
    return f"_{safe}" if safe.casefold() in RESERVED else safe


def _folder_name(name: str, safe: str, path: str, *, twin: bool) -> str:
    if name == safe and not twin and not _LIKE_OUR_FOLDERS.search(name):
        return name
    return f"{_cut(safe, _LONGEST - _HASHED)}~{short_hash(path)}"


def _file_name(name: str, sample_id: str, *, twin: bool) -> str:
    safe = _portable(name)
    if name == safe and not twin and not _may_be_another(name):
        return name
    stem, suffix = _halves(safe)
    return f"{_cut(stem, _LONGEST - _HASHED - len(suffix))}~{short_hash(sample_id)}{suffix}"


def _may_be_another(name: str) -> bool:
    """Return whether a name, or one that is made from it, could be that of another source.

    So it is where the stem ends in a copy number, in our hash, or in an extension that may have
    stayed in; and where the extension is none that a source of pictures has.
    """
    stem, suffix = _halves(name)
    return bool(not suffix or _LIKE_OURS.search(stem) or _EXTENSION.search(stem))


def _halves(name: str) -> tuple[str, str]:
    """Return stem and extension; what is no extension of a sample belongs to the stem."""
    found = _EXTENSION.search(name)
    return (name[: found.start()], found.group()) if found and found.start() else (name, "")


def _cut(text: str, size: int) -> str:
    """Return what of a text fits into so many bytes."""
    return text.encode()[:size].decode(errors="ignore")


def encoded_name(base: str, extension: str, spot: Spot | int | None = None) -> str:
    """Return the name of a copy, or of the re-encoded original when it is of none.

    `0001.aug-easy-000.weak.jpg` is of a stage, and one of a group.
    """
    kept = _less(base, extension)
    copy, stage, view = spot if isinstance(spot, Spot) else (spot, None, None)
    number = "" if copy is None else f".aug-{f'{stage}-' if stage else ''}{copy:03d}"
    ending = f"{number}{f'.{view}' if view else ''}{extension}"
    return f"{_fitting(kept, base, len(ending)) if stage or view else kept}{ending}"


@lru_cache(maxsize=64)
def _less(base: str, extension: str) -> str:
    """Return a name without its extension, if it is this; a source's copies ask it in turn."""
    return base.removesuffix(extension) if suffix_of(base) == extension else base


def group_name(base: str, extension: str, spot: Spot) -> str:
    """Return what the names of a group have in common."""
    return encoded_name(base, extension, spot._replace(view=None)).removesuffix(extension)


def group_of(base: str, spot: Spot) -> str | None:
    """Return the name of the group of a row that is made of another; None where it is of none."""
    return group_name(base, "", spot) if spot.view else None


def _fitting(kept: str, base: str, more: int) -> str:
    """Return a name that has room for so much more."""
    folder, slash, name = kept.rpartition("/")
    if len(name.encode()) + more > _MOST_BYTES:
        name = f"{_cut(name, _MOST_BYTES - _HASHED - more)}~{short_hash(base)}"
    return f"{folder}{slash}{name}"


def short_hash(sample_id: str) -> str:
    """Return eight hex digits of an id."""
    return blake2b(sample_id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def twins(ids: Sequence[str]) -> set[str]:
    """Return the ids that a file system blind to case or Unicode form would take for another.

    Memory: eight bytes an id, as most datasets have no twins and some have a million ids.
    """
    if _are_plain(ids):
        return set()
    import numpy as np

    hashes = np.fromiter((hash(folded(each)) for each in ids), np.int64, len(ids))
    order = np.sort(hashes)
    doubtful = set(order[1:][order[1:] == order[:-1]].tolist())
    suspects = [each for each in ids if doubtful and hash(folded(each)) in doubtful]
    counts = Counter(map(folded, suspects))
    return {each for each in suspects if counts[folded(each)] > 1 and each != folded(each)}


def twin_folders(ids: Sequence[str]) -> set[str]:
    """Return the folders of ids that such a file system would take for another folder."""
    return set() if _are_plain(ids) else twins(sorted(_folders(ids)))


def _folders(ids: Sequence[str]) -> set[str]:
    """Return the folders that ids are in, and those above them."""
    deepest = {each.rpartition("/")[0] for each in ids}
    cut = (folder.split("/") for folder in deepest if folder)
    return {"/".join(parts[:end]) for parts in cut for end in range(1, len(parts) + 1)}


def _are_plain(ids: Iterable[str]) -> bool:
    """Return whether all ids are folded already, as in most datasets they are."""
    left = iter(ids)
    texts = iter(lambda: "\n".join(islice(left, _AT_A_TIME)), "")
    return all(text.isascii() and text == text.lower() for text in texts)


def folded(sample_id: str) -> str:
    """Return the form in which twins are equal."""
    return unicodedata.normalize("NFC", sample_id).casefold()


def _portable(part: str) -> str:
    """Return a path component that every common file system takes."""
    part = _FORBIDDEN.sub("_", part)
    if len(part.encode()) > _LONGEST:
        stem, suffix = _halves(part)
        part = _cut(stem, _LONGEST - 1 - len(suffix)) + suffix
    if _DEVICES.match(part):
        part = f"_{part}"
    if part != part.rstrip(". "):
        part = part.rstrip(". ") + "_"
    return part
