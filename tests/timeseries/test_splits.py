"""Splits by a column, by names of files and folders: what is not train is never used or touched."""

from __future__ import annotations

import io
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import augment, failures, manifest, run, tree, write, write_recipe
from test_series_runs import provenance, series_run, wave_file

from augcli.commands.replay import replay
from augcli.errors import FindingsError, RecipeError

MIXING = ["mixup", "dtw_barycenter", {"guided_warp": {"teacher": "discriminative"}}]
BALANCE = {"method": "smote", "k": 3, "target": 12}


def rows(seed: int = 0) -> Iterator[tuple[int, str, str, list[float]]]:
    """Yield number, split, class and values; test and val lie far from train."""
    rng = np.random.default_rng(seed)
    for number in range(18):
        split = ("train", "test", "val")[number % 3]
        level = {"train": 0, "test": 100, "val": 200}[split]
        yield number, split, "ab"[number // 9], (level + rng.normal(size=12)).round(3).tolist()


def wide_csv(path: Path) -> Path:
    lines = [f"{n},{split},{label},{','.join(map(str, v))}" for n, split, label, v in rows()]
    head = "name,fold,kind," + ",".join(f"t{i}" for i in range(12))
    return write(path / "x.csv", "\n".join([head, *lines]) + "\n")


def long_csv(path: Path) -> Path:
    lines = [
        f"{n},{split},{label},{t},{v}"
        for n, split, label, values in rows()
        for t, v in enumerate(values)
    ]
    return write(path / "x.csv", "\n".join(["id,fold,kind,t,v", *lines]) + "\n")


def long_parquet(path: Path) -> Path:
    pl.read_csv(long_csv(path)).write_parquet(path / "x.parquet")
    (path / "x.csv").unlink()
    return path / "x.parquet"


def npz(path: Path) -> Path:
    _, splits, labels, values = zip(*rows(), strict=True)
    path.mkdir(exist_ok=True)
    np.savez(path / "x.npz", X=np.array(values), kind=np.array(labels), fold=np.array(splits))
    return path / "x.npz"


LONG = {"id": "id", "time": "t"}
FORMS: dict[str, tuple[Any, dict[str, Any]]] = {
    "wide": (wide_csv, {"id": "name", "layout": "wide"}),
    "long": (long_csv, LONG),
    "parquet": (long_parquet, LONG),
    "npz": (npz, {}),
}
forms = pytest.mark.parametrize("form", FORMS)


def split_run(tmp_path: Path, form: str, **changes: Any) -> Any:
    make, told = FORMS[form]
    dataset = told | {"split": "fold", "label": "kind"} | changes.pop("dataset", {})
    given = {"steps": MIXING, "balance": BALANCE, "copies": 1} | changes
    return series_run(make(tmp_path / "in"), tmp_path / "out", dataset=dataset, **given)


def new_values(output: Path) -> np.ndarray:
    """Return the values of the new series of an output, one after the other."""
    (path,) = output.glob("x.*")
    if path.suffix == ".npz":
        return np.load(path)["X"][18:].ravel()
    made = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    if "v" in made.columns:
        return made["v"].to_numpy()[18 * 12 :]
    return made[18:].select(pl.col("^t.*$")).to_numpy().ravel()


@forms
def test_only_train_is_augmented_and_only_with_train(tmp_path: Path, form: str) -> None:
    (tmp_path / "in").mkdir()
    summary = split_run(tmp_path, form)
    counts = {(c.split, c.label): (c.before, c.after) for c in summary.counts}
    assert counts["train", "a"] == counts["train", "b"] == (3, 12)
    assert counts["test", "a"] == counts["val", "b"] == (3, 3)
    lines = provenance(tmp_path / "out")
    train = {f"{lines[0]['output']}#{number}" for number, split, *_ in rows() if split == "train"}
    assert len(lines) == 18
    assert {line["method"] for line in lines} == {"copies", "smote"}
    for line in lines:
        assert {line["base"], *line["partners"]} <= train
    values = new_values(tmp_path / "out")
    assert len(values) == 18 * 12
    assert np.abs(values).max() < 20, "something of another split went in"
    assert set(dict(replay(tmp_path / "out", tmp_path / "again", None, None)).values()) == {None}


@forms
def test_new_series_carry_their_split(tmp_path: Path, form: str) -> None:
    (tmp_path / "in").mkdir()
    split_run(tmp_path, form)
    (path,) = (tmp_path / "out").glob("x.*")
    if path.suffix == ".npz":
        folds = np.load(path)["fold"].tolist()
    else:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
        folds = frame["fold"].to_list()
    own = 18 * (12 if form in ("long", "parquet") else 1)
    assert set(folds[own:]) == {"train"}
    assert set(folds[:own]) == {"train", "test", "val"}


def test_a_split_that_a_column_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(RecipeError, match=r"no split 'trian'; did you mean 'train'"):
        split_run(tmp_path, "wide", dataset={"augment": ["trian"]})


def test_a_column_that_is_not_there_is_located(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for key in ("split", "label"):
        with pytest.raises(RecipeError, match="no column 'kid'; did you mean 'kind'") as caught:
            split_run(tmp_path, "wide", dataset={key: "kid"})
        assert caught.value.problems[0].line > 1


def test_originals_are_not_left_out_of_a_file_of_several_splits(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(RecipeError, match="omit"):
        split_run(tmp_path, "wide", output={"originals": "omit"})


def test_a_series_in_two_splits_is_told(tmp_path: Path) -> None:
    text = long_csv(tmp_path / "in").read_text().replace("\n0,train,a,3,", "\n0,test,a,3,")
    write(tmp_path / "in/x.csv", text)
    dataset = LONG | {"split": "fold", "label": "kind"}
    series_run(tmp_path / "in/x.csv", tmp_path / "out", dataset=dataset, copies=1)
    assert failures(tmp_path / "out")["x.csv#0"] == "its split changes (test, train)"


@forms
def test_equal_series_in_two_splits_are_refused(tmp_path: Path, form: str) -> None:
    (tmp_path / "in").mkdir()
    path = FORMS[form][0](tmp_path / "in")
    if path.suffix == ".npz":
        arrays = dict(np.load(path))
        arrays["X"][1] = arrays["X"][0]
        np.savez(path, **arrays)
    elif form == "wide":
        lines = path.read_text().splitlines()
        lines[2] = ",".join([*lines[2].split(",")[:3], *lines[1].split(",")[3:]])
        path.write_text("\n".join(lines) + "\n")
    else:
        frame = pl.read_parquet(path) if form == "parquet" else pl.read_csv(path)
        values = frame["v"].to_list()
        values[12:24] = values[:12]
        frame = frame.with_columns(pl.Series("v", values))
        buffer = io.BytesIO()
        (frame.write_parquet if form == "parquet" else frame.write_csv)(buffer)
        path.write_bytes(buffer.getvalue())
    dataset = FORMS[form][1] | {"split": "fold", "label": "kind"}
    with pytest.raises(FindingsError, match=r"x\.\w+#0 = x\.\w+#1"):
        series_run(path, tmp_path / "out", dataset=dataset)
    assert not (tmp_path / "out" / path.name).exists()


def sounds(root: Path, count: int = 3) -> Path:
    for split in ("train", "test"):
        for label, hertz in (("hum", 50), ("beep", 400)):
            for number in range(count):
                own = hertz + number + 1000 * (split == "test")
                wave_file(root / f"{split}/{label}/{number}.wav", own, 400)
    return root


GAIN: list[Any] = ["gain", {"noise": {"p": 0.5}}]
STEPS = {"apart": GAIN, "together": [*GAIN, "mix_background"]}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_folders_of_sounds_at_any_worker_count(tmp_path: Path, steps: list[Any]) -> None:
    told = {"kind": "timeseries"}
    root = sounds(tmp_path / "in")
    write(root / "train/hum/broken.wav", b"RIFF")
    balance = {"target": {"hum": 14}}
    trees = []
    for jobs in (1, 2):
        recipe = write_recipe(
            root, tmp_path / f"out{jobs}", dataset=told, steps=steps, balance=balance
        )
        done = augment("run", recipe, "-j", jobs)
        assert done.returncode == 3, done.stderr
        trees.append(tree(tmp_path / f"out{jobs}"))
    assert trees[0] == trees[1]
    records = manifest(tmp_path / "out1")
    for record in records:
        assert all(name.startswith("train/") for name in record["partners"])
        assert record["copy"] is None or record["split"] == "train"
    counts = [(r["split"], r["label"]) for r in records]
    assert (counts.count(("train", "hum")), counts.count(("test", "hum"))) == (14, 3)
    assert set(dict(replay(tmp_path / "out1", tmp_path / "again", None, None)).values()) == {None}


def test_a_changed_sound_is_one_task(tmp_path: Path) -> None:
    root = sounds(tmp_path / "in")
    assert series_run(root, tmp_path / "out", steps=GAIN).made == 6 * 3 + 6
    wave_file(root / "train/hum/0.wav", 77, 400)
    assert series_run(root, tmp_path / "out", steps=GAIN).made == 3
    assert series_run(root, tmp_path / "out", steps=GAIN).made == 0


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_more_sounds_than_may_be_open(tmp_path: Path, steps: list[Any]) -> None:
    root = sounds(tmp_path / "in", 60)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (120, limits[1]))
    try:
        summary = series_run(root, tmp_path / "out", steps=steps, copies=1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (summary.made, summary.exit_code) == (360, 0)


def test_equal_sounds_in_two_splits_are_refused(tmp_path: Path) -> None:
    root = sounds(tmp_path / "in")
    wave_file(root / "test/hum/9.wav", 50, 400)
    for steps in STEPS.values():
        with pytest.raises(FindingsError, match=r"train/hum/0.wav = test/hum/9.wav"):
            series_run(root, tmp_path / "out", steps=steps)


def test_a_folder_beside_those_of_splits_is_told(tmp_path: Path) -> None:
    root = sounds(tmp_path / "in")
    wave_file(root / "noise/1.wav", 9, 400)
    with pytest.raises(RecipeError, match="look like splits but noise beside them does not"):
        series_run(root, tmp_path / "out", steps=GAIN)


def test_windows_of_one_long_series(tmp_path: Path) -> None:
    """`crop` cuts windows at random places, with their times and the labels of their points."""
    lines = [f"{t},{t * 0.5},{'on' if 40 <= t < 60 else 'off'}" for t in range(100)]
    path = write(tmp_path / "x.csv", "\n".join(["t,v,state", *lines]) + "\n")
    told = {"kind": "timeseries", "time": "t", "point_labels": ["state"]}
    steps = [{"crop": {"length": 20}}]
    run(path, tmp_path / "out", dataset=told, steps=steps, copies=9, output={"originals": "omit"})
    found = sorted((tmp_path / "out").rglob("x.aug-*.csv"))
    assert len(found) == 9
    for each in found:
        part = each.read_text().splitlines()[1:]
        start = int(part[0].split(",")[0])
        assert part == lines[start : start + 20]
    steps_told = [json.dumps(record["steps"]) for record in manifest(tmp_path / "out")]
    assert len(set(steps_told)) == 9


def test_tables_in_folders_of_classes_are_asked_about(tmp_path: Path) -> None:
    for name in ("walk/0", "walk/1", "run/0", "run/1"):
        lines = (f"{at},{at * len(name)}" for at in range(8))
        write(tmp_path / f"in/{name}.csv", "\n".join(["t,v", *lines]) + "\n")
    with pytest.raises(RecipeError, match=r"folders run, walk .* say `layout: long`"):
        series_run(tmp_path / "in", tmp_path / "out")
    told = {"layout": "long"}
    counts = series_run(tmp_path / "in", tmp_path / "out", dataset=told).counts
    assert {count.label: count.before for count in counts} == {"run": 2, "walk": 2}
