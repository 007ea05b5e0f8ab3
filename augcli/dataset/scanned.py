"""The listing of a dataset that is one file, or all files of a folder that are of its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from augcli.dataset.files import Listing, listed
from augcli.dataset.layout import kept, layout_of
from augcli.dataset.lists import refuse_endings, refuse_lists
from augcli.dataset.units import Dataset
from augcli.errors import SettingError, did_you_mean
from augcli.plural import few
from augcli.settings.base import DatasetSettings

Told = TypeVar("Told", bound=DatasetSettings)


def _pass_by(_listing: Listing, _files: Sequence[str]) -> None:
    """Take what lies beside files for nothing to heed."""


class Wanted(Struct, frozen=True):
    """Which files are of a kind."""

    has: Callable[[str], bool]
    what: str
    """What is in them, in words."""
    heed: Callable[[Listing, Sequence[str]], None] = _pass_by
    """Looks at what lies beside such files; raises SettingError for what is not to be passed by."""


def scanned(
    settings: Told,
    root: Path,
    wanted: Wanted,
    dataset_of: Callable[[Path, list[str], Told], Dataset],
) -> Dataset:
    """List the files at `root` and make a dataset of them, with what is said of the others."""
    if root.is_file():
        return dataset_of(root.parent, kept(settings, [root.name]), settings)
    if not root.is_dir():
        raise absent(root)
    listing = listed(settings, root)
    names = kept(settings, listing.take(wanted.has, wanted.what))
    files, rejected = listing.apart(names, settings.augment[0])
    wanted.heed(listing, files)
    dataset = dataset_of(root, files, settings)
    if not dataset.held_out:
        refuse_lists(settings, listing, names)
    refuse_endings(settings, listing, names)
    dataset.rejected += rejected
    dataset.notes += listing.notes
    return dataset


def class_folders(settings: DatasetSettings, names: Sequence[str]) -> str | None:
    """Return in words that files may be samples, as classes have folders of several; else None."""
    layout = layout_of(settings, names)
    files = Counter(layout.place(name).label for name in names if "/" in name)
    found = sorted(label for label, count in files.items() if label and count > 1)
    return f"the folders {few(found)} have several files each" if len(found) > 1 else None


def absent(root: Path) -> SettingError:
    """Return that there is no dataset at a path, and what is called nearly so."""
    if root.is_symlink():
        return SettingError(("dataset", "path"), f"{root} is a link that leads nowhere")
    beside = root.parent.iterdir() if root.parent.is_dir() else ()
    near = did_you_mean(root.name, (each.name for each in beside))
    return SettingError(("dataset", "path"), f"there is no file or folder {root}{near}")
