"""Which format a file of texts has, and which class and split its name tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from augcli.errors import SettingError
from augcli.layout import file_splits
from augcli.packed import check_size
from augcli.splits import TRAIN
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile
from augcli.text.formats.csv import CsvFile
from augcli.text.formats.jsonl import JsonlFile
from augcli.text.formats.lines import LinesFile
from augcli.text.formats.parquet import ParquetFile

TABLES = (".csv", ".tsv", ".tab", ".txt", ".dat")
OBJECTS = (".jsonl", ".ndjson", ".json")
PARQUET = (".parquet", ".pq")

_COLUMNS = ("text", "label", "split", "label_separator")
_DIALECT = ("header", "delimiter", "quote", "encoding")
_KEYS = {
    "csv": {*_COLUMNS, *_DIALECT},
    "jsonl": {*_COLUMNS, "spans", "encoding"},
    "parquet": {*_COLUMNS},
    "lines": {"label_separator", "encoding"},
    "folders": {"encoding"},
}
"""What a recipe may say of files of each format."""


def check_keys(names: Sequence[str], settings: TextDatasetSettings) -> None:
    """Raise SettingError for a key that none of these files heeds."""
    forms = sorted({format_of(name, settings) for name in names})
    heeded = set().union(*(_KEYS[form] for form in forms))
    for key in sorted(set().union(*_KEYS.values()) - heeded):
        if getattr(settings, key) is not None:
            told = f"`{key}` means nothing for {' and '.join(forms)}"
            raise SettingError(("dataset", key), told)


def format_of(name: str, settings: TextDatasetSettings) -> str:
    """Return the format of a file: the recipe's, or the one of its name."""
    if settings.format != "auto":
        return settings.format
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in OBJECTS:
        return "jsonl"
    return "parquet" if suffix in PARQUET else "csv"


def open_file(source: Source, settings: TextDatasetSettings, splits: Mapping[str, str]) -> TextFile:
    """Return a file of texts; `splits` are those of all files of the dataset, by their names."""
    check_size(len(source.data), settings.max_bytes)
    form = format_of(source.name, settings)
    if form == "jsonl":
        return JsonlFile(source, settings)
    if form == "parquet":
        return ParquetFile(source, settings)
    if form == "lines":
        return LinesFile(source, settings, class_of(source.name, splits))
    return CsvFile(source, settings)


def splits_of(settings: TextDatasetSettings, names: Sequence[str]) -> dict[str, str]:
    """Return the split of every file by its name; train, where names do not tell."""
    return dict.fromkeys(names, TRAIN) | file_splits(settings, names)


def class_of(name: str, splits: Mapping[str, str]) -> str | None:
    """Return the class that a file of lines stands for: what tells its name from the others'.

    One that is alone in its split stands for a class that other splits have, or for none.
    """
    files: dict[str, list[PurePosixPath]] = defaultdict(list)
    for each, split in splits.items():
        files[split].append(PurePosixPath(each))
    path, alike = PurePosixPath(name), files[splits[name]]
    if len(alike) > 1:
        return _classes(alike)[alike.index(path)]
    known = {each for paths in files.values() if len(paths) > 1 for each in _classes(paths)}
    return next((each for each in (path.suffix[1:], path.stem) if each in known), None)


def _classes(paths: Sequence[PurePosixPath]) -> list[str]:
    """Return the classes of all files of a split."""
    by_suffix = len({each.stem for each in paths}) == 1
    return [each.suffix[1:] if by_suffix else each.stem for each in paths]
