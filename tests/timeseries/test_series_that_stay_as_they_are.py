"""Copies that come out as their source, flat or rounded as it is, are drawn again and told."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import manifest, run, write
from scipy.io import wavfile

RNG = np.random.default_rng(15)
COUNT, LENGTH = 8, 12
FLAT = np.full((COUNT, LENGTH), 1.5) + np.arange(COUNT)[:, None]
WAVES = 5 * RNG.normal(size=(COUNT, LENGTH))
PADDED = np.where(np.arange(LENGTH) < 9, 0.0, WAVES)


def archive(values: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, X=values, y=np.arange(COUNT) % 2)
    return buffer.getvalue()


def tsv(values: Any, form: str) -> bytes:
    rows = (
        f"{at % 2}\t" + "\t".join(format(v, form) for v in row) for at, row in enumerate(values)
    )
    return ("\n".join(rows) + "\n").encode()


def long(values: Any) -> bytes:
    rows = [f"{at},{t},{v:.1f}" for at, row in enumerate(values) for t, v in enumerate(row)]
    return "\n".join(["id,t,x", *rows, ""]).encode()


def told(folder: Path, name: str, data: bytes, step: Any, **dataset: Any) -> tuple[int, bytes]:
    """Return how many of COUNT copies are told to be their source, and the file made."""
    write(folder / name, data)
    dataset = {"kind": "timeseries", **dataset}
    summary = run(folder / name, folder / "out", dataset=dataset, copies=1, steps=[step])
    found = re.search(r"(\d+) cop\w+ \w+ \w+ source's own series", "\n".join(summary.notes))
    return int(found[1]) if found else 0, (folder / "out" / name).read_bytes()


@pytest.mark.parametrize("step", ["jitter", "time_warp", "magnitude_warp"])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_flat_series_of_arrays(tmp_path: Path, step: str, dtype: str) -> None:
    values = FLAT * (step != "magnitude_warp")
    assert told(tmp_path, "a.npz", archive(values.astype(dtype)), step)[0] == COUNT


@pytest.mark.parametrize(("form", "sigma"), [(".1f", 0.0005), (".2f", 0.0001), (".3g", 0.00001)])
def test_noise_that_rounding_takes_away(tmp_path: Path, form: str, sigma: float) -> None:
    count, data = told(tmp_path, "a.tsv", tsv(WAVES, form), {"jitter": {"sigma": sigma}})
    assert data.splitlines()[COUNT:] == data.splitlines()[:COUNT]
    assert count == COUNT


def test_long_tables(tmp_path: Path) -> None:
    step = {"jitter": {"sigma": 0.0005}}
    assert told(tmp_path, "a.csv", long(WAVES), step, id="id", time="t")[0] == COUNT


def test_masks_of_what_is_zero_are_drawn_elsewhere(tmp_path: Path) -> None:
    step = {"dropout": {"fraction": 0.2}}
    count, data = told(tmp_path, "a.npz", archive(PADDED), step)
    with np.load(io.BytesIO(data)) as made:
        own, new = made["X"][:COUNT], made["X"][COUNT:]
    assert count == sum(map(np.array_equal, own, new)) < COUNT // 2


@pytest.mark.parametrize("loudest", [0, 3])
def test_silence(tmp_path: Path, loudest: int) -> None:
    sound = RNG.integers(-loudest, loudest + 1, 800).astype(np.int16)
    buffer = io.BytesIO()
    wavfile.write(buffer, 8000, sound)
    write(tmp_path / "in/a/0.wav", buffer.getvalue())
    write(tmp_path / "in/b/1.wav", buffer.getvalue())
    step = {"noise": {"snr_db": 60}}
    run(tmp_path / "in", tmp_path / "out", dataset={"kind": "timeseries"}, copies=1, steps=[step])
    lines = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    assert [(each["repeats"], each["attempt"]) for each in lines] == [(-1, 8)] * 2


def test_what_changes_is_not_drawn_again(tmp_path: Path) -> None:
    count, data = told(tmp_path, "a.tsv", tsv(WAVES, ".1f"), {"jitter": {"sigma": 0.5}})
    lines = data.splitlines()
    assert count == 0
    assert not {*lines[:COUNT]} & {*lines[COUNT:]}


def test_whole_numbers_in_files_of_their_own(tmp_path: Path) -> None:
    """Of copies of a ramp some have a point moved by one, and those that have none are told."""
    buffer = io.BytesIO()
    np.save(buffer, np.arange(40, dtype=np.int16))
    write(tmp_path / "in/train/a/one.npy", buffer.getvalue())
    dataset = {"kind": "timeseries"}
    run(tmp_path / "in", tmp_path / "out", dataset=dataset, copies=5, steps=[FAINT])
    lines = manifest(tmp_path / "out")
    made = [np.load(tmp_path / "out" / each["output"]) for each in lines]
    same = [np.array_equal(made[0], each) for each in made[1:]]
    assert [each.get("repeats") == -1 for each in lines[1:]] == same
    assert [each.get("attempt", 0) > 0 for each in lines[1:]].count(True) > 0


FAINT = {"jitter": {"sigma": 0.015}}
"""About 0.17 of a step between whole numbers, beyond half of which 1 of 300 points is."""
