"""The two folders that a program of the user's own is given: what to learn from, and what to tell.

The first has the outputs of a run as they are, with links to its files, and `labels.csv` where each
is a sample. The second has the samples that were left out, under names that tell nothing: files, or
a line each of `rows.jsonl`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from augcli.dataset.splits import is_augmented
from augcli.draws import Draws
from augcli.errors import RecipeError
from augcli.judges.gather import Material
from augcli.judges.judge import Seen
from augcli.kind import load_kind
from augcli.loaded import Content
from augcli.recipe import Recipe
from augcli.records.provenance import Record
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder

LABELS, ROWS = "labels.csv", "rows.jsonl"


class Asked(NamedTuple):
    """A sample that is asked about."""

    id: str
    what: Path | dict[str, Any]
    """Its file, or what it is."""
    label: Any
    mark: str
    """A hash of it, or of the file that it is in, and its row."""


def outputs(seen: Material) -> list[Record]:
    """Return the outputs that are learned from."""
    return [
        record
        for record in read_manifest(OutputFolder(seen.folder).manifest)
        if record.split is not None and is_augmented(record.split, seen.augment)
    ]


def asked(seen: Material, recipe: Recipe) -> list[Asked]:
    """Return the samples that were left out, in an order that tells nothing."""
    sound = {each.source for each in seen.tested}
    found = [
        each
        for record in read_manifest(OutputFolder(seen.folder).manifest)
        if record.split == seen.left_out
        for each in _in_file(record, sound, seen.folder, recipe)
    ]
    place = Draws(recipe.seed).at("asked")
    ordered = sorted(found, key=lambda each: place.at(each.mark).key)
    return [each._replace(id=_name(at, each.what)) for at, each in enumerate(ordered)]


def _name(at: int, what: Any) -> str:
    return f"{at:06d}{what.suffix if isinstance(what, Path) else ''}"


def _in_file(record: Record, sound: Set[str], folder: Path, recipe: Recipe) -> Iterator[Asked]:
    path, read = folder / record.output, load_kind(recipe.dataset.kind).contents
    if record.new_rows is None:
        if record.source in sound:
            yield Asked("", path, record.label, record.sha256)
        return
    if read is None:
        text = f"there is no way to read single samples of {recipe.dataset.kind} outputs"
        raise RecipeError([recipe.problem(("dataset", "kind"), text)])
    for row, content in enumerate(read(record, path.read_bytes())):
        if content.trouble is None and content.label is not None:
            what = _plain(content, record)
            yield Asked("", what, content.label, f"{record.sha256} {row}")


def _plain(content: Content, record: Record) -> dict[str, Any]:
    """Return what a sample is as JSON has it, without what it is to be told."""
    value = content.value
    if isinstance(value, dict):
        return {name: cell for name, cell in value.items() if name not in record.label_columns}
    return {"value": value.tolist() if hasattr(value, "tolist") else value}


def show(folder: Path, seen: Material, records: Iterable[Record]) -> None:
    """Put outputs into a folder, and the label of each where it is a sample."""
    folder.mkdir()
    with (folder / LABELS).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "label"))
        for record in records:
            place = folder / record.output
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(seen.folder / record.output)
            if record.new_rows is None:
                table.writerow((record.output, _cell(record.label)))


def _cell(label: Any) -> str:
    """Return a label as a table has it: a mixed one as JSON."""
    return label if isinstance(label, str) else json.dumps(label)


def ask(folder: Path, questions: Sequence[Asked]) -> None:
    """Put samples into a folder under names that tell nothing; those that are no files as rows."""
    folder.mkdir()
    rows = []
    for each in questions:
        if isinstance(each.what, Path):
            (folder / each.id).symlink_to(each.what)
        else:
            rows.append(json.dumps({"id": each.id, **each.what}) + "\n")
    if rows:
        (folder / ROWS).write_text("".join(rows), encoding="utf-8")


def as_seen(questions: Sequence[Asked]) -> list[Seen]:
    """Return samples as panels take them."""
    return [Seen(q.id, None, q.label, None, q.id, q.mark, lambda: None) for q in questions]
