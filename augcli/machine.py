"""What of this machine has a say in an output's bytes: libraries, and instructions they pick."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata

OPENCV = (
    *("opencv-python-headless", "opencv-python"),
    *("opencv-contrib-python-headless", "opencv-contrib-python"),
)
"""The wheels that `cv2` can come from; each overwrites the others' files."""

SETS = ("instruction_sets", "numpy_instruction_sets")
"""The names under which `instruction_sets` tells them."""


def instruction_sets(libraries: Collection[str]) -> dict[str, str]:
    """Return what OpenCV and NumPy dispatch to here, as far as they are among the libraries."""
    sets = {}
    if not set(OPENCV).isdisjoint(libraries):
        sets["instruction_sets"] = _of_opencv()
    if "numpy" in libraries:
        sets["numpy_instruction_sets"] = _of_numpy()
    return sets


def _of_opencv() -> str:
    """Return the sets that are in use: those that are missing or disabled have a `?`."""
    import cv2

    told = cv2.getCPUFeaturesLine().split()
    return " ".join(name.removeprefix("*") for name in told if not name.endswith("?"))


def _of_numpy() -> str:
    import numpy as np

    told = np.show_config(mode="dicts")["SIMD Extensions"]
    return " ".join([*told.get("baseline", ()), *told.get("found", ())])


def unlike(
    one: Mapping[str, str], other: Mapping[str, str], words: tuple[str, str] = ("then", "now")
) -> str:
    """Return which instruction sets are in use only in one of two cases; "" if none."""
    first, second = (
        {name for key in SETS for name in told.get(key, "").split()} for told in (one, other)
    )
    only = zip(words, (sorted(first - second), sorted(second - first)), strict=True)
    return ", ".join(f"{' '.join(names)} only {word}" for word, names in only if names)


def opencv_twice() -> str | None:
    """Return what is wrong where several wheels lie over each other; None where they do not."""
    wheels = [name for name in OPENCV if version_of(name)]
    if len(wheels) < 2:
        return None
    return f"{' and '.join(wheels)} are installed over each other; keep one"


@cache
def version_of(library: str) -> str | None:
    """Return the version that is installed, None if none is; imports nothing."""
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(library)
    return None
