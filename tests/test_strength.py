"""`strength`: one number that makes a recipe milder, for every kind of dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pytest
from helpers import make_photos, manifest, run, write
from hypothesis import given
from hypothesis import strategies as st

from augcli.kind import load_kind
from augcli.ranges import Choice, Constant, Normal, Real, Spread, Uniform, Whole
from augcli.steps import control  # noqa: F401  (fills the registry)
from augcli.transform import REGISTRY, Transform

for each in ("image", "tabular", "text", "timeseries"):
    load_kind(each)

GAIN = Real(0.1, 10, "a gain", log=True, neutral=1)
FACTOR = Real(0, 10, "a factor", neutral=1)
BITS = Whole(1, 8, "bits", neutral=8)


@pytest.mark.parametrize(
    ("declared", "told", "strength", "moved"),
    [
        (FACTOR, 3, 0.5, Constant(2)),
        (FACTOR, [0.5, 3], 0.5, Uniform(0.75, 2)),
        (FACTOR, [0.5, 3], 0, Uniform(1, 1)),
        (FACTOR, {"choice": [0, 2]}, 0.25, Choice((0.75, 1.25))),
        (FACTOR, {"normal": [2, 0.4]}, 0.5, Normal(1.5, 0.2, 0, 10)),
        (FACTOR, {"normal": [2, 0.4]}, 0, Constant(1)),
        (GAIN, [0.25, 4], 0.5, Uniform(0.5, 2, log=True)),
        (BITS, [4, 6], 0.5, Uniform(6, 7, whole=True)),
        (Real(0, 1, "a place"), [0.2, 0.4], 0, Uniform(0.2, 0.4)),
    ],
)
def test_values_move_towards_neutral(
    declared: Real, told: Any, strength: float, moved: Spread
) -> None:
    assert declared.at_strength(declared.parse(told), strength) == moved


@given(value=st.floats(0, 10), one=st.floats(0, 1), other=st.floats(0, 1))
def test_two_strengths_are_their_product(value: float, one: float, other: float) -> None:
    twice = FACTOR.at_strength(FACTOR.at_strength(Constant(value), one), other)
    assert twice.extent()[0] == pytest.approx(1 + (value - 1) * one * other)


def test_probabilities_are_scaled_once_however_deep_a_step_is() -> None:
    rotate = REGISTRY["image", "rotate"](p=0.8)
    inner = REGISTRY["any", "one_of"](p=0.5, steps=[rotate])
    outer = REGISTRY["any", "sequence"](steps=[inner]).at_strength(0.5)
    assert (outer.p, outer.steps[0].p, outer.steps[0].steps[0].p) == (1, 0.5, 0.4)
    assert outer.steps[0].steps[0].degrees == Uniform(-7.5, 7.5)


def lasting() -> list[type[Transform]]:
    return [cls for cls in REGISTRY.values() if cls.lasting]


def test_few_steps_last() -> None:
    names = {cls.name for cls in lasting()}
    assert names >= {"resize", "letterbox", "normalize", "crop", "center_crop"}
    assert not names & {"rotate", "random_scale", "jpeg", "scale"}


def test_copies_of_strength_0_are_their_sources(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"train/a": 2})
    steps = [
        *("horizontal_flip", "rotate", "equalize", "jpeg", "gaussian_noise"),
        {"one_of": {"steps": ["invert", "hue"]}},
        {"center_crop": {"width": 10, "height": 10}},
    ]
    run(photos, tmp_path / "out", steps=steps, strength=0, copies=1)
    for record in manifest(tmp_path / "out"):
        if record["copy"] is not None:
            assert [step["name"] for step in record["steps"]] == ["center_crop"]
            source = cv2.imread(str(photos / record["source"]))
            seen = cv2.imread(str(tmp_path / "out" / record["output"]))
            np.testing.assert_array_equal(seen, source[3:13, 5:15])


def test_rows_of_strength_0_are_their_sources(tmp_path: Path) -> None:
    lines = "\n".join(f"{i}.5,{'ab'[i % 2]}" for i in range(12))
    table = write(tmp_path / "t.csv", f"width,label\n{lines}\n")
    dataset = {"kind": "tabular", "label": "label"}
    steps = ["jitter", "swap", "mixup"]
    run(table, tmp_path / "out", dataset=dataset, steps=steps, strength=0, copies=1)
    rows = pl.read_csv(tmp_path / "out" / "t.csv").rows()
    assert sorted(rows[12:]) == sorted(rows[:12])


def test_half_the_strength_is_half_the_angle(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"train/a": 2})

    def angles(strength: float) -> dict[str, float]:
        steps = [{"rotate": {"degrees": [-20, 20]}}]
        run(photos, tmp_path / str(strength), steps=steps, strength=strength, copies=6)
        told = [each for each in manifest(tmp_path / str(strength)) if each["steps"]]
        first = [each for each in told if "attempt" not in each]
        return {each["output"]: each["steps"][0]["params"]["degrees"] for each in first}

    whole, half = angles(1), angles(0.5)
    assert len(whole) == 12
    assert 0 < len(half) < 12
    for name, degrees in half.items():
        assert degrees == pytest.approx(whole[name] / 2)
