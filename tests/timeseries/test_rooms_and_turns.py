"""Rooms, codecs, filters, frequencies and turns: each by its formula or by SciPy's."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import augment, run, write
from scipy.spatial.transform import Rotation
from series_samples import applied, facts_of, params_of, partners_of, step, wave

from augcli.errors import RecipeError
from augcli.timeseries.noise import normal
from augcli.timeseries.series import Series

CODECS = ["mp3", "vorbis", "gsm", "ulaw"]


def tone(share: float, length: int = 4000) -> Series:
    """Return a wave at a share of half the sample rate."""
    return Series(0.5 * np.sin(np.pi * share * np.arange(length))[None])


def loudness(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


@pytest.mark.oracle("frequency_mask")
def test_frequencies_that_are_masked_are_gone_and_no_other() -> None:
    series = wave(length=301)
    before = np.fft.rfft(series.values)
    after = np.fft.rfft(applied(step("frequency_mask", share=0.3), series).values)
    gone = np.abs(after) < 1e-9
    assert np.array_equal(gone[0], gone[1])
    assert 25 < gone[0].sum() < 65
    assert not gone[0, 0]
    np.testing.assert_allclose(after[~gone], before[~gone], atol=1e-9)


@pytest.mark.oracle("frequency_mix")
def test_mixed_frequencies_are_of_one_or_the_other() -> None:
    series, mix = wave(), step("frequency_mix", share=0.5)
    params = params_of(mix, series)
    (other,) = partners_of(params, series)
    after = np.fft.rfft(mix.apply(series, params, [other]).values)
    own, theirs = np.fft.rfft(series.values), np.fft.rfft(other.values)
    is_own, is_theirs = np.isclose(after, own), np.isclose(after, theirs)
    assert np.all(is_own | is_theirs)
    assert is_own[:, 0].all()
    assert is_own.any(axis=1).all()
    assert is_theirs.any(axis=1).all()


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "passes", "stops"), [("low_pass", 0, 1), ("high_pass", 1, 0)])
def test_filters_halve_a_wave_at_their_cutoff(name: str, passes: int, stops: int) -> None:
    cutoff, places = 0.2, (0.02, 0.8)
    filtered = step(name, cutoff=cutoff)
    heard = {
        share: loudness(applied(filtered, tone(share)).values[:, 500:-500]) * 8**0.5
        for share in (cutoff, *places)
    }
    assert heard[cutoff] == pytest.approx(0.5, abs=0.01)
    assert heard[places[passes]] > 0.99
    assert heard[places[stops]] < 0.02


@pytest.mark.oracle("reverb")
def test_a_room_is_decaying_noise_as_loud_as_the_sound() -> None:
    series = wave(length=400, channels=1)
    reverb = step("reverb", wet=1, decay=0.25)
    params = params_of(reverb, series)
    made = reverb.apply(series, params, []).values[0]
    room = normal(params["seed"], 100) * 10.0 ** (-3 * np.arange(100) / 100)
    expected = np.convolve(series.values[0], room)[:400]
    expected *= loudness(series.values) / loudness(expected)
    np.testing.assert_allclose(made, expected, atol=1e-9)


@pytest.mark.oracle("sound_codec")
@pytest.mark.parametrize("codec", CODECS)
def test_codecs_leave_a_tone_as_long_and_much_as_it_was(codec: str) -> None:
    series = tone(0.05, 16_000)
    coded = applied(step("sound_codec", codecs=[codec], loss=0.8), series).values
    assert coded.shape == series.values.shape
    middle = slice(2000, -2000)
    assert np.corrcoef(coded[0, middle], series.values[0, middle])[0, 1] > 0.98
    assert not np.array_equal(coded, series.values)


def test_without_the_library_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    source = write(tmp_path / "t.csv", "t0,t1,t2,y\n1,2,3,a\n3,2,1,b\n")
    told = {"kind": "timeseries", "label": "y"}
    with pytest.raises(RecipeError, match=r"pip install \"augcli\[sound\]\"") as caught:
        run(source, tmp_path / "out", dataset=told, steps=["sound_codec"])
    assert caught.value.problems[0].line > 10


@pytest.mark.oracle("spatial_rotation")
@pytest.mark.parametrize("groups", [[], [[4, 0, 2]]])
def test_sensors_turn_as_scipy_turns_them(groups: list[list[int]]) -> None:
    series = wave(channels=6)
    turn = step("spatial_rotation", degrees=70, groups=groups)
    params = params_of(turn, series)
    made = turn.apply(series, params, []).values
    rotation = Rotation.from_rotvec(np.radians(70) * np.array(params["axis"]))
    expected = series.values.copy()
    for axes in groups or [[0, 1, 2], [3, 4, 5]]:
        expected[axes] = rotation.apply(series.values[axes].T).T
    np.testing.assert_allclose(made, expected, atol=1e-7)
    assert not np.allclose(made, series.values)


def test_turns_are_spread_over_the_sphere() -> None:
    series = wave(channels=3)
    axes = [params_of(step("spatial_rotation"), series, seed)["axis"] for seed in range(400)]
    assert np.abs(np.mean(axes, axis=0)).max() < 0.1
    np.testing.assert_allclose(np.mean(np.square(axes), axis=0), 1 / 3, atol=0.05)


def test_channels_change_places_within_their_groups() -> None:
    series = wave(channels=5)
    orders = set()
    for seed in range(200):
        order = params_of(step("rotation", groups=[[0, 1, 2], [3, 4]]), series, seed)["order"]
        assert set(order[:3]) == {0, 1, 2}
        orders.add(tuple(order))
    assert len(orders) == 12


@pytest.mark.parametrize(
    ("name", "told", "reason"),
    [
        ("spatial_rotation", {}, "turns three channels at a time, and there are 4"),
        ("spatial_rotation", {"groups": [[0, 1, 4]]}, "there is no channel 4"),
        ("rotation", {"groups": [[0, 9]]}, "there is no channel 9"),
    ],
)
def test_groups_that_there_are_not(name: str, told: dict[str, object], reason: str) -> None:
    assert reason in str(step(name, **told).refusal(facts_of(wave(channels=4))))


@pytest.mark.parametrize("groups", [[[0, 1, 1]], [[0, 1, 2], [2, 3, 4]], [[0, -1, 2]]])
@pytest.mark.parametrize("name", ["rotation", "spatial_rotation"])
def test_a_channel_is_in_one_group_at_most(name: str, groups: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"is in it twice|greater than or equal to 0"):
        step(name, groups=groups)


def test_runs_replay(tmp_path: Path) -> None:
    file = io.BytesIO()
    values = np.array([wave(64, 3, seed=n).values for n in range(6)])
    np.savez(file, X=values, y=np.arange(6) % 2)
    source = write(tmp_path / "t.npz", file.getvalue())
    names = [
        "spatial_rotation",
        "frequency_mask",
        "frequency_mix",
        "low_pass",
        "high_pass",
        "reverb",
    ]
    steps = [*names, "sound_codec", {"rotation": {"groups": [[0, 2]]}}]
    summary = run(source, tmp_path / "out", dataset={"kind": "timeseries"}, copies=2, steps=steps)
    assert summary.exit_code == 0
    assert np.load(tmp_path / "out/t.npz")["X"].shape == (18, 3, 64)
    replayed = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert replayed.returncode == 0, replayed.stderr
    assert (tmp_path / "again/t.npz").read_bytes() == (tmp_path / "out/t.npz").read_bytes()
