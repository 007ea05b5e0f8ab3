"""What of this machine has a say in an output's bytes: libraries, and instructions they pick."""

from __future__ import annotations

import os
import platform
import re
import zlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata

from augcli.errors import EngineError

OPENCV = (
    *("opencv-python-headless", "opencv-python"),
    *("opencv-contrib-python-headless", "opencv-contrib-python"),
)
"""The wheels that `cv2` can come from; each overwrites the others' files."""

SETS = ("instruction_sets", "numpy_instruction_sets")
"""The names under which `instruction_sets` tells them."""

_DISABLING = ("OPENCV_CPU_DISABLE", "NPY_DISABLE_CPU_FEATURES")
"""By which variable the environment says which of them are not to be used."""
_CHOSEN = {"OPENBLAS_CORETYPE": "Haswell"}
"""By which OpenBLAS, which looks for itself, takes what it has for AVX2."""
_DISPATCHING = (OPENCV[0], "numpy")
_BEYOND_AVX2 = re.compile(r"AVX_?512|X86_V4")
_STANDS_IN = dict.fromkeys(("deflate", "zlib-ng"), f"zlib {zlib.ZLIB_RUNTIME_VERSION}")
"""What does the work of a library where that is not installed."""
_VERSION = re.compile(r"^Version: *(\S+)$", re.MULTILINE)
"""In what a wheel tells of itself."""


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


def refuse_beyond_avx2() -> None:
    """Raise EngineError where this process uses other instructions than AVX2 and what it has."""
    used = instruction_sets(_DISPATCHING)
    if "AVX2" not in used["instruction_sets"].split():
        raise EngineError(f"`isa: avx2` cannot be kept: {platform.node()} does not use AVX2")
    if beyond := [name for names in used.values() for name in _beyond(names)]:
        told = " ".join(f"{name}={value}" for name, value in pins().items())
        text = f"`isa: avx2` is not kept: {' '.join(beyond)} in use"
        raise EngineError(f"{text}; start the program with {told}")


def pins() -> dict[str, str]:
    """Return what libraries are to find in the environment, when imported, to stop at AVX2."""
    pinned = dict(_CHOSEN)
    used = instruction_sets(_DISPATCHING)
    for variable, key in zip(_DISABLING, SETS, strict=True):
        names = [os.environ.get(variable, ""), *_beyond(used[key])]
        if disabled := ",".join(filter(None, names)):
            pinned[variable] = disabled
    return pinned


def _beyond(names: str) -> list[str]:
    return [name for name in names.split() if _BEYOND_AVX2.match(name)]


def opencv_twice(installed: Collection[str]) -> str | None:
    """Return what is wrong where several wheels lie over each other; None where they do not."""
    wheels = [name for name in OPENCV if name in installed]
    if len(wheels) < 2:
        return None
    return f"{' and '.join(wheels)} are installed over each other; keep one"


def system_name() -> str:
    """Return the system, its release and its C library, where that tells its own version.

    As `platform.platform` has it, which starts a program to know the processor.
    """
    told = [platform.system(), platform.release()]
    with suppress(AttributeError, OSError, ValueError):  # not this system, or not this library
        told += (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
    return "-".join(told)


@cache
def version_of(library: str) -> str | None:
    """Return the version that is installed, or else what stands in; None if nothing does.

    Nothing is imported, and only its line is read: the whole, which tells of licences, takes a
    message parser 2 ms.
    """
    with suppress(metadata.PackageNotFoundError):
        found = metadata.distribution(library)
        line = _VERSION.search(found.read_text("METADATA") or "")
        return line[1] if line else found.version
    return _STANDS_IN.get(library)
