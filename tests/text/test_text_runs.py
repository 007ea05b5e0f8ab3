from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import helpers
import polars as pl
import pytest
from helpers import augment, environment, manifest, tree, write

from augcli.errors import FindingsError
from augcli.reports.report import Summary
from augcli.text.differences import differences

ROWS = [
    ("the film was a great success and everybody loved it", "pos"),
    ("I did not like the boring story, sadly", "neg"),
    ("visit https://example.org/x for 50% off this famous product", "ad"),
    ("a quick brown fox jumps over the lazy dog", "pos"),
    ("the performances are funny and the director is clever", "pos"),
]
DATA = "text,label,when\n" + "".join(f'"{a}",{b},01/02/2024\n' for a, b in ROWS)


def told(changes: dict[str, Any]) -> dict[str, Any]:
    dataset = {"kind": "text"} | changes.get("dataset", {})
    return {"seed": 3, "copies": 4, "steps": ["eda"]} | changes | {"dataset": dataset}


def recipe(path: Path, output: Path, /, **changes: Any) -> Path:
    return helpers.write_recipe(path, output, **told(changes))


def run(path: Path, output: Path, /, **changes: Any) -> Summary:
    return helpers.run(path, output, **told(changes))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(tmp_path / "in" / "reviews.csv", DATA)


COLUMNS = {"dataset": {"text": "text", "label": "label"}}


def provenance(output: Path) -> pl.DataFrame:
    return pl.read_parquet(output / "provenance.parquet")


def test_originals_first_then_new_rows_with_their_story(tmp_path: Path, table: Path) -> None:
    out = tmp_path / "out"
    summary = run(table, out, **COLUMNS)
    data = (out / "reviews.csv").read_text()
    assert data.startswith(DATA)
    rows = pl.read_csv(out / "reviews.csv").rows()
    assert len(rows) == 25
    lines = provenance(out)
    assert set(lines["output"]) == {"reviews.csv"}
    assert lines["row"].to_list() == list(range(5, 25))
    for line in lines.iter_rows(named=True):
        new, old = rows[line["row"]], rows[int(line["base"].split("#")[1])]
        assert new[1:] == old[1:], "label and date are those of the source"
        assert new[0] != old[0]
        assert json.loads(line["steps"])[0]["name"] == "eda"
    (record,) = manifest(out)
    assert (record["rows"], record["originals"], record["synthetic"]) == (25, 5, 20)
    assert summary.exit_code == 0
    assert len({row[0] for row in rows}) == 25, "no text twice"


def test_second_run_replay_verify_explain_and_plan(tmp_path: Path, table: Path) -> None:
    out = tmp_path / "out"
    run(table, out, **COLUMNS)
    before = tree(out)
    assert run(table, out, **COLUMNS).made == 0
    assert tree(out) == before
    assert augment("verify", out).returncode == 0
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    assert (tmp_path / "again" / "reviews.csv").read_bytes() == (out / "reviews.csv").read_bytes()
    told = augment("explain", out / "reviews.csv", 9).stdout
    assert "its base is reviews.csv#1," in told
    assert "eda" in told
    plan = augment("plan", recipe(table, out, **COLUMNS), "--exit-code")
    assert plan.returncode == 0
    assert "reviews.csv: 5 texts, utf-8, cells between ','" in plan.stdout
    png = tmp_path / "preview.png"
    assert augment("preview", recipe(table, out, **COLUMNS), "-o", png).returncode == 0
    assert png.read_bytes()[:4] == b"\x89PNG"


def test_the_same_at_any_number_of_workers_and_hash_seed(tmp_path: Path) -> None:
    rows = "".join(f"{text} {number}\t{label}\n" for number in range(60) for text, label in ROWS)
    path = write(tmp_path / "in" / "many.tsv", rows)
    trees = []
    for jobs, seed in ((1, "0"), (4, "12345")):
        out = tmp_path / f"out{jobs}"
        made = recipe(path, out, dataset={"text": 0, "label": 1}, copies=9)
        done = augment("run", made, "-j", jobs, "-q", env=environment(PYTHONHASHSEED=seed))
        assert done.returncode == 0, done.stderr
        trees.append(tree(out))
    assert trees[0] == trees[1]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("max", {"pos": 6, "neg": 6, "ad": 6}),
        ("median", {"pos": 6, "neg": 2, "ad": 2}),
        (9, {"pos": 9, "neg": 9, "ad": 9}),
        ({"ad": 7}, {"pos": 6, "neg": 2, "ad": 7}),
    ],
)
def test_balance_is_exact(tmp_path: Path, table: Path, target: Any, expected: Any) -> None:
    out = tmp_path / "out"
    run(table, out, **COLUMNS, copies=1, balance={"target": target})
    assert Counter(pl.read_csv(out / "reviews.csv")["label"]) == expected


def test_balance_counts_rows_that_cannot_be_used(tmp_path: Path) -> None:
    rows = [
        "the good film,a",
        ",a",
        "a boring old story,a",
        *(f"story number {n},b" for n in "uvwxyz"),
    ]
    table = write(tmp_path / "in.csv", "text,label\n" + "".join(f"{row}\n" for row in rows))
    run(table, tmp_path / "out", copies=0, balance={"target": "max"}, **COLUMNS)
    made = pl.read_csv(tmp_path / "out/in.csv")
    assert Counter(made["label"]) == {"a": 6, "b": 6}


def test_copies_of_one_text_differ(tmp_path: Path) -> None:
    table = write(tmp_path / "in.csv", "text,label\none two three,a\n")
    run(table, tmp_path / "out", copies=12, steps=["random_swap"], **COLUMNS)
    told = provenance(tmp_path / "out")
    made = pl.read_csv(tmp_path / "out/in.csv")["text"].to_list()[1:]
    new = [text for text, repeats in zip(made, told["repeats"], strict=True) if repeats is None]
    assert len(new) == len(set(new)) == 3, "one swap has three results"
    assert made.count("one two three") == 9


def test_other_splits_pass_through(tmp_path: Path) -> None:
    write(tmp_path / "in" / "train.csv", DATA)
    write(tmp_path / "in" / "test.csv", "text,label,when\nno word of it,neg,01/02/2024\n")
    out = tmp_path / "out"
    run(tmp_path / "in", out, **COLUMNS)
    assert (out / "test.csv").read_bytes() == (tmp_path / "in" / "test.csv").read_bytes()
    assert set(provenance(out)["output"]) == {"train.csv"}


def test_texts_in_two_splits_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "in" / "train.csv", DATA + "good,pos,x\n")
    write(tmp_path / "in" / "test.csv", "text,label,when\nfine,pos,x\ngood,neg,y\n ,neg,y\n")
    with pytest.raises(FindingsError, match=r"1 text .*\n  train.csv#5 'good' = test.csv#1 'good'"):
        run(tmp_path / "in", tmp_path / "out", **COLUMNS)
    assert not list((tmp_path / "out").glob("*.csv"))
    told = {"dataset": COLUMNS["dataset"] | {"leaks": "allow"}}
    made = recipe(tmp_path / "in", tmp_path / "out", **told)
    assert "1 text of an augmented split is also in another" in augment("plan", made).stdout


def test_a_column_of_splits(tmp_path: Path) -> None:
    folds = ["train", "test"] * 3
    rows = [f'"{text}",{fold}\n' for (text, _), fold in zip(ROWS, folds, strict=False)]
    text = "text,fold\n" + "".join(rows)
    path = write(tmp_path / "in" / "x.csv", text)
    out = tmp_path / "out"
    run(path, out, dataset={"text": "text", "split": "fold"})
    frame = pl.read_csv(out / "x.csv")
    assert Counter(frame["fold"]) == {"train": 15, "test": 2}
    assert {base.split("#")[1] for base in provenance(out)["base"]} == {"0", "2", "4"}


def test_no_copy_equals_any_original(tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "x.txt", "big house\nhouse big\ngo\n")
    out = tmp_path / "out"
    summary = run(path, out, dataset={"format": "lines"}, copies=1, steps=["random_swap"])
    assert (out / "x.txt").read_text() == "big house\nhouse big\ngo\n" * 2
    assert provenance(out)["repeats"].to_list() == [-1, -1, -1]
    assert "3 copies are their source's own text" in str(summary.notes)


def test_several_labels(tmp_path: Path) -> None:
    rows = "a very happy film\t1, 3\nthe sad old story\t2\nfunny people here\t3\n"
    path = write(tmp_path / "in" / "x.tsv", rows)
    out = tmp_path / "out"
    steps = [{"case": {"form": "upper", "only": ["3"]}}, {"aeda": {"except": ["3"]}}]
    told = {"text": 0, "label": 1, "label_separator": ","}
    run(path, out, dataset=told, copies=1, steps=steps)
    lines = (out / "x.tsv").read_text().splitlines()[3:]
    assert lines[0] == "A VERY HAPPY FILM\t1, 3"
    assert lines[1] != lines[1].upper()
    assert lines[2] == "FUNNY PEOPLE HERE\t3"


def test_recommended_copies_where_none_are_asked(tmp_path: Path, table: Path) -> None:
    out = tmp_path / "out"
    run(table, out, **COLUMNS, copies=0)
    assert manifest(out)[0]["synthetic"] == 5 * 16


def test_the_report_shows_what_differs(tmp_path: Path, table: Path) -> None:
    out, page = tmp_path / "out", tmp_path / "page.html"
    run(table, out, steps=["random_delete"], **COLUMNS)
    assert augment("report", out, "-o", page).returncode == 0
    shown = page.read_text()
    assert '<div class="text">the film was a great success and everybody loved it</div>' in shown
    assert "<del>" in shown
    assert "<ins>" not in shown


def test_differences_are_of_whole_words() -> None:
    found = list(differences("La décoration était là, 好词。", "La écoratnion était là, 好字。"))
    assert found == [
        ("La ", "same"),
        ("décoration", "gone"),
        ("écoratnion", "new"),
        (" était là, 好", "same"),
        ("词", "gone"),
        ("字", "new"),
        ("。", "same"),
    ]


def test_class_folders(tmp_path: Path) -> None:
    write(tmp_path / "in/train/pos/a.txt", "The film was great.\r\nI loved the story!\r\n")
    write(tmp_path / "in/train/neg/b.txt", "caf\xe9 stories are boring".encode("cp1252"))
    write(tmp_path / "in/train/neg/c.txt", "\ufeffnaïve film about people")
    write(tmp_path / "in/test/pos/z.txt", "never touched")
    out = tmp_path / "out"
    run(tmp_path / "in", out, dataset={"format": "folders"}, balance={"target": 12}, copies=2)
    assert (out / "train/pos/a.txt").read_bytes() == (tmp_path / "in/train/pos/a.txt").read_bytes()
    assert (out / "train/pos/a.aug-000.txt").read_bytes().count(b"\r\n") == 2
    assert (out / "train/neg/c.aug-001.txt").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert "café" in (out / "train/neg/b.aug-000.txt").read_text("cp1252")
    assert len(list((out / "train/pos").iterdir())) == 12
    assert not list(out.glob("test/*/*.aug-*"))
    assert augment("verify", out).returncode == 0
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    told = augment("explain", out / "train/pos/a.aug-000.txt")
    assert "copy 0 of train/pos/a.txt" in told.stdout


def test_a_lexicon_of_ones_own_is_watched(tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "x.tsv", "das große Haus\t1\nein Haus am See\t0\n")
    lexicon = write(tmp_path / "in" / "words.lex", "Haus\tGebäude\n")
    out = tmp_path / "out"
    told = {"text": 0, "label": 1, "lexicon": "words.lex"}
    run(path, out, dataset=told, copies=1, steps=["synonym_replace"])
    assert (out / "x.tsv").read_text().splitlines()[2:] == [
        "das große Gebäude\t1",
        "ein Gebäude am See\t0",
    ]
    lexicon.write_text("Haus\tBau\n")
    assert run(path, out, dataset=told, copies=1, steps=["synonym_replace"]).made == 2
    assert "das große Bau" in (out / "x.tsv").read_text()


def test_what_is_to_be_noted_stays_when_one_file_is_made_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "in" / f"{name}.csv", f"text,label\nvery short,a\nno {name},b\n")
    made = {"steps": ["random_swap"], **COLUMNS}
    summary = run(tmp_path / "in", tmp_path / "out", **made)
    assert [note for note in summary.notes if "their source's own text" in note]
    before = tree(tmp_path / "out")
    (tmp_path / "out/two.csv").unlink()
    again = run(tmp_path / "in", tmp_path / "out", **made)
    assert (again.made, again.notes) == (1, summary.notes)
    assert tree(tmp_path / "out") == before


_OFFLINE = """
import sys
from pathlib import Path

def refuse(event, args):
    if event.startswith("socket.") and event not in ("socket.__new__",):
        print("network:", event, args, file=sys.stderr)
        import os
        os._exit(99)

sys.addaudithook(refuse)
from augcli.cli.main import main
sys.argv = ["augment", *sys.argv[1:]]
main()
"""


def test_no_socket_is_ever_used(tmp_path: Path, table: Path) -> None:
    steps = ["eda", "aeda", "keyboard_typos", "contractions", "sentence_shuffle"]
    made = recipe(table, tmp_path / "out", steps=steps, **COLUMNS)
    script = write(tmp_path / "offline.py", _OFFLINE)
    done = subprocess.run(
        [sys.executable, script, "run", made], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    hook = _OFFLINE.partition("from augcli")[0]
    script.write_text(hook + "import socket; socket.create_connection(('127.0.0.1', 9))")
    assert subprocess.run([sys.executable, script], check=False).returncode == 99, "it would tell"


def test_provenance_of_more_texts_than_are_held_at_a_time(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("augcli.rows.tables._BLOCK", 1 << 9)
    texts = "".join(f"a{number} b c d e f,{number % 2}\n" for number in range(35))
    dataset = write(tmp_path / "x.csv", "text,label\n" + texts)
    swapped = {"steps": [{"random_swap": {"alpha": 0.5}}], "copies": 50}
    assert helpers.run(dataset, tmp_path / "out", **told(swapped)).exit_code == 0
    lines = pl.read_parquet(tmp_path / "out/provenance.parquet")
    assert lines["row"].to_list() == [*range(35, 35 + 1750)]
    assert dict(lines["base"].value_counts().iter_rows()) == {f"x.csv#{n}": 50 for n in range(35)}


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_spaces_around_a_label_are_none_of_it(tmp_path, name):
    labels = ["2", " 2", "2   ", "1", "1", "1\t"]
    told = pl.DataFrame({"text": [f"some words of number {n}" for n in range(6)], "label": labels})
    file = tmp_path / name
    {"csv": told.write_csv, "jsonl": told.write_ndjson, "parquet": told.write_parquet}[
        name.partition(".")[2]
    ](file)
    dataset = {"kind": "text", "text": "text", "label": "label"}
    balance = {"target": 8}
    steps = ["random_swap"]
    out = tmp_path / "out"
    told = {"dataset": dataset, "copies": 0, "balance": balance, "steps": steps}
    summary = helpers.run(file, out, **told)
    assert [(each.label, each.before, each.after) for each in summary.counts] == [
        ("1", 3, 8),
        ("2", 3, 8),
    ]
