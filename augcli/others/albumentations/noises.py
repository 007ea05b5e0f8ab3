"""Albumentations: noise and weather."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

from augcli.others.albumentations.shared import filled
from augcli.others.calls import BYTE, Arguments, Step, pair, says_something, scaled, tidy
from augcli.others.rules import Rule, plainly, ranged, step

_PHOTONS = 1.3
"""So many at full range are as noisy in tones of a third, 4.84 v^1.2 by gamma 2.2, as linear light
counted in units of a scale of 1."""
_DROPS = {"mud": [20, 42, 63]}
_WATER = [238, 238, 175]
_EVEN = [[-0.1, 0.1]]


def _by_band(told: Arguments) -> dict[str, Any]:
    ranges = told.value("ranges", _EVEN)
    each = ranges if len(ranges) > 1 else ranges * 3
    names = ("red", "green", "blue")
    return {name: scaled(ends, "ranges", 1) for name, ends in zip(names, each, strict=False)}


def _of_even(told: Arguments) -> float:
    (low, high), *_ = told.value("ranges", _EVEN)
    return tidy((high - low) / math.sqrt(12))


def _of_gaussian(told: Arguments) -> Any:
    return told.range("std_range", [0.05, 0.15])


_DEVIATIONS = {"uniform": _of_even, "gaussian": _of_gaussian}


def _added(a: Arguments) -> Sequence[Step]:
    """Return a shift of each band by itself, or noise of the same deviation."""
    kind, told = a.value("noise_type", "uniform"), a.within(dict(a.value("noise_params", {})))
    where = a.value("spatial_mode", "constant")
    if kind not in _DEVIATIONS or (where, kind) == ("constant", "gaussian"):
        a.lacks(f"noise_type {kind}")
    if says_something(told.value("mean_range")):
        a.lacks("mean_range")
    if where == "shared":
        a.lacks("spatial_mode shared")
    if where == "constant":
        return step("rgb_shift", **_by_band(told))
    return step("gaussian_noise", sigma=_DEVIATIONS.get(kind, _of_gaussian)(told))


def _multiplied(a: Arguments) -> Sequence[Step]:
    factor, is_by_band = a.range("multiplier", [0.9, 1.1]), a.value("per_channel", False)
    if a.value("elementwise", False):
        if not is_by_band:
            a.lacks("factors that bands share")
        low, high = pair(factor)
        return step("multiplicative_noise", spread=tidy(max(high - 1, 1 - low)))
    if is_by_band:
        return step("band_gain", gain=factor, offset=0)
    return step("intensity_scale", factor=factor, offset=0)


def _counted(a: Arguments) -> Sequence[Step]:
    low, high = pair(a.range("scale_range", [0.1, 0.3]))
    return step("shot_noise", photons=[tidy(_PHOTONS / high), tidy(_PHOTONS / low)])


def _rainy(a: Arguments) -> Sequence[Step]:
    lost = tidy(1 - a.number("brightness_coefficient", 0.7))
    return step("rain", width_px=int(a.number("drop_width", 1)), darkness=lost)


def _snowed(a: Arguments) -> Sequence[Step]:
    if (method := a.value("method", "bleach")) != "texture":
        a.lacks(f"method {method}")
    return step("snow")


def _splashed(a: Arguments) -> Sequence[Step]:
    """Return the share of normal noise that is above a threshold after it was blurred."""
    mean, spread, sigma, least = (
        sum(pair(a.range(name, usual))) / 2
        for name, usual in (
            ("mean", 0.65),
            ("std", 0.3),
            ("gauss_sigma", 2),
            ("cutout_threshold", 0.68),
        )
    )
    cover = 1 - NormalDist(mean, spread / (2 * sigma * math.sqrt(math.pi))).cdf(least)
    usual = _DROPS.get(str(a.value("mode", "rain")), _WATER)
    colour = filled(a, "color") or [tidy(each / BYTE) for each in usual]
    opacity = a.range("intensity", 0.6)
    return step("spatter", cover=tidy(cover), opacity=opacity, colour=colour)


def _shadowed(a: Arguments) -> Sequence[Step]:
    count, lost = a.range("num_shadows_limit", [1, 2]), a.range("shadow_intensity_range", 0.5)
    return step("shadow", shadows=count, darkness=lost)


def _against_the_light(a: Arguments) -> Sequence[Step]:
    left, top, right, bottom = a.value("flare_roi", [0, 0, 1, 0.5])
    colour = filled(a, "src_color") or 1
    ghosts = a.range("num_flare_circles_range", [6, 10])
    return step("sun_flare", x=[left, right], y=[top, bottom], ghosts=ghosts, colour=colour)


NOISES = (
    Rule(
        "GaussNoise(std_range=(0.2, 0.44))",
        ranged("gaussian_noise", sigma=("std_range", [0.2, 0.44])),
        "the deviation is the same",
    ),
    Rule(
        "AdditiveNoise",
        _added,
        "`per_pixel`: noise of the same deviation",
        order="noise_type spatial_mode noise_params approximation",
    ),
    Rule("ISONoise", plainly("iso_noise")),
    Rule(
        "MultiplicativeNoise(multiplier=(0.9, 1.1))",
        _multiplied,
        "a factor, with `per_channel` for each band; `elementwise`: noise",
        order="multiplier",
    ),
    Rule("ShotNoise", _counted, "photons, not a scale: as noisy in tones of a third"),
    Rule("SaltAndPepper", ranged("salt_and_pepper", fraction=("amount", [0.01, 0.06]))),
    Rule("RandomFog", plainly("fog")),
    Rule("RandomRain", _rainy),
    Rule(
        'RandomSnow(method="texture")', _snowed, "flakes and haze; `bleach`, as unless told, none"
    ),
    Rule("RandomGravel", plainly("gravel")),
    Rule("Spatter", _splashed, "covers as much"),
    Rule("RandomShadow", _shadowed),
    Rule("RandomSunFlare", _against_the_light, "a glow that does not hang on `src_radius`"),
)
