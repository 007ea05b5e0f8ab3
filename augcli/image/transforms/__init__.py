"""The catalogue: every module here registers its transforms on import."""

from augcli.image.transforms import (
    blur,
    channels,
    clahe,
    colour,
    distortion,
    dropout,
    erasing,
    framing,
    geometry,
    grading,
    noise,
    objects,
    size,
    tone,
)

__all__ = [
    "blur",
    "channels",
    "clahe",
    "colour",
    "distortion",
    "dropout",
    "erasing",
    "framing",
    "geometry",
    "grading",
    "noise",
    "objects",
    "size",
    "tone",
]
