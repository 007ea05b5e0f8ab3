"""Outputs of sounds whose classes a table tells have such a table, which tells of all of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, manifest, replayed, run, write
from test_sounds_of_all_sorts import STEPS, TABLE, TOLD, labelled, sound

from augcli import load
from augcli.commands.replay import replay
from augcli.errors import RecipeError, StorageError
from augcli.timeseries.kind import KIND


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "meta/list.csv").open(newline="") as file:
        return [*csv.DictReader(file)]


def made(folder: Path, table: str, **changes: Any) -> tuple[list[str], list[dict[str, str]]]:
    """Return the notes of a run, and the rows of its table."""
    source, told = labelled(folder, table), TOLD | changes.pop("dataset", {})
    asked = {"copies": 2, "steps": STEPS} | changes
    summary = run(source, folder / "out", dataset=told, **asked)
    return summary.notes, rows_of(folder / "out")


@pytest.mark.parametrize(
    "paths",
    [TABLE, TABLE.replace(".wav", ""), TABLE.replace(",", ";"), TABLE.replace("\n", ";\n")],
)
def test_each_output_has_a_row_of_its_source(tmp_path: Path, paths: str) -> None:
    source = labelled(tmp_path, paths)
    run(source, tmp_path / "out", dataset=TOLD, copies=2, steps=STEPS)
    delimiter = "," if "," in paths else ";"
    text = (tmp_path / "out/meta/list.csv").read_text()
    assert text.count(";\n") == (13 if ";\n" in paths else 0)
    text = text.replace(";\n", "\n")
    rows = [*csv.DictReader(text.splitlines(), delimiter=delimiter)]
    lines = manifest(tmp_path / "out")
    assert [(row["filename"], row["category"]) for row in rows] == [
        (each["output"], each["label"]) for each in lines
    ]
    folds = {"audio/4-d.wav": "5"}
    assert [row["fold"] for row in rows] == [folds.get(each["source"], "1") for each in lines]
    assert len(rows) == 12


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "shift_jis"])
@pytest.mark.parametrize(("end", "delimiter"), [("\n", ";"), ("\r\n", "\t"), ("\r", ",")])
def test_it_is_written_as_the_source_is(
    tmp_path: Path, encoding: str, end: str, delimiter: str
) -> None:
    name = "雨" if encoding == "shift_jis" else "Öl"
    table = TABLE.replace("rain", name).replace(",", delimiter).replace("\n", end)
    source = labelled(tmp_path, TABLE)
    (source / "meta/list.csv").write_bytes(table.encode(encoding))
    told = {"encoding": encoding} if encoding == "shift_jis" else {}
    run(source, tmp_path / "out", dataset=TOLD | told, copies=1, steps=STEPS)
    made = (tmp_path / "out/meta/list.csv").read_bytes()
    assert made[:2] == table.encode(encoding)[:2]
    head, *rows = made.decode(encoding).split(end)[:-1]
    assert head == table.split(end)[0]
    labels = {row.split(delimiter)[2] for row in rows}
    assert (len(rows), labels) == (8, {"dog", name})
    found = replay(tmp_path / "out", tmp_path / "again", source, None)
    assert dict(found)["meta/list.csv"] is None
    assert (tmp_path / "again/meta/list.csv").read_bytes() == made


def test_names_that_its_encoding_lacks_are_told(tmp_path: Path) -> None:
    source = labelled(tmp_path, TABLE)
    (source / "audio/1-a.wav").rename(write(source / "雨/x", b"").parent / "1-a.wav")
    (source / "雨/x").unlink()
    table = TABLE.replace("rain", "Öl")
    (source / "meta/list.csv").write_bytes(table.encode("cp1252"))
    with pytest.raises(
        StorageError, match=r"list\.csv is cp1252, which has no letters for 'train/雨/"
    ):
        run(source, tmp_path / "out", dataset=TOLD, copies=1, steps=STEPS)


def test_it_makes_the_output_a_dataset_and_is_made_again(tmp_path: Path) -> None:
    made(tmp_path, TABLE)
    result = run(tmp_path / "out", tmp_path / "more", dataset=TOLD, copies=0, steps=[])
    assert {each.label: each.before for each in result.counts} == {"dog": 9, "rain": 3}
    wanted = replayed(tmp_path / "out")
    assert "meta/list.csv" in wanted
    found = replay(tmp_path / "out", tmp_path / "again", tmp_path / "in", None)
    assert dict(found) == dict.fromkeys(wanted)


def test_mixtures_have_columns_of_their_shares(tmp_path: Path) -> None:
    _, rows = made(tmp_path, TABLE, steps=[{"mixup": {"partner": "any"}}])
    assert all(float(row["dog"]) + float(row["rain"]) == pytest.approx(1) for row in rows)
    assert any(0 < float(row["rain"]) < 1 for row in rows)


def test_whole_numbers_are_what_a_key_says(tmp_path: Path) -> None:
    source = rated(tmp_path, ["1964", "2089", "2739", "3912", "5264", "6107"])
    summary = run(source, tmp_path / "out", dataset=TOLD, copies=1, steps=STEPS)
    assert any("`columns: {category: number}`" in note for note in summary.notes)
    told = TOLD | {"columns": {"category": "number"}}
    summary = run(source, tmp_path / "numbers", dataset=told, copies=1, steps=["mixup"])
    assert [each.label for each in summary.counts] == [None]
    between = {row["category"] for row in rows_of(tmp_path / "numbers")}
    assert len(between) > 6
    assert all(map(str.isdecimal, between))


AMOUNTS = [f"{1.143 + number / 7:.3f}" for number in range(6)]


def rated(folder: Path, numbers: list[str]) -> Path:
    """Write sounds, and a table of a number for each."""
    for number in range(len(numbers)):
        write(folder / f"in/audio/{number}.wav", sound("WAV", number))
    rows = [f"{number}.wav,{each}" for number, each in enumerate(numbers)]
    write(folder / "in/meta/list.csv", "\n".join(["filename,category", *rows, ""]))
    return folder / "in"


def test_numbers_to_predict_are_no_classes_and_mixtures_have_those_between(tmp_path: Path) -> None:
    steps = [{"mixup": {"weight": 0.25}}]
    summary = run(rated(tmp_path, AMOUNTS), tmp_path / "out", dataset=TOLD, copies=2, steps=steps)
    assert [(each.label, each.before, each.after) for each in summary.counts] == [(None, 6, 18)]
    assert any("numbers to be predicted" in note for note in summary.notes)
    rows, lines = rows_of(tmp_path / "out"), manifest(tmp_path / "out")
    assert {*rows[0]} == {"filename", "category"}
    own = {f"audio/{number}.wav": float(each) for number, each in enumerate(AMOUNTS)}
    for row, line in zip(rows, lines, strict=True):
        others = [own[each] for each in line["partners"]] or [own[line["source"]]]
        wanted = 0.75 * own[line["source"]] + 0.25 * others[0]
        assert float(row["category"]) == pytest.approx(wanted, abs=6e-4)
    assert {each.id: each.label for each in load(tmp_path / "out")} == {
        row["filename"]: row["category"] for row in rows
    }
    found = replay(tmp_path / "out", tmp_path / "again", tmp_path / "in", None)
    assert {*dict(found).values()} == {None}
    with pytest.raises(RecipeError, match=r"labels of meta/list\.csv are amounts"):
        run(tmp_path / "in", tmp_path / "more", dataset=TOLD, balance={"target": "max"}, steps=[])


def test_a_sound_without_a_label_is_a_failure(tmp_path: Path) -> None:
    for numbers in (AMOUNTS, ["dog", "rain"] * 3):
        source = rated(tmp_path, ["NA", *numbers[1:]])
        run(source, tmp_path / "out", dataset=TOLD, copies=1, steps=["mixup"])
        assert failures(tmp_path / "out") == {"audio/0.wav": "there is no label"}
        assert len(manifest(tmp_path / "out")) == 10


def test_drawn_splits_stand_in_the_column_that_they_are_drawn_of(tmp_path: Path) -> None:
    table = TABLE.replace("fold", "split").replace(",1,", ",train,").replace(",5,", ",train,")
    split = {"split": {"test": 0.5, "of": "split"}}
    _, rows = made(tmp_path, table, dataset=split)
    lines = manifest(tmp_path / "out")
    assert [row["split"] for row in rows] == [each["split"] for each in lines]
    assert {row["split"] for row in rows} == {"train", "test"}


def test_rows_of_no_sound_and_of_several_classes_are_told(tmp_path: Path) -> None:
    notes, rows = made(tmp_path, f"{TABLE}9-z.wav,1,dog\n2-b.wav,1,cat\n")
    told = [note for note in notes if note.startswith("meta/list.csv: ")]
    assert told == [
        "meta/list.csv: 1 row is of no file that is used, such as '9-z.wav'",
        "meta/list.csv: 1 file has several rows of different classes or splits, of which the last "
        "counts, such as '2-b.wav'",
    ]
    assert {row["category"] for row in rows} == {"dog", "cat"}
    assert not [note for note in notes if "ending in .csv" in note]


def test_rows_that_tell_the_same_are_no_matter(tmp_path: Path) -> None:
    notes, rows = made(tmp_path, f"{TABLE}2-b.wav,1,rain\n")
    assert len(rows) == 12
    assert not [note for note in notes if note.startswith("meta/list.csv: ")]


def test_its_outputs_are_loaded_shown_judged_and_reported(tmp_path: Path) -> None:
    _, rows = made(tmp_path, TABLE)
    outputs = load(tmp_path / "out")
    told = {each.id: each.label for each in outputs}
    assert told == {row["filename"]: row["category"] for row in rows}
    assert {each.value.shape for each in outputs} == {(1, 2000)}
    assert outputs._repr_html_().count("<img") == 12
    done = augment("report", tmp_path / "out", "-o", tmp_path / "report.html")
    assert done.returncode == 0, done.stderr
    lines = (outputs.origin(place) for place in range(len(outputs)))
    seen = [each for line in lines for each in KIND.court().seen(tmp_path / "out", line)]
    assert {each.source: each.label for each in seen}["audio/2-b.wav"] == "rain"


def test_the_table_follows_what_the_source_says(tmp_path: Path) -> None:
    made(tmp_path, TABLE)
    write(tmp_path / "in/meta/list.csv", TABLE.replace(",5,", ",6,"))
    run(tmp_path / "in", tmp_path / "out", dataset=TOLD, copies=2, steps=STEPS)
    assert {row["fold"] for row in rows_of(tmp_path / "out")} == {"1", "6"}
