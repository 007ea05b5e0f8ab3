"""Which format a file of texts has, and which split its name tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from augcli.dataset.formats import format_at, formats_of
from augcli.dataset.splits import TRAIN, is_augmented
from augcli.errors import SettingError
from augcli.rows.delimited import is_table
from augcli.rows.encodings import open_text
from augcli.rows.opened import held_out
from augcli.rows.packed import check_size
from augcli.task import Source
from augcli.text.config import FIRST, TextDatasetSettings
from augcli.text.formats.base import RowFormat, TextFile, TextFormat
from augcli.text.formats.conll import is_conll
from augcli.text.formats.csv import names_texts
from augcli.text.formats.lines import are_no_cells

_HEAD = 1 << 16
_IN_LINES = ("csv", "lines")
_DOUBTFUL = ".txt"
"""An extension of tables that as many lists of texts have, as files without a known one may be."""


def check_keys(names: Sequence[str], settings: TextDatasetSettings) -> None:
    """Raise SettingError for a key that none of these files heeds."""
    known = formats_of(TextFormat)
    forms = sorted({format_of(name, settings) for name in names})
    heeded = frozenset[str]().union(*(known[form].keys for form in forms))
    for key in sorted(frozenset[str]().union(*(form.keys for form in known.values())) - heeded):
        if settings.asked_of_files(key) not in (None, ""):
            told = f"`{key}` means nothing for {' and '.join(forms)}"
            raise SettingError(("dataset", key), told)


def format_of(name: str, settings: TextDatasetSettings) -> str:
    """Return the format of a file: the recipe's, or the one of its name."""
    if settings.format != "auto":
        return settings.format
    told = format_at(TextFormat, name)
    return told.name if told else "csv"


def open_file(source: Source, settings: TextDatasetSettings, splits: Mapping[str, str]) -> TextFile:
    """Return a file of texts; `splits` are those of all files of the dataset, by their names."""
    check_size(len(source.data), settings.max_bytes)
    form = format_of(source.name, settings)
    if form in _IN_LINES:
        head = open_text(source.name, source.data, settings.encoding).head(_HEAD)
        if settings.format == "auto" and is_conll(head):
            form = "conll"
        elif _has_lines(source.name, head, settings):
            form = "lines"
    opened = partial(_opened, form, source, splits)
    is_ours = is_augmented(splits.get(source.name, TRAIN), settings.augment)
    return opened(settings) if is_ours else held_out(opened, settings)


def _opened(
    form: str, source: Source, splits: Mapping[str, str], settings: TextDatasetSettings
) -> TextFile:
    return formats_of(RowFormat)[form].open(source, settings, splits)


def _has_lines(name: str, head: str, settings: TextDatasetSettings) -> bool:
    """Return whether a file that may be a table is one text a line, and nothing else is told."""
    known = formats_of(TextFormat)
    of_tables = known["csv"].keys - known["lines"].keys
    told = any(settings.asked_of_files(key) is not None for key in of_tables)
    told = told or settings.label not in (None, FIRST)
    is_doubtful = name.lower().endswith(_DOUBTFUL) or format_at(TextFormat, name) is None
    if told or settings.format != "auto" or not is_doubtful:
        return False
    lines = head.splitlines()
    is_one = is_table(head) or names_texts(head.partition("\n")[0])
    return are_no_cells(lines[:-1] or lines) or not is_one
