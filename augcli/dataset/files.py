"""The files below a dataset's folder: which are taken, and which may not be read."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Any

from msgspec import Struct, field

from augcli.dataset.globs import any_of
from augcli.dataset.units import Sample
from augcli.disk.inside import OWN
from augcli.disk.reading import open_at_once
from augcli.errors import Problem, SettingError
from augcli.plural import several
from augcli.settings.base import DatasetSettings

Rejected = list[tuple[Sample, str]]
"""Samples that may not be read, with reasons."""

_SHEETS = (".xls", ".xlsx", ".ods")
_SHOWN_ENDINGS = 10
_OF_SYSTEMS = frozenset(
    (
        *("@eadir", "#recycle", "@recycle", "lost+found", "$recycle.bin", "__macosx"),
        *("system volume information", ".ipynb_checkpoints", ".appledouble", ".@__thumb"),
        *("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"),
    )
)
"""What systems and tools put into folders by themselves; lower case."""


_ABOUT = frozenset(
    (
        *("readme", "read_me", "license", "licence", "copying", "copyright", "notice", "citation"),
        *("changelog", "changes", "authors", "contributing"),
    )
)
"""What files are called that tell of a dataset and are none of it; lower case."""
_PROSE = ("", ".txt", ".md", ".rst")


class Bounds(Struct, frozen=True):
    """Where the files of a dataset may lie: below its folder, or where the recipe lets links lead.

    All of these are real paths.
    """

    root: Path
    others: tuple[Path, ...] = ()

    @classmethod
    def of(cls, settings: DatasetSettings, place: Path) -> Bounds:
        """Return the bounds that settings set for a dataset, a folder or a file."""
        bounds = cls.at(place)
        follow = () if isinstance(settings.links, str) else settings.links.follow
        return cls(bounds.root, (*bounds.others, *(Path(each).resolve() for each in follow)))

    @classmethod
    def recorded(cls, dataset: Mapping[str, Any], place: Path) -> Bounds:
        """Return the bounds for sources that are read again; hashes prove those behind links."""
        bounds = cls.at(place)
        follows = isinstance(dataset.get("links"), Mapping)
        return cls(bounds.root, (Path(bounds.root.anchor),)) if follows else bounds

    @classmethod
    def at(cls, place: Path) -> Bounds:
        """Return the bounds of a folder; of a file its folder, and where it leads as a link."""
        real = Path(os.path.realpath(place))
        return cls(real) if place.is_dir() else cls(place.parent.resolve(), (real,))

    def why_not(self, path: str) -> str | None:
        """Return why a path below the folder, itself no link, may not be read; None if it may."""
        if "\0" in path:
            return "the path holds a zero byte"
        if path.startswith("/") or ".." in path.split("/"):
            return "the path leads outside the dataset"
        if len(path) > _SURELY_SHORT and _is_too_long(path):
            return "the path is longer than any file's"
        if not os.path.islink(f"{self.root}/{path}"):  # noqa: PTH114 - hot
            return None
        return self.why_not_there(path)

    def why_not_there(self, path: str) -> str | None:
        """Return why a path with links in it may not be followed; None if it stays within."""
        try:
            target = Path(os.path.realpath(self.root / path, strict=True))
        except OSError as error:
            return f"{path} leads nowhere: {error.strerror}"
        within = target.is_relative_to(self.root) or self.lets(target)
        return None if within else f"the link leads outside the dataset; {_FOLLOW}"

    def lets(self, target: Path) -> bool:
        """Return whether the recipe lets links lead to a real path."""
        return any(map(target.is_relative_to, self.others))


_SURELY_SHORT = 63
"""Letters that take no more bytes than a name may have."""


def _is_too_long(path: str) -> bool:
    """Return whether a path, or a name in it, has more bytes than systems allow."""
    whole = path.encode("utf-8", "surrogatepass")
    return len(whole) > 4000 or max(map(len, whole.split(b"/"))) > 255


_FOLLOW = "`links: {follow: [FOLDER]}` under `dataset` names what links may lead to"


class Listing(Struct, frozen=True):
    """The files below a dataset's folder that settings choose."""

    bounds: Bounds
    names: list[str]
    """Relative to the folder, in ascending order."""
    notes: list[Problem]
    """What was passed by on the way."""
    links: Collection[str]
    """Those of the files that are links."""
    are_told: bool = False
    """Whether the recipe says which files are taken: what they are called then tells nothing."""

    def why_not(self, name: str) -> str | None:
        """Return why one of these files may not be read; None if it may."""
        return self.bounds.why_not(name) if name in self.links else None

    def apart(self, names: Sequence[str], split: str) -> tuple[list[str], Rejected]:
        """Return which of some files may be read, and the others as rejected samples of a split.

        Raises SettingError where there are only others.
        """
        told = [(name, self.why_not(name)) for name in names]
        rejected = [(Sample(name, split, None), reason) for name, reason in told if reason]
        if rejected and len(rejected) == len(names):
            raise SettingError(("dataset", "path"), f"{rejected[0][0].id}: {rejected[0][1]}")
        return [name for name, reason in told if not reason], rejected

    def take(self, is_wanted: Callable[[str], bool], what: str) -> list[str]:
        """Return the files that are wanted; note how many of each ending are not."""
        passed = (name for name in self.names if self.are_told or not _is_prose(name))
        wanted = list(filter(is_wanted, passed))
        others = sorted({*self.names}.difference(wanted))
        self.notes.extend(self.left_out(others, what))
        return wanted

    def left_out(self, others: Iterable[str], what: str) -> Iterator[Problem]:
        """Yield how many files of each ending are nothing of what a dataset is made of."""
        counts = Counter(os.path.splitext(name)[1] for name in others)  # noqa: PTH122 - hot
        shown = counts.most_common(_SHOWN_ENDINGS)
        for suffix, count in sorted(shown):
            ending = f"ending in {suffix}" if suffix else "without an extension"
            way = "; save the sheets as .csv files" if suffix.lower() in _SHEETS else ""
            yield self._note(f"left out {several(count, 'file')} {ending}: not {what}{way}")
        rest = counts.total() - sum(count for _, count in shown)
        if rest:
            yield self._note(f"left out {several(rest, 'file')} with other endings: not {what}")

    def _note(self, text: str) -> Problem:
        return Problem(str(self.bounds.root), 0, 0, text, "note", "left-out")


def listed(settings: DatasetSettings, root: Path) -> Listing:
    """Return the files below a folder that settings choose.

    Nothing hidden, nothing of a system's own; linked folders are entered only where settings let
    links lead. Raises SettingError where a folder cannot be listed.
    """
    are_told = bool(settings.include)
    walk = _Walk(root, Bounds.of(settings, root), takes_outputs=are_told)
    names = sorted(selected(settings, iter(walk.files())))
    linked = sorted(selected(settings, iter(walk.not_entered)))
    empty = sorted(selected(settings, walk.uppermost_empty()))
    outputs = sorted(selected(settings, iter(walk.outputs)))
    notes = [*map(walk.not_followed, linked), *walk.of_a_system(), *map(walk.without_files, empty)]
    notes += map(walk.of_augment, outputs)
    return Listing(walk.bounds, names, notes, walk.links, are_told)


def _is_prose(name: str) -> bool:
    """Return whether a file is called as one that tells of a dataset."""
    stem, ending = os.path.splitext(name.rpartition("/")[2].lower())  # noqa: PTH122 - hot
    return stem in _ABOUT and ending in _PROSE


def by_folder(names: Iterable[str]) -> dict[str, list[str]]:
    """Return files by the folders that they are in, in the order of the first of each."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[name.rpartition("/")[0]].append(name)
    return found


def holds_outputs(folder: str) -> bool:
    """Return whether a run wrote what is in a folder; not where nobody may look."""
    return os.path.isdir(os.path.join(folder, OWN))  # noqa: PTH112, PTH118 - hot


def readable(path: Path) -> list[Path]:
    """Return a file, or the files below a folder that may be data, in ascending order."""
    if not path.is_dir():
        return [path]
    bounds = Bounds(path.resolve())
    names = sorted(_Walk(path, bounds).files())
    return [path / name for name in names if not (_is_prose(name) or bounds.why_not(name))]


class _Walk(Struct, frozen=True):
    """A walk below a folder, and what it passes by."""

    root: Path
    bounds: Bounds
    of_systems: Counter[str] = field(default_factory=Counter)
    links: set[str] = field(default_factory=set)
    """Files that are links."""
    not_entered: list[str] = field(default_factory=list)
    empty: set[str] = field(default_factory=set)
    """Folders without a file, not even in those within."""
    takes_outputs: bool = False
    """Whether folders that a run wrote are entered, as the recipe says what is taken."""
    outputs: list[str] = field(default_factory=list)
    """Those that were not."""

    def files(self, below: str = "", on_the_way: tuple[Path, ...] = ()) -> list[str]:
        """Return the files; `on_the_way` are the real places of the links that led here."""
        found = self._entries(below, on_the_way)
        if not found and below and not any(each.startswith(below) for each in self.outputs):
            self.empty.add(below.rstrip("/"))
        return found

    def _entries(self, below: str, on_the_way: tuple[Path, ...]) -> list[str]:
        found: list[str] = []
        with listing_errors(), os.scandir(self.root / below) as entries:
            for entry in entries:
                name = entry.name
                if name.lower() in _OF_SYSTEMS:
                    self.of_systems[name] += 1
                elif name.startswith("."):
                    continue
                elif entry.is_file(follow_symlinks=False):
                    found.append(below + name)
                elif entry.is_dir(follow_symlinks=False):
                    found += self._in_folder(f"{below}{name}/", on_the_way)
                else:
                    found += self._odd(f"{below}{name}", on_the_way, is_link=entry.is_symlink())
        return found

    def _in_folder(self, path: str, on_the_way: tuple[Path, ...]) -> list[str]:
        if not self.takes_outputs and holds_outputs(f"{self.root}/{path}"):
            self.outputs.append(path)
            return []
        return self.files(path, on_the_way)

    def _odd(self, path: str, on_the_way: tuple[Path, ...], *, is_link: bool) -> list[str]:
        """Return a pipe or a link to a file itself, and what is to be taken of one to a folder."""
        if is_link:
            self.links.add(path)
        is_folder = is_link and (self.root / path).is_dir()
        return self._in_linked(path, on_the_way) if is_folder else [path]

    def _in_linked(self, path: str, on_the_way: tuple[Path, ...]) -> list[str]:
        """Return the files in a linked folder that may be entered and leads to nowhere on its way.

        One that may not be, but is called as a file is, is returned itself: as what cannot be read.
        """
        target = (self.root / path).resolve()
        here = (*on_the_way, (self.root / path).parent.resolve())
        if self.bounds.lets(target) and not any(place.is_relative_to(target) for place in here):
            return self.files(f"{path}/", here)
        self.not_entered.append(path)
        return [path] if os.path.splitext(path)[1] else []  # noqa: PTH122 - hot

    def not_followed(self, path: str) -> Problem:
        """Return what to say of a linked folder that was not entered."""
        text = f"left out {path}: linked folders are not entered; {_FOLLOW}"
        return Problem(str(self.root), 0, 0, text, "warning", "linked-folder")

    def uppermost_empty(self) -> Iterator[str]:
        """Yield the empty folders that are in no other."""
        return (path for path in self.empty if path.rpartition("/")[0] not in self.empty)

    def without_files(self, path: str) -> Problem:
        """Return what to say of a folder without a file."""
        text = f"nothing is taken from {path}/, which has no files"
        return Problem(str(self.root), 0, 0, text, "warning", "nothing-taken")

    def of_augment(self, path: str) -> Problem:
        """Return what to say of a folder that a run wrote: its copies would be copied again."""
        hint = "to take them, say by `include` under `dataset` which files are taken"
        text = f"nothing is taken from {path}, which holds outputs of augment; {hint}"
        return Problem(str(self.root), 0, 0, text, "warning", "nothing-taken")

    def of_a_system(self) -> Iterator[Problem]:
        """Yield once what was passed by as no part of any dataset."""
        if self.of_systems:
            told = (f"{name} ({count})" for name, count in sorted(self.of_systems.items()))
            text = f"left out what systems and tools put there: {', '.join(told)}"
            yield Problem(str(self.root), 0, 0, text, "note", "of-systems")


@contextmanager
def listing_errors() -> Iterator[None]:
    """Turn a failure to list into a SettingError: half a listing would make outputs disappear."""
    try:
        yield
    except OSError as error:
        reason = f"{error.filename} cannot be read: {error.strerror}"
        raise SettingError(("dataset", "path"), reason) from error


def selected(settings: DatasetSettings, paths: Iterator[str]) -> Iterator[str]:
    """Yield the paths that `include` and `exclude` choose, without what is no sample."""
    if named := settings.beside:
        around = tuple(f"{name}/" for name in named)
        paths = (path for path in paths if path not in named and not path.startswith(around))
    if not settings.include and not settings.exclude:
        return paths
    included, excluded = any_of(settings.include or ("**",)), any_of(settings.exclude)
    return (path for path in paths if included.fullmatch(path) and not excluded.fullmatch(path))


def head_of(bounds: Bounds, path: str, size: int) -> bytes:
    """Return the first bytes of a file within bounds; none where it may not or cannot be read."""
    if bounds.why_not(path):
        return b""
    try:
        with open(bounds.root / path, "rb", opener=open_at_once) as file:
            return file.read(size) if S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return b""
