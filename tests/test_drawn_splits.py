"""Splits are drawn for samples in files of their own as for rows: shares, strata, groups, again."""

from __future__ import annotations

import csv
import io
import wave
from collections import Counter, defaultdict

import numpy as np
import polars as pl
import pytest
from helpers import (
    augment,
    failures,
    make_photos,
    manifest,
    picture,
    run,
    tree,
    write,
    write_recipe,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from augcli.api import check, load_recipe
from augcli.dataset.shares import SPLITS, Own, drawn_splits, shared_out
from augcli.errors import AugmentError, SettingError
from augcli.kind import load_kind
from augcli.run import planned
from augcli.settings.shares import SplitShares
from augcli.store.manifest import read_manifest

STEPS = {"image": ["horizontal_flip"], "text": ["char_swap"], "timeseries": ["jitter"]}
COUNTS = {"cat": 10, "dog": 20}


def pictures(root):
    make_photos(root, COUNTS)


def texts(root):
    for label, count in COUNTS.items():
        for number in range(count):
            write(root / label / f"{number:02d}.txt", f"a sentence of {label} number {number}")


def sounds(root):
    for label, count in COUNTS.items():
        for number in range(count):
            samples = np.random.default_rng([number, len(label), count]).integers(-999, 999, 64)
            file = io.BytesIO()
            with wave.open(file, "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(8000)
                sound.writeframes(samples.astype("<i2").tobytes())
            write(root / label / f"{number:02d}.wav", file.getvalue())


KINDS = {
    "image": (pictures, {}),
    "text": (texts, {"format": "folders"}),
    "timeseries": (sounds, {"format": "wav"}),
}
every = pytest.mark.parametrize("kind", KINDS)


def dataset(kind, **more):
    return {"kind": kind, **KINDS[kind][1], "split": {"test": 0.2, **more}}


def lines(path):
    return path.read_text().splitlines()


def counts(output):
    told = [each for each in manifest(output) if each["copy"] is None]
    return Counter((each["split"], each["label"]) for each in told)


def split_of(recipe):
    return {sample.id: sample.split for sample in planned(load_recipe(recipe))[0]}


@every
def test_each_class_gives_its_share_and_test_passes_through(tmp_path, kind):
    KINDS[kind][0](tmp_path / "ds")
    run(tmp_path / "ds", tmp_path / "out", dataset=dataset(kind), steps=STEPS[kind])
    assert counts(tmp_path / "out") == {
        ("test", "cat"): 2,
        ("test", "dog"): 4,
        ("train", "cat"): 8,
        ("train", "dog"): 16,
    }
    held_out = [each for each in manifest(tmp_path / "out") if each["split"] == "test"]
    for each in held_out:
        own = (tmp_path / "ds" / each["source"]).read_bytes()
        assert (tmp_path / "out" / each["output"]).read_bytes() == own
        assert each["output"] == f"test/{each['source']}"


@every
def test_val_alone_is_drawn(tmp_path, kind):
    KINDS[kind][0](tmp_path / "ds")
    told = dataset(kind, test=None, val=0.2)
    run(tmp_path / "ds", tmp_path / "out", dataset=told, steps=STEPS[kind])
    assert {split for split, _ in counts(tmp_path / "out")} == {"train", "val"}
    assert counts(tmp_path / "out")["val", "dog"] == 4


@every
def test_the_same_seed_draws_the_same_again(tmp_path, kind):
    KINDS[kind][0](tmp_path / "ds")
    for name in ("one", "two"):
        run(tmp_path / "ds", tmp_path / name, dataset=dataset(kind), steps=STEPS[kind])
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset=dataset(kind), steps=[])
    other = write_recipe(
        tmp_path / "ds", tmp_path / "other", dataset=dataset(kind), steps=[], seed=8
    )
    assert split_of(recipe) != split_of(other)


def test_a_new_file_moves_few_others(tmp_path):
    pictures(tmp_path / "ds")
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset=dataset("image"))
    before = split_of(recipe)
    write(tmp_path / "ds/dog/new.png", picture(99))
    after = split_of(recipe)
    assert sum(after[name] != split for name, split in before.items()) <= 1


def test_a_group_by_path_stays_together(tmp_path):
    make_photos(tmp_path / "ds", {f"{label}/p{n}": 3 for label in COUNTS for n in range(6)})
    recipe = write_recipe(
        tmp_path / "ds", tmp_path / "out", dataset=dataset("image", group=r"/(p\d+)/")
    )
    of_group = defaultdict(set)
    for name, split in split_of(recipe).items():
        of_group[name.split("/")[1]].add(split)
    assert {len(found) for found in of_group.values()} == {1}
    assert len(set.union(*of_group.values())) == 2


def test_a_group_by_column_stays_together(tmp_path):
    rows = [["file", "label", "patient"]]
    for number in range(24):
        write(tmp_path / f"ds/{number}.png", picture(number))
        rows.append([f"{number}.png", "ab"[number % 2], f"p{number // 4}"])
    with (tmp_path / "ds/all.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    told = dataset("image", group="patient") | {"format": "csv"}
    recipe = write_recipe(tmp_path / "ds/all.csv", tmp_path / "out", dataset=told)
    splits = split_of(recipe)
    of_group = defaultdict(set)
    for name, _, patient in rows[1:]:
        of_group[patient].add(splits[name])
    assert {len(found) for found in of_group.values()} == {1}


def test_equal_files_stay_together(tmp_path):
    pictures(tmp_path / "ds")
    for label in COUNTS:
        for path in list((tmp_path / "ds" / label).iterdir()):
            write(path.with_stem(f"again-{path.stem}"), path.read_bytes())
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset=dataset("image"))
    splits = split_of(recipe)
    for name, split in splits.items():
        if "again-" in name:
            assert splits[name.replace("again-", "")] == split
    assert not [each for each in check(load_recipe(recipe)) if each.code == "leak"]


REFUSED = [
    ({"test": None}, "name a share of `test`, of `val` or of both"),
    ({"val": 0.9}, "must be less than 1 together"),
    ({"group": "("}, "is no regular expression"),
    ({"group": "patient"}, "'patient' is in no path"),
    ({"test": 0.001}, "30 samples in 30 units leave none for 'test'"),
]


@pytest.mark.parametrize(("more", "said"), REFUSED)
def test_what_cannot_be_drawn_is_said(tmp_path, more, said):
    pictures(tmp_path / "ds")
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset=dataset("image", **more))
    with pytest.raises(AugmentError, match=said.replace("(", r"\(")):
        planned(load_recipe(recipe))


def test_what_names_tell_is_not_drawn_anew(tmp_path):
    make_photos(tmp_path / "ds", {"train/cat": 4, "test/cat": 4})
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset=dataset("image"))
    with pytest.raises(AugmentError, match="is test by its name, so that no splits can be drawn"):
        planned(load_recipe(recipe))


SHARED = {
    "wide.csv": (
        {"label": 0},
        lambda rows: "".join(f"{k},{','.join(map(str, v))}\n" for k, v in rows),
    ),
    "wide.ts": (
        {},
        lambda rows: (
            "@classLabel true a b\n@data\n"
            + "".join(f"{','.join(map(str, v))}:{k}\n" for k, v in rows)
        ),
    ),
    "long.csv": (
        {"id": "who", "label": "y"},
        lambda rows: (
            "who,y,v\n"
            + "".join(f"{n},{k},{each}\n" for n, (k, v) in enumerate(rows) for each in v)
        ),
    ),
}
"""A file's name → what its recipe says, and its text, from rows of class and values."""


@pytest.mark.parametrize("name", [*SHARED, "arrays.npz"])
def test_series_that_share_a_file_are_parted(tmp_path, name):
    values = np.round(np.random.default_rng(3).normal(size=(20, 30)), 3)
    values[7] = values[2]
    labels = ["a", "b"] * 10
    labels[7] = labels[2]
    told, text = SHARED.get(name, ({}, None))
    if text:
        write(tmp_path / "ds" / name, text(list(zip(labels, values.tolist(), strict=True))))
    else:
        (tmp_path / "ds").mkdir()
        np.savez(tmp_path / "ds" / name, X=values, y=np.array(labels))
    told = {
        "kind": "timeseries",
        "split": {"test": 0.3},
        "path": str(tmp_path / "ds" / name),
    } | told
    asked = {"dataset": told, "steps": ["jitter"], "copies": 1}
    run(tmp_path / "ds", tmp_path / "out", **asked)
    records = {each["output"]: each for each in manifest(tmp_path / "out")}
    train, test = records[f"train/{name}"], records[f"test/{name}"]
    assert (test["synthetic"], train["synthetic"]) == (0, train["originals"])
    assert train["originals"] + test["originals"] == 20
    own = pl.read_parquet(tmp_path / "out/originals.parquet")
    parts = {out: set(rows) for out, rows in own.group_by("output").agg("source_row").iter_rows()}
    assert sorted(parts[f"train/{name}"] | parts[f"test/{name}"]) == [*range(20)]
    assert any({2, 7} <= rows for rows in parts.values()), "equal series stay together"
    assert_copies_are_of_originals(tmp_path / "out", "timeseries")
    before = tree(tmp_path / "out")
    run(tmp_path / "ds", tmp_path / "out", **asked)
    assert tree(tmp_path / "out") == before
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "again").returncode == 0
    for each in records:
        assert (tmp_path / "again" / each).read_bytes() == (tmp_path / "out" / each).read_bytes()


def assert_copies_are_of_originals(output, kind):
    """Hold an output to what judges ask of it: each copy's source is there."""
    seen = [
        each
        for record in read_manifest(output / "manifest.jsonl")
        for each in load_kind(kind).court().seen(output, record)
    ]
    originals = {each.source for each in seen if each.copy is None}
    copied = {each.source for each in seen if each.copy is not None}
    assert copied
    assert copied <= originals


def test_series_of_a_table_stay_together_by_a_column(tmp_path):
    rows = [f"{n % 5},{n % 2},{n},{n + 1},{n * n},{n - 3}" for n in range(40)]
    write(tmp_path / "ds/data.csv", "\n".join(["patient,label,t0,t1,t2,t3", *rows]))
    told = {"kind": "timeseries", "label": "label", "split": {"test": 0.4, "group": "patient"}}
    asked = {"dataset": told, "steps": ["jitter"], "copies": 1}
    run(tmp_path / "ds", tmp_path / "out", **asked)
    patients = {
        split: {line.split(",")[0] for line in lines(tmp_path / "out" / split / "data.csv")}
        for split in ("train", "test")
    }
    assert patients["train"] & patients["test"] == {"patient"}
    assert len(patients["test"]) == 3


def test_texts_that_share_a_file_are_told_by_its_rows_and_no_line_is_lost_unsaid(tmp_path):
    rows = [f"{'ab'[n % 2]}\tthe old house number {n} by the sea" for n in range(30)]
    rows[4] = 'a\t"it opens here and goes on until the end'
    write(tmp_path / "ds/t.tsv", "".join(f"{each}\n" for each in rows))
    told = {"kind": "text", "text": 1, "label": 0, "split": {"test": 0.3}}
    told["path"] = str(tmp_path / "ds/t.tsv")
    run(tmp_path / "ds", tmp_path / "out", dataset=told, steps=["random_swap"], copies=1)
    assert "line 5: the quote" in failures(tmp_path / "out")["t.tsv:5"]
    made = pl.read_parquet(tmp_path / "out/provenance.parquet")
    own = pl.read_parquet(tmp_path / "out/originals.parquet").filter(output="train/t.tsv")
    assert {*made["base"]} == {f"t.tsv#{row}" for row in own["source_row"]}
    assert_copies_are_of_originals(tmp_path / "out", "text")
    train = lines(tmp_path / "out/train/t.tsv")
    kept = [each for each in rows if each is not rows[4]]
    for row, base in zip(made["row"], made["base"], strict=True):
        assert sorted(train[row].split()) == sorted(kept[int(base.partition("#")[2])].split())
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "again").returncode == 0


def test_the_order_of_rows_is_for_tables(tmp_path):
    write(tmp_path / "ds/a.txt", "one\n")
    told = {"kind": "text", "split": {"test": 0.5, "by": "when"}}
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", dataset=told, steps=["char_drop"])
    with pytest.raises(AugmentError, match="`by` is for rows of tables"):
        planned(load_recipe(recipe))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 60), st.floats(0.05, 0.5))
def test_units_are_never_parted(data, count, test):
    units = np.array(data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)))
    strata = np.array(data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))
    keys = np.random.default_rng(count).integers(0, 2**63, 10).astype(np.uint64)[units]
    try:
        codes = shared_out(SplitShares(test=test), strata, units, keys)
    except AugmentError:
        return
    for unit in set(units.tolist()):
        assert len(set(codes[units == unit].tolist())) == 1
    assert {SPLITS[code] for code in codes} == {"test", "train"}


def test_blocks_of_numbers_are_in_both_splits():
    numbers = np.random.default_rng(0).exponential(size=100).round(6)
    shares = SplitShares(test=0.2, stratify="blocks")
    labels = [str(each) for each in numbers]
    own, names = Own(["train"] * 100, ["train"]), [*map(str, range(100))]
    drawn = np.array(drawn_splits(shares, labels, names, 0, own))[np.argsort(numbers)]
    assert all((drawn[at : at + 10] == "test").sum() == 2 for at in range(0, 100, 10))


def test_classes_have_no_blocks():
    shares = SplitShares(test=0.2, stratify="blocks")
    with pytest.raises(SettingError, match="labels that are numbers"):
        drawn_splits(shares, ["cat", "1.5"], ["a", "b"], 0, Own(["train"] * 2, ["train"]))
