"""Whole runs over real tables: bytes, counts, provenance, replay, increments."""

from __future__ import annotations

import io
import shutil
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from datasets import PENGUINS
from helpers import write_recipe
from PIL import Image
from table_samples import LABEL_OF, augmented, marks_of, outcome, table_of

from augcli.commands.explain import record_of
from augcli.commands.page import page
from augcli.commands.preview import preview
from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import RecipeError, UsageError
from augcli.recipe import read_recipe
from augcli.tabular.drawn import Drawn
from augcli.tabular.methods import METHODS
from augcli.tabular.reading.table import coded
from augcli.tabular.writing import provenance

OVER = (
    "smote",
    "borderline_smote",
    "svm_smote",
    "kmeans_smote",
    "adasyn",
    "random_over",
    "rose",
    "gaussian_copula",
)
TABLES = {
    "tabular/mammography.csv": -1,
    "tabular/ecoli.csv": -1,
    "tabular/breast-cancer.csv": -1,
    "tabular/adult-train.csv": -1,
    "penguins_csv/penguins.csv": "species",
    "penguins_csv/penguins_raw.csv": "Species",
}


@pytest.mark.parametrize("table", TABLES)
def test_originals_are_a_prefix_and_counts_are_exact(table, shared_data, tmp_path):
    source = shared_data / table
    summary = augmented(
        tmp_path, {"path": str(source), "label": TABLES[table]}, balance={"target": "max"}
    )
    name = source.name
    made = (tmp_path / "out" / name).read_bytes()
    assert made.startswith(source.read_bytes())
    assert {count.after for count in summary.counts} == {max(c.before for c in summary.counts)}
    assert not [found for found in verify(tmp_path / "out", source) if found.trouble]
    again = list(replay(tmp_path / "out", tmp_path / "again", None, None))
    assert again == [(name, None)]
    assert (tmp_path / "again" / name).read_bytes() == made


@pytest.mark.parametrize("method", OVER)
def test_every_method_is_exact_and_replays(method, tmp_path):
    path = str(PENGUINS)
    target = {"Adelie": 152, "Gentoo": 200, "Chinstrap": 131}
    summary = augmented(
        tmp_path, {"path": path, "label": "species"}, balance={"method": method, "target": target}
    )
    assert {count.label: count.after for count in summary.counts} == target
    assert [wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None)] == [None]


OTHERS = [name for name in METHODS if name not in (*OVER, *LABEL_OF)]


@pytest.mark.parametrize("method", [pytest.param(each, marks=marks_of(each)) for each in OTHERS])
def test_other_methods_replay(method, tmp_path):
    path = str(PENGUINS)
    augmented(tmp_path, {"path": path, "label": "species"}, balance={"method": method})
    assert [wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None)] == [None]


def test_targets(tmp_path):
    dataset = {"path": str(PENGUINS), "label": "species"}
    cases = {
        "median": [152, 124, 124],
        180: [180, 180, 180],
    }
    for target, after in cases.items():
        summary = augmented(tmp_path, dataset, balance={"target": target})
        assert [count.after for count in summary.counts] == after
    ratio = {"ratio": 0.9, "to": "Adelie"}
    summary = augmented(tmp_path, dataset, balance={"target": ratio})
    assert [count.after for count in summary.counts] == [152, 136, 136]


@pytest.mark.parametrize(
    ("method", "target", "after", "told"),
    [
        ("smote", {"Adelie": 90, "Chinstrap": 80}, [152, 80, 124], "leaves no rows out: 'Adelie'"),
        (
            "random_under",
            200,
            [152, 68, 124],
            "makes no rows: 'Adelie' has 152 rows instead of 200",
        ),
        ("smote", "median", [152, 124, 124], None),
        ("random_under", {"Adelie": 90}, [90, 68, 124], None),
    ],
)
def test_what_a_method_does_not_reach(tmp_path, method, target, after, told):
    dataset = {"path": str(PENGUINS), "label": "species"}
    summary = augmented(tmp_path, dataset, balance={"method": method, "target": target})
    assert [count.after for count in summary.counts] == after
    notes = [note for note in summary.notes if note.startswith(f"{method} ")]
    assert [told in note for note in notes] == ([True] if told else [])


@pytest.mark.parametrize("method", ["random_under", "near_miss", "cluster_centroids"])
def test_rows_and_their_copies_are_left_out_exactly(tmp_path, method):
    dataset = {"path": str(PENGUINS), "label": "species"}
    for target in (73, 133):
        balance = {"method": method, "target": {"Adelie": target}}
        summary = augmented(tmp_path, dataset, copies=1, balance=balance)
        assert (summary.exit_code, summary.counts[0].after) == (0, target)


def test_a_second_run_makes_nothing_and_changes_nothing(tmp_path):
    dataset = {"path": str(PENGUINS), "label": "species"}
    first = augmented(tmp_path, dataset, balance={"target": "max"})
    before = outcome(tmp_path)
    second = augmented(tmp_path, dataset, balance={"target": "max"})
    assert (first.made, second.made) == (2, 0)
    assert second.counts == first.counts
    assert outcome(tmp_path) == before
    shutil.rmtree(tmp_path / "out")
    augmented(tmp_path, dataset, balance={"target": "max"})
    assert outcome(tmp_path) == before


def test_steps_copies_splits_and_source_column(shared_data, tmp_path):
    path = str(shared_data / "penguins_csv/penguins_raw.csv")
    dataset = {"path": path, "label": "Species", "split": {"test": 0.2}, "id": "Individual ID"}
    choice = {"one_of": {"steps": ["swap", {"mask": {"share": 0.3}}]}}
    summary = augmented(
        tmp_path,
        dataset,
        output={"path": str(tmp_path / "out"), "source_column": True, "ids": "new"},
        copies=1,
        balance={"target": "max"},
        steps=[{"jitter": {"sigma": [0.01, 0.1], "p": 0.5}}, "mixup", {"scale": {}}, choice],
    )
    held = [count for count in summary.counts if count.split == "test"]
    assert [count.before for count in held] == [count.after for count in held] == [30, 14, 25]
    train = pl.read_csv(tmp_path / "out/train/penguins_raw.csv", infer_schema=False)
    own = train.filter(~pl.col("Individual ID").str.starts_with("aug-"))
    assert len(train) == 3 * 244
    assert set(train["_augment_source"]) == set(own["_augment_source"])
    assert not [
        wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None) if wrong
    ]


def test_parquet_keeps_its_types(tmp_path):
    table = pl.read_csv(PENGUINS, null_values="NA").with_columns(
        pl.col("year").cast(pl.Int16), pl.col("sex").cast(pl.Categorical)
    )
    table.write_parquet(tmp_path / "penguins.parquet")
    dataset = {"path": str(tmp_path / "penguins.parquet"), "label": "species"}
    augmented(tmp_path, dataset, balance={"target": "max"})
    made = pl.read_parquet(tmp_path / "out/penguins.parquet")
    assert made.schema == table.schema
    assert made.head(344).equals(table)
    assert made["species"].value_counts()["count"].to_list() == [152] * 3
    assert [wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None)] == [None]


def test_a_folder_in_another_dialect(tmp_path):
    lines = (PENGUINS).read_text().splitlines()
    ours = [line.replace(",", ";").replace(".", ",").replace("Torg", "Törg") for line in lines]
    folder = tmp_path / "in"
    folder.mkdir()
    parts = {
        "a.csv": (1, 200, "cp1252"),
        "b.csv": (200, 300, "utf-8"),
        "test.csv": (300, 345, "utf-16"),
    }
    for name, (start, end, encoding) in parts.items():
        text = "\r\n".join([ours[0], *ours[start:end]])
        (folder / name).write_bytes(text.encode(encoding))
    dataset = {"path": str(folder), "label": "species", "splits": {"[ab].csv": "train"}}
    augmented(tmp_path, dataset, balance={"target": "max"})
    assert (tmp_path / "out/test.csv").read_bytes().startswith((folder / "test.csv").read_bytes())
    made = (tmp_path / "out/a.csv").read_bytes()
    assert made.startswith((folder / "a.csv").read_bytes() + b"\r\n")
    new = made.decode("cp1252").split("\r\n")[200:-1]
    assert new
    assert all(line.count(";") == 7 and "." not in line for line in new)
    assert not [
        wrong for _, wrong in replay(tmp_path / "out", tmp_path / "re", None, None) if wrong
    ]


def test_explain_tells_the_parents(shared_data, tmp_path):
    dataset = {"path": str(shared_data / "tabular/haberman.csv"), "label": -1}
    augmented(tmp_path, dataset, balance={"target": "max"})
    told = record_of(tmp_path / "out/haberman.csv", 306).plain()
    ((partner,), gap) = told["steps"][0]["params"].values()
    parents = [told["base"], partner]
    assert told["partners"] == [partner]
    rows = np.loadtxt(shared_data / "tabular/haberman.csv", delimiter=",")
    base, partner = (rows[int(name.partition("#")[2])] for name in parents)
    new = np.loadtxt(tmp_path / "out/haberman.csv", delimiter=",")[306]
    assert np.array_equal(new, np.round(base + gap * (partner - base)))


@pytest.mark.parametrize("name", ["provenance.parquet", "removed.parquet"])
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1")])
def test_what_lies_beside_is_missing_or_damaged(shared_data, tmp_path, name, damage):
    dataset = {"path": str(shared_data / "tabular/haberman.csv"), "label": -1}
    augmented(tmp_path, dataset, balance={"method": "smote_enn"})
    damage(tmp_path / "out" / name)
    with pytest.raises(UsageError, match=f"{name} is missing or damaged; `augment run` makes"):
        list(replay(tmp_path / "out", tmp_path / "again", None, None))


def test_a_story_for_a_person(tmp_path):
    path = str(PENGUINS)
    dataset = {"path": path, "label": "species", "split": {"test": 0.2}}
    order = {"random_order": {"steps": ["swap", {"jitter": {"sigma": [0.1, 0.2]}}]}}
    summary = augmented(tmp_path, dataset, balance={"target": "max"}, steps=["mixup", order])
    name, row = summary.example
    assert name == "train/penguins.csv"
    made = record_of(tmp_path / "out" / name, int(row))
    told, record = made.story(), made.plain()
    base, (own, *steps) = record["base"], record["steps"]
    assert told[:3] == [
        f"train/penguins.csv#{row}",
        f"  is new, made by smotenc for class {record['label']}",
        f"  its base is {base}, of whose new rows it is number {record['copy']}",
    ]
    (first,), gap, votes = (own["params"][key] for key in ("partners", "gap", "votes"))
    words = f"categories as most have them of {', '.join(votes)}"
    assert told[3] == f"  1. smotenc  numbers {gap:.2%} of the way to {first}; {words}"
    listed = [line.split()[1] for line in told[4:]]
    assert listed == [each["name"] for each in steps]
    assert listed[0] == "mixup"
    assert set(listed[1:]) == {"swap", "jitter"}
    assert f"weight {steps[0]['params']['weight']}, partners" in told[4]
    with pytest.raises(UsageError, match=r"mean 'test/penguins\.csv' or 'train/penguins\.csv'"):
        record_of(tmp_path / "out/penguins.csv", 3)


@pytest.mark.parametrize(
    ("dataset", "balance", "name"),
    [
        ({"split": {"test": 0.2}}, {"target": "max"}, "train/penguins.csv"),
        ({"split": {"test": 0.2}}, {"target": "max"}, "test/penguins.csv"),
        ({"split": {"test": 0.2}}, {"method": "random_under"}, "train/penguins.csv"),
        ({}, {"method": "random_under"}, "penguins.csv"),
        ({}, {"target": "max"}, "penguins.csv"),
    ],
)
def test_originals_are_told_by_their_row_in_the_source(tmp_path, dataset, balance, name):
    source = PENGUINS
    augmented(tmp_path, {"path": str(source), "label": "species", **dataset}, balance=balance)
    own, made = (path.read_text().splitlines() for path in (source, tmp_path / "out" / name))
    for row in (0, 7, 40):
        record = record_of(tmp_path / "out" / name, row)
        file, _, number = record.plain()["base"].partition("#")
        assert file == "penguins.csv"
        assert own[1 + int(number)] == made[1 + row]
        assert record.story()[-1] == f"  is {file}#{number} as it was"
    assert not [found for found in verify(tmp_path / "out", source) if found.trouble]


def test_many_rows_without_neighbours_take_no_longer_than_others():
    table = table_of(np.arange(40_000.0)[:, None])
    rows = np.arange(40_000)
    drawn = [Drawn("random_over", "yes", rows, np.zeros(len(rows), np.int64))]
    started = time.process_time()
    splits = coded(["train"] * len(table))
    frame = pl.concat(provenance.to_frames(table, splits, "t.csv", 0, drawn))
    assert time.process_time() - started < 10  # once more than a minute
    assert frame["partners"].list.len().sum() == 0
    assert len(frame) == 40_000


@pytest.mark.parametrize(
    ("label", "balance"),
    [("species", {"target": 200}), (None, {"target": 500}), ("body_mass_g", {"method": "smogn"})],
)
def test_a_preview_draws_new_rows_over_those_as_they_were(tmp_path, label, balance):
    path = PENGUINS
    dataset = {"kind": "tabular", "label": label}
    recipe = read_recipe(
        str(write_recipe(path, tmp_path / "out", dataset=dataset, balance=balance, steps=[]))
    )
    sheet = preview(recipe, 2, 1)
    assert sheet == preview(recipe, 2, 1)
    colours = {colour for _, colour in Image.open(io.BytesIO(sheet)).getcolors(1 << 20)}
    assert colours >= {(156, 196, 228), (214, 39, 40)}
    assert (
        Image.open(io.BytesIO(preview(recipe, 1, 1))).height <= Image.open(io.BytesIO(sheet)).height
    )


def test_a_preview_of_no_new_rows_is_refused(tmp_path):
    path = PENGUINS
    dataset = {"kind": "tabular", "label": "species"}
    recipe = write_recipe(path, tmp_path / "out", dataset=dataset, steps=[], copies=0)
    with pytest.raises(RecipeError, match="no rows are made that could be shown"):
        preview(read_recipe(str(recipe)), 2, 1)


def test_a_report_counts_rows_and_has_the_notes(tmp_path):
    dataset = {"path": str(PENGUINS), "label": "species"}
    steps = [{"jitter": {"only": ["Gentoo"]}}, "swap"]
    balance = {"method": "random_over", "target": "max"}
    augmented(tmp_path, dataset, balance=balance, steps=steps)
    told = page(tmp_path / "out")
    assert '<td>jitter</td><td class="n">28</td>' in told
    assert '<td>swap</td><td class="n">112</td>' in told
    augmented(tmp_path, dataset, balance=balance)
    note = "class &#39;Gentoo&#39;: 28 of the 28 new rows equal another row"
    assert note in page(tmp_path / "out")


def test_a_story_of_a_row_in_a_ball(tmp_path):
    dataset = {"path": str(PENGUINS), "label": "species"}
    balance = {"method": "geometric_smote", "target": "max"}
    summary = augmented(tmp_path, dataset, balance=balance)
    name, row = summary.example
    made = record_of(tmp_path / "out" / name, int(row))
    (partner,) = made.plain()["steps"][0]["params"]["partners"]
    words = f"geometric_smote  numbers in a ball around it that reaches to {partner}; "
    assert words in made.story()[3]
