"""A table beside sounds or arrays that says of which class each is, and nobody named."""

from __future__ import annotations

import csv
from collections.abc import Sequence, Set
from contextlib import suppress
from itertools import islice
from pathlib import PurePosixPath

from augcli.dataset.doubts import UNNAMED_LABELS
from augcli.dataset.files import Listing, head_of
from augcli.dataset.lists import is_list
from augcli.dataset.told import CLASS, Told
from augcli.timeseries.config import SeriesDatasetSettings

_TABLES = (".csv", ".tsv")
_ONE_EACH = (".wav", ".flac", ".ogg", ".npy")
"""Files that are a series each, and say nothing of their class."""
_HEAD = 1 << 16
_OPENED, _LOOKED_AT = 20, 5
_CLASSES = ("category", "label", "class", "species", "genre", "emotion", "classid", "target")


def refuse_table(settings: SeriesDatasetSettings, listing: Listing, files: Sequence[str]) -> None:
    """Raise DoubtError for a table that lists files of a series each, and that no key names."""
    sounds = [name for name in files if name.lower().endswith(_ONE_EACH)]
    if settings.labels is not None or not sounds or len(sounds) < len(files):
        return
    names = {name for path in map(PurePosixPath, sounds) for name in (path.name, path.stem)}
    told = Told(settings)
    tables = (path for path in listing.names if path.lower().endswith(_TABLES))
    tables = (path for path in tables if told(path) != CLASS and not is_list(path))
    for path in islice(tables, _OPENED):
        if columns := _columns(listing, path, names):
            hint = f"say `labels: {path}` and its columns by `file` and `label`"
            more = f"if it is not needed, `exclude: [{path}]`"
            text = f"{path} is a table of these files"
            guess = {"labels": path} | columns
            raise UNNAMED_LABELS.doubt(text, f"{hint}; {more}", "dataset.labels", None, guess).error


def _columns(listing: Listing, table: str, names: Set[str]) -> dict[str, str]:
    """Return which columns of a table name files and, as far as that is clear, classes."""
    text = head_of(listing.bounds, table, _HEAD).decode(errors="replace")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    with suppress(csv.Error):
        head, *rows = islice(csv.reader(text.splitlines(), delimiter=delimiter), 1 + _LOOKED_AT)
        for at, column in enumerate(head):
            cells = [PurePosixPath(row[at]).name for row in rows if len(row) == len(head)]
            if cells and names >= {*cells}:
                known = {name.strip().lower(): name for name in head if name != column}
                label = next((known[each] for each in _CLASSES if each in known), None)
                return {"file": column} | ({"label": label} if label else {})
    return {}
