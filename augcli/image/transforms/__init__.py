"""The catalogue: every module here registers its transforms on import."""

from augcli.image.transforms import (
    blur,
    clahe,
    colour,
    distortion,
    erasing,
    geometry,
    noise,
    objects,
    size,
    tone,
)

__all__ = [
    "blur",
    "clahe",
    "colour",
    "distortion",
    "erasing",
    "geometry",
    "noise",
    "objects",
    "size",
    "tone",
]
