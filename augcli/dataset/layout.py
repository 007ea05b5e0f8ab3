"""Which split each file of a dataset is in, as its folders and its own name say.

Names are read one level of folders after the other. Where all of a level look like splits they
are; where some do and others do not, somebody has to say what is what, by `dataset.splits`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from pathlib import Path, PurePosixPath

from msgspec import Struct, field
from msgspec.structs import replace

from augcli.dataset.doubts import WITHIN_CLASS
from augcli.dataset.splits import (
    DOUBT,
    NOTHING,
    TRAIN,
    Reading,
    are_folds,
    are_paired,
    are_short,
    augmented,
    beside_split,
    folder_split,
    glued,
    read,
    says_nothing,
)
from augcli.dataset.told import CLASS, IGNORE, Told, doubtful, quoted, refuse_again, unlike
from augcli.errors import Problem
from augcli.plural import few, several
from augcli.settings.base import DatasetSettings

_AT_A_TIME = 4096
_WORDS_OF_SPLITS = ("train", "trn", "test", "tst", "val", "dev", "hold", "held")


class Place(Struct, frozen=True, dict=True):
    """What the path of a file says."""

    split: str
    before: tuple[str, ...] = ()
    """The folders around that of its split, where not all files have the same."""
    after: tuple[str, ...] = ()
    """The folders within that of its split; all, where there is none."""

    @cached_property
    def label(self) -> str | None:
        """Return the class: the folders around that of the split, and the first within it."""
        return "/".join([*self.before, *self.after[:1]]) or None


class Layout(Struct, frozen=True):
    """The places of files that are a sample each."""

    folders: Mapping[str, Place]
    """folder → what it says"""
    in_folders: bool
    """Whether splits have folders of their own."""
    files: Mapping[str, str] = field(default_factory=dict)
    """file → its split, where the names of files tell it"""

    @property
    def held_out(self) -> bool:
        """Return whether names say which files are of which split."""
        return self.in_folders or bool(self.files)

    @property
    def classes(self) -> set[str]:
        """Return the names of folders that may be those of classes."""
        return {place.label for place in self.folders.values() if place.label}

    def place(self, name: str) -> Place:
        """Return what a file's path says; without splits, all is train."""
        found = self.folders[_folder(name)]
        split = self.files.get(name)
        return Place(split, found.before, found.after) if split else found

    def within_classes(self, root: Path) -> Iterator[Problem]:
        """Yield which folders lie in those of classes, where a class is the first folder alone."""
        inner: dict[str | None, list[tuple[str, ...]]] = defaultdict(list)
        for place in self.folders.values():
            inner[place.label].append(place.after)
        refuse_again({name: {each[1:2] for each in found} for name, found in inner.items()})
        if joined := {name: found for name, found in inner.items() if len(set(found)) > 1}:
            name, found = next(iter(joined.items()))
            around = _common(found)
            folders = few(sorted({each[len(around)] for each in found if len(each) > len(around)}))
            text = f"class {name!r} takes in the folders {folders}: its name is the first folder"
            if others := len(joined) - 1:
                text += f"; {several(others, 'other class does', 'other classes do')} so, too"
            lone = len(inner) == 1 and not self.in_folders
            where = f"{'/'.join(around)}/" if lone else "the folder that they are in"
            hint = f"if they are the classes, let `dataset.path` lead to {where}"
            yield WITHIN_CLASS.doubt(text, hint, "dataset.path").problem(str(root))


def kept(settings: DatasetSettings, names: Sequence[str]) -> list[str]:
    """Return the files that `dataset.splits` does not ignore; SettingError for idle rules."""
    if not settings.splits:
        return list(names)
    told = Told(settings)
    around = {folder: list(_around(folder)) for folder in set(map(_folder, names))}
    told.check([*{each for folders in around.values() for each in folders}, *names])
    gone = {folder for folder, paths in around.items() if IGNORE in map(told, paths)}
    return [name for name in names if _folder(name) not in gone and told(name) != IGNORE]


def layout_of(settings: DatasetSettings, names: Sequence[str]) -> Layout:
    """Return where files lie that are a sample each; SettingError where that is in doubt."""
    told = Told(settings)
    folders = {_folder(name): name for name in names}
    depth = _depth_of_splits(told, folders)
    if depth is None:
        plain = {each: Place(TRAIN, (), _parts(each)) for each in folders}
        return Layout(plain, in_folders=False, files=_by_names(told, names))
    varied = len({_parts(each)[:depth] for each in folders}) > 1
    places = {}
    for each in folders:
        parts = _parts(each)
        here = parts[: depth + 1]
        split = told("/".join(here)) or folder_split(here[-1], settings.augment) or TRAIN
        if augmented(settings.augment, [split]):
            _refuse_held_out_within(told, parts, depth)
        places[each] = Place(split, parts[:depth] if varied else (), parts[depth + 1 :])
    return Layout(_with_classes(_without_twins(places)), in_folders=True)


def _without_twins(places: Mapping[str, Place]) -> Mapping[str, Place]:
    """Return places where folders of splits hold nothing but a folder of the same name each."""
    if not all(place.after[:1] == (_last_of_split(each, place),) for each, place in places.items()):
        return places
    return {each: replace(place, after=place.after[1:]) for each, place in places.items()}


def _last_of_split(folder: str, place: Place) -> str:
    """Return the name of the folder of a split that a folder is in."""
    parts = _parts(folder)
    return parts[len(parts) - len(place.after) - 1]


def _with_classes(places: Mapping[str, Place]) -> Mapping[str, Place]:
    """Return places with the classes that names of splits hold, as `cat_train` and `dogTest` do."""
    said = {each: beside_split(_last(each), place.split) for each, place in places.items()}
    if any(place.after for place in places.values()) or len(set(said.values()) - {""}) < 2:
        return places
    after = {each: (name,) if name else () for each, name in said.items()}
    return {each: replace(place, after=after[each]) for each, place in places.items()}


def file_splits(settings: DatasetSettings, names: Sequence[str]) -> dict[str, str]:
    """Return file → split of files that are many samples each; train where no name tells.

    Raises SettingError where that is in doubt.
    """
    told = Told(settings)
    sure = {name: split for name in names if (split := _told_of_file(told, name))}
    readings = {name: _reading_of_file(told, name) for name in names if name not in sure}
    if not _are_splits(sure, readings, ()):
        return dict.fromkeys(names, TRAIN)
    stems = {name: PurePosixPath(name).stem for name in readings}
    asked = {name: stem for name, stem in stems.items() if stem in settings.augment}
    return {
        name: sure.get(name) or asked.get(name) or str(readings[name].meaning) for name in names
    }


def told_in_starter(names: Sequence[str]) -> list[str]:
    """Return the lines of a starter recipe's `dataset` about the splits of files of many samples.

    A lone file that is held out by its name is asked about: whether it is train is not for a
    program to say.
    """
    found = file_splits(DatasetSettings.again({}), names)
    if len(set(found.values())) > 1:
        pairs = few(f"{name} is {split}" for name, split in found.items())
        return [f"# by the names of files: {pairs}", *_several(found)]
    held_out = [f"{quoted(name)}: train" for name, split in found.items() if split != TRAIN]
    if len(names) > 1 or not held_out:
        return []
    return [f"# splits: {{{held_out[0]}}}    # by its name it is {found[names[0]]}"]


def _several(found: Mapping[str, str]) -> Iterator[str]:
    """Yield that folders may be a dataset each, where several have files of train and another."""
    splits = defaultdict(set)
    for name, split in found.items():
        splits[_folder(name)].add(split)
    whole = sorted(folder for folder, told in splits.items() if TRAIN in told and len(told) > 1)
    if len(whole) > 1:
        yield f"# {few(whole)} have a split each of their own: if they are datasets of their"
        yield "#   own, `path` is to lead to one of them"


def folders_in_starter(names: Sequence[str]) -> list[str]:
    """Return the lines of a starter recipe's `dataset` about folders of splits."""
    layout = layout_of(DatasetSettings.again({}), names)
    if not layout.held_out:
        return []
    counts = Counter(layout.place(name).split for name in names)
    found = ", ".join(f"{count} in {split}" for split, count in sorted(counts.items()))
    return [f"# by the names of {'folders' if layout.in_folders else 'files'}: {found}"]


def _told_of_file(told: Told, name: str) -> str | None:
    """Return the split that is told of a file, or of the innermost folder around it."""
    found = filter(None, map(told, (name, *reversed([*_around(_folder(name))]))))
    return next((each for each in found if each != CLASS), None)


def _reading_of_file(told: Told, name: str) -> Reading:
    """Return what folders and name of a file say together; SettingError if that differs."""
    parts = (*_around(_folder(name)), name)
    readings = [read(_last(part)) for part in parts if told(part) is None]
    found = [each for each in readings if each.meaning]
    if len({each.meaning for each in found}) > 1:
        raise doubtful(f"the parts of {name} look like different splits", {name: TRAIN})
    return next((each for each in found if each.is_plain), (found or [NOTHING])[0])


def _depth_of_splits(told: Told, folders: Mapping[str, str]) -> int | None:
    """Return which level of folders is that of splits; a lone folder may stand around them.

    `folders` are those that have files, each with one of them.
    """
    lone = None
    for depth in range(max((len(_parts(each)) for each in folders), default=0)):
        level = sorted({"/".join(p[: depth + 1]) for p in map(_parts, folders) if len(p) > depth})
        sure = [path for path in level if told(path) not in (None, CLASS)]
        readings = {path: _reading(told, path) for path in level if path not in sure}
        if are_folds([_last(path) for path, each in readings.items() if each is not NOTHING]):
            raise doubtful(f"{few(readings)} may be folds", {next(iter(readings)): "test"})
        beside = [file for folder, file in folders.items() if len(_parts(folder)) <= depth]
        deeper = {"/".join(p[: depth + 1]) for p in map(_parts, folders) if len(p) > depth + 1}
        if not _are_splits(sure, readings, beside, deeper):
            continue
        if sure or len(level) > 1:
            _check_telling(sure, readings)
            return depth
        lone = depth if lone is None else lone
    return lone


def _reading(told: Told, path: str) -> Reading:
    return read(_last(path)) if told(path) is None else NOTHING


def _are_splits(
    sure: Collection[str],
    readings: Mapping[str, Reading],
    beside: Sequence[str],
    deeper: Collection[str] = (),
) -> bool:
    """Return whether all paths of a level are splits, False if none is; SettingError in between.

    `sure` are those of which it was told, `beside` are files that end above that level, and
    `deeper` have folders, which classes have not.
    """
    likely = {path: each for path, each in readings.items() if each.meaning}
    suspicious = [path for path, each in likely.items() if each.is_suspicious]
    others = [*(path for path in readings if path not in likely), *beside]
    if not likely and (example := glued(list(map(_last, readings)))):
        raise doubtful(f"{few(readings)} may be splits, each in one word with a class", example)
    if not likely and are_short(list(map(_last, readings))):
        raise doubtful(f"{few(readings)} may be short for splits", {next(iter(readings)): "test"})
    if doubts := [path for path in suspicious if likely[path].meaning == DOUBT]:
        raise doubtful(f"{few(doubts)} may be nothing to learn from", {doubts[0]: IGNORE})
    if others and (sure or suspicious or are_paired(likely.values())):
        text = unlike([*sure, *likely], others)
        has_train = not likely or TRAIN in {each.meaning for each in likely.values()}
        plain = all(each.is_plain for each in likely.values())
        is_leaf = others[0] in readings and others[0] not in deeper
        named = plain and is_leaf and not says_nothing(_last(others[0]))
        odd = len(likely) < len(others) or (named and not has_train)
        other = {others[0]: IGNORE if has_train else TRAIN}
        raise doubtful(text, {next(iter(likely)): CLASS} if odd and not sure else other)
    return bool(sure or likely) and not others


def _check_telling(sure: Collection[str], readings: Mapping[str, Reading]) -> None:
    """Raise SettingError for folders that may as well be classes: none is plainly a split."""
    names = {_last(path) for path in readings}
    meanings = {each.meaning for each in readings.values()}
    plain = any(each.is_plain for each in readings.values())
    if not sure and not plain and len(meanings) == 1 < len(names):
        text = f"{few(readings)} may be splits or classes"
        raise doubtful(text, {next(iter(readings)): CLASS})


def _refuse_held_out_within(told: Told, parts: Sequence[str], depth: int) -> None:
    """Raise SettingError for a folder within train that looks like a split that is held out."""
    for size in range(depth + 2, len(parts) + 1):
        path, found = "/".join(parts[:size]), read(parts[size - 1])
        if found.is_plain and found.meaning != TRAIN and told(path) is None:
            text = f"{path} looks like a split, but lies within {parts[depth]}"
            example = {f"*/{parts[size - 1]}": IGNORE if found.meaning == DOUBT else CLASS}
            raise doubtful(text, example)


def _by_names(told: Told, names: Sequence[str]) -> dict[str, str]:
    """Return the splits of files that are a sample each, where their own names tell them."""
    said = ((name, told(name)) for name in names) if told else ()
    sure = {name: split for name, split in said if split not in (None, CLASS)}
    starts = range(0, len(names), _AT_A_TIME)
    texts = ("\n".join(names[start : start + _AT_A_TIME]) for start in starts)
    if sure or not any(map(_may_tell, texts)):
        return sure
    likely = {name: read(_last(name)) for name in names if _may_tell(_last(name))}
    likely = {name: each for name, each in likely.items() if each.meaning not in (None, DOUBT)}
    flat = not any("/" in name for name in names)
    lone = flat and any(each.is_plain and each.meaning != TRAIN for each in likely.values())
    if not lone and not are_paired(likely.values()):
        return {}
    others = [name for name in names if name not in likely]
    _are_splits((), likely, others)
    return {name: str(each.meaning) for name, each in likely.items()}


def _may_tell(text: str) -> bool:
    return any(map(text.lower().__contains__, _WORDS_OF_SPLITS))


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _parts(folder: str) -> tuple[str, ...]:
    return tuple(folder.split("/")) if folder else ()


def _around(folder: str) -> Iterator[str]:
    """Yield a folder and those around it, the outermost first."""
    parts = _parts(folder)
    yield from ("/".join(parts[:size]) for size in range(1, len(parts) + 1))


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the folders that all of some paths begin with."""
    levels = takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))
    return tuple(level[0] for level in levels)
