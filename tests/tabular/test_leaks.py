"""The split is sacred: what is in train and in another split is refused, or at least told."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from helpers import augment, write
from table_samples import augmented, outcome

from augcli.again import Again
from augcli.errors import FindingsError, RecipeError
from augcli.tabular.writing import output

HEAD = "width,height,churned,fold\n"
OWN = "".join(f"{i}.5,{i % 7},{'no' if i % 5 else 'yes'},train\n" for i in range(60))
HELD = "".join(f"{i}.25,{i % 7},no,test\n" for i in range(20))
TWINS = "3.5,3,no,test\n7.5,0,no,test\n"
PAIRS = "t.csv#3 = t.csv#80, t.csv#7 = t.csv#81"

REFUSED = r"2 rows of an augmented split .*:\n  t.csv#3 = t.csv#80\n  t.csv#7 = t.csv#81"


def recipe(tmp_path, leaks="refuse", **dataset):
    return {
        "dataset": {"path": str(tmp_path / "t.csv"), "label": "churned", "split": "fold"}
        | {"leaks": leaks}
        | dataset
    }


def run(tmp_path, leaks="refuse", **dataset):
    told = recipe(tmp_path, leaks, **dataset)["dataset"]
    return augmented(tmp_path, told, balance={"target": "max"})


@pytest.mark.parametrize("zero", ["0", "-0", "-0.0"])
def test_equal_rows_are_refused_and_nothing_is_left(tmp_path, zero):
    write(tmp_path / "t.csv", HEAD + OWN + HELD + TWINS.replace(",0,", f",{zero},"))
    with pytest.raises(FindingsError, match=REFUSED):
        run(tmp_path)
    assert not (tmp_path / "out").exists()


def test_equal_rows_are_told_where_allowed(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + HELD + TWINS)
    summary = run(tmp_path, "allow")
    assert any(PAIRS in note for note in summary.notes)
    assert [(c.split, c.label, c.before, c.after) for c in summary.counts] == [
        ("test", "no", 22, 22),
        ("train", "no", 48, 48),
        ("train", "yes", 12, 48),
    ]


def test_what_was_allowed_can_be_refused_later(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + HELD + TWINS)
    run(tmp_path, "allow")
    before = outcome(tmp_path)
    with pytest.raises(FindingsError):
        run(tmp_path)
    assert outcome(tmp_path) == before


def test_another_label_or_bad_row_is_no_twin(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + HELD + "3.5,3,yes,test\n7.5\n")
    assert not any("another split" in note for note in run(tmp_path, id=None).notes)


def test_rows_that_differ_in_a_text_alone_are_no_twins(tmp_path):
    rows = OWN + HELD + TWINS
    told = [
        f"what the customer of row {n} wrote at some length,{r}" for n, r in enumerate(rows.split())
    ]
    write(tmp_path / "t.csv", f"note,{HEAD}" + "\n".join(told) + "\n")
    summary = run(tmp_path)
    assert summary.exit_code == 0
    assert any("'note' (text)" in note for note in summary.notes)


def test_equal_rows_of_files(tmp_path):
    write(tmp_path / "in/train.csv", HEAD + OWN)
    write(tmp_path / "in/test.csv", HEAD + HELD + TWINS)
    with pytest.raises(
        FindingsError, match=r"train.csv#3 = test.csv#20\n  train.csv#7 = test.csv#21"
    ):
        run(tmp_path, path=str(tmp_path / "in"), split=None, ignore=["fold"])


def test_new_rows_that_equal_held_out_ones_are_told(tmp_path):
    own = "".join(f"{i % 3},{'no' if i % 5 else 'yes'},train\n" for i in range(50))
    write(tmp_path / "t.csv", "width,churned,fold\n" + own + "1,yes,test\n")
    (note,) = (n for n in run(tmp_path, "allow").notes if "new rows equal rows of other" in n)
    assert "a row made of t.csv#" in note and note.endswith("= t.csv#50")


def test_the_command_line_says_it(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + HELD + TWINS)
    told = {"version": 1, "output": {"path": "out"}, "balance": {"target": "max"}}
    told["dataset"] = recipe(tmp_path)["dataset"] | {"kind": "tabular"}
    path = write(tmp_path / "r.yaml", json.dumps(told))
    done = augment("run", path)
    assert (done.returncode, PAIRS.replace(", ", "\n  ") in done.stderr) == (1, True)
    checked = augment("check", path)
    assert (checked.returncode, "error: leak: 2 rows" in checked.stdout) == (1, True)


def drawn(tmp_path, text, **split):
    write(tmp_path / "t.csv", text)
    leaks = split.pop("leaks", "refuse")
    summary = run(tmp_path, leaks, split={"test": 0.25, **split})
    parts = {
        name: pl.read_csv(tmp_path / f"out/{name}/t.csv", infer_schema=False)
        for name in ("train", "test", "val")
        if (tmp_path / f"out/{name}").exists()
    }
    return summary, parts


def test_a_drawn_split_keeps_equal_rows_together(tmp_path):
    rows = "".join(
        f"{i // 3},{i // 12 % 4},{'no' if i // 3 % 5 else 'yes'},x\n" for i in range(300)
    )
    summary, parts = drawn(tmp_path, HEAD + rows, val=0.25)
    size = {name: sum(c.before for c in summary.counts if c.split == name) for name in parts}
    own = {name: set(part.head(size[name])["width"]) for name, part in parts.items()}
    assert not own["train"] & own["test"] and not own["val"] & (own["train"] | own["test"])
    counts = {(c.split, c.label): c.before for c in summary.counts}
    for label, total in (("no", 240), ("yes", 60)):
        assert abs(counts["test", label] - total / 4) < 3
        assert abs(counts["val", label] - total / 4) < 3
    assert not any("another split" in note for note in summary.notes)
    allowed, _ = drawn(tmp_path, HEAD + rows, leaks="allow")
    assert any("are also in another split" in note for note in allowed.notes)


def test_a_drawn_split_is_stratified_and_keeps_groups(tmp_path):
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), random.integers(1, 6, 60))
    labels = np.where(random.random(len(groups)) < 0.3, "yes", "no")
    rows = [f"{i}.5,p{g},{y},x\n" for i, (g, y) in enumerate(zip(groups, labels, strict=True))]
    text = HEAD.replace("height", "patient") + "".join(rows)
    summary, parts = drawn(tmp_path, text, group="patient")
    assert not set(parts["train"]["patient"]) & set(parts["test"]["patient"])
    counts = {(c.split, c.label): c.before for c in summary.counts}
    for label in ("no", "yes"):
        total = int(np.sum(labels == label))
        assert abs(counts["test", label] - total / 4) <= 5
    again, _ = drawn(tmp_path, text, group="patient")
    assert again.counts == summary.counts


def test_groups_that_are_numbers_stay_together_and_are_no_feature(tmp_path):
    rows = [f"{i}.5,{i // 4},{'yes' if i % 9 < 3 else 'no'},x\n" for i in range(160)]
    _, parts = drawn(tmp_path, HEAD.replace("height", "patient") + "".join(rows), group="patient")
    assert not set(parts["train"]["patient"]) & set(parts["test"]["patient"])
    columns = json.loads((tmp_path / "out/manifest.jsonl").read_text().splitlines()[0])["columns"]
    assert [column["role"] for column in columns] == ["feature", "group", "label", "feature"]


def test_stratified_shares_are_exact(tmp_path):
    summary, _ = drawn(tmp_path, HEAD + OWN)
    assert [(c.split, c.label, c.before) for c in summary.counts] == [
        ("test", "no", 12),
        ("test", "yes", 3),
        ("train", "no", 36),
        ("train", "yes", 9),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": {"test": 0.6, "val": 0.5}}, "must be less than 1 together"),
        ({"split": {"test": 0.2, "group": "fold"}}, "leave none for 'test'"),
        ({"split": "churned"}, "column 'churned' is named as `label` already"),
        ({"split": "height"}, "no split 'train'"),
        ({"augment": ["train", "trian"]}, "no split 'trian'; did you mean 'train'"),
    ],
)
def test_a_split_that_cannot_be(tmp_path, changes, message):
    write(tmp_path / "t.csv", HEAD + OWN + HELD.replace("test", "train"))
    with pytest.raises(RecipeError, match=message):
        run(tmp_path, **changes)
    assert not (tmp_path / "out").exists()


def test_a_row_of_no_split_is_told_and_makes_nothing(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + "1.5,2,yes,\n" + HELD)
    summary = run(tmp_path, "allow")
    assert [(each["source"], each["reason"]) for each in summary.failures] == [
        (f"t.csv#{OWN.count(chr(10))}", "column 'fold': there is no split")
    ]
    made = pl.read_parquet(tmp_path / "out/provenance.parquet")
    assert summary.failures[0]["source"] not in made["base"].cast(pl.String)


def test_an_unknown_class_in_a_step(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN)
    step = {"one_of": {"steps": [{"jitter": {"only": ["yess"]}}]}}
    with pytest.raises(RecipeError, match="no class 'yess'; did you mean 'yes'"):
        augmented(tmp_path, recipe(tmp_path)["dataset"], copies=1, steps=[step])


def test_another_choice_of_splits_is_seen(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + OWN.replace("train", "more").replace(".5", ".75"))
    first = augmented(tmp_path, recipe(tmp_path, augment=["train"])["dataset"], copies=1)
    second = augmented(tmp_path, recipe(tmp_path, augment=["train", "more"])["dataset"], copies=1)
    assert sum(c.after for c in first.counts) == 180
    assert sum(c.after for c in second.counts) == 240


def test_repeats_are_counted_while_rows_are_written(tmp_path, monkeypatch):
    rows = "".join(f"{i % 3},{'no' if i % 5 else 'yes'}\n" for i in range(50))
    for name in ("a", "b"):
        write(tmp_path / f"in/{name}.csv", "width,churned\n" + rows)
    made, sizes = output.made, []

    def counted(table, drawn, **options):
        sizes.append(len(drawn))
        return made(table, drawn, **options)

    monkeypatch.setattr(output, "made", counted)
    changes = {"path": str(tmp_path / "in"), "split": None, "id": None}
    summary = run(tmp_path, "allow", **changes)
    told = str(Again(60, "class 'yes': 60 of the 60 new rows equal another row"))
    assert (told in summary.notes, summary.repeats, sum(sizes)) == (True, 60, 60)
    assert "b.csv is the same as a.csv, so each of their rows counts twice" in " ".join(
        summary.notes
    )
    for lost in ("a.csv", "provenance.parquet"):
        (tmp_path / "out" / lost).unlink()
        second = run(tmp_path, "allow", **changes)
        assert (second.notes, second.repeats) == (summary.notes, 60)


def test_what_a_column_of_splits_shares_is_refused_where_shares_are_drawn_of_it(tmp_path):
    write(tmp_path / "t.csv", HEAD + OWN + HELD + TWINS)
    drawn = {"split": {"val": 0.2, "of": "fold"}}
    with pytest.raises(FindingsError, match=REFUSED):
        run(tmp_path, **drawn)
    assert any(PAIRS in note for note in run(tmp_path, "allow", **drawn).notes)


def test_groups_of_a_column_of_splits_are_refused_where_shares_are_drawn_of_it(tmp_path):
    rows = (f"{i}.5,{i % 7},no,{'train' if i % 4 else 'test'}\n" for i in range(60))
    write(tmp_path / "t.csv", HEAD + "".join(rows))
    with pytest.raises(FindingsError, match=r"groups \('height'\) of an augmented split"):
        run(tmp_path, split={"val": 0.2, "of": "fold"}, group="height")
