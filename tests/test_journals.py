"""A journal that is another version's, damaged or gone: work is done again, and all ends well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import failures, leftovers, lines_of, make_photos, manifest, run, tree, write

from augcli.records.journal import parsed
from augcli.rows.tables import PROVENANCE

TABLE = "height,mood,kind\n" + "".join(f"{i}.75,{'xy'[i % 2]},{i % 5 // 4}\n" for i in range(25))
TEXTS = "text,label\n" + "".join(f"a song in {i} verses was sung,{i % 2}\n" for i in range(6))
SERIES = "a,b,c,label\n" + "".join(f"{i},{i % 5}.5,{i % 3},x\n" for i in range(6))
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "image": ("", {}),
    "tabular": (TABLE, {"dataset": {"label": "kind"}, "balance": {"method": "smote"}}),
    "text": (TEXTS, {"dataset": {"label": "label"}, "steps": ["random_swap"]}),
    "timeseries": (SERIES, {"dataset": {"label": "label"}, "steps": ["jitter"]}),
}
Lines = list[dict[str, Any]]


def first_version(lines: Lines) -> list[Any]:
    """Return a journal as it was before it had a version."""
    return [each | {"sha256": list(each["sha256"].values())} for each in lines[1:]]


def second_version(lines: Lines) -> list[Any]:
    """Return a journal as it was when a task had copies and files instead of a request."""
    old = {"copies": 1, "files": [], "asked": None}
    told = [{k: v for k, v in each.items() if k not in ("inputs", "request")} for each in lines[1:]]
    return [{"journal": 2}, *(each | old for each in told)]


def of_the_future(lines: Lines) -> list[Any]:
    return [{"journal": 99}, *({**each, "colour": "red"} for each in lines[1:])]


def without(key: str) -> Callable[[Lines], list[Any]]:
    def changed(lines: Lines) -> list[Any]:
        return [lines[0], *({k: v for k, v in each.items() if k != key} for each in lines[1:])]

    return changed


def of_type(key: str, value: Any) -> Callable[[Lines], list[Any]]:
    return lambda lines: [lines[0], *(each | {key: value} for each in lines[1:])]


def before_repeats_was_a_number(lines: Lines) -> list[Any]:
    """Return a journal of when texts that repeat their source said no more than that they do."""
    told = json.loads(json.dumps(lines[1:]).replace('"repeats": -1', '"repeats": true'))
    return [{"journal": 2}, *(each | {"stamp": "that of then"} for each in told)]


HARMED: dict[str, Callable[[Lines], list[Any]]] = {
    "first": first_version,
    "second": second_version,
    "repeats": before_repeats_was_a_number,
    "future": of_the_future,
    "no label": without("label"),
    "no outputs": without("outputs"),
    "no source": without("source"),
    "outputs of no type": of_type("outputs", [3, None, {"record": {}}]),
    "a text for a failure": of_type("failure", "broken"),
    "a zero byte": of_type("source", "a\0b"),
    "a number for a split": of_type("split", 7),
    "a request of no kind": of_type("request", {"asks": "for more"}),
    "words": lambda lines: ["nothing" for _ in lines],
    "nothing": lambda _: [],
}


def dataset_of(folder: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    text, recipe = KINDS[kind]
    if kind == "image":
        return make_photos(folder, {"cat": 3}), {}
    for name in ("one.csv", "two.csv"):
        write(folder / name, text)
    told = {"copies": 1, "steps": [], **recipe}
    return folder, told | {"dataset": {"kind": kind, **recipe["dataset"]}}


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what gives the folder of a dataset and what a run made of it."""

    @cache
    def begin(kind: str) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        dataset, recipe = dataset_of(folder / "in", kind)
        run(dataset, folder / "out", **recipe)
        return folder

    return begin


@pytest.mark.parametrize("harm", HARMED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_journal_that_tells_nothing_is_written_anew(
    tmp_path: Path, begin: Callable[[str], Path], kind: str, harm: str
) -> None:
    dataset, recipe = dataset_of(tmp_path / "in", kind)
    shutil.copytree(begin(kind) / "out", tmp_path / "out")
    before, journal = tree(tmp_path / "out"), tmp_path / "out/.augment/journal.jsonl"
    lines = HARMED[harm](lines_of(journal))
    write(journal, "".join(json.dumps(each) + "\n" for each in lines))
    assert run(dataset, tmp_path / "out", **recipe).exit_code == 0
    assert failures(tmp_path / "out") == {}
    assert tree(tmp_path / "out") == before
    assert leftovers(tmp_path / "out") == []
    assert run(dataset, tmp_path / "out", **recipe).made == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_journal_that_is_gone_is_written_anew(tmp_path: Path, kind: str) -> None:
    dataset, recipe = dataset_of(tmp_path / "in", kind)
    run(dataset, tmp_path / "out", **recipe)
    before = tree(tmp_path / "out")
    (tmp_path / "out/.augment/journal.jsonl").unlink()
    assert run(dataset, tmp_path / "out", **recipe).exit_code == 0
    assert tree(tmp_path / "out") == before
    assert run(dataset, tmp_path / "out", **recipe).made == 0


def test_one_damaged_line_costs_one_source(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 3})
    run(photos, tmp_path / "out")
    before, journal = tree(tmp_path / "out"), tmp_path / "out/.augment/journal.jsonl"
    head, first, second, third = journal.read_bytes().splitlines(keepends=True)
    write(journal, b"".join([head, first, second[:90] + b"\n", third]))
    assert run(photos, tmp_path / "out").made == 3
    assert tree(tmp_path / "out") == before
    assert run(photos, tmp_path / "out").made == 0


EDITED: dict[str, Callable[[bytes], bytes]] = {
    "a step that is a word": lambda text: text.replace(b'"steps":[{', b'"steps":["rotate",{'),
    "a step that is no number": lambda text: text.replace(b'"steps":[{', b'"steps":[NaN,{'),
    "a line that is gone": lambda text: b"".join(text.splitlines(keepends=True)[:-1]),
    "a last line without its end": bytes.rstrip,
}


@pytest.mark.parametrize("edit", EDITED)
def test_lines_that_an_editor_left_odd_cost_no_more_than_their_sources(
    tmp_path: Path, edit: str
) -> None:
    photos, out = make_photos(tmp_path / "in", {"cat": 2}), tmp_path / "out"
    run(photos, out)
    journal = out / ".augment/journal.jsonl"
    before, text = tree(out / "train"), journal.read_bytes()
    journal.write_bytes(EDITED[edit](text))
    assert journal.read_bytes() != text
    shutil.copy(photos / "cat/00.png", photos / "cat/zzz.png")
    assert run(photos, out).exit_code == 0
    assert before.items() <= tree(out / "train").items()
    assert len(lines_of(journal)) == 4


def test_what_a_lost_line_made_goes_with_its_source(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"cat": 2})
    run(photos, tmp_path / "out")
    (tmp_path / "out/.augment/journal.jsonl").unlink()
    (photos / "cat/01.png").unlink()
    run(photos, tmp_path / "out")
    run(photos, tmp_path / "fresh")
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


@pytest.mark.parametrize("harm", ["first", "nothing"])
def test_a_file_of_someone_else_is_not_taken_for_ours(tmp_path: Path, harm: str) -> None:
    """Where the journal cannot tell, only the very bytes that were recorded are ours."""
    photos = make_photos(tmp_path / "in", {"cat": 2})
    run(photos, tmp_path / "out")
    journal = tmp_path / "out/.augment/journal.jsonl"
    lines = HARMED[harm](lines_of(journal))
    write(journal, "".join(json.dumps(each) + "\n" for each in lines))
    mine = write(tmp_path / "out/train/cat/00.aug-000.png", "mine")
    assert run(photos, tmp_path / "out").exit_code == 3
    assert mine.read_text() == "mine"
    assert "in the way" in failures(tmp_path / "out")["cat/00.png"]


def test_texts_that_repeat_their_source_say_so_after_an_upgrade(tmp_path: Path) -> None:
    write(tmp_path / "in/train/a/x.txt", "word")
    recipe = {"dataset": {"kind": "text", "format": "folders"}, "steps": ["random_swap"]}
    run(tmp_path / "in", tmp_path / "out", **recipe)
    before, journal = tree(tmp_path / "out"), tmp_path / "out/.augment/journal.jsonl"
    assert [each.get("repeats") for each in manifest(tmp_path / "out")] == [None, -1, -1]
    lines = before_repeats_was_a_number(lines_of(journal))
    assert parsed(json.dumps(lines[1]).encode()) is None
    write(journal, "".join(json.dumps(each) + "\n" for each in lines))
    run(tmp_path / "in", tmp_path / "out", **recipe)
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize("kind", ["tabular", "text", "timeseries"])
def test_a_provenance_of_before_is_made_anew(tmp_path: Path, kind: str) -> None:
    """The form of that table is part of its key, so nobody reads the old one for long."""
    dataset, recipe = dataset_of(tmp_path / "in", kind)
    run(dataset, tmp_path / "out", **recipe)
    journal = tmp_path / "out/.augment/journal.jsonl"
    (told,) = lines_of(journal)[1:]
    (aside,) = (each for each in told["outputs"] if not each["listed"])
    old = pl.read_parquet(tmp_path / "out" / PROVENANCE).drop("split")
    old.write_parquet(tmp_path / "out" / PROVENANCE)
    aside["record"]["sha256"] = sha256((tmp_path / "out" / PROVENANCE).read_bytes()).hexdigest()
    aside |= {"key": "of the form of then", "stat": None}
    lines = [{"journal": 2}, told | {"stamp": "that of then"}]
    write(journal, "".join(json.dumps(each) + "\n" for each in lines))
    assert run(dataset, tmp_path / "out", **recipe).made == 1
    assert "split" in pl.read_parquet(tmp_path / "out" / PROVENANCE)
