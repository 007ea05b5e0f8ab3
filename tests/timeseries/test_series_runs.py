"""Whole runs over series, made and real: originals stay, new ones tell where they come from."""

from __future__ import annotations

import json
import os
import struct
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import augment, failures, manifest, run, tree, write, write_recipe

from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import FindingsError, RecipeError
from augcli.reports.report import Summary
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file

STEPS: list[Any] = [{"time_warp": {"speed": [0.5, 2]}}, {"jitter": {"sigma": 0.03}}]
MIXING: list[Any] = [{"one_of": {"steps": ["mixup", "spawner", "guided_warp", "dtw_barycenter"]}}]


def ts_of(counts: dict[str, int], length: int = 20, seed: int = 0) -> str:
    rng = np.random.default_rng(seed)
    lines = [
        ",".join(f"{value:.4f}" for value in rng.normal(size=length)) + f":{label}"
        for label, count in counts.items()
        for _ in range(count)
    ]
    return "@classLabel true a b\n@data\n" + "\n".join(lines) + "\n"


def series_run(dataset: Path, output: Path, /, **changes: Any) -> Summary:
    told = {"kind": "timeseries"} | changes.pop("dataset", {})
    return run(dataset, output, **({"dataset": told, "steps": STEPS} | changes))


def pair(tmp_path: Path) -> Path:
    write(tmp_path / "in/X_TRAIN.ts", ts_of({"a": 5, "b": 3}))
    write(tmp_path / "in/X_TEST.ts", ts_of({"a": 2, "b": 2}, seed=1))
    return tmp_path / "in"


def provenance(output: Path) -> list[dict[str, Any]]:
    return pl.read_parquet(output / "provenance.parquet").to_dicts()


def wave_file(path: Path, hertz: float, points: int = 2000) -> Path:
    values = np.rint(20000 * np.sin(np.arange(points) * hertz / 1000)).astype("<i2").tobytes()
    fmt = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVE" + struct.pack("<4sI", b"fmt ", 16) + fmt
    body += struct.pack("<4sI", b"data", len(values)) + values
    return write(path, struct.pack("<4sI", b"RIFF", len(body)) + body)


def test_originals_first_byte_for_byte(tmp_path: Path) -> None:
    root = pair(tmp_path)
    summary = series_run(root, tmp_path / "out", balance={"target": "max"})
    train, test = (root / "X_TRAIN.ts").read_bytes(), (root / "X_TEST.ts").read_bytes()
    made = (tmp_path / "out/X_TRAIN.ts").read_bytes()
    assert (tmp_path / "out/X_TEST.ts").read_bytes() == test
    assert made.startswith(train)
    lines = made[len(train) :].decode().splitlines()
    assert Counter(line[-1] for line in lines) == {"a": 10, "b": 12}
    assert all(len(line.split(",")) == 20 for line in lines)
    counts = {(c.split, c.label): (c.before, c.after) for c in summary.counts}
    assert counts["train", "a"] == (5, 15)
    assert counts["train", "b"] == (3, 15)
    assert counts["test", "a"] == (2, 2)
    assert summary.exit_code == 0


def test_every_new_series_tells_its_story(tmp_path: Path) -> None:
    series_run(pair(tmp_path), tmp_path / "out", steps=[*STEPS, "mixup"])
    lines = provenance(tmp_path / "out")
    assert [(line["output"], line["row"]) for line in lines] == [
        ("X_TRAIN.ts", row) for row in range(8, 24)
    ]
    for line in lines:
        steps = json.loads(line["steps"])
        assert [step["name"] for step in steps] == ["time_warp", "jitter", "mixup"]
        assert line["partners"] == steps[2]["params"]["partners"]
        assert line["base"] not in line["partners"]
    record = manifest(tmp_path / "out")[1]
    assert (record["rows"], record["originals"], record["synthetic"]) == (24, 8, 16)
    story = augment("explain", tmp_path / "out/X_TRAIN.ts", "20").stdout
    assert "X_TRAIN.ts#20" in story
    assert "time_warp" in story


@pytest.mark.parametrize(
    "steps",
    [
        [{"time_warp": {"p": 0.5}}, {"jitter": {}}],
        [{"scaling": {"factor": {"choice": [1, 2]}}}],
        [{"magnitude_warp": {}}],
    ],
)
def test_copies_told_at_once_are_those_told_one_by_one(
    tmp_path: Path, steps: list[dict[str, Any]]
) -> None:
    root, made = pair(tmp_path), []
    by_class = [
        {name: {**told, "only": ["a", "b"]}} for each in steps for name, told in each.items()
    ]
    for place, own in ((tmp_path / "all", steps), (tmp_path / "each", by_class)):
        series_run(root, place, steps=own, copies=3)
        made.append((provenance(place), tree(place)["X_TRAIN.ts"]))
    assert made[0] == made[1]


@pytest.mark.parametrize("steps", [STEPS, MIXING])
def test_replay_and_verify(tmp_path: Path, steps: list[Any]) -> None:
    root = pair(tmp_path)
    series_run(root, tmp_path / "out", steps=steps, balance={"target": "max"})
    assert all(finding.trouble is None for finding in verify(tmp_path / "out", root))
    done = dict(replay(tmp_path / "out", tmp_path / "again", None, None))
    assert done == {"X_TEST.ts": None, "X_TRAIN.ts": None}


def test_second_runs_make_nothing(tmp_path: Path) -> None:
    root = pair(tmp_path)
    assert series_run(root, tmp_path / "out").made == 3
    assert series_run(root, tmp_path / "out").made == 0
    write(root / "X_TEST.ts", ts_of({"a": 3, "b": 2}, seed=2))
    before = tree(tmp_path / "out")
    assert series_run(root, tmp_path / "out").made == 1
    after = tree(tmp_path / "out")
    assert after["X_TRAIN.ts"] == before["X_TRAIN.ts"]


def test_equal_at_any_worker_count_and_hash_seed(tmp_path: Path) -> None:
    write(tmp_path / "in/X_TRAIN.ts", ts_of({"a": 70, "b": 20}))  # several blocks to share out
    recipe = write_recipe(
        tmp_path / "in",
        tmp_path / "out",
        dataset={"kind": "timeseries"},
        steps=[*STEPS, *MIXING],
        copies=1,
        balance={"method": "smote", "target": {"b": 60}},
    )
    trees = []
    for jobs, hash_seed in ((1, "0"), (3, "77")):
        output = tmp_path / f"out{jobs}"
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        ran = augment("run", recipe, "-o", output, "-j", jobs, env=environment)
        assert ran.returncode == 0, ran.stderr
        trees.append(tree(output))
    assert trees[0] == trees[1]


def test_a_new_row_changes_no_other_draw(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ts", ts_of({"a": 5, "b": 3}))
    series_run(path, tmp_path / "one")
    write(path, path.read_text() + path.read_text().splitlines()[-1].replace("1", "2") + "\n")
    series_run(path, tmp_path / "two")
    one, two = provenance(tmp_path / "one"), provenance(tmp_path / "two")
    assert [line["steps"] for line in one] == [line["steps"] for line in two[: len(one)]]


@pytest.mark.parametrize("lengths", [(20, 20), (20, 26)])
def test_smote_balances_exactly(tmp_path: Path, lengths: tuple[int, int]) -> None:
    text = ts_of({"a": 9, "b": 2}, lengths[0]) + ts_of({"b": 2}, lengths[1], 5).split("@data\n")[1]
    path = write(tmp_path / "x.ts", text)
    summary = series_run(
        path, tmp_path / "out", copies=0, balance={"method": "smote", "k": 2, "target": "max"}
    )
    assert {c.label: c.after for c in summary.counts} == {"a": 9, "b": 9}
    lines = provenance(tmp_path / "out")
    assert {(line["method"], line["label"]) for line in lines} == {("smote", "b")}
    assert dict(replay(tmp_path / "out", tmp_path / "again", None, None)) == {"x.ts": None}
    file = open_file(
        Source("x.ts", "", (tmp_path / "out/x.ts").read_bytes()),
        SeriesDatasetSettings(path="", kind="timeseries"),
        single=False,
    )
    for number, line in enumerate(lines):
        (step,) = json.loads(line["steps"])
        base = file.series(int(line["base"].split("#")[1]))
        other = file.series(int(line["partners"][0].split("#")[1]))
        if base.length == other.length:
            weight = step["params"]["weight"]
            expected = base.values + weight * (other.values - base.values)
            np.testing.assert_allclose(file.series(11 + 2 + number).values, expected, atol=6e-5)


def test_smote_partners_are_the_nearest(tmp_path: Path) -> None:
    text = "@classLabel true\n@data\n" + "".join(f"{v},{v}:a\n" for v in (0, 1, 2, 50, 51, 52))
    path = write(tmp_path / "x.ts", text)
    series_run(path, tmp_path / "out", copies=0, balance={"method": "smote", "k": 2, "target": 60})
    for line in provenance(tmp_path / "out"):
        ours, other = (int(i.split("#")[1]) for i in (line["base"], line["partners"][0]))
        assert (ours < 3) == (other < 3)


def test_bad_rows_are_told_and_made_up_for(tmp_path: Path) -> None:
    text = ts_of({"a": 3, "b": 3}).replace("@data\n", "@data\n1,oops,3:b\n")
    path = write(tmp_path / "x.ts", text)
    summary = series_run(path, tmp_path / "out", copies=1, balance={"target": 8})
    assert list(failures(tmp_path / "out")) == ["x.ts#0"]
    assert "oops" in failures(tmp_path / "out")["x.ts#0"]
    assert summary.exit_code == 3
    made = (tmp_path / "out/x.ts").read_text()
    assert made.startswith(text)
    assert {c.label: c.after for c in summary.counts if c.label} == {"a": 8, "b": 8}


def test_steps_that_do_not_fit_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ts", ts_of({"a": 3}))
    summary = series_run(path, tmp_path / "out", steps=[{"resize": {"length": 30}}])
    assert len(summary.failures) == 3
    assert "do not fit" in summary.failures[0]["reason"]


@pytest.mark.parametrize("step", ["spawner", "guided_warp", "dtw_barycenter"])
def test_series_too_long_to_be_aligned_are_told_and_the_rest_is_done(
    tmp_path: Path, step: str
) -> None:
    text = ts_of({"a": 4}) + ts_of({"b": 2}, 4200).split("@data\n")[1]
    path = write(tmp_path / "x.ts", text)
    summary = series_run(path, tmp_path / "out", steps=[step], copies=1)
    reasons = failures(tmp_path / "out")
    assert list(reasons) == ["x.ts#4", "x.ts#5"]
    assert all("4200 points are too long" in reason for reason in reasons.values())
    assert {c.label: c.after for c in summary.counts} == {"a": 8, "b": 2}


def test_recipes_that_do_not_fit_are_located(tmp_path: Path) -> None:
    root = pair(tmp_path)
    wrong: list[dict[str, Any]] = [
        {"steps": [{"jitter": {"only": ["aa"]}}]},
        {"balance": {"target": {"c": 9}}},
        {"balance": {"target": 2}},
        {"dataset": {"augment": ["trian"]}},
        {"dataset": {"format": "wav"}},
    ]
    for changes in wrong:
        with pytest.raises(RecipeError) as caught:
            series_run(root, tmp_path / "out", **changes)
        assert caught.value.problems[0].line > 1, changes


def test_series_in_two_splits_are_refused(tmp_path: Path) -> None:
    root = pair(tmp_path)
    write(root / "X_TEST.ts", ts_of({"a": 1}))
    with pytest.raises(FindingsError, match=r"X_TRAIN.ts#0 = X_TEST.ts#0"):
        series_run(root, tmp_path / "out")
    assert series_run(root, tmp_path / "out", dataset={"leaks": "allow"}).exit_code == 0


def test_originals_may_be_left_out(tmp_path: Path) -> None:
    root = pair(tmp_path)
    series_run(root, tmp_path / "out", output={"originals": "omit"})
    made = (tmp_path / "out/X_TRAIN.ts").read_text().splitlines()
    assert made[:2] == ["@classLabel true a b", "@data"]
    assert len(made) == 2 + 16
    assert (tmp_path / "out/X_TEST.ts").read_bytes() == (root / "X_TEST.ts").read_bytes()
    assert set(dict(replay(tmp_path / "out", tmp_path / "again", None, None)).values()) == {None}


def test_sounds_in_class_folders(tmp_path: Path) -> None:
    for label, count in (("hum", 3), ("beep", 1)):
        for number in range(count):
            wave_file(tmp_path / f"in/{label}/{number}.wav", 50 + 400 * (label == "beep") + number)
    write(tmp_path / "in/hum/broken.wav", b"RIFF")
    steps = ["gain", {"mix_background": {"snr_db": 20}}, {"pitch_shift": {"p": 0.5}}]
    summary = series_run(
        tmp_path / "in", tmp_path / "out", steps=steps, balance={"target": "max"}, copies=1
    )
    names = sorted(
        p.relative_to(tmp_path / "out").as_posix() for p in tmp_path.rglob("out/train/**/*.wav")
    )
    assert sum("beep" in name for name in names) == 6
    assert sum("hum" in name for name in names) == 6
    assert "train/beep/0.aug-004.wav" in names
    source = (tmp_path / "in/hum/0.wav").read_bytes()
    assert (tmp_path / "out/train/hum/0.wav").read_bytes() == source
    record = next(r for r in manifest(tmp_path / "out") if r["output"].endswith("0.aug-000.wav"))
    assert [step["name"] for step in record["steps"]][:2] == ["gain", "mix_background"]
    assert list(record["partner_sha256"]) == record["steps"][1]["params"]["partners"]
    assert failures(tmp_path / "out") == {"hum/broken.wav": "hum/broken.wav is no WAV file"}
    assert summary.exit_code == 3
    assert set(dict(replay(tmp_path / "out", tmp_path / "again", None, None)).values()) == {None}
    assert "gain" in augment("explain", tmp_path / "out/train/hum/0.aug-000.wav").stdout


def test_spectrograms_in_class_folders(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label in "ab":
        (tmp_path / f"in/train/{label}").mkdir(parents=True)
        np.save(tmp_path / f"in/train/{label}/s.npy", rng.uniform(1, 2, (40, 90)).astype("f4"))
    steps = [{"spec_augment": {"policy": "SS"}}]
    series_run(tmp_path / "in", tmp_path / "out", steps=steps, dataset={"format": "npy"})
    made = np.load(tmp_path / "out/train/a/s.aug-001.npy")
    assert (made.shape, made.dtype) == ((40, 90), np.float32)
    assert (made == 0).any()


def test_the_sample_recipe(tmp_path: Path) -> None:
    recipe = Path(__file__).parents[2] / "recipes/series.yaml"
    assert augment("check", recipe).stdout == ""
    assert augment("run", recipe, "-o", tmp_path / "out").returncode == 0
    lines = (tmp_path / "out/CBF_TRAIN.tsv").read_text().splitlines()
    labels = Counter(line.split("\t")[0] for line in lines)
    assert labels == {"1": 48, "2": 48, "3": 48}


def test_rows_that_cannot_be_used_stay_and_count(tmp_path: Path) -> None:
    rows = [f"{i},{i % 3}.5,{i % 4},x" for i in range(6)] + [f"{i}.25,1,{i},y" for i in range(3)]
    path = write(tmp_path / "s.csv", "\n".join(["a,b,c,label", *rows, "oops,1,2,y"]) + "\n")
    told = {"steps": ["jitter"], "copies": 0, "balance": {"target": "max"}}
    summary = series_run(path, tmp_path / "out", dataset={"label": "label"}, **told)
    made = pl.read_csv(tmp_path / "out/s.csv")["label"].value_counts().rows()
    assert dict(made) == {"x": 6, "y": 6}
    assert {count.label: count.after for count in summary.counts} == dict(made)
    assert failures(tmp_path / "out").keys() == {"s.csv#9"}
