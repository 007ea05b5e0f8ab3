"""Policies as their authors published them: pairs of an operation, its probability and its bin.

Cubuk et al., AutoAugment: Learning Augmentation Strategies from Data, CVPR 2019, appendix A; as
torchvision has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Chance(NamedTuple):
    """An operation of a policy."""

    name: str
    p: float
    bin: int = 0
    """Of ten, from the weakest; means nothing where there is no more and less."""


def pairs(policy: str) -> Iterator[tuple[Chance, ...]]:
    """Yield the sub-policies of a policy, each a pair of operations."""
    for line in PUBLISHED[policy].split("\n"):
        yield tuple(_chance(*each.split()) for each in line.split(","))


def _chance(name: str, p: str, number: str = "0") -> Chance:
    return Chance(name, float(p), int(number))


PUBLISHED = {
    "imagenet": """\
posterize .4 8, rotate .6 9
solarize .6 5, autocontrast .6
equalize .8, equalize .6
posterize .6 7, posterize .6 6
equalize .4, solarize .2 4
equalize .4, rotate .8 8
solarize .6 3, equalize .6
posterize .8 5, equalize 1
rotate .2 3, solarize .6 8
equalize .6, posterize .4 6
rotate .8 8, color .4 0
rotate .4 9, equalize .6
equalize 0, equalize .8
invert .6, equalize 1
color .6 4, contrast 1 8
rotate .8 8, color 1 2
color .8 8, solarize .8 7
sharpness .4 7, invert .6
shear_x .6 5, equalize 1
color .4 0, equalize .6
equalize .4, solarize .2 4
solarize .6 5, autocontrast .6
invert .6, equalize 1
color .6 4, contrast 1 8
equalize .8, equalize .6""",
    "cifar10": """\
invert .1, contrast .2 6
rotate .7 2, translate_x .3 9
sharpness .8 1, sharpness .9 3
shear_y .5 8, translate_y .7 9
autocontrast .5, equalize .9
shear_y .2 7, posterize .3 7
color .4 3, brightness .6 7
sharpness .3 9, brightness .7 9
equalize .6, equalize .5
contrast .6 7, sharpness .6 5
color .7 7, translate_x .5 8
equalize .3, autocontrast .4
translate_y .4 3, sharpness .2 6
brightness .9 6, color .2 8
solarize .5 2, invert 0
equalize .2, autocontrast .6
equalize .2, equalize .6
color .9 9, equalize .6
autocontrast .8, solarize .2 8
brightness .1 3, color .7 0
solarize .4 5, autocontrast .9
translate_y .9 9, translate_y .7 9
autocontrast .9, solarize .8 3
equalize .8, invert .1
translate_y .7 9, autocontrast .9""",
    "svhn": """\
shear_x .9 4, invert .2
shear_y .9 8, invert .7
equalize .6, solarize .6 6
invert .9, equalize .6
equalize .6, rotate .9 3
shear_x .9 4, autocontrast .8
shear_y .9 8, invert .4
shear_y .9 5, solarize .2 6
invert .9, autocontrast .8
equalize .6, rotate .9 3
shear_x .9 4, solarize .3 3
shear_y .8 8, invert .7
equalize .9, translate_y .6 6
invert .9, equalize .6
contrast .3 3, rotate .8 4
invert .8, translate_y 0 2
shear_y .7 6, solarize .4 8
invert .6, rotate .8 4
shear_y .3 7, translate_x .9 3
shear_x .1 6, invert .6
solarize .7 2, translate_y .6 7
shear_y .8 4, invert .8
shear_x .7 9, translate_y .8 3
shear_y .8 5, autocontrast .7
shear_x .7 2, invert .1""",
}
