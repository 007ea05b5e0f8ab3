"""The one door to OpenCV: imported at first use, one thread, no IPP, bounded decoders.

Use as `from augcli.image import opencv as cv2`. Importing it costs nothing, so that commands
which only read recipes start fast.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any

MAX_DECODED_PIXELS = 1 << 30
"""OpenCV's own limit, far above `dataset.max_pixels`: the last line against lying headers."""

_ERROR = re.compile(r"OpenCV\([\d.]+\) \S+ error: \(-?\d+:[^)]*\) *(.*?)(?: in function|$)")


def plain_words(line: str) -> str:
    """Return a message without the place in OpenCV's source that it comes from."""
    inner = _ERROR.search(line)
    return (inner[1] if inner else line).strip()


def said_by(error: BaseException) -> str:
    """Return the first line of an exception's message, or its name where it has none."""
    return plain_words(str(error).splitlines()[0]) if str(error) else type(error).__name__


@cache
def load() -> Any:
    """Import cv2, set up as all of augcli needs it."""
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_DECODED_PIXELS))
    os.environ.setdefault("OPENCV_LOG_LEVEL", "WARNING")
    import cv2

    cv2.setNumThreads(1)
    cv2.ipp.setUseIPP(False)
    return cv2


class _Exactly:
    """Lets Intel's library do what moves or inverts values: faster, and the same for all."""

    def __enter__(self) -> None:
        _switch()(True)

    def __exit__(self, *_: object) -> None:
        _switch()(False)


@cache
def _switch() -> Any:
    """Return what puts Intel's library into use or out of it."""
    return load().ipp.setUseIPP


EXACTLY = _Exactly()


def __getattr__(name: str) -> Any:
    """Fetch a name from cv2 and keep it here, so that the second use is a plain look-up."""
    if name.startswith("__"):
        raise AttributeError(name)
    value = getattr(load(), name)
    globals()[name] = value
    return value
