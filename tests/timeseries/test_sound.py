"""Spectrograms: masks as the paper draws them. Sound: pitch, speed and loudness as asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample
from series_samples import applied, params_of, step

from augcli.timeseries.series import Series
from augcli.timeseries.transforms.spectrogram import POLICIES
from augcli.timeseries.vocoder import at_size, fast_sizes, shifted, stretched

RATE = 8000


def spectrogram(channels: int = 80, length: int = 300) -> Series:
    values = np.random.default_rng(0).uniform(1, 2, (channels, length))
    return Series(values, "a", np.arange(length)[None])


def tone(hertz: float, seconds: float = 1.0) -> Series:
    return Series(0.5 * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)[None])


def pitch(series: Series) -> float:
    """Return the strongest frequency."""
    row = series.values[0][: int(0.7 * series.length)]
    spectrum = np.abs(np.fft.rfft(row * np.hanning(len(row))))
    return float(spectrum.argmax() * RATE / len(row))


def test_policies_are_those_of_the_paper() -> None:
    assert POLICIES["LB"] == (80, 27, 1, 100, 1.0, 1)
    assert POLICIES["LD"] == (80, 27, 2, 100, 1.0, 2)
    assert POLICIES["SM"] == (40, 15, 2, 70, 0.2, 2)
    assert POLICIES["SS"] == (40, 27, 2, 70, 0.2, 2)


@given(st.sampled_from(sorted(POLICIES)), st.integers(0, 9999), st.integers(1, 400))
def test_masks_are_in_range(policy: str, seed: int, length: int) -> None:
    told = POLICIES[policy]
    series = spectrogram(60, length)
    params = params_of(step("spec_augment", policy=policy), series, seed)
    assert len(params["bands"]) == told.frequency_masks
    assert len(params["spans"]) == told.time_masks
    for start, size in params["bands"]:
        assert 0 <= size <= told.frequency
        assert 0 <= start <= max(0, 60 - size)
    for start, size in params["spans"]:
        assert 0 <= size <= min(told.time, told.share * length)
        assert 0 <= start <= max(0, length - size)
    if params["warp"]:
        center, goal = params["warp"]
        assert told.warp <= center < length - told.warp
        assert abs(goal - center) <= told.warp


@pytest.mark.oracle("spec_augment")
def test_masks_are_where_they_say() -> None:
    params = {"warp": [], "bands": [[5, 10]], "spans": [[100, 50]], "fill": "zero"}
    series = spectrogram()
    values = step("spec_augment").apply(series, params, []).values
    assert (values[5:15] == 0).all()
    assert (values[:, 100:150] == 0).all()
    assert (values == 0).sum() == 10 * 300 + 50 * 80 - 500
    mean = step("spec_augment").apply(series, params | {"fill": "mean"}, []).values
    np.testing.assert_allclose(mean[7, 7], series.values.mean())


def test_time_warp_of_one_point_is_monotone() -> None:
    params = {"warp": [120, 150], "bands": [], "spans": [], "fill": "zero"}
    result = step("spec_augment").apply(spectrogram(), params, [])
    assert result.marks[0, 150] == 120
    assert result.marks[0, [0, -1]].tolist() == [0, 299]
    assert (np.diff(result.marks[0]) >= 0).all()


@pytest.mark.oracle("gain")
def test_gain_is_in_decibel() -> None:
    series = tone(440)
    np.testing.assert_allclose(applied(step("gain", db=20), series).values, 10 * series.values)


@pytest.mark.oracle("noise")
def test_noise_is_in_decibel() -> None:
    series = tone(440)
    added = applied(step("noise", snr_db=20), series).values - series.values
    ratio = np.sqrt((series.values**2).mean() / (added**2).mean())
    np.testing.assert_allclose(20 * np.log10(ratio), 20, atol=0.2)


@pytest.mark.oracle("shift")
@pytest.mark.parametrize("border", ["wrap", "edge"])
def test_shift(border: str) -> None:
    series = Series(np.arange(10.0)[None])
    values = applied(step("shift", by=0.3, border=border), series).values[0]
    assert values[3:].tolist() == list(range(7))
    assert values[:3].tolist() == ([7, 8, 9] if border == "wrap" else [0, 0, 0])


@pytest.mark.oracle("time_stretch")
@pytest.mark.parametrize("rate", [0.7, 0.85, 1.15, 1.3])
def test_time_stretch_keeps_the_pitch(rate: float) -> None:
    late = tone(440)
    late.values[0, : RATE // 3] = 0
    result = applied(step("time_stretch", rate=rate), late)
    assert result.length == RATE
    assert abs(pitch(result) - 440) < 6
    loud = np.flatnonzero(np.abs(result.values[0]) > 0.3) / RATE
    assert abs(loud[0] - 1 / rate / 3) < 0.03
    assert abs(loud[-1] - min(1, 1 / rate)) < 0.1


@pytest.mark.oracle("pitch_shift")
@pytest.mark.parametrize("hertz", [110, 440, 1500])
@pytest.mark.parametrize("semitones", [-12, -4, -1, 1, 5, 12])
def test_pitch_shift_is_exact_clean_and_as_loud(hertz: float, semitones: float) -> None:
    result = applied(step("pitch_shift", semitones=semitones), tone(hertz, 2.0))
    assert result.length == 2 * RATE
    middle = result.values[0][RATE // 4 : -RATE // 2]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 1 << 19)) ** 2
    found = spectrum.argmax() * RATE / (1 << 19)
    assert abs(1200 * np.log2(found / (hertz * 2 ** (semitones / 12)))) < 1, "in cents"
    near = np.abs(np.arange(len(spectrum)) * RATE / (1 << 19) - found) < 8
    assert spectrum[near].sum() > 10**4 * spectrum[~near].sum(), "40 dB"
    np.testing.assert_allclose(middle.std(), 0.5 / np.sqrt(2), rtol=0.01)


@pytest.mark.oracle("mix_background")
def test_background_is_as_loud_as_asked() -> None:
    params = {"snr_db": 6.0, "start": 0.25, "partners": ["x"]}
    series, other = tone(440), tone(1000, 0.3)
    added = step("mix_background").apply(series, params, [other]).values - series.values
    ratio = np.sqrt((series.values**2).mean() / (added**2).mean())
    np.testing.assert_allclose(20 * np.log10(ratio), 6, atol=0.1)


@given(st.integers(1, 300), st.integers(1, 300))
def test_resampling_is_scipys(length: int, size: int) -> None:
    row = np.random.default_rng(length).normal(size=length)
    np.testing.assert_allclose(at_size(row, size), resample(row, size), atol=1e-9)


@given(st.integers(2, 6000), st.floats(0.3, 3))
@settings(max_examples=30)
def test_stretching_by_blocks_is_stretching(length: int, rate: float) -> None:
    row = np.random.default_rng(0).normal(size=length)
    whole = stretched(row, rate, block=1 << 20)
    np.testing.assert_allclose(stretched(row, rate, block=3), whole, atol=1e-9)
    assert len(whole) == round(length / rate)


@given(st.integers(1, 100_000), st.floats(-24, 24))
def test_sizes_that_are_fast_keep_the_pitch(length: int, semitones: float) -> None:
    rate = 2 ** (-semitones / 12)
    few, many = fast_sizes(length, rate)
    assert many >= length
    assert few * rate >= length
    assert abs(1200 * np.log2(many / few / rate)) < 2, "in cents"
    assert (2 * 3 * 5 * 7 * 11 * 13) ** 40 % (few * many) == 0, "no factor is larger"


@given(st.integers(1, 5000), st.floats(-12, 12))
@settings(max_examples=20)
def test_a_shifted_sound_is_as_long_as_it_was(length: int, semitones: float) -> None:
    row = np.random.default_rng(length).normal(size=length)
    values = shifted(row, 2 ** (-semitones / 12))
    assert len(values) == length
    assert np.isfinite(values).all()
