"""How much of what a picture shows is left in another of the same frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.tones import small_gray
from augcli.image.picture import Picture

_SIDE, _PART = 128, 32
"""Pixels, of what is compared and of a part of it, about."""
_WINDOW, _STEP = 8, 4
_SAME = 0.05
"""Difference of gradients, as a fraction of their deviation, up to which nothing was done."""
_NOTHING = 1e-12

Gray = NDArray[np.float32]
Spectra = NDArray[np.complexfloating]

_TAPER = np.hanning(_WINDOW + 2)[1:-1].astype(np.float32)
_FREQUENCIES = np.fft.fftfreq(_WINDOW)[:, None] ** 2 + np.fft.rfftfreq(_WINDOW) ** 2


def structure_left(source: Picture, made: Picture) -> float:
    """Return the share of the edges of a picture that another of the same frame still shows.

    Small gray versions are compared part by part by their magnitude-squared coherence (Welch's
    method): what share of one's gradients a linear filter can tell from the other. So light,
    contrast, blur and relief do not count as far as they can be undone, but noise and what is lost
    do. What is as it was is left whatever hides the rest. A picture without edges has none to
    lose: 1.
    """
    side = min(_SIDE, source.facts.shorter)
    one, other = (np.nan_to_num(small_gray(each, side)) for each in (source, made))
    whole = float(np.abs(_gradients(one)).sum())
    if not whole or side < _WINDOW:
        return 1.0
    return max(_told(_spectra(one), _spectra(other)), _untouched(one, other) / whole)


def _untouched(one: Gray, other: Gray) -> float:
    """Return how much of the edges of one picture another has as they are."""
    edges = _gradients(one)
    same = np.abs(edges - _gradients(other)) <= _SAME * edges.std()
    return float(np.abs(edges[same]).sum())


def _told(one: Spectra, other: Spectra) -> float:
    """Return what share of the energy of one's gradients follows from the other, over all parts."""
    ours, theirs = ((np.abs(each) ** 2).mean(axis=(1, 3)) for each in (one, other))
    shared = np.abs((one * other.conj()).mean(axis=(1, 3))) ** 2
    follows = shared / np.maximum(theirs, _NOTHING)
    return float((follows * _FREQUENCIES).sum() / (ours * _FREQUENCIES).sum())


def _spectra(gray: Gray) -> Spectra:
    """Return those of windows: rows of parts, windows in each, columns of both, frequencies."""
    every = np.lib.stride_tricks.sliding_window_view(gray, (_WINDOW, _WINDOW))[::_STEP, ::_STEP]
    parts = max(1, round(len(gray) / _PART))
    each = len(every) // parts
    some = every[: parts * each, : parts * each]
    tapered = (some - some.mean(axis=(2, 3), keepdims=True)) * np.outer(_TAPER, _TAPER)
    spectra: Spectra = np.fft.rfft2(tapered).reshape(parts, each, parts, each, _WINDOW, -1)
    return spectra


def _gradients(gray: Gray) -> Gray:
    """Return the differences to the right and below, in two planes."""
    return np.stack([np.diff(gray, axis=0)[:, :-1], np.diff(gray, axis=1)[:-1]])
