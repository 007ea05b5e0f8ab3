"""Sound at another speed: a phase vocoder, and resampling.

Own code, as what does this well costs too much: librosa brings a compiler (Numba, LLVM), Rubber
Band and pedalboard are GPL, and others are young or bring PyTorch.

Spectra are of single precision, 120 dB below the sound; what adds up from frame to frame is not.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Spectra = NDArray[np.complex64]
Phase = NDArray[np.complex128]
Whole = NDArray[np.int64]

_FRAME = 1024
_OVERLAP = 4
_SILENCE = np.float32(1e-30)
_SPARE = 1.2
"""How many times as long as need be a sound is for the sake of fast sizes, at most."""
_ENOUGH = 2048
"""Points for which no size is slow."""
_SMALL_FACTORS = (2, 3, 5, 7, 11, 13)


def stretched(row: Floats, rate: float, block: int = 32) -> Floats:
    """Return a sound `rate` times as fast, at the same pitch; `block` frames are held at a time."""
    frame = min(_FRAME, 1 << max(3, (len(row) // 2).bit_length()))
    hop = frame // _OVERLAP
    window = np.hanning(frame + 1)[:-1].astype(np.float32)
    views = _frames(row.astype(np.float32), frame, hop)
    steps = np.arange(0, len(views) - 1, rate)
    total, weight = np.zeros((2, len(steps) + _OVERLAP - 1, hop))
    first_spectrum = _spectra(views[0] * window)
    phase = _units(first_spectrum, np.abs(first_spectrum)).astype(np.complex128)
    for start in range(0, len(steps), block):
        some = steps[start : start + block]
        first, last = int(some[0]), int(some[-1]) + 1
        spectra = _spectra(views[first : last + 1] * window)
        moved, phase = _at_steps(spectra, some - first, phase)
        frames = _values(moved, frame) * window
        for part in reversed(range(_OVERLAP)):
            place, piece = slice(start + part, start + part + len(some)), slice(part * hop, None)
            total[place] += frames[:, piece][:, :hop]
            weight[place] += window[piece][:hop] ** 2
    sound: Floats = (total / np.maximum(weight, 1e-3)).ravel()
    return sound[frame // 2 :][: round(len(row) / rate)]


def _frames(row: Singles, frame: int, hop: int) -> Singles:
    """Return overlapping frames, centred on 0, hop, 2 hop …"""
    padded = np.pad(row, (frame // 2, frame + hop))
    return np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]


def _spectra(values: NDArray[Any]) -> NDArray[Any]:
    """Return the spectra of rows, of their precision; SciPy takes half of NumPy's time."""
    from scipy.fft import rfft

    spectra: NDArray[Any] = rfft(values)
    return spectra


def _values(spectra: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the rows of so many points that have these spectra."""
    from scipy.fft import irfft

    values: NDArray[Any] = irfft(spectra, size)
    return values


def _at_steps(spectra: Spectra, steps: Floats, phase: Phase) -> tuple[Spectra, Phase]:
    """Return spectra between the frames, whose phases go on from the first's, and the next one's.

    A bin's phase advances as it did between the two frames that a step lies between. Phases are
    complex numbers of size 1: to multiply them takes less time than to take angles.
    """
    low = steps.astype(np.int64)
    share = (steps - low)[:, None].astype(np.float32)
    sizes = np.abs(spectra)
    units = _units(spectra, sizes)
    magnitude = (1 - share) * sizes[low] + share * sizes[low + 1]
    advance = units[1:] * units[:-1].conj()
    phases = np.empty((len(low) + 1, len(phase)), np.complex128)
    phases[0] = phase
    for number, here in enumerate(low.tolist()):
        np.multiply(phases[number], advance[here], out=phases[number + 1])
    own = units[low]
    turns = _turns(phases[:-1].astype(np.complex64), own, magnitude)
    return own * magnitude * turns, phases[-1]


def _units(values: Spectra, sizes: Singles) -> Spectra:
    """Return values of size 1 in place of their sizes; of nothing it is 1."""
    silent = sizes <= _SILENCE
    units: Spectra = values * (1 / np.maximum(sizes, _SILENCE))
    units[silent] = 1
    return units


def _turns(phases: Spectra, own: Spectra, sizes: Singles) -> Spectra:
    """Return how far each bin's phase is to be turned: as the nearest peak of its spectrum is.

    What belongs together so keeps the distances of its phases; else it drifts apart and is heard
    as from afar: Laroche and Dolson, Improved Phase Vocoder Time-Scale Modification of Audio, 1999.
    """
    peak = np.zeros(sizes.shape, bool)
    peak[:, 1:-1] = (sizes[:, 1:-1] > sizes[:, :-2]) & (sizes[:, 1:-1] >= sizes[:, 2:])
    peak[~peak.any(axis=1)] = True
    peaks, count = np.flatnonzero(peak), sizes.shape[1]
    starts = np.concatenate([[0], (peaks[:-1] + peaks[1:]) // 2 + 1, [sizes.size]])
    rows = peaks // count
    new = np.flatnonzero(np.diff(rows)) + 1
    starts[new] = rows[new] * count
    turns = phases.ravel()[peaks] * own.ravel()[peaks].conj()
    return np.repeat(turns, np.diff(starts)).reshape(sizes.shape)


def fitted(row: Floats, length: int) -> Floats:
    """Return a sound of this length: cut, or with silence after it."""
    return np.pad(row[:length], (0, max(0, length - len(row))))


def shifted(row: Floats, rate: float) -> Floats:
    """Return a sound at `1 / rate` times its pitch, as long as it is: stretched, then resampled.

    The rate is that of two sizes that are fast to transform: less than a cent off.
    """
    few, many = fast_sizes(len(row), rate)
    return fitted(at_size(fitted(stretched(row, many / few), few), many), len(row))


def fast_sizes(length: int, rate: float) -> tuple[int, int]:
    """Return two sizes of small factors, the second all but `rate` times the first.

    It is for a sound of so many points, which the second holds.
    """
    least = length / rate * 1.001
    known = _of_small_factors(int(max(least * _SPARE, _ENOUGH) * max(1, rate) * 2).bit_length())
    first = known[(known >= least) & (known <= max(least * _SPARE, _ENOUGH))]
    after = np.searchsorted(known, first * rate)
    pairs = [(first, known[after]), (first, known[np.maximum(after - 1, 0)])]
    few, many = (np.concatenate(each) for each in zip(*pairs, strict=True))
    best = np.abs(many / (few * rate) - 1).argmin()
    return int(few[best]), int(many[best])


@cache
def _of_small_factors(bits: int) -> Whole:
    """Return the numbers below 2 ** bits without a large factor, ascending."""
    found = np.ones(1, np.int64)
    for factor in _SMALL_FACTORS:
        powers = factor ** np.arange(int(bits / np.log2(factor)) + 1)
        found = np.multiply.outer(found, powers).ravel()
        found = found[found < 1 << bits]
    return np.sort(found)


def at_size(row: Floats, size: int) -> Floats:
    """Return a sound at so many points, by its Fourier series: `scipy.signal.resample`."""
    few = min(len(row), size)
    spectrum = np.zeros(size // 2 + 1, np.complex128)
    spectrum[: few // 2 + 1] = _spectra(row)[: few // 2 + 1]
    if few % 2 == 0 and size != len(row):  # the highest frequency is of two halves
        spectrum[few // 2] *= 2 if size < len(row) else 0.5
    return _values(spectrum, size) * (size / len(row))
