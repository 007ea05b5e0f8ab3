"""A column of splits that nobody named stops a run, for every kind, until it is told what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import soundfile
from helpers import augment, failures, picture, run, write, write_recipe

from augcli.commands.init import starter
from augcli.errors import RecipeError

Column = list[Any]
WORDS = np.array(["lamp", "river", "stone", "quiet", "green", "seven", "window", "paper"])


def text(seed: int) -> str:
    return " ".join(np.random.default_rng(seed).permutation(WORDS))


def values(seed: int) -> list[float]:
    return np.random.default_rng(seed).normal(size=8).round(3).tolist()


def rows(head: str, lines: list[str], told: Column, name: str) -> str:
    each = (f"{line},{cell}" for line, cell in zip(lines, told, strict=True))
    return "\n".join([f"{head},{name}", *each]) + "\n"


def pictures(folder: Path, told: Column, name: str) -> Path:
    for number in range(len(told)):
        write(folder / f"p/{number}.png", picture(number))
    lines = [f"p/{number}.png,{'ab'[number % 2]}" for number in range(len(told))]
    return write(folder / "in.csv", rows("file,label", lines, told, name))


def table(folder: Path, told: Column, name: str) -> Path:
    lines = [f"{values(n)[0]},{values(n)[1]},{'ab'[n % 2]}" for n in range(len(told))]
    return write(folder / "in.csv", rows("x,y,label", lines, told, name))


def text_table(folder: Path, told: Column, name: str) -> Path:
    lines = [f"{text(number)},{'ab'[number % 2]}" for number in range(len(told))]
    return write(folder / "in.csv", rows("text,label", lines, told, name))


def objects(folder: Path, told: Column, name: str) -> Path:
    lines = ({"text": text(n), "label": "ab"[n % 2], name: cell} for n, cell in enumerate(told))
    return write(folder / "in.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))


def packed(folder: Path, told: Column, name: str) -> Path:
    labels = ["ab"[number % 2] for number in range(len(told))]
    data = {"text": list(map(text, range(len(told)))), "label": labels, name: told}
    pl.DataFrame(data).write_parquet(write(folder / "in.parquet", ""))
    return folder / "in.parquet"


def wide(folder: Path, told: Column, name: str) -> Path:
    lines = [",".join([*map(str, values(n)), "ab"[n % 2]]) for n in range(len(told))]
    head = ",".join([*(f"t{number}" for number in range(8)), "label"])
    return write(folder / "in.csv", rows(head, lines, told, name))


def long(folder: Path, told: Column, name: str) -> Path:
    points = [(n, value) for n in range(len(told)) for value in values(n)]
    lines = [f"{n},{value},{'ab'[n % 2]}" for n, value in points]
    return write(folder / "in.csv", rows("who,v,label", lines, [told[n] for n, _ in points], name))


def arrays(folder: Path, told: Column, name: str) -> Path:
    series = np.array([values(number) for number in range(len(told))])
    path = write(folder / "in.npz", "")
    np.savez(path, X=series, y=np.array(["ab"[n % 2] for n in range(len(told))]), **{name: told})
    return path


def sounds(folder: Path, told: Column, name: str) -> Path:
    for number in range(len(told)):
        soundfile.write(write(folder / f"s/{number}.wav", ""), np.array(values(number)) / 9, 8000)
    lines = [f"{number}.wav,{'ab'[number % 2]}" for number in range(len(told))]
    write(folder / "list.csv", rows("file,label", lines, told, name))
    return folder


SERIES = {"kind": "timeseries", "label": "label"}
KINDS: dict[str, tuple[Callable[[Path, Column, str], Path], dict[str, Any], list[str]]] = {
    "pictures": (pictures, {"format": "csv"}, ["invert"]),
    "tables": (table, {"kind": "tabular", "label": "label"}, ["jitter"]),
    "texts": (text_table, {"kind": "text", "text": "text", "label": "label"}, ["random_swap"]),
    "objects": (objects, {"kind": "text", "text": "text", "label": "label"}, ["random_swap"]),
    "packed": (packed, {"kind": "text", "text": "text", "label": "label"}, ["random_swap"]),
    "wide": (wide, SERIES, ["jitter"]),
    "long": (long, SERIES | {"id": "who"}, ["jitter"]),
    "arrays": (arrays, SERIES | {"label": "y"}, ["jitter"]),
    "sounds": (sounds, SERIES | {"labels": "list.csv"}, [{"mixup": {"partner": "any"}}]),
}
SPLITS = ["train", "", "Test", "train", "TRAINING", "test", "train", "train"]
every_kind = pytest.mark.parametrize("kind", KINDS)


def ran(tmp_path: Path, kind: str, told: Column, name: str = "part", **dataset: Any) -> Any:
    make, settings, steps = KINDS[kind]
    path = make(tmp_path / "in", told, name)
    settings = settings | {"path": str(path)} | dataset
    return run(path, tmp_path / "out", dataset=settings, steps=steps, copies=1)


def grown(summary: Any) -> dict[str, int]:
    """Return split → new samples."""
    found: dict[str, int] = {}
    for count in summary.counts:
        found[count.split] = found.get(count.split, 0) + count.after - count.before
    return found


@every_kind
def test_a_run_stops_and_names_the_keys(tmp_path: Path, kind: str) -> None:
    with pytest.raises(RecipeError, match=r"`split: part`.*`splits: \{part: class\}`"):
        ran(tmp_path, kind, SPLITS)
    assert not list((tmp_path / "out").glob("in.*"))


@every_kind
def test_splits_that_say_more_are_seen_and_stay_apart(tmp_path: Path, kind: str) -> None:
    told = ["Training", "PublicTest", "PrivateTest", "Training"] * 2
    with pytest.raises(RecipeError, match=r"`split: Usage`"):
        ran(tmp_path, kind, told, "Usage")
    named = grown(ran(tmp_path / "named", kind, told, "Usage", split="Usage"))
    assert named == {"train": 4, "PublicTest": 0, "PrivateTest": 0}


ASKED = [(kind, cells) for kind in KINDS for cells in ("nY", "01")]


@pytest.mark.parametrize(("kind", "cells"), ASKED, ids="-".join)
def test_a_column_that_asks_for_a_split_stops_a_run(tmp_path: Path, kind: str, cells: str) -> None:
    name = "IsTrain" if cells == "01" else "is_test"
    told = [cells[number % 3 == 0] for number in range(8)]
    with pytest.raises(RecipeError, match=rf"column '{name}' names splits"):
        ran(tmp_path, kind, told, name)
    settled = ran(tmp_path / "told", kind, told, name, splits={name: "class"})
    assert grown(settled) == {"train": 8}


@every_kind
@pytest.mark.parametrize("cells", ["01", (False, True)], ids=str)
def test_a_column_that_asks_for_a_split_can_be_named(
    tmp_path: Path, kind: str, cells: Sequence[Any]
) -> None:
    told = [cells[number % 3 == 0] for number in range(8)]
    assert grown(ran(tmp_path, kind, told, "is_test", split="is_test")) == {"train": 5, "test": 0}
    augmented = {"split": "is_test", "augment": [str(cells[0])]}
    asked = grown(ran(tmp_path / "own", kind, told, "is_test", **augmented))
    assert asked == {str(cells[0]): 5, "test": 0}


@every_kind
def test_each_of_the_keys_settles_it(tmp_path: Path, kind: str) -> None:
    told = [cell or "train" for cell in SPLITS]
    assert grown(ran(tmp_path / "named", kind, told, split="part")) == {"test": 0, "train": 6}
    assert grown(ran(tmp_path / "none", kind, told, splits={"part": "class"})) == {"train": 8}


@every_kind
@pytest.mark.parametrize(
    "told",
    [
        ["train/a", "test/b"] * 4,
        ["train"] * 8,
        ["train", "test", "platform", "train"] * 2,
        ["", "train"] * 4,
    ],
    ids=["paths", "one", "others", "blanks"],
)
def test_other_columns_are_let_pass(tmp_path: Path, kind: str, told: Column) -> None:
    assert grown(ran(tmp_path, kind, told)) == {"train": 8}


@every_kind
def test_names_that_are_no_keys_are_quoted(tmp_path: Path, kind: str) -> None:
    with pytest.raises(RecipeError, match=r'`splits: \{"which part\?": class\}`'):
        ran(tmp_path, kind, SPLITS, "which part?")
    told = {"splits": {"which part?": "class"}}
    assert grown(ran(tmp_path / "told", kind, ["train", "test"] * 4, "which part?", **told))


@pytest.mark.parametrize("kind", ["tables", "texts", "objects", "packed", "wide", "arrays"])
def test_what_files_tell_already_stops_nothing(tmp_path: Path, kind: str) -> None:
    make, settings, steps = KINDS[kind]
    for split in ("train", "test"):
        path = make(tmp_path / split, [split] * 6, "part")
        write(tmp_path / "in" / f"{split}{path.suffix}", path.read_bytes())
    told = {"dataset": settings | {"path": str(tmp_path / "in"), "leaks": "allow"}}
    summary = run(tmp_path / "in", tmp_path / "out", **told, steps=steps, copies=1)
    assert grown(summary) == {"test": 0, "train": 6}


def test_what_folders_of_pictures_tell_already_stops_nothing(tmp_path: Path) -> None:
    names = [f"{split}/{number}.png" for number in range(3) for split in ("train", "test")]
    for seed, name in enumerate(names):
        write(tmp_path / "in" / name, picture(seed))
    lines = "\n".join(f"{name},a,{name.partition('/')[0]}" for name in names)
    path = write(tmp_path / "in/list.csv", f"file,label,part\n{lines}\n")
    told = {"path": str(path), "format": "csv"}
    summary = run(path, tmp_path / "out", dataset=told, steps=["invert"], copies=1)
    assert grown(summary) == {"test": 0, "train": 3}


@pytest.mark.parametrize("split", ["train", "test"])
def test_folders_of_sounds_tell_splits_where_their_table_does_not(
    tmp_path: Path, split: str
) -> None:
    folder = sounds(tmp_path / "in", [split] * 6, "part")
    for number in range(6):
        name = f"{number}.wav"
        path = write(folder / ("test" if number < 2 else "train") / name, "")
        (folder / "s" / name).rename(path)
    told = SERIES | {"labels": "list.csv"}
    summary = run(folder, tmp_path / "out", dataset=told, steps=["jitter"], copies=1)
    assert grown(summary) == {"test": 0, "train": 4}
    assert (tmp_path / "out/test/0.wav").read_bytes() == (folder / "test/0.wav").read_bytes()
    with pytest.raises(RecipeError, match=r"test/0\.wav is test by its name"):
        run(folder, tmp_path / "drawn", dataset=told | {"split": {"test": 0.5}}, steps=["jitter"])


def test_a_column_of_splits_beside_sounds_is_in_a_starter(tmp_path: Path) -> None:
    sounds(tmp_path / "in", ["train"] * 6 + ["test"] * 2, "part")
    text = starter(tmp_path / "in", tmp_path).text
    assert '\n  split: "part"\n' in text
    assert "question" not in text


def test_parts_of_a_table_are_looked_at_together(tmp_path: Path) -> None:
    for part, split in (("one", "train"), ("two", "test")):
        path = table(tmp_path / part, [split] * 6, "part")
        write(tmp_path / f"in/{part}.csv", path.read_bytes())
    told = {"kind": "tabular", "label": "label", "leaks": "allow"}
    with pytest.raises(RecipeError, match="column 'part' names splits"):
        run(tmp_path / "in", tmp_path / "out", dataset=told, steps=["jitter"])


def test_a_column_that_is_used_is_no_other_one(tmp_path: Path) -> None:
    names = {
        "pictures": {"label": "part"},
        "tables": {"label": "part"},
        "texts": {"label": "part"},
        "wide": {"label": "part"},
        "long": {"label": "part"},
        "arrays": {"label": "part"},
        "sounds": {"label": "part"},
    }
    for kind, dataset in names.items():
        assert grown(ran(tmp_path / kind, kind, ["train", "test"] * 4, **dataset)) == {"train": 8}
    for key in ("ignore", "group"):
        value = ["part"] if key == "ignore" else "part"
        told = ran(tmp_path / key, "tables", ["train", "test"] * 4, **{key: value})
        assert grown(told) == {"train": 8}


def test_a_file_that_is_one_series_and_has_splits_is_left_out(tmp_path: Path) -> None:
    lines = [f"{number},{value}" for number, value in enumerate(values(1))]
    write(tmp_path / "in/a.csv", rows("at,v", lines, SPLITS, "part"))
    write(tmp_path / "in/b.csv", rows("at,v", lines, ["train"] * 8, "part"))
    told = {"kind": "timeseries", "layout": "long", "time": "at"}
    summary = run(tmp_path / "in", tmp_path / "out", dataset=told, steps=["jitter"], copies=1)
    assert summary.exit_code == 3
    assert "`split: part`" in failures(tmp_path / "out")["a.csv"]


def test_the_command_says_where_and_ends_with_2(tmp_path: Path) -> None:
    path = table(tmp_path / "in", SPLITS, "part")
    told = {"path": str(path), "kind": "tabular", "label": "label"}
    recipe = write_recipe(path, tmp_path / "out", dataset=told, steps=["jitter"])
    for command in ("run", "check", "plan"):
        done = augment(command, recipe)
        assert done.returncode == 2
        assert f"{recipe}:4:13: error" in done.stderr
