"""What came of nothing: samples that are no new ones, steps that concern none. Run, run.json and
report say it alike."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
from helpers import augment, manifest, picture, write, write_recipe
from scipy.io import wavfile

WAVES = "".join(
    f"{','.join(f'{math.sin(n + t / 3):.3f}' for t in range(12))},{'ab'[n % 2]}\n" for n in range(6)
)
KINDS = {
    "text": ("so so,a\nit goes on,b\n", {"text": 0, "label": 1, "header": False}, "random_swap"),
    "timeseries": (
        WAVES,
        {"layout": "wide", "label": -1, "header": False},
        {"jitter": {"sigma": 0.1, "p": 0.05}},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_repeats_in_shared_files_are_counted(tmp_path: Path, kind: str) -> None:
    data, told, step = KINDS[kind]
    out = tmp_path / "out"
    source = write(tmp_path / "in/t.csv", data)
    dataset = {"kind": kind, **told}
    recipe = write_recipe(source, out, dataset=dataset, copies=3, steps=[step])
    first = augment("run", recipe).stdout
    known = pl.read_parquet(out / "provenance.parquet")["repeats"].drop_nulls()
    assert len(known) > 0
    assert f"nothing new: {len(known)} cop" in first
    assert "outputs repeat" not in first
    summary = json.loads((out / "run.json").read_text())["summary"]
    assert summary["repeats"] == len(known)
    augment("report", out, "-o", tmp_path / "r.html")
    assert f"nothing new: {len(known)} cop" in (tmp_path / "r.html").read_text()
    (out / "t.csv").unlink()
    augment("run", recipe)
    assert json.loads((out / "run.json").read_text())["summary"]["repeats"] == len(known)


@pytest.mark.parametrize(("number", "idle"), [("17", True), ("2", False)])
def test_a_step_for_a_number_that_no_mask_has(tmp_path: Path, number: str, *, idle: bool) -> None:
    mask = cv2.imencode(".png", np.full((16, 20), 2, np.uint8))[1].tobytes()
    for at in range(3):
        write(tmp_path / f"in/images/{at}.png", picture(at))
        write(tmp_path / f"in/masks/{at}.png", mask)
    told = {"format": "masks", "path": str(tmp_path / "in")}
    steps = ["brightness", {"horizontal_flip": {"only": [number]}}]
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=steps)
    said = (
        f"horizontal_flip was applied to none of 3 copies; its `only` and `except` name '{number}'"
    )
    for _ in range(2):
        done = augment("run", recipe)
        assert (said in done.stdout.replace("\n  ", " ")) == idle, done.stdout + done.stderr
    notes = json.loads((tmp_path / "out/run.json").read_text())["summary"]["notes"]
    assert (said in notes) == idle


QUIET = {"timeseries": {"jitter": {"sigma": 1e-5}}, "image": {"brightness": {"delta": [0, 1e-5]}}}


@pytest.mark.parametrize("kind", QUIET)
def test_changes_that_no_file_can_hold_are_told(tmp_path: Path, kind: str) -> None:
    out, names = tmp_path / "out", ("a/one", "a/two", "b/one")
    for number, name in enumerate(names):
        if kind == "image":
            write(tmp_path / f"in/train/{name}.png", picture(number))
        else:
            sound = 0.5 * np.sin(np.arange(400) / (9 + number))
            wav = tmp_path / f"in/train/{name}.wav"
            wav.parent.mkdir(parents=True, exist_ok=True)
            wavfile.write(wav, 8000, (sound * 32767).astype(np.int16))
    recipe = write_recipe(
        tmp_path / "in", out, dataset={"kind": kind}, copies=2, steps=[QUIET[kind]]
    )
    assert "repeat another copy or a source" in augment("run", recipe).stdout
    made = [each for each in manifest(out) if each["copy"] is not None]
    every = {each[name] for each in made for name in ("sha256", "source_sha256")}
    again = len(made) + len(names) - len(every)
    assert again >= len(names)
    assert json.loads((out / "run.json").read_text())["summary"]["repeats"] == again
