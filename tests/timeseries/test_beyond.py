"""Values that cannot be, such as counts below 0: told of new series, and kept out by `clip`."""

from __future__ import annotations

import io
import wave as waves
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import run, write
from series_samples import applied, step, wave

STEPS: list[Any] = [{"jitter": {"sigma": 1}}]


@pytest.mark.oracle("clip")
def test_clip_keeps_values_within_bounds() -> None:
    series = wave(channels=3)
    values = np.where(np.arange(series.length) % 7, series.values, np.nan)
    given = series.with_values(values)
    expected = np.stack([values[0], values[1].clip(-0.5, 0.25), values[2].clip(-0.5, 0.25)])
    told = step("clip", low=-0.5, high=0.25, channels=[1, 2])
    np.testing.assert_array_equal(applied(told, given).values, expected)
    np.testing.assert_array_equal(applied(step("clip"), given).values, np.maximum(values, 0))
    with pytest.raises(ValueError, match=r"`low` 1\.0 is above `high` 0\.5"):
        step("clip", low=1, high=0.5)


def table(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    visits, damp = rng.poisson(1, 160), rng.integers(80, 130, 160).clip(max=100)
    rows = [f"d{n // 40},{n % 40},{visits[n]},{damp[n]},{n + 500},{n % 3 - 1}" for n in range(160)]
    return write(folder / "t.csv", "\n".join(["id,time,visits,damp,sum,any", *rows, ""]))


def notes_of(source: Path, output: Path, **told: Any) -> list[str]:
    dataset = {"kind": "timeseries", **told.pop("dataset", {})}
    return [*run(source, output, **{"dataset": dataset, "copies": 3, "steps": STEPS, **told}).notes]


def test_counts_below_0_per_cent_above_100_and_sums_that_fall_are_told(tmp_path: Path) -> None:
    source, told = table(tmp_path), {"dataset": {"id": "id", "time": "time"}}
    notes = "\n".join(notes_of(source, tmp_path / "out", **told))
    assert "below 0 in 'visits', where" in notes
    assert "above 100 in 'damp', where" in notes
    assert "'sum' never falls in sources" in notes
    told["dataset"] |= {"ignore": ["sum"]}
    kept = [{"clip": {"channels": [0]}}, {"clip": {"high": 100, "channels": [1]}}]
    assert not notes_of(source, tmp_path / "kept", **told, steps=[*STEPS, *kept])
    made = pl.read_csv(tmp_path / "kept/t.csv")
    assert (made["visits"].min(), made["damp"].max(), made["any"].min() < -1) == (0, 100, True)


def test_codes_with_others_between_them_are_told(tmp_path: Path) -> None:
    rows = [f"d{n // 40},{n % 40},{n * n % 17 / 4},{[1, 4, 12][n // 9 % 3]}" for n in range(160)]
    source = write(tmp_path / "t.csv", "\n".join(["id,time,acc,activity", *rows, ""]))
    told: dict[str, Any] = {"dataset": {"id": "id", "time": "time"}, "steps": ["time_warp"]}
    (note,) = notes_of(source, tmp_path / "out", **told)
    assert note.startswith("numbers in 'activity' are few in sources")
    told["dataset"] |= {"point_labels": ["activity"]}
    assert not notes_of(source, tmp_path / "kept", **told)


@pytest.mark.parametrize("kind", ["sounds", "array"])
def test_values_that_a_file_does_not_hold_are_told(tmp_path: Path, kind: str) -> None:
    numbers = np.rint(16000 * np.sin(np.arange(400) / 9)).astype("<i2")
    for name in "ab":
        data, numbers = io.BytesIO(), numbers // 2 * 2 - 1
        if kind == "array":
            np.savez(data, X=np.stack([numbers, numbers[::-1]]), y=np.arange(2))
        else:
            with waves.open(data, "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(numbers.tobytes())
        ending = {"array": ".npz", "sounds": "/x.wav"}[kind]
        write(tmp_path / f"in/{name}{ending}", data.getvalue())
    loud = [{"scaling": {"factor": 3}}]
    (note,) = notes_of(tmp_path / "in", tmp_path / "out", steps=loud, copies=1)
    assert "beyond what their files hold" in note
    quiet = [{"scaling": {"factor": 0.5}}]
    assert not notes_of(tmp_path / "in", tmp_path / "quiet", steps=quiet, copies=1)
