"""Tables of pictures: files listed twice, rows of other lengths, letters of other encodings."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from helpers import augment, failures, make_photos, manifest, run, tree, write, write_recipe

from augcli.errors import RecipeError
from augcli.reports.report import Summary


def made(tmp_path: Path, table: str | bytes, **settings: str) -> Summary:
    make_photos(tmp_path / "in", {"p": 6})
    path = write(tmp_path / "in/t.csv", table)
    told = {"format": "csv", "file": "name", "label": "kind", **settings}
    return run(path, tmp_path / "out", copies=1, dataset=told)


def listed(output: Path) -> list[list[str]]:
    with (output / "t.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def labels(output: Path) -> dict[str, str]:
    return {record["source"]: record["label"] for record in manifest(output)}


def test_a_file_in_equal_rows_counts_once_and_is_told(tmp_path):
    rows = ["p/00.png,owl", "p/01.png,elk", "p/00.png,owl", "p//00.png,owl", "p/01.png,elk"]
    summary = made(tmp_path, "\n".join(["name,kind", *rows]) + "\n")
    assert summary.exit_code == 0
    assert Counter(labels(tmp_path / "out").values()) == {"owl": 1, "elk": 1}
    note, other = sorted(summary.listing)
    assert other == "pictures that no row of t.csv names are left out, such as p/02.png"
    assert note.startswith("2 files are listed more than once, by 3 more rows that say the same")
    assert len(listed(tmp_path / "out")) == 1 + 4


def test_a_file_that_rows_contradict_is_one_failure_with_both_lines(tmp_path):
    rows = ["p/00.png,owl", "p/01.png,elk", "p/00.png,elk", "p/00.png,owl", "p/00.png,fox"]
    summary = made(tmp_path, "\n".join(["name,kind", *rows]) + "\n")
    assert summary.exit_code == 3
    found = failures(tmp_path / "out")
    assert found == {
        "p/00.png": "t.csv:4: the file is listed twice: the label is 'elk', but 'owl' in line 2"
    }
    assert labels(tmp_path / "out") == {"p/01.png": "elk"}
    assert {row[1] for row in listed(tmp_path / "out")[1:]} == {"elk"}


def test_a_file_in_two_splits_is_a_failure(tmp_path):
    rows = "name,kind,fold\np/00.png,owl,train\np/01.png,owl,train\np/00.png,owl,test\n"
    assert made(tmp_path, rows, split="fold").exit_code == 3
    assert "the split is 'test', but 'train' in line 2" in failures(tmp_path / "out")["p/00.png"]


def test_the_written_table_says_what_the_manifest_says(tmp_path):
    rows = ["p/00.png,owl,x,1", "p/01.png,elk,y,2", "p/02.png,elk,z,3"]
    made(tmp_path, "\n".join(["name,kind,note,note", *rows]) + "\n")
    header, *lines = listed(tmp_path / "out")
    assert header == ["name", "kind", "note", "note"]
    told = {record["output"]: record for record in manifest(tmp_path / "out")}
    assert {line[0] for line in lines} == set(told)
    notes = {"p/00.png": ["x", "1"], "p/01.png": ["y", "2"], "p/02.png": ["z", "3"]}
    for name, label, *more in lines:
        assert label == told[name]["label"]
        assert more == notes[told[name]["source"]]


@pytest.mark.parametrize("end", [",", ",,,"])
def test_commas_at_the_end_of_rows_are_no_cells(tmp_path, end):
    rows = [f"p/0{number}.png,owl{end}" for number in range(3)]
    assert made(tmp_path, "\n".join(["name,kind", *rows]) + "\n").exit_code == 0
    written = listed(tmp_path / "out")
    assert {len(row) for row in written} == {2}
    assert len(written) == 1 + 6


def test_a_header_may_end_in_a_comma_too(tmp_path):
    made(tmp_path, "name,kind,\np/00.png,owl,\np/01.png,elk,\n")
    assert listed(tmp_path / "out")[0] == ["name", "kind", ""]


@pytest.mark.parametrize("bad", [0, 1, 2])
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("p/05.png,big, brown bear", "the row has 3 cells instead of 2"),
        ("p/05.png", "the row has 1 cells instead of 2"),
        ("p/05.png,b\xe4r", r"'kind' is not UTF-8: 'b\udce4r'"),
        ('p/05.png,"bear', "its quotes are not closed"),
        ('p/05.png,"be"ar', "expected after"),
        (f"p/05.png,{'x' * 140_000}", "field larger than"),
    ],
)
def test_a_bad_row_is_its_own_failure_wherever_it_stands(tmp_path, row, reason, bad):
    rows = ["p/00.png,owl", 'p/01.png,"elk"']
    rows.insert(bad, row)
    summary = made(tmp_path, "\n".join(["name,kind", *rows, ""]).encode("latin-1"))
    assert summary.exit_code == 3
    (told,) = failures(tmp_path / "out").values()
    assert told.startswith(f"t.csv:{bad + 2}: ")
    assert reason in told
    assert labels(tmp_path / "out") == {"p/00.png": "owl", "p/01.png": "elk"}
    assert all(all(line) for line in listed(tmp_path / "out"))
    before = tree(tmp_path / "out")
    again = made(tmp_path, "\n".join(["name,kind", *rows, ""]).encode("latin-1"))
    assert (again.exit_code, again.made) == (3, 0)
    assert tree(tmp_path / "out") == before


def test_a_column_that_is_needed_and_named_twice_is_an_error_of_the_recipe(tmp_path):
    with pytest.raises(RecipeError, match="several columns are named 'kind'"):
        made(tmp_path, "name,kind,kind\np/00.png,owl,elk\n")


def test_names_of_files_may_have_other_bytes(tmp_path):
    make_photos(tmp_path / "in", {"p": 1})
    (tmp_path / "in/p/00.png").rename(tmp_path / "in/p/\udcff.png")
    path = write(tmp_path / "in/t.csv", b"file,label\np/\xff.png,owl\n")
    run(path, tmp_path / "out", dataset={"format": "csv"})
    assert len(manifest(tmp_path / "out")) == 3
    assert augment("verify", tmp_path / "out").returncode == 0


def test_a_cell_over_several_lines_is_one_cell(tmp_path):
    made(tmp_path, 'name,kind,note\np/00.png,owl,"two\nlines"\np/01.png,"",x\np/02.png,elk\n')
    assert "t.csv:5: " in failures(tmp_path / "out")["p/02.png"]
    assert [row[2] for row in listed(tmp_path / "out") if "owl" in row] == ["two\nlines"] * 2


def test_pictures_without_a_label_are_no_class_to_balance(tmp_path):
    make_photos(tmp_path / "in", {"p": 6})
    named = ["p/00.png,owl", "p/01.png,owl", "p/02.png,owl", "p/03.png,elk"]
    rows = [*named, "p/04.png,", "p/05.png,"]
    path = write(tmp_path / "in/t.csv", "\n".join(["file,label", *rows]) + "\n")
    recipe = {"dataset": {"format": "csv"}, "copies": 0, "balance": {"target": 5}}
    summary = run(path, tmp_path / "out", **recipe)
    after = {count.label: count.after for count in summary.counts}
    assert after == {"owl": 5, "elk": 5, None: 2}
    assert any("2 samples of train without a label" in note for note in summary.listing)
    check = augment("check", write_recipe(path, tmp_path / "out", **recipe))
    assert "warning: no-label" in check.stdout


def test_unlabelled_pictures_do_not_set_what_classes_reach(tmp_path):
    make_photos(tmp_path / "in", {"": 5, "owl": 2, "elk": 1})
    summary = run(tmp_path / "in", tmp_path / "out", copies=0, balance={"target": "max"})
    assert {count.label: count.after for count in summary.counts} == {"owl": 2, "elk": 2, None: 5}


def test_a_dataset_without_any_label_is_augmented_as_before(tmp_path):
    make_photos(tmp_path / "in", {"": 3})
    summary = run(tmp_path / "in", tmp_path / "out", copies=0, balance={"target": 7})
    assert [(count.label, count.after) for count in summary.counts] == [(None, 7)]
    assert summary.listing == []


def test_names_of_files_are_no_column_of_splits(tmp_path):
    make_photos(tmp_path / "in", {"train": 2, "test": 1})
    rows = ["train/00.png,owl", "train/01.png,elk", "test/00.png,owl"]
    path = write(tmp_path / "in/t.csv", "\n".join(["file,label", *rows]) + "\n")
    summary = run(path, tmp_path / "out", copies=1, dataset={"format": "csv"})
    assert {(each.split, each.after) for each in summary.counts} == {("train", 2), ("test", 1)}
    assert summary.listing == []
    written = augment("init", path).stdout
    assert "format: csv" in written
    assert "split:" not in written


def test_pictures_of_an_output_beside_a_table_are_not_called_left_out(tmp_path):
    make_photos(tmp_path / "p", {".": 2})
    table = write(tmp_path / "t.csv", "name,kind\np/00.png,owl\np/01.png,elk\n")
    told = {"format": "csv", "file": "name", "label": "kind"}
    for _ in range(2):
        assert run(table, tmp_path / "out", copies=1, dataset=told).listing == []
