"""What is known of series, and nobody named: a table, an array, a column, files beside sounds."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from itertools import islice
from pathlib import PurePosixPath

from augcli.dataset.columns import names_labels
from augcli.dataset.doubts import UNNAMED_LABELS
from augcli.dataset.files import Listing, head_of
from augcli.dataset.formats import format_at
from augcli.dataset.lists import is_list
from augcli.dataset.told import CLASS, Told, quoted
from augcli.plural import few
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import SeriesFormat
from augcli.timeseries.formats.npy import shape_of

_TABLES = (".csv", ".tsv")
_NOTES = (".txt", ".lab", ".phn", ".wrd", ".textgrid", ".json", ".jams", ".xml", ".hea")
"""Endings of what is told of a sound in a file beside it."""
_HEAD = 1 << 16
_OPENED, _LOOKED_AT = 20, 5
_CLASSES = ("category", "label", "class", "species", "genre", "emotion", "classid", "target")


def refuse_labels(settings: SeriesDatasetSettings, listing: Listing, files: Sequence[str]) -> None:
    """Raise DoubtError for a table or an array that tells classes, and that no key names."""
    if settings.labels is None and all(map(_is_bare, files)):
        _refuse_tables(settings, listing, files)
        _refuse_notes(listing, files)
    _refuse_arrays(listing, files)


def _is_bare(name: str) -> bool:
    form = format_at(SeriesFormat, name)
    return form is not None and form.is_bare


def _refuse_tables(settings: SeriesDatasetSettings, listing: Listing, files: Sequence[str]) -> None:
    """Raise DoubtError for a table that lists files of a series each."""
    names = {name for path in map(PurePosixPath, files) for name in (path.name, path.stem)}
    told = Told(settings)
    tables = (path for path in listing.names if path.lower().endswith(_TABLES))
    tables = (path for path in tables if told(path) != CLASS and not is_list(path))
    for path in islice(tables, _OPENED):
        if columns := _columns(listing, path, names):
            hint = f"say `labels: {path}` and its columns by `file` and `label`"
            more = f"if it is not needed, `exclude: [{path}]`"
            text = f"{path} is a table of these files"
            guess = {"labels": path} | columns if columns["file"] not in names else {}
            raise UNNAMED_LABELS.doubt(text, f"{hint}; {more}", "dataset.labels", None, guess).error


def _refuse_notes(listing: Listing, files: Sequence[str]) -> None:
    """Raise DoubtError for transcripts: a file for each sound, or lines that name them."""
    stems = {PurePosixPath(name).stem for name in files}
    others = sorted({*listing.names}.difference(files))
    notes = [name for name in others if name.lower().endswith(_NOTES) and not is_list(name)]
    found = [name for name in notes if PurePosixPath(name).stem in stems]
    if len(found) < max(2, len(files) // 2):
        found = [name for name in notes[:_OPENED] if _begin_with(listing, name, stems)]
    if found:
        text = f"{found[0]} tells of these files, and copies would be without it"
        ending = PurePosixPath(found[0]).suffix
        hint = "list files and what is told of them in a table: `labels: TABLE`"
        more = f'if it is not needed, `exclude: ["**/*{ending}"]`'
        raise UNNAMED_LABELS.doubt(text, f"{hint}; {more}", "dataset.exclude").error


def _begin_with(listing: Listing, path: str, stems: Set[str]) -> bool:
    """Return whether the first lines of a file each begin with the name of one of some files."""
    text = head_of(listing.bounds, path, _HEAD).decode(errors="replace")
    words = [line.split() for line in text.splitlines()[:_LOOKED_AT]]
    return bool(words) and all(len(each) > 1 and each[0] in stems for each in words)


def _refuse_arrays(listing: Listing, files: Sequence[str]) -> None:
    """Raise DoubtError for an array with a number for each of the series in another."""
    arrays = [name for name in files if name.endswith(".npy")]
    heads = {name: head_of(listing.bounds, name, _HEAD) for name in arrays[:_OPENED]}
    shapes = {name: shape_of(head) for name, head in heads.items()}
    for name, shape in shapes.items():
        alike = (each for each in shapes if _folder(each) == _folder(name) and each != name)
        series = next((each for each in alike if _is_of_each(name, shape, shapes[each])), None)
        if series is not None:
            text = f"{name} has an entry for each series of {series}, as if it told their classes"
            hint = "write both into one .npz, as `X` and `y`, that labels follow into copies"
            more = f"or leave it out: `exclude: [{name}]`"
            raise UNNAMED_LABELS.doubt(text, f"{hint}; {more}", "dataset.exclude").error


def refuse_constants(
    settings: SeriesDatasetSettings, constants: Mapping[str, Mapping[str, float]]
) -> None:
    """Raise DoubtError for an outer point that is one number in each file, and not in all of them.

    `constants` are file → column → that number. Files of a class each have it so.
    """
    is_told = settings.label is not None or bool(settings.channels)
    for column in () if is_told else next(iter(constants.values()), ()):
        values = {name: each.get(column) for name, each in constants.items()}
        if None not in values.values() and len({*values.values()}) > 1:
            shown = few(f"{value:g} in {name}" for name, value in values.items())
            ref = column if column.isdecimal() else quoted(column)
            text = f"column {column} is one number in all rows of a file, as a class is: {shown}"
            hint = f"say `label: {ref}`, or name the columns of points by `channels`"
            raise UNNAMED_LABELS.doubt(text, hint, "dataset.label").error


def _is_of_each(name: str, shape: Sequence[int], series: Sequence[int]) -> bool:
    """Return whether an array has a number for each series of another, or is called so."""
    alone = math.prod(shape[1:]) == 1 < math.prod(series[1:])
    named = names_labels(PurePosixPath(name).stem)
    return (alone or named) and len(series) > 1 and bool(shape) and shape[0] == series[0]


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _columns(listing: Listing, table: str, names: Set[str]) -> dict[str, str]:
    """Return which columns of a table name files and, as far as that is clear, classes."""
    text = head_of(listing.bounds, table, _HEAD).decode(errors="replace")
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    with suppress(csv.Error):
        head, *rows = islice(csv.reader(text.splitlines(), delimiter=delimiter), 1 + _LOOKED_AT)
        for at, column in enumerate(head):
            cells = [PurePosixPath(row[at]).name for row in rows if len(row) == len(head)]
            if cells and names >= {*cells}:
                known = {name.strip().lower(): name for name in head if name != column}
                label = next((known[each] for each in _CLASSES if each in known), None)
                return {"file": column} | ({"label": label} if label else {})
    return {}
