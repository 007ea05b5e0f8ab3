"""What a name or a cell says is held out passes through every kind of run as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import augment, manifest, picture, run, write, write_recipe

from augcli.errors import RecipeError

WORDS = tuple("abcdefghijklmnop")


def sentence(seed: int) -> str:
    return " ".join(
        f"{letter}word" for letter in np.random.default_rng(seed).permutation(WORDS)[:8]
    )


def pictures(folder: Path, seed: int) -> None:
    for number in range(3):
        write(folder / f"cat/{number}.png", picture(seed + number))


def texts(folder: Path, seed: int) -> None:
    for number in range(3):
        write(folder / f"sport/{number}.txt", sentence(seed + number))


def spectrograms(folder: Path, seed: int) -> None:
    for number in range(3):
        path = write(folder / f"hum/{number}.npy", "")
        np.save(path, np.random.default_rng(seed + number).normal(size=(2, 30)))


def table(path: Path, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(30, 2)).round(3)
    rows = [f"{a},{b},{'no' if n % 3 else 'yes'}" for n, (a, b) in enumerate(values)]
    write(path.with_suffix(".csv"), "\n".join(["width,height,sold", *rows]) + "\n")


def text_table(path: Path, seed: int) -> None:
    rows = [f"{sentence(seed + n)},{'ab'[n % 2]}" for n in range(6)]
    write(path.with_suffix(".csv"), "\n".join(["text,label", *rows]) + "\n")


def lines(path: Path, seed: int) -> None:
    write(path.with_suffix(".txt"), "".join(f"{sentence(seed + n)}\n" for n in range(5)))


def series(path: Path, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(4, 12)).round(3)
    rows = [",".join(map(str, row)) + ":a" for row in values]
    head = "@univariate true\n@classLabel true a\n@data\n"
    write(path.with_suffix(".ts"), head + "\n".join(rows) + "\n")


IN_FOLDERS: dict[str, tuple[Callable[[Path, int], None], dict[str, Any]]] = {
    "pictures": (pictures, {"dataset": {"kind": "image"}}),
    "texts": (texts, {"dataset": {"kind": "text", "format": "folders"}, "steps": ["random_swap"]}),
    "spectrograms": (spectrograms, {"dataset": {"kind": "timeseries"}, "steps": ["jitter"]}),
}
IN_FILES: dict[str, tuple[Callable[[Path, int], None], dict[str, Any]]] = {
    "tables": (table, {"dataset": {"kind": "tabular", "label": "sold"}, "steps": []}),
    "texts": (text_table, {"dataset": {"kind": "text", "text": "text"}, "steps": ["random_swap"]}),
    "lines": (lines, {"dataset": {"kind": "text", "format": "lines"}, "steps": ["random_swap"]}),
    "series": (series, {"dataset": {"kind": "timeseries"}, "steps": ["jitter"]}),
}
PAIRS = [
    ("training_set", "test_set"),
    ("train2023", "val2023"),
    ("seg_train", "seg_test"),
    ("01_TRAIN", "02_HoldOut"),
    ("data/trn", "data/tst"),
]


def changed(told: dict[str, Any], **dataset: Any) -> dict[str, Any]:
    return told | {"dataset": told["dataset"] | dataset}


def grown(output: Path) -> set[str]:
    """Return the sources that new samples were made of."""
    return {
        record["source"]
        for record in manifest(output)
        if record["copy"] is not None or record.get("synthetic")
    }


def assert_only_grown(tmp_path: Path, train: str, test: str) -> None:
    assert grown(tmp_path / "out")
    assert all(name.startswith(train) for name in grown(tmp_path / "out"))
    held = [path for path in (tmp_path / "in").rglob("*") if path.is_file()]
    held = [path for path in held if path.relative_to(tmp_path / "in").as_posix().startswith(test)]
    assert held
    for path in held:
        output = tmp_path / "out" / path.relative_to(tmp_path / "in")
        assert output.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_a_folder_of_train_alone_holds_nothing_out(tmp_path: Path, kind: str) -> None:
    make, told = IN_FOLDERS[kind]
    make(tmp_path / "in" / "train", 0)
    assert not run(tmp_path / "in", tmp_path / "out", **told).held_out


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_folders(tmp_path: Path, kind: str, pair: tuple[str, str]) -> None:
    make, told = IN_FOLDERS[kind]
    for seed, name in enumerate(pair):
        make(tmp_path / "in" / name, 100 * seed)
    summary = run(tmp_path / "in", tmp_path / "out", **told)
    assert summary.held_out
    assert "train" in {count.split for count in summary.counts}
    assert_only_grown(tmp_path, *pair)
    assert {record["label"] for record in manifest(tmp_path / "out")} <= {"cat", "sport", "hum"}


@pytest.mark.parametrize("pair", [*PAIRS, ("telco.train.v2", "telco.test.v2")], ids="-".join)
@pytest.mark.parametrize("kind", IN_FILES)
def test_files(tmp_path: Path, kind: str, pair: tuple[str, str]) -> None:
    make, told = IN_FILES[kind]
    for seed, name in enumerate(pair):
        make(tmp_path / "in" / f"{name}.x", 100 * seed)
    summary = run(tmp_path / "in", tmp_path / "out", **told)
    assert summary.held_out
    assert_only_grown(tmp_path, *pair)


@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_a_folder_in_doubt_stops_the_run_until_it_is_told(tmp_path: Path, kind: str) -> None:
    make, told = IN_FOLDERS[kind]
    for seed, name in enumerate(("seg_train", "seg_test", "seg_pred")):
        make(tmp_path / "in" / name, 100 * seed)
    with pytest.raises(RecipeError, match=r"seg_pred .* `dataset\.splits`") as caught:
        run(tmp_path / "in", tmp_path / "out", **told)
    assert caught.value.problems[0].line
    assert not (tmp_path / "out").exists()
    run(tmp_path / "in", tmp_path / "out", **changed(told, splits={"seg_pred": "ignore"}))
    assert_only_grown(tmp_path, "seg_train", "seg_test")
    assert not (tmp_path / "out/seg_pred").exists()


@pytest.mark.parametrize("kind", IN_FILES)
def test_a_file_in_doubt_stops_the_run_until_it_is_told(tmp_path: Path, kind: str) -> None:
    make, told = IN_FILES[kind]
    for seed, name in enumerate(("sales", "sales_testing")):
        make(tmp_path / "in" / f"{name}.x", 100 * seed)
    with pytest.raises(RecipeError, match=r"sales_testing\..* `dataset\.splits`"):
        run(tmp_path / "in", tmp_path / "out", **told)
    assert not (tmp_path / "out").exists()
    run(tmp_path / "in", tmp_path / "out", **changed(told, splits={"sales.*": "train"}))
    assert_only_grown(tmp_path, "sales.", "sales_testing")


@pytest.mark.parametrize("kind", IN_FILES)
def test_a_lone_file_that_is_held_out_by_its_name_is_not_augmented(
    tmp_path: Path, kind: str
) -> None:
    make, told = IN_FILES[kind]
    make(tmp_path / "in/holdout_7.x", 1)
    (path,) = (tmp_path / "in").iterdir()
    with pytest.raises(RecipeError, match=r"no split 'train' .*it has test.*`dataset\.splits`"):
        run(path, tmp_path / "out", **told)
    run(path, tmp_path / "out", **changed(told, splits={"holdout_*": "train"}))
    assert grown(tmp_path / "out") == {path.name}


def test_classes_called_test_and_train_can_be_told(tmp_path: Path) -> None:
    for seed, name in enumerate(("train", "bus", "tram")):
        write(tmp_path / f"in/{name}/1.png", picture(seed))
    with pytest.raises(RecipeError, match="train: class"):
        run(tmp_path / "in", tmp_path / "out")
    run(tmp_path / "in", tmp_path / "out", dataset={"splits": {"train": "class"}})
    assert {record["label"] for record in manifest(tmp_path / "out")} == {"train", "bus", "tram"}
    assert {record["output"].split("/")[0] for record in manifest(tmp_path / "out")} == {"train"}


def test_another_word_on_splits_changes_what_is_made(tmp_path: Path) -> None:
    for seed, name in enumerate(("one", "two")):
        pictures(tmp_path / "in" / name, 50 * seed)
    first = {"one": "train", "two": "test"}
    for splits in (first, {"one": "test", "two": "train"}, first):
        run(tmp_path / "in", tmp_path / "out", dataset={"splits": splits})
        (name,) = (key for key, told in splits.items() if told == "train")
        assert {each.split("/")[0] for each in grown(tmp_path / "out")} == {name}


def test_pictures_of_a_table_without_splits_are_placed_by_their_folders(tmp_path: Path) -> None:
    rows = []
    for seed, name in enumerate(("train_v2", "test_v2")):
        pictures(tmp_path / "in" / name, 100 * seed)
        rows += [f"{name}/cat/{number}.png,cat" for number in range(3)]
    write(tmp_path / "in/labels.csv", "\n".join(["file,label", *rows]) + "\n")
    run(tmp_path / "in/labels.csv", tmp_path / "out", dataset={"format": "csv"})
    assert_only_grown(tmp_path, "train_v2", "test_v2/")


def test_a_table_of_pictures_that_is_held_out_by_its_name(tmp_path: Path) -> None:
    pictures(tmp_path / "in", 1)
    path = write(tmp_path / "in/test_labels.csv", "file,label\ncat/0.png,cat\n")
    with pytest.raises(RecipeError, match="it has test"):
        run(path, tmp_path / "out", dataset={"format": "csv"})


def test_the_command_line_shows_splits_and_where_doubts_are_settled(tmp_path: Path) -> None:
    for seed, name in enumerate(("img_train", "img_test", "notes")):
        pictures(tmp_path / "in" / name, 100 * seed)
    path = write_recipe(tmp_path / "in", tmp_path / "out")
    for command in ("plan", "check", "run"):
        done = augment(command, path)
        assert done.returncode == 2, done.stdout
        assert f"{path.name}:" in done.stderr + done.stdout
        assert "notes" in done.stderr + done.stdout
    path = write_recipe(tmp_path / "in", tmp_path / "out", dataset={"splits": {"notes": "val"}})
    done = augment("plan", path)
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:4]] == [
        ["test", "cat"],
        ["train", "cat"],
        ["val", "cat"],
    ]


@pytest.mark.parametrize("kind", ["pictures", "spectrograms"])
@pytest.mark.parametrize("around", ["", "train/"])
def test_folders_within_those_of_classes_are_told(tmp_path: Path, kind: str, around: str) -> None:
    make, told = IN_FOLDERS[kind]
    for seed, name in enumerate(("old", "new")):
        make(tmp_path / name, 100 * seed)
        (inner,) = (tmp_path / name).iterdir()
        (tmp_path / "in" / around / "animals").mkdir(parents=True, exist_ok=True)
        inner.rename(tmp_path / "in" / around / "animals" / name)
    summary = run(tmp_path / "in", tmp_path / "out", **told)
    (note,) = [each for each in summary.listing if "takes in the folders" in each]
    assert "class 'animals' takes in the folders new, old" in note
    assert ("let `dataset.path` lead to animals/" in note) == (around == "")


def test_folders_around_all_classes_are_told(tmp_path: Path) -> None:
    for number, name in enumerate("abc"):
        write(tmp_path / f"in/archive/photos/{name}/1.png", picture(number))
    (note,) = run(tmp_path / "in", tmp_path / "out").listing
    assert "class 'archive' takes in the folders a, b, c" in note
    assert "let `dataset.path` lead to archive/photos/" in note


def test_folders_of_a_class_that_lie_alone_are_no_matter(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / f"in/cat/2019/{number}.png", picture(number))
        write(tmp_path / f"in/dog/2020/{number}.png", picture(10 + number))
    summary = run(tmp_path / "in", tmp_path / "out")
    assert not any("takes in" in each for each in summary.listing)


ENDINGS = {"image": "png", "timeseries": "npy"}
FORMS: dict[str, dict[str, Any]] = {
    "image": {"kind": "image"},
    "timeseries": {"kind": "timeseries", "format": "npy"},
}
LISTS = {
    "meta/test.txt": "cat/1\n",
    "testing_list.txt": "cat/0.{0}\ncat/2.{0}\n",
    "train_val_test.csv": "file,part\ncat/0.{0},train\ncat/2.{0},test\n",
    "splits_test.json": '{{"cat": ["cat/1.{0}"]}}',
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("kind", ENDINGS)
def test_a_list_of_what_is_held_out_stops_a_run(tmp_path: Path, kind: str, name: str) -> None:
    for folder in ("cat", "dog"):
        for number in range(3):
            values = np.random.default_rng(number + 9 * (folder == "dog")).normal(size=30)
            path = write(tmp_path / f"in/{folder}/{number}.{ENDINGS[kind]}", "")
            np.save(path, values) if kind == "timeseries" else write(path, picture(len(str(path))))
    write(tmp_path / "in" / name, LISTS[name].format(ENDINGS[kind]))
    write(tmp_path / "in/latest_news.txt", "nothing new\n")
    steps = {"image": ["transpose"], "timeseries": [{"jitter": {"sigma": 0.1}}]}
    told: dict[str, Any] = {"copies": 1, "steps": steps[kind]}
    with pytest.raises(RecipeError, match=f"{name} lists cat/") as caught:
        run(tmp_path / "in", tmp_path / "out", dataset=FORMS[kind], **told)
    assert f"{Path(name).name}: class" in str(caught.value.problems[0].message)
    assert not (tmp_path / "out").exists()
    settled = FORMS[kind] | {"splits": {Path(name).name: "class"}}
    assert run(tmp_path / "in", tmp_path / "out", dataset=settled, **told).made == 12
