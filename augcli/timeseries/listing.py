"""Which files a dataset of time series has, and what their places say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from augcli.dataset.doubts import UNCLEAR_FORMAT, UNCLEAR_SAMPLES
from augcli.dataset.formats import format_at, formats_of
from augcli.dataset.layout import layout_of
from augcli.dataset.named import within_names
from augcli.dataset.scanned import Wanted, class_folders, scanned
from augcli.dataset.shares import matched, refuse_named, refuse_order
from augcli.dataset.splits import check_augmented
from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import SettingError
from augcli.timeseries.beside import refuse_labels
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import format_of
from augcli.timeseries.formats.base import SeriesFormat
from augcli.timeseries.labels import LabelTable
from augcli.timeseries.numbered import check_columns
from augcli.timeseries.places import Place, beside_table, is_single, places_of


def scan(settings: SeriesDatasetSettings, root: Path) -> Dataset:
    """List the files at `root`: one, or all of a folder, as one unit."""
    check_columns(settings)
    heed = partial(refuse_labels, settings)
    what = f"of `format: {settings.format}`" if settings.format else "series"
    wanted = Wanted(lambda name: _is_series(name, settings), what, heed)
    return scanned(settings, root, wanted, _dataset)


def _is_series(name: str, settings: SeriesDatasetSettings) -> bool:
    form = _told(name)
    if form is None and settings.include and settings.format:
        return not formats_of(SeriesFormat)[settings.format].certain
    return form is not None and settings.format in (None, form.name)


def _told(name: str) -> SeriesFormat | None:
    return format_at(SeriesFormat, name)


def _check_formats(root: Path, files: list[str], settings: SeriesDatasetSettings) -> None:
    """Raise SettingError where there are no series, or files of several formats."""
    if not files:
        kinds = settings.format or ", ".join(sorted(formats_of(SeriesFormat)))
        raise SettingError(("dataset", "path"), f"there are no series ({kinds}) in {root}")
    found = sorted({form.family or form.name for form in map(_told, files) if form})
    if len(found) > 1:
        text = f"{root} has files of several formats"
        raise UNCLEAR_FORMAT.doubt(text, f"say which: {', '.join(found)}", "dataset.format").error


def _dataset(root: Path, files: list[str], settings: SeriesDatasetSettings) -> Dataset:
    if settings.labels is not None:
        _check_table(root, settings.labels)
    _check_formats(root, files, settings)
    if settings.labels is not None:
        return _with_labels(root, files, settings)
    single = is_single(files, settings)
    places = places_of(settings, files, single=single)
    splits = sorted({place.split for place in places.values()})
    apart = single and settings.label is None
    if apart and settings.split_column is None:
        dataset = _apart(root, places, held_out=len(splits) > 1)
        layout = layout_of(settings, files)
        within = [*layout.within_classes(root)]
        dataset.notes += within or within_names(layout, settings, files, root, "labels: TABLE")
        return dataset
    if not single:
        _refuse_folders(settings, files)
    if settings.shares:
        refuse_named((name, place.split) for name, place in places.items())
    if settings.split_column is None:
        check_augmented(settings.augment, splits)
    held_out = len(splits) > 1 or settings.split is not None
    dataset = Dataset(root, held_out=held_out)
    dataset.gather(files, settings.augment[0])
    return dataset


def _check_table(root: Path, table: str) -> None:
    """Raise SettingError for a table that is not in the dataset."""
    if ".." in table.split("/") or not (root / table).is_file():
        raise SettingError(("dataset", "labels"), f"there is no file {table!r} in {root}")


def _with_labels(root: Path, files: list[str], settings: SeriesDatasetSettings) -> Dataset:
    """List sounds and the table of their classes as one unit."""
    if not is_single(files, settings.of_files):
        raise SettingError(("dataset", "labels"), "is for files that are a series each")
    refuse_order(settings.shares)
    splits = {name: place.split for name, place in beside_table(settings, files).items()}
    if settings.shares:
        refuse_named(splits.items())
    elif splits:
        check_augmented(settings.augment, {*splits.values()})
    held_out = settings.split is not None or len({*splits.values()}) > 1
    dataset = Dataset(root, held_out=held_out)
    dataset.gather(files, settings.augment[0], beside=[str(settings.labels)])
    if settings.kept_together is not None:
        table = LabelTable(read_whole(root / str(settings.labels))[0], settings)
        dataset.together = table.groups(files) or matched(files, settings)
    return dataset


def _refuse_folders(settings: SeriesDatasetSettings, files: Sequence[str]) -> None:
    """Raise DoubtError where files may be series of classes, and no key says what a row is."""
    if format_of(min(files), settings).certain or settings.layout or settings.label is not None:
        return
    if found := class_folders(settings, files):
        hint = "`layout: long` if a file is a series, `layout: wide` if each of its rows is one"
        at = ("dataset", "path")
        raise UNCLEAR_SAMPLES.doubt(found, f"say {hint}", "dataset.layout", at).error


def _apart(root: Path, places: Mapping[str, Place], *, held_out: bool) -> Dataset:
    """List files of one series each as samples, so that each is worked on by itself."""
    inside = all(place.in_split_folder for place in places.values())
    dataset = Dataset(root, held_out=held_out, split_folders=inside)
    every = places.values()
    dataset.extend([*places], (each.split for each in every), (each.label for each in every))
    return dataset
