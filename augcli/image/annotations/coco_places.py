"""Which pictures of a dataset a COCO file, or another list of names, means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath


def places_of(names: Sequence[str], pictures: Sequence[str], file: str) -> dict[str, str]:
    """Return name → picture, for the names of pictures in a file that are there.

    Names are relative to one folder for all: that in which most are, of several the file's own,
    then one whose name is in the file's. Where none has any, as names are of another machine,
    what each ends with tells.
    """
    by_base: dict[str, list[str]] = defaultdict(list)
    for picture in pictures:
        by_base[_base(picture)].append(picture)
    plain = {name: _plain(name) for name in names}
    near = {name: by_base.get(_base(text), ()) for name, text in plain.items()}
    folders = Counter(
        folder for name, text in plain.items() for folder in _folders(text, near[name])
    )
    if not folders:
        found = {name: _ending(text, near[name]) for name, text in plain.items()}
        return {name: picture for name, picture in found.items() if picture}
    best = min(folders, key=lambda folder: (-folders[folder], *_rank(folder, file)))
    known = set(pictures)
    return {name: best + text for name, text in plain.items() if best + text in known}


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


def _folders(text: str, near: Iterable[str]) -> Iterable[str]:
    """Return the folders that a name may be relative to, each with `/` at its end."""
    return (
        picture[: -len(text)] for picture in near if picture == text or picture.endswith(f"/{text}")
    )


def _rank(folder: str, file: str) -> tuple[bool, bool, str]:
    own = f"{file.rpartition('/')[0]}/".lstrip("/")
    last = folder.rstrip("/").rpartition("/")[2]
    return folder != own, not last or last not in _base(file), folder


def _ending(text: str, near: Sequence[str]) -> str | None:
    """Return the picture that the end of a name tells, if it is one alone."""
    parts = text.split("/")
    tails = ("/".join(parts[first:]) for first in range(1, len(parts)))
    for tail in tails:
        found = [each for each in near if each == tail or each.endswith(f"/{tail}")]
        if len(found) == 1:
            return found[0]
    return None
