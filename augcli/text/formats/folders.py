"""Folders of texts: a file each, in a folder of its class, in a folder of its split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from augcli.dataset.doubts import UNCLEAR_SAMPLES, UNNAMED_LABELS
from augcli.dataset.files import Listing, listed
from augcli.dataset.formats import format_at, register_format
from augcli.dataset.layout import kept, layout_of
from augcli.dataset.lists import refuse_rows_of_files
from augcli.dataset.scanned import class_folders
from augcli.dataset.told import quoted
from augcli.dataset.units import Dataset
from augcli.errors import SettingError
from augcli.plural import few, several
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFormat
from augcli.text.formats.open import check_keys

_SUFFIX = ".txt"
_NUMBER = re.compile(r"\d+")
_FEWEST = 3
"""Files that are numbered, or in a folder of a class, at least."""
_MOST = 0.5
"""Of the texts: as many have a file beside them where it tells of each."""


def scan_folders(settings: TextDatasetSettings, root: Path) -> Dataset:
    """List the texts in a folder; SettingError where there are none."""
    if not root.is_dir():
        raise SettingError(("dataset", "path"), f"{root} is not a folder; is another format meant?")
    if settings.lexicon_path is not None:
        raise SettingError(("dataset", "lexicon"), "is not available for `format: folders`")
    listing = listed(settings, root)
    texts = kept(settings, listing.take(_wanted(listing.names), "texts"))
    refuse_annotations(listing, texts)
    _refuse_lone(listing, texts)
    names, rejected = listing.apart(texts, settings.augment[0])
    if not names:
        raise SettingError(("dataset", "path"), f"there are no texts ({_SUFFIX}) in {root}")
    check_keys(names, settings)
    layout = layout_of(settings, names)
    dataset = Dataset(
        root, held_out=layout.held_out, split_folders=layout.in_folders, rejected=rejected
    )
    dataset.notes += listing.notes
    places = [*map(layout.place, names)]
    dataset.extend(names, (each.split for each in places), (each.label for each in places))
    return dataset


def _wanted(names: Sequence[str]) -> Callable[[str], bool]:
    """Return which files are texts: where none ends as they do, those in folders with no ending."""
    if any(name.endswith(_SUFFIX) for name in names):
        return lambda name: name.endswith(_SUFFIX)
    return lambda name: "/" in name and not PurePosixPath(name).suffix


def refuse_folders(settings: TextDatasetSettings, names: Sequence[str]) -> None:
    """Raise DoubtError where texts may be files of their own, and no key says whether they are.

    Read as lines, each file would be a class of its own, and copies would stand in it.
    """
    others = [name for name in names if not name.lower().endswith(_SUFFIX)]
    if settings.format != "auto" or any(format_at(TextFormat, name) for name in others):
        return
    if found := class_folders(settings, names) or _numbered(names):
        one = "is a text" if not others else f"is a text (they are to end in {_SUFFIX} then)"
        hint = f"`format: folders` if a file {one}, `format: lines` or `csv` if it has many"
        at = ("dataset", "path")
        raise UNCLEAR_SAMPLES.doubt(found, f"say {hint}", "dataset.format", at).error


def _numbered(names: Sequence[str]) -> str | None:
    """Return in words that files may be a text each, as their names only count them; else None."""
    stems = {_NUMBER.sub("#", PurePosixPath(name).stem) for name in names}
    if len(names) < _FEWEST or len(stems) > 1 or "#" not in stems.pop():
        return None
    return f"{few(names)} are numbered, as no classes are"


def refuse_annotations(listing: Listing, texts: Sequence[str]) -> None:
    """Raise DoubtError where most texts have a file of another ending that is called as they are.

    It tells of their classes or of places in them, which copies would lack or have wrong. So do
    rows that each name a file which is no text.
    """
    stems = {*texts, *(name.rpartition(".")[0] for name in texts if "." in name)}
    others = sorted({*listing.names}.difference(texts))
    beside = (name.rpartition(".") for name in others)
    counts = Counter(ending for stem, _, ending in beside if stem in stems)
    ending, count = next(iter(counts.most_common(1)), ("", 0))
    if count >= max(2, _MOST * len(texts)):
        text = (
            f"{count} of {several(len(texts), 'file')} of texts have one ending in .{ending} beside"
        )
        hint = "write both into one table or JSON Lines, `spans` being places in the text"
        more = f'if it is not needed, `exclude: ["**/*.{ending}"]`'
        raise UNNAMED_LABELS.doubt(
            text, f"{hint}; {more}", "dataset.exclude", ("dataset", "path")
        ).error
    refuse_rows_of_files(listing, texts, others)


def _refuse_lone(listing: Listing, texts: Sequence[str]) -> None:
    """Raise DoubtError for a few texts beside folders of others: they may tell of these."""
    paths = [*map(PurePosixPath, () if listing.are_told else texts)]
    around = {outer for folder in {path.parent for path in paths} for outer in folder.parents}
    lone = Counter(path.parent for path in paths if path.parent in around)
    if folder := next((each for each, count in lone.items() if count < _FEWEST), None):
        found = [str(path) for path in paths if path.parent == folder]
        text = f"{few(found)} beside folders of texts may tell of these, and be no class"
        names = ", ".join(map(quoted, found))
        hint = f"say `exclude: [{names}]`, or put what is a class into a folder of its own"
        raise UNCLEAR_SAMPLES.doubt(text, hint, "dataset.exclude", ("dataset", "path")).error


register_format(TextFormat("folders", (), frozenset(("encoding",))))
