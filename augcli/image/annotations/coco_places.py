"""Which pictures of a dataset a COCO file, or another list of names, means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath


def places_of(names: Sequence[str], pictures: Sequence[str], file: str) -> dict[str, str]:
    """Return name → picture, for the names of pictures in a file that are there.

    Names are relative to one folder for all: that in which most are, of several the file's own,
    then one whose name is in the file's. Where none has any, as names are of another machine,
    what each ends with tells.
    """
    plain = {name: _plain(name) for name in names}
    ends = _by_ends(pictures, {text.count("/") for text in plain.values()})
    folders = Counter(
        picture[: -len(text)] for text in plain.values() for picture in ends.get(text, ())
    )
    if not folders:
        deepest = max((text.count("/") for text in plain.values()), default=0)
        ends = _by_ends(pictures, range(min(deepest, _DEEPEST)))
        found = {name: _ending(text, ends) for name, text in plain.items()}
        return {name: picture for name, picture in found.items() if picture}
    best = min(folders, key=lambda folder: (-folders[folder], *_rank(folder, file)))
    known = set(pictures)
    return {name: best + text for name, text in plain.items() if best + text in known}


_DEEPEST = 4096
"""Folders of a path; no system has longer ones."""


def _by_ends(pictures: Sequence[str], depths: Iterable[int]) -> Mapping[str, Sequence[str]]:
    """Return end → the pictures whose paths end so, for ends of so many folders and a name."""
    found: dict[str, list[str]] = defaultdict(list)
    deepest = max((picture.count("/") for picture in pictures), default=0)
    likely = [depth for depth in depths if depth <= deepest]
    for picture in pictures:
        parts = picture.split("/")
        for depth in likely:
            if depth < len(parts):
                found["/".join(parts[-depth - 1 :])].append(picture)
    return found


def _plain(name: str) -> str:
    """Return a name as a relative path; `..` in it leads nowhere."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("/", "..", "."))


def leads_out(name: str) -> bool:
    """Return whether a name as it is written goes above the folder that it is relative to."""
    depth = 0
    for part in PurePosixPath(name.replace("\\", "/")).parts:
        depth += -1 if part == ".." else part != "."
        if depth < 0:
            return True
    return False


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _rank(folder: str, file: str) -> tuple[bool, bool, str]:
    own = f"{file.rpartition('/')[0]}/".lstrip("/")
    last = folder.rstrip("/").rpartition("/")[2]
    return folder != own, not last or last not in _base(file), folder


def _ending(text: str, ends: Mapping[str, Sequence[str]]) -> str | None:
    """Return the picture that the end of a name tells, if it is one alone."""
    parts = text.split("/")
    tails = ("/".join(parts[first:]) for first in range(1, len(parts)))
    found = (ends.get(tail, ()) for tail in tails)
    return next((each[0] for each in found if len(each) == 1), None)
