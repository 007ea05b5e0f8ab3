"""Which columns of a table name pictures and classes, and what lies around such tables."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from augcli.dataset.columns import names_groups
from augcli.dataset.files import Bounds, head_of
from augcli.dataset.splits import TRAIN, meaning
from augcli.image.formats import IMAGE_EXTENSIONS

HEAD = 1 << 18
"""Bytes of a file that are looked at."""
ENTRIES = 1000
"""Names of a folder outside the dataset that are looked at."""
PICTURE = re.compile(
    r"[^\"'\s,;\\/:]{1,255}(?:" + "|".join(map(re.escape, sorted(IMAGE_EXTENSIONS))) + r")\b", re.I
)
"""The name of a picture, as long as disks allow: long runs of other letters cost no more."""
MARKS = frozenset(("0", "1", "0.0", "1.0"))
"""Cells of a column that says of which pictures its class is."""


def text_of(path: Path) -> str:
    """Return the beginning of a file."""
    return head_of(Bounds.at(path), path.name, HEAD).decode(errors="replace")


def first_rows(text: str, count: int) -> list[list[str]]:
    """Return the first rows of a table; none where they cannot be told apart."""
    lines = text.lstrip("\ufeff").splitlines()[:count]
    with suppress(csv.Error):
        delimiter = max(",;\t", key=lines[0].count) if lines else ","
        return list(csv.reader(lines, delimiter=delimiter))
    return []


def group_column(table: Path) -> str | None:
    """Return the column that is called as one that tells of whom pictures are, if some repeat."""
    columns, *rows = first_rows(text_of(table), 1 + _GROUPED) or [[]]
    cells = zip(columns, zip(*rows, strict=False), strict=False)
    found = (name for name, some in cells if names_groups(name) and 2 * len({*some}) <= len(some))
    return next(found, None)


def picture_columns(table: Path) -> dict[str, Any]:
    """Return `file` and `label`: the columns that name pictures and classes, where that is clear.

    Without names of columns they are told by number. Classes may have a column each, of 0 and 1.
    Pictures are known by their extensions, or by those that lie beside the table; `images` and
    `suffix` say where these are and what their names lack.
    """
    columns, *body = first_rows(text_of(table), 1 + _MOST_ROWS) or [[]]
    rows = body[:_ROWS]
    if any(map(names_picture, columns)):
        return _by_number([columns, *rows])
    beside = filter(PICTURE.search, islice(below(table.parent), ENTRIES))
    stems = {stem(Path(path).name) for path in beside}
    cells = dict(zip(columns, zip(*rows, strict=False), strict=False))
    files = [name for name, some in cells.items() if all(map(names_picture, some))]
    files += [name for name, some in list(cells.items())[:1] if not files and stems >= {*some}]
    labels = [name for name in columns if name not in files]
    known = [name for name in labels if means_class(name)]
    marked = [name for name in labels if {*map(str.strip, cells.get(name, "?"))} <= MARKS | {""}]
    by_class = [marked] if len(marked) > 1 and marked == labels else []
    label = known[:1] or (labels if len(labels) == 1 else by_class)
    if not files:
        return {}
    at = columns.index(files[0])
    where = _where(table, [row[at] for row in body[:: 1 + len(body) // _SPREAD] if row[at:]])
    return dict(zip(("file", "label"), [*files[:1], *label], strict=False)) | where


def _by_number(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return the columns of a table whose first row names a picture, and no columns."""
    if all(len(row) == 1 and row[0].count(" ") == 1 for row in rows):
        return {"delimiter": " "} | _by_number([row[0].split(" ") for row in rows])
    files = [at for at in range(len(rows[0])) if all(names_picture(r[at]) for r in rows if r[at:])]
    if len(files) != 1 or len(rows[0]) != 2:
        return {"file": "file"}  # which it lacks, as it has no header
    return {"header": False, "file": files[0], "label": 1 - files[0]}


def _where(table: Path, cells: Sequence[str]) -> dict[str, str]:
    """Return in which folder pictures are, and with what behind their names, where they lack it.

    Folders of other splits may have the same names: then that of the table's own split has them.
    """
    folder = table.parent
    if not cells or _are_there(folder, cells[:_ROWS], "", ""):
        return {}
    found = sorted(_places(folder, cells), key=lambda place: _strangeness(table, place[0]))
    ranks = [_strangeness(table, each) for each, _ in found]
    if not found or ranks.count(ranks[0]) > 1:
        return {}
    told = dict(zip(("images", "suffix"), found[0], strict=True))
    return {key: value for key, value in told.items() if value}


def _places(folder: Path, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the folders that have nearly all pictures of some cells, and what these lack."""
    suffixes = {"", *(PurePosixPath(path).suffix for path in islice(below(folder), ENTRIES))}
    for above in islice(_folders_below(folder), ENTRIES):
        for suffix in sorted(suffixes):
            if _are_there(folder, cells[:1], above, suffix):
                there = [cell for cell in cells if _are_there(folder, [cell], above, suffix)]
                if len(there) >= _NEARLY_ALL * len(cells):
                    yield above, suffix


def _strangeness(table: Path, folder: str) -> int:
    """Return how little a folder's name fits the split that a table's name means."""
    meant = next(filter(None, map(meaning, PurePosixPath(folder).parts)), None)
    own = meaning(stem(table.name))
    return -1 if own and meant == own else (TRAIN, None, "val", "test").index(meant)


def leads_to_pictures(table: Path, told: Mapping[str, Any]) -> bool:
    """Return whether first rows of a table name pictures that are where its columns say."""
    columns, *rows = first_rows(text_of(table), 1 + _ROWS) or [[]]
    file = told["file"]
    at = file if isinstance(file, int) else columns.index(file)
    cells = [row[at] for row in rows if row[at:]]
    place = told.get("images", ""), told.get("suffix", "")
    return any(_are_there(table.parent, [cell], *place) for cell in cells)


def _are_there(folder: Path, cells: Sequence[str], below: str, suffix: str) -> bool:
    place = folder / below
    return all(os.path.isfile(f"{place}/{cell}{suffix}") for cell in cells)  # noqa: PTH113 - names


def names_picture(cell: str) -> bool:
    """Return whether a cell has the name of a picture in it."""
    return "://" not in cell and PICTURE.search(cell) is not None


_GROUPED = 200
"""Rows that are looked through for columns of groups."""
_ROWS = 5
"""Of a table that are looked at for names of pictures."""
_MOST_ROWS = 20_000
_SPREAD = 100
"""Rows from all over a table by which the folder of its pictures is known."""
_NEARLY_ALL = 0.9
_CLASSES = frozenset(("label", "class", "category", "breed", "species", "target", "diagnosis"))


def means_class(column: str) -> bool:
    """Return whether a column of this name has classes."""
    return column.strip().lower() in _CLASSES


def below(folder: Path, path: str = "", depth: int = 3) -> Iterator[str]:
    """Yield the files in a folder and in those in it, relative to it."""
    folders, files = entries(folder / path)
    yield from (f"{path}{name}" for name in files)
    if depth:
        for name in folders:
            yield from below(folder, f"{path}{name}/", depth - 1)


def _folders_below(folder: Path, path: str = "", depth: int = 3) -> Iterator[str]:
    """Yield the folders in a folder and in those in it, relative to it."""
    for name in entries(folder / path)[0]:
        yield f"{path}{name}"
        if depth:
            yield from _folders_below(folder, f"{path}{name}/", depth - 1)


def stem(name: str) -> str:
    """Return a name without its extension."""
    return name.rpartition(".")[0] or name


def entries(folder: Path, but: Path | None = None) -> tuple[list[str], list[str]]:
    """Return folders and files in a folder, ascending; none where it cannot be listed."""
    folders, files = [], []
    with suppress(OSError), os.scandir(folder) as found:
        for entry in islice(found, ENTRIES):
            if entry.is_dir(follow_symlinks=False) and entry.path != str(but):
                folders.append(entry.name)
            elif entry.is_file(follow_symlinks=False):
                files.append(entry.name)
    return sorted(folders), sorted(files)
