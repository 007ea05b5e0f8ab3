"""What a person can do with files that no kind of dataset is read from."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from augcli.dataset.files import Bounds, head_of
from augcli.rows.delimited import LIKE_NUMBER, is_table

_HEAD = 4096
"""Bytes that tell whether a file is a text, or a table."""
_ARRAYS = "write its arrays into .npz or .npy files"
_SIGNALS = "write its signals into .csv files, a row a point in time, or .npy files"
_FRAMES = "write its frames as pictures, a folder for each class"
_SHEETS = "save its sheets as .csv files"
_WAYS = {
    ".hea": ("WFDB", f"{_SIGNALS}, such as with wfdb.rdrecord"),
    ".edf": ("EDF", f"{_SIGNALS}, such as with mne.io.read_raw_edf"),
    ".bdf": ("BDF", f"{_SIGNALS}, such as with mne.io.read_raw_bdf"),
    ".mat": ("MATLAB", f"{_ARRAYS}, such as with scipy.io.loadmat"),
    ".h5": ("HDF5", f"{_ARRAYS}, such as with h5py"),
    ".hdf5": ("HDF5", f"{_ARRAYS}, such as with h5py"),
    ".avi": ("film", _FRAMES),
    ".mp4": ("film", _FRAMES),
    ".tar": ("tar", "unpack it, and give its folder"),
    ".gz": ("gzip", "unpack it, and give its folder"),
    ".xls": ("Excel", _SHEETS),
    ".xlsx": ("Excel", _SHEETS),
    ".json": ("JSON of this form", "write its samples into a .csv or .jsonl file, a row each"),
    ".yml": ("YAML", "write its texts, each with its class, into a .csv or .jsonl file"),
}
"""ending → the format, and what to turn a file into"""


def way_out(files: Sequence[Path]) -> str:
    """Return what to do with files that no kind knows; nothing where that is not known."""
    endings = {each.suffix.lower() for each in files}
    if told := next((way for ending, way in _WAYS.items() if ending in endings), None):
        return f"; {told[0]} is not read: {told[1]}"
    heads = [*map(_text, files[:9])]
    found = (file.name for file, head in zip(files, heads, strict=False) if _is_table(head))
    if table := next(found, None):
        return f"; {table} looks like a table: give such files names that end in .csv"
    return "; if each line is a text, say `--kind text`" if all(heads) and heads else ""


def _is_table(head: str) -> bool:
    """Return whether a text has even rows, of numbers where spaces are between."""
    rows = [line.split() for line in head.splitlines()[:-1] if line.strip()]
    even = len({*map(len, rows)}) == 1 < len(rows) and len(rows[0]) > 1
    return is_table(head) or (even and all(map(LIKE_NUMBER.fullmatch, chain(*rows))))


def _text(path: Path) -> str:
    """Return how a file begins, as far as it does as a text; nothing where it does not."""
    head = head_of(Bounds.at(path), path.name, _HEAD)
    with suppress(UnicodeDecodeError):
        told = getincrementaldecoder("utf-8")().decode(head)
        return "" if "\0" in told else told
    return ""
