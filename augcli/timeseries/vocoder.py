"""Sound at another speed: a phase vocoder, and resampling.

Own code, as what does this well costs too much: librosa brings a compiler (Numba, LLVM), Rubber
Band and pedalboard are GPL, and others are young or bring PyTorch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

_FRAME = 1024
_OVERLAP = 4
_SILENCE = 1e-200


def stretched(row: Floats, rate: float, block: int = 32) -> Floats:
    """Return a sound `rate` times as fast, at the same pitch; `block` frames are held at a time."""
    frame = min(_FRAME, 1 << max(3, (len(row) // 2).bit_length()))
    hop = frame // _OVERLAP
    window = np.hanning(frame + 1)[:-1]
    views = _frames(row, frame, hop)
    steps = np.arange(0, len(views) - 1, rate)
    total, weight = np.zeros((2, len(steps) + _OVERLAP - 1, hop))
    first_spectrum = np.fft.rfft(views[0] * window)
    phase = _units(first_spectrum, np.abs(first_spectrum))
    for start in range(0, len(steps), block):
        some = steps[start : start + block]
        first, last = int(some[0]), int(some[-1]) + 1
        spectra = np.fft.rfft(views[first : last + 1] * window)
        moved, phase = _at_steps(spectra, some - first, phase)
        frames = np.fft.irfft(moved, frame) * window
        for part in reversed(range(_OVERLAP)):
            place, piece = slice(start + part, start + part + len(some)), slice(part * hop, None)
            total[place] += frames[:, piece][:, :hop]
            weight[place] += window[piece][:hop] ** 2
    sound: Floats = (total / np.maximum(weight, 1e-3)).ravel()
    return sound[frame // 2 :][: round(len(row) / rate)]


def _frames(row: Floats, frame: int, hop: int) -> Floats:
    """Return overlapping frames, centred on 0, hop, 2 hop …"""
    padded = np.pad(row, (frame // 2, frame + hop))
    return np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]


def _at_steps(spectra: Complex, steps: Floats, phase: Complex) -> tuple[Complex, Complex]:
    """Return spectra between the frames, whose phases go on from the first's, and the next one's.

    A bin's phase advances as it did between the two frames that a step lies between. Phases are
    complex numbers of size 1: to multiply them takes less time than to take angles.
    """
    low = steps.astype(np.int64)
    share = (steps - low)[:, None]
    sizes = np.abs(spectra)
    units = _units(spectra, sizes)
    magnitude = (1 - share) * sizes[low] + share * sizes[low + 1]
    advance = units[1:] * units[:-1].conj()
    phases = np.empty((len(low) + 1, len(phase)), np.complex128)
    phases[0] = phase
    for number, here in enumerate(low.tolist()):
        np.multiply(phases[number], advance[here], out=phases[number + 1])
    own = units[low]
    return own * magnitude * _turns(phases[:-1], own, magnitude), phases[-1]


def _units(values: Complex, sizes: Floats) -> Complex:
    """Return values of size 1 in place of their sizes; of nothing it is 1."""
    silent = sizes <= _SILENCE
    units: Complex = values * (1 / np.maximum(sizes, _SILENCE))
    units[silent] = 1
    return units


def _turns(phases: Complex, own: Complex, sizes: Floats) -> Complex:
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


def resampled(row: Floats, length: int, rate: float) -> Floats:
    """Return a sound `1 / rate` times as fast at so many points, pitch and all."""
    return fitted(at_size(row, max(1, round(len(row) * rate))), length)


def at_size(row: Floats, size: int) -> Floats:
    """Return a sound at so many points, by its Fourier series: `scipy.signal.resample`."""
    few = min(len(row), size)
    spectrum = np.zeros(size // 2 + 1, np.complex128)
    spectrum[: few // 2 + 1] = np.fft.rfft(row)[: few // 2 + 1]
    if few % 2 == 0 and size != len(row):  # the highest frequency is of two halves
        spectrum[few // 2] *= 2 if size < len(row) else 0.5
    return np.fft.irfft(spectrum, size) * (size / len(row))
