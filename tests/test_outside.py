"""Outputs prepared by others: nothing outside is touched, and nothing at all where links lie."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import make_photos, manifest, run, tree, write

from augcli.commands.clean import clean
from augcli.commands.explain import record_of
from augcli.commands.page import page
from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import StorageError


def photos(folder: Path) -> dict[str, Any]:
    make_photos(folder, {"train/cat": 3, "val/cat": 1})
    return {"copies": 1}


def tables(folder: Path) -> dict[str, Any]:
    rows = [f"{i}.5,{i % 7},{'no' if i % 3 else 'yes'}" for i in range(24)]
    write(folder / "all.csv", "\n".join(["x,y,z", *rows, ""]))
    dataset = {"kind": "tabular", "label": "z"}
    return {"dataset": dataset, "copies": 0, "steps": [], "balance": {"method": "smote"}}


def texts(folder: Path) -> dict[str, Any]:
    for number in range(4):
        write(folder / f"train/{'ab'[number % 2]}/{number}.txt", f"a good film of number {number}")
    write(folder / "test/a/t.txt", "not a bad film")
    dataset = {"kind": "text", "format": "folders"}
    return {"dataset": dataset, "copies": 1, "steps": ["random_swap"]}


def series(folder: Path) -> dict[str, Any]:
    rows = [",".join(f"{(i * j) % 7}.25" for j in range(9)) + f":{i % 2}" for i in range(6)]
    write(folder / "x.ts", "@classLabel true 0 1\n@data\n" + "\n".join(rows) + "\n")
    return {"dataset": {"kind": "timeseries"}, "copies": 1, "steps": ["jitter"]}


KINDS: dict[str, Callable[[Path], dict[str, Any]]] = {
    each.__name__: each for each in (photos, tables, texts, series)
}
OWN = [
    *[".augment", ".augment/batches", ".augment/shards", ".augment/scratch", ".augment/lock"],
    ".augment/blocks",
    *[".augment/CACHEDIR.TAG", ".augment/.gitignore", ".augment/journal.jsonl"],
    *["manifest.jsonl", "run.json"],
]


class Made:
    """A dataset, what was made of it, and a folder of someone else beside them."""

    def __init__(self, folder: Path, kind: str):
        self.folder = folder
        self.source, self.output = folder / "in", folder / "out"
        self.settings = KINDS[kind](self.source)
        self.others = folder / "others"
        write(self.others / "mine.txt", "mine")
        self.run()

    def run(self, **options: Any) -> Any:
        return run(self.source, self.output, **options, **self.settings)

    def state(self) -> dict[str, str]:
        """Return all there is, links as links, but for the recipe."""
        found = {}
        for path in self.folder.rglob("*"):
            if path.is_symlink():
                found[str(path)] = f"-> {path.readlink()}"
            elif path.is_file() and path != self.folder / "out.yaml":
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
            elif path.is_dir():
                found[str(path)] = "folder"
        return found

    def replace_by_link(self, name: str) -> None:
        """Have a link lead to what was there."""
        shutil.move(self.output / name, self.others / "moved")
        (self.output / name).symlink_to(self.others / "moved")

    def names(self) -> list[str]:
        return [each["output"] for each in manifest(self.output)]

    def found(self) -> dict[str, str | None]:
        return {each.path: each.trouble for each in verify(self.output, None) if each.trouble}


@pytest.fixture(params=KINDS)
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Made:
    return Made(tmp_path, request.param)


@pytest.fixture
def pictures(tmp_path: Path) -> Made:
    return Made(tmp_path, "photos")


def untouched(made: Made, action: Callable[[], object], match: str) -> None:
    before = made.state()
    with pytest.raises(StorageError, match=match):
        action()
    assert made.state() == before


@pytest.mark.parametrize("name", OWN)
def test_links_in_our_own_places_end_it_before_anything_is_touched(made: Made, name: str) -> None:
    made.replace_by_link(name)
    for action in (made.run, lambda: clean(made.output), lambda: made.run(force=True)):
        untouched(made, action, rf"{name} is a link")


@pytest.mark.parametrize("kind", ["photos", "texts"])
@pytest.mark.parametrize("name", ["train", "train/{label}", "test"])
def test_folders_that_became_links(tmp_path: Path, kind: str, name: str) -> None:
    made = Made(tmp_path, kind)
    name = name.format(label="cat" if kind == "photos" else "a")
    name = "val" if (kind, name) == ("photos", "test") else name
    made.replace_by_link(name)
    for action in (made.run, lambda: clean(made.output), lambda: made.run(force=True)):
        untouched(made, action, rf"{name} is a link")
    found = made.found()
    assert found.pop(name) == "extra"
    assert set(found) == {each for each in made.names() if each.startswith(f"{name}/")}
    assert set(found.values()) == {"missing"}


def test_a_link_where_a_new_class_will_be(pictures: Made) -> None:
    (pictures.output / "train/emu").symlink_to(pictures.others)
    make_photos(pictures.source, {"train/emu": 1})
    untouched(pictures, pictures.run, "train/emu is a link")


def test_links_that_are_in_nobodys_way_only_are_extra(pictures: Made) -> None:
    (pictures.output / "notes").symlink_to(pictures.others)
    (pictures.output / "train/cat/dangling").symlink_to("nowhere")
    assert pictures.run().exit_code == 0
    assert pictures.found() == {"notes": "extra", "train/cat/dangling": "extra"}
    assert clean(pictures.output) == 2
    assert (pictures.others / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["../others/mine.txt", "{others}/mine.txt", "lnk/mine.txt"])
@pytest.mark.parametrize("place", ["journal", "manifest", "names"])
def test_records_that_name_what_is_elsewhere(made: Made, name: str, place: str) -> None:
    name = name.format(others=made.others)
    (made.output / "lnk").symlink_to(made.others)
    first = made.names()[0]
    told = {"output": name, "sha256": hashlib.sha256(b"mine").hexdigest()}
    if place == "names":
        batch = made.output / ".augment/batches/000000001-x-y"
        write(batch / "names.json", json.dumps({told["output"]: told["sha256"]}))
    elif place == "journal":
        path = made.output / ".augment/journal.jsonl"
        records = [json.loads(line) for line in path.read_text().splitlines()]
        records[-1]["outputs"][0]["record"] |= told
        path.write_text("".join(json.dumps(each) + "\n" for each in records))
    else:
        path = made.output / "manifest.jsonl"
        path.write_text(path.read_text().replace(json.dumps(first), json.dumps(name)))
        (made.output / ".augment/journal.jsonl").unlink()
    before = tree(made.others)
    for action in (made.run, lambda: clean(made.output)):
        with pytest.raises(StorageError):
            action()
    assert tree(made.others) == before
    assert all((made.output / each).exists() for each in made.names()[1:])


def test_hard_links_in_our_own_places_change_no_other_file(made: Made) -> None:
    mine = made.others / "mine.txt"
    for name in ("lock", "CACHEDIR.TAG", ".gitignore", "index.json"):
        path = made.output / ".augment" / name
        text = path.read_text() if path.exists() else "{}"
        path.unlink(missing_ok=True)
        mine.with_name(name).write_text(text if name == "index.json" else "mine")
        os.link(mine.with_name(name), path)
    before = tree(made.others)
    made.run(force=True)
    assert tree(made.others) == before
    clean(made.output)
    assert tree(made.others) == before


@pytest.mark.parametrize("name", ["manifest.jsonl", "run.json", ".augment/journal.jsonl"])
def test_pipes_keep_nobody_waiting(made: Made, name: str) -> None:
    (made.output / name).unlink()
    os.mkfifo(made.output / name)
    for action in (made.run, lambda: clean(made.output)):
        with pytest.raises(StorageError, match=f"{name} is a pipe"):
            action()
    if name == "manifest.jsonl":
        looks: list[Callable[[], object]] = [
            *[lambda: list(verify(made.output, None)), lambda: page(made.output)],
            *[lambda: list(replay(made.output, made.folder / "again", None, None))],
            lambda: record_of(made.output / "x", None),
        ]
        for look in looks:
            with pytest.raises(StorageError, match="is a pipe"):
                look()


def test_pipes_among_outputs_are_told(made: Made) -> None:
    name = made.names()[0]
    (made.output / name).unlink()
    os.mkfifo(made.output / name)
    os.mkfifo(made.output / "extra.png")
    assert made.found() == {name: "missing", "extra.png": "extra"}
    clean(made.output)
    assert (made.output / name).is_fifo()


def test_the_report_waits_for_no_pipe(pictures: Made) -> None:
    for name in pictures.names():
        (pictures.output / name).unlink()
        os.mkfifo(pictures.output / name)
    with pytest.raises(StorageError, match="is a pipe"):
        page(pictures.output)


def test_empty_folders_are_extra_unless_something_of_ours_was_there(made: Made) -> None:
    (made.output / "empty/deep").mkdir(parents=True)
    assert made.found() == {"empty/deep": "extra"}


def test_an_output_that_became_a_link_to_equal_bytes(made: Made) -> None:
    name = made.names()[-1]
    made.replace_by_link(name)
    assert made.found() == {name: "changed"}
    before = tree(made.others)
    assert made.run().made >= 1
    assert not (made.output / name).is_symlink()
    assert tree(made.others) == before
    assert made.found() == {}


def test_a_file_of_someone_else_under_a_recorded_name_survives_clean(made: Made) -> None:
    name = made.names()[-1]
    write(made.output / name, "my own")
    assert clean(made.output) == 1
    assert (made.output / name).read_text() == "my own"


@pytest.mark.parametrize("kind", ["photos", "texts"])
def test_a_file_of_someone_else_is_not_removed_with_its_source(tmp_path: Path, kind: str) -> None:
    made = Made(tmp_path, kind)
    record = next(each for each in manifest(made.output) if each["copy"] == 0)
    write(made.output / record["output"], "my own")
    (made.source / record["source"]).unlink()
    told = made.run()
    assert (made.output / record["output"]).read_text() == "my own"
    assert any(record["output"] in note for note in told.notes)
    assert made.found() == {record["output"]: "extra"}


def test_outputs_of_changed_settings_that_someone_replaced_stay(pictures: Made) -> None:
    name = next(each for each in pictures.names() if ".aug-" in each)
    write(pictures.output / name, "my own")
    pictures.settings["copies"] = 0
    told = pictures.run()
    assert (pictures.output / name).read_text() == "my own"
    assert any(name in note for note in told.notes)


def test_planted_temporaries_are_not_written_through(made: Made) -> None:
    """Names that one could guess: of scratch files, and of files in the making."""
    scratch = made.output / ".augment/scratch"
    for name in ("manifest.jsonl", "journal.jsonl", "run.json"):
        (scratch / name).symlink_to(made.others / "mine.txt")
    untouched(made, made.run, "is a link")


def test_the_user_may_name_an_output_by_a_link(made: Made) -> None:
    made.output.rename(made.folder / "real")
    made.output.symlink_to("real")
    assert made.run().made == 0
    assert made.found() == {}
    assert clean(made.output) == 0
