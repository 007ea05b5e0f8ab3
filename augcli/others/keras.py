"""Keras' ImageDataGenerator: each of its parameters and what stands for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from augcli.others.calls import BYTE, Arguments, Step, UnturnedError, tidy
from augcli.others.rules import Library, Rule, step

_BORDERS = {"nearest": "replicate", "reflect": "reflect", "wrap": "wrap", "constant": "constant"}
_BETWEEN = {0: "nearest", 3: "cubic"}


def _edges(a: Arguments) -> dict[str, Any]:
    """Return what all moves share: what lies outside and between the pixels."""
    name = a.value("fill_mode", "nearest")
    if name not in _BORDERS:
        raise UnturnedError(f"fill_mode {name!r} is none of {', '.join(_BORDERS)}")
    value = a.number("cval", 0)
    fill = tidy(value / BYTE) if value and name == "constant" else None
    between = _BETWEEN.get(a.value("interpolation_order", 1))
    return {"border": _BORDERS[name], "fill": fill, "interpolation": between}


def _move(make: Callable[[Arguments], dict[str, Any]], name: str) -> Any:
    return lambda a: step(name, **make(a), **_edges(a))


def _shift(name: str) -> Any:
    def share(a: Arguments) -> Any:
        value = a.value(name)
        if not isinstance(value, int | float) or value >= 1:
            raise UnturnedError(f"{name} is told in pixels; divide it by the side")
        return [-value, value]

    return share


_across, _down = _shift("width_shift_range"), _shift("height_shift_range")


def _zoomed(a: Arguments) -> Sequence[Step]:
    told = a.value("zoom_range")
    low, high = a.span("zoom_range", 0, about=0 if isinstance(told, list) else 1)
    if low <= 0:
        raise UnturnedError("zoom_range reaches to 0, which shows nothing")
    factor = [tidy(1 / high), tidy(1 / low)]
    return step("zoom", x=factor, y=factor, **_edges(a))


def _rescaled(a: Arguments) -> Sequence[Step]:
    if abs(a.number("rescale", 1) * BYTE - 1) > 1e-3:
        raise UnturnedError("only 1/255 is a step: `normalize: {mean: 0, std: 1}`")
    return step("normalize", mean=0, std=1)


def _filled(a: Arguments) -> Sequence[Step]:
    return step("rotate", border="constant", fill=tidy(a.number("cval", 0) / BYTE))


def _looked_up(a: Arguments) -> Sequence[Step]:
    return step("rotate", interpolation=_BETWEEN.get(a.value("interpolation_order"), "linear"))


def _bordered(a: Arguments) -> Sequence[Step]:
    return step("rotate", border=_edges(a)["border"])


_DIVIDED = "samplewise_std_normalization"
_OVERRIDE = "featurewise_std_normalization", "zca_whitening"
_LEARNED = "learned from the dataset before the first picture"
_PER_PICTURE = "of the picture itself; one step for both"

RULES = (
    Rule("rotation_range=20", _move(lambda a: {"degrees": a.span("rotation_range", 0)}, "rotate")),
    Rule(
        "width_shift_range=0.1",
        _move(lambda a: {"x": _across(a), "y": 0}, "translate"),
        "pixels divided by the width",
    ),
    Rule(
        "height_shift_range=0.1",
        _move(lambda a: {"x": 0, "y": _down(a)}, "translate"),
        "pixels divided by the height",
    ),
    Rule(
        "shear_range=10",
        _move(lambda a: {"x": 0, "y": a.span("shear_range", 0)}, "shear"),
        "of level lines; there the picture also becomes wider, by 1 / cos",
    ),
    Rule(
        "zoom_range=0.1",
        _zoomed,
        "from 1 / (1 + z) to 1 / (1 − z): there a factor above 1 shrinks",
    ),
    Rule(
        "channel_shift_range=20",
        lambda a: step("brightness", delta=a.span("channel_shift_range", 0, by=BYTE)),
        "a fraction of full range: 20 / 255",
    ),
    Rule(
        "brightness_range=(0.5, 1.5)",
        lambda a: step("intensity_scale", factor=a.range("brightness_range", 1), offset=0),
        "a factor, not a sum",
    ),
    Rule("horizontal_flip=True", lambda a: step("horizontal_flip", p=0.5)),
    Rule("vertical_flip=True", lambda a: step("vertical_flip", p=0.5)),
    Rule("rescale=1/255", _rescaled, "floats from 0 to 1; TIFF holds them"),
    Rule(
        "samplewise_center=True",
        lambda a: [] if a.value(_DIVIDED) else step("standardize", scale=False),
        _PER_PICTURE,
    ),
    Rule(
        "samplewise_std_normalization=True",
        lambda a: step("standardize", center=None if a.value("samplewise_center") else False),
        _PER_PICTURE,
    ),
    Rule(
        "featurewise_center=True",
        lambda a: [] if any(map(a.value, _OVERRIDE)) else step("learned_normalize", scale=False),
        _LEARNED,
    ),
    Rule(
        "featurewise_std_normalization=True",
        lambda a: [] if a.value("zca_whitening") else step("learned_normalize"),
        f"the mean, too, as there; {_LEARNED}",
    ),
    Rule(
        "zca_whitening=True",
        lambda a: step("learned_whitening", epsilon=a.value("zca_epsilon")),
        f"{_LEARNED}, of pictures of one size",
    ),
    Rule(
        "zca_epsilon=1e-5",
        lambda a: step("learned_whitening", epsilon=a.number("zca_epsilon", 1e-6)),
        "added to each variance",
        shared=True,
    ),
    Rule('fill_mode="nearest"', _bordered, shared=True),
    Rule(
        'fill_mode="reflect"',
        _bordered,
        "the default here, but `constant` in datasets of objects",
        shared=True,
    ),
    Rule('fill_mode="wrap"', _bordered, shared=True),
    Rule('fill_mode="constant"', _bordered, shared=True),
    Rule("cval=255", _filled, "a fraction of full range: 255 / 255", shared=True),
    Rule("interpolation_order=1", _looked_up, "0 is `nearest`, 3 is `cubic`", shared=True),
    Rule(
        "preprocessing_function",
        None,
        "a [step of your own](python.md#steps-of-your-own) does the same",
    ),
    Rule(
        "validation_split",
        None,
        "a dataset has its splits by folders or columns: see [splits](splits.md)",
    ),
    Rule("data_format", None, "outputs are files of the depth of their source", "dtype"),
)

KERAS = Library("ImageDataGenerator", RULES, chance=1.0, of_arguments=True)
