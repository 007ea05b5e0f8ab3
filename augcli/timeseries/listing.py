"""Which files a dataset of time series has, and what their places say of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from augcli import names
from augcli.dataset import Dataset, Sample
from augcli.errors import SettingError, did_you_mean
from augcli.files import listed
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import EXTENSIONS, format_of, is_long

_SPLITS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
}


@dataclass(frozen=True)
class Place:
    """What the path of a file says."""

    split: str
    label: str | None
    in_split_folder: bool


def place_of(name: str, *, single: bool) -> Place:
    """Return split and class of a file: by its folders, or by a word in its own name."""
    *folders, file = name.split("/")
    if folders and folders[0].lower() in _SPLITS:
        label = folders[1] if single and len(folders) > 1 else None
        split = folders[0] if single else _SPLITS[folders[0].lower()]
        return Place(split, label, in_split_folder=True)
    if folders and single:
        return Place("train", folders[0], in_split_folder=False)
    words = re.split(r"[_\-. ]+", PurePosixPath(file).stem.lower())
    found = next((_SPLITS[word] for word in reversed(words) if word in _SPLITS), "train")
    return Place(found, None, in_split_folder=False)


def is_single(files: Sequence[str], settings: SeriesDatasetSettings) -> bool:
    """Return whether each file is one series."""
    name = format_of(min(files), settings)
    if name == "npy":
        told = settings.one_per_file
        return any("/" in file for file in files) if told is None else told
    if name in ("csv", "tsv", "parquet"):
        return is_long(settings) and settings.id is None
    return name == "wav"


def scan(settings: SeriesDatasetSettings, root: Path) -> Dataset:
    """List the files at `root`: one, or all of a folder, as one sample."""
    if root.is_file():
        return _dataset(root.parent, [root.name], settings)
    if not root.is_dir():
        raise SettingError(("dataset", "path"), f"there is no file or folder {root}")
    listing = listed(settings, root)
    names = listing.take(lambda name: _is_series(name, settings), "series")
    files, rejected = listing.apart(names, settings.augment[0])
    if not files:
        kinds = settings.format or ", ".join(sorted(set(EXTENSIONS.values())))
        raise SettingError(("dataset", "path"), f"there are no series ({kinds}) in {root}")
    found = sorted({EXTENSIONS[PurePosixPath(name.lower()).suffix] for name in files})
    if len(found) > 1:
        text = f"{root} has files of several formats; say which: {', '.join(found)}"
        raise SettingError(("dataset", "format"), text)
    dataset = _dataset(root, files, settings)
    dataset.rejected += rejected
    dataset.notes += listing.notes
    return dataset


def _is_series(name: str, settings: SeriesDatasetSettings) -> bool:
    known = EXTENSIONS.get(PurePosixPath(name).suffix.lower())
    return known is not None and settings.format in (None, known)


def _dataset(root: Path, files: list[str], settings: SeriesDatasetSettings) -> Dataset:
    single = is_single(files, settings)
    places = {name: place_of(name, single=single) for name in files}
    splits = sorted({place.split for place in places.values()})
    if single and settings.label is None and settings.split is None:
        return _apart(root, places, held_out=len(splits) > 1)
    if settings.split is None:
        check_splits(settings, splits)
    held_out = len(splits) > 1 or settings.split is not None
    dataset = Dataset(root, held_out=held_out, files=files)
    dataset.extend([Sample(files[0] if len(files) == 1 else ".", settings.augment[0], None)])
    return dataset


def check_splits(settings: SeriesDatasetSettings, splits: Collection[str]) -> None:
    """Raise SettingError for a split to be augmented that the dataset does not have."""
    for index, split in enumerate(settings.augment):
        if split not in splits:
            near = did_you_mean(split, splits)
            has = ", ".join(sorted(splits))
            text = f"the dataset has no split {split!r}{near} (it has {has})"
            raise SettingError(("dataset", "augment", index), text)


def _apart(root: Path, places: Mapping[str, Place], *, held_out: bool) -> Dataset:
    """List files of one series each as samples, so that each is worked on by itself."""
    inside = [place.in_split_folder for place in places.values()]
    if any(inside) and not all(inside):
        odd = next(name for name, place in places.items() if not place.in_split_folder)
        text = f"{odd} is beside folders of splits; move it into one, or `exclude` it"
        raise SettingError(("dataset", "path"), text)
    dataset = Dataset(root, held_out=held_out, split_folders=all(inside))
    dataset.extend(Sample(name, place.split, place.label) for name, place in places.items())
    return dataset


def output_names(files: Sequence[str], *, single: bool) -> dict[str, str]:
    """Return where the originals go, below the output folder."""
    if not single:
        return {name: name for name in files}
    twins, folders = names.twins(files), names.twin_folders(files)
    return {name: _base(name, folders, twin=name in twins) for name in files}


def _base(name: str, twin_folders: Collection[str], *, twin: bool) -> str:
    place = place_of(name, single=True)
    inside = place.in_split_folder
    return names.base_name(
        name, place.split, in_split_folder=inside, twin=twin, twin_folders=twin_folders
    )
