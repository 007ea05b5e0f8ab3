"""Folders of texts: a file each, in a folder of its class, in a folder of its split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from augcli.dataset import Dataset, Sample
from augcli.errors import SettingError
from augcli.files import listed
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.open import SPLITS, check_keys

_SUFFIX = ".txt"


def scan_folders(settings: TextDatasetSettings, root: Path) -> Dataset:
    """List the texts in a folder; SettingError where there are none."""
    if not root.is_dir():
        raise SettingError(("dataset", "path"), f"{root} is not a folder; is another format meant?")
    if settings.lexicon is not None:
        raise SettingError(("dataset", "lexicon"), "is not available for `format: folders`")
    listing = listed(settings, root)
    texts = listing.take(lambda name: name.endswith(_SUFFIX), "texts")
    names, rejected = listing.apart(texts, settings.augment[0])
    if not names:
        raise SettingError(("dataset", "path"), f"there are no texts ({_SUFFIX}) in {root}")
    check_keys(names, settings)
    held_out = _has_split_folders(names)
    dataset = Dataset(root, held_out=held_out, split_folders=held_out, rejected=rejected)
    dataset.notes += listing.notes
    dataset.extend(_sample(name, held_out=held_out) for name in names)
    return dataset


def _has_split_folders(names: Sequence[str]) -> bool:
    tops = {PurePosixPath(name).parts[0] for name in names}
    return bool(tops) and all(top.lower() in SPLITS for top in tops)


def _sample(name: str, *, held_out: bool) -> Sample:
    parts = PurePosixPath(name).parts
    split = parts[0] if held_out else "train"
    folders = parts[1:-1] if held_out else parts[:-1]
    return Sample(name, split, "/".join(folders) or None)
