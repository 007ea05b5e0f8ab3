"""Tables of classes that cut across folders: these are parts, sites or sizes, and no classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from augcli.dataset.files import Bounds, Listing, head_of
from augcli.dataset.layout import Layout
from augcli.dataset.named import are_numbered
from augcli.dataset.splits import are_splits, says_nothing
from augcli.image.listing.annotated import tables_beside
from augcli.image.listing.columns import HEAD, first_rows, means_class, names_picture, stem
from augcli.image.listing.masked import ends_in_pictures
from augcli.image.listing.taken import Taken

_TABLES = (".csv", ".tsv", ".txt")
_OPENED = 20
"""Tables that are read."""
_ROWS = 2000


def table_of_classes(listing: Listing, found: Taken, layout: Layout) -> str | None:
    """Return which table tells the classes of pictures, where folders do not."""
    classes = layout.classes
    alone = len(classes) < 2 and not layout.in_folders
    if alone or are_numbered(classes) or all(map(_is_of_any, classes)):
        return tables_beside(listing, found)
    tables = [path for path in found.others if path.lower().endswith(_TABLES)]
    if not tables:
        return None
    folders = {path: layout.place(path).label for path in found.pictures}
    return _table_across(listing.bounds, tables, folders)


def _is_of_any(folder: str) -> bool:
    """Return whether a folder's name tells no class, as that of a part of all pictures."""
    is_sign = folder.isdecimal() or len(folder) == 1
    return ends_in_pictures(folder) or (says_nothing(folder) and not is_sign)


def _table_across(
    bounds: Bounds, tables: Iterable[str], folders: Mapping[str, str | None]
) -> str | None:
    """Return the first table that gives pictures of one folder several classes.

    `folders` has the folder of each picture. A table that has these in a column, too, tells that
    they are classes, and of what besides is its own affair.
    """
    pictures = _by_name(folders)
    for path in islice(tables, _OPENED):
        rows = first_rows(head_of(bounds, path, HEAD).decode(errors="replace"), _ROWS)
        if _cuts_across(rows, pictures, folders):
            return path
    return None


def _by_name(pictures: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return pictures by their names, with and without extension."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in pictures:
        name = path.rpartition("/")[2]
        for each in {name, stem(name)}:
            found[each].append(path)
    return found


def _cuts_across(
    rows: Sequence[Sequence[str]],
    pictures: Mapping[str, Sequence[str]],
    folders: Mapping[str, str | None],
) -> bool:
    """Return whether a column of classes has several in a folder, and none has the folders."""
    columns, *body = rows or [()]
    if any(map(names_picture, columns)):
        columns, body = [str(at) for at in range(len(columns))], list(rows)
    body = [row for row in body if len(row) == len(columns)]
    file = next(_files(columns, body, pictures), None)
    if file is None:
        return False
    places = [{folders[path] for path in _meant(row[file], pictures)} for row in body]
    others = [at for at in range(len(columns)) if at != file]
    told = {at: _by_folder(places, [row[at].strip() for row in body]) for at in others}
    if any(map(_are_folders, told.values())):
        return False
    classes = [at for at in others if means_class(columns[at]) or len(others) == 1]
    return any(_vary(told[at]) for at in classes)


def _files(
    columns: Sequence[str], rows: Sequence[Sequence[str]], pictures: Mapping[str, Sequence[str]]
) -> Iterator[int]:
    """Yield the columns most of whose cells name pictures."""
    for at in range(len(columns)):
        named = sum(bool(_meant(row[at], pictures)) for row in rows)
        if 2 * named > len(rows):
            yield at


def _meant(cell: str, pictures: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the pictures that a cell may name, by as much of their paths as it has."""
    path = cell.strip().removeprefix("./")
    ends = (path, f"{path}.")
    found = pictures.get(path.rpartition("/")[2], ())
    return [each for each in found if "/" not in path or any(end in each for end in ends)]


def _by_folder(
    places: Sequence[set[str | None]], cells: Sequence[str]
) -> Mapping[str | None, set[str]]:
    found: dict[str | None, set[str]] = defaultdict(set)
    for folders, cell in zip(places, cells, strict=True):
        for folder in folders if cell else ():
            found[folder].add(cell)
    return found


def _are_folders(told: Mapping[str | None, set[str]]) -> bool:
    """Return whether each folder has a value of its own."""
    single = [value for values in told.values() for value in values if len(values) == 1]
    return bool(told) and len(single) == len(told) == len({*single})


def _vary(told: Mapping[str | None, set[str]]) -> bool:
    values = set[str]().union(*told.values())
    return any(len(each) > 1 for each in told.values()) and not are_splits(values)
