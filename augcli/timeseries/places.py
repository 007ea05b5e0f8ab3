"""What the places of files say of them, and where files go in an output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from augcli import names
from augcli.dataset.layout import Layout, file_splits, layout_of
from augcli.dataset.splits import TRAIN
from augcli.dataset.told import CLASS
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import format_of

_FOLDS = {"*[Ff]old*[0-9]": CLASS}
"""Folders of a cross-validation are no splits."""


class Place(Struct, frozen=True):
    """What the path of a file says, or its row in a table."""

    split: str = TRAIN
    label: str | None = None
    in_split_folder: bool = False
    is_amount: bool = False
    """Whether the label is a number to be predicted, and no class."""
    trouble: str | None = None
    """Why the file cannot be used."""


def places_of(
    settings: SeriesDatasetSettings, names: Sequence[str], *, single: bool
) -> dict[str, Place]:
    """Return split and class of files: by their folders, or by their own names."""
    if not single:
        return {name: Place(split) for name, split in file_splits(settings, names).items()}
    layout = layout_of(settings, names)
    return {name: _place(layout, name) for name in names}


def beside_table(settings: SeriesDatasetSettings, names: Sequence[str]) -> dict[str, Place]:
    """Return split and class of files by their folders, where a table of theirs has no splits.

    Folders of folds are none: a table says which they are, and splits may be drawn by that.
    """
    told = settings.model_copy(update={"splits": dict(settings.splits) | _FOLDS})
    return {} if settings.split_column is not None else places_of(told, names, single=True)


def _place(layout: Layout, name: str) -> Place:
    place = layout.place(name)
    return Place(place.split, place.label, in_split_folder=layout.in_folders)


def is_single(files: Sequence[str], settings: SeriesDatasetSettings) -> bool:
    """Return whether each file is one series."""
    return format_of(min(files), settings).is_single(files, settings)


def output_names(places: Mapping[str, Place]) -> dict[str, str]:
    """Return where files of one series each go, below the output folder."""
    twins, folders = names.twins(list(places)), names.twin_folders(list(places))
    bases = {
        inside: names.Bases(in_split_folder=inside, twins=twins, twin_folders=folders)
        for inside in (True, False)
    }
    return {name: bases[place.in_split_folder](name, place.split) for name, place in places.items()}
