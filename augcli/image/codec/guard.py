"""What codecs raise, warn about, or only say on stderr becomes SampleError here.

OpenCV returns a picture for some damaged files and only stderr speaks, so file descriptor 2 is
redirected while a codec works. Other threads that write to it meanwhile are taken for the codec.
"""

from __future__ import annotations

import os
import re
import struct
import tempfile
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from augcli.errors import SampleError
from augcli.image.codec import pillow
from augcli.image.kernels import opencv as cv2

_BENIGN = re.compile(
    "|".join(
        (
            # Ancillary PNG chunks say nothing about the pixels that we decode.
            r"libpng warning: (iCCP|sRGB|gAMA|cHRM|cICP|[tzi][TE]Xt|tIME|pHYs|sBIT|bKGD|eXIf)\b",
            r"libpng warning: Ignoring invalid time value",
            # Camera and GIS software adds its own tags; nothing of the pixels is in them.
            r"Unknown field with tag",
            # Right values in an unusual form: libtiff takes the first ones, as Pillow does.
            r"incorrect count for field|had too many entries",
            r"tags are not sorted in ascending order",
            r"does not end in null byte|contains null byte in value",
            # OpenCV itself writes RGBA without saying that the fourth is alpha.
            r"Sum of Photometric type-related color channels and ExtraSamples",
            # Bytes between header segments (quantisation, APPn, comment, frame) that no picture
            # data can be in; the same words before a scan or the end mean damage.
            r"extraneous bytes before marker 0x(db|e.|fe|c0|c1|c2)",
            r"unknown JFIF revision number",
            # What OpenCV cannot read, Pillow does, or says itself why not.
            r"is not configured|Unsupported|Sorry, |bitsperpixel value",
        )
    )
)
"""Messages known not to concern pixels; any other is a failure."""

_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"exceeds limit|MAX_IMAGE|MemoryError|TEXT_CHUNK|TEXT_MEMORY", "too large"),
        (
            r"premature|truncat|incomplete|unexpected end|end of file|not enough|reached eof"
            r"|unrecognized data stream|(read|seek|IO) error|only got|larger than file",
            "truncated",
        ),
        (
            r"not supported|unsupported|not implemented|unknown pixel mode|cannot handle"
            r"|precision 12|data precision",
            "unsupported",
        ),
    )
)

_PREFIX = re.compile(r"^\[ *[A-Z]+:\d+@[\d.]+\] global \S+ \S+ ")
_LONGEST_REASON = 200


def reason(what: str, words: Iterable[str]) -> str:
    """Return one line for a person: what is wrong, with which format, in the codec's words."""
    text = "; ".join(dict.fromkeys(filter(None, map(_plain, words))))
    kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), "damaged")
    return f"{kind} {what}: {text or 'cannot be decoded'}"[:_LONGEST_REASON]


def _plain(line: str) -> str:
    """Return a message without OpenCV's log prefix and source places."""
    return cv2.plain_words(_PREFIX.sub("", line.strip()))


class Heard:
    """Collects what is written to stderr into `words`; stderr comes back. There are many."""

    __slots__ = ("_ear", "_stderr", "_words")

    def __init__(self, words: list[str]):
        self._words = words

    def __enter__(self) -> list[str]:
        self._stderr = _copy_of_stderr()
        self._ear = _ear()
        os.dup2(self._ear, 2)
        return self._words

    def __exit__(self, _kind: object, _error: BaseException | None, _trace: object) -> None:
        os.dup2(self._stderr, 2)
        os.close(self._stderr)
        self._words += _drained(self._ear)


def _damage() -> tuple[type[BaseException], ...]:
    """Return what libraries raise for a file that is not as it should be."""
    return (
        *(cv2.error, pillow.Image.DecompressionBombError, OSError, SyntaxError, ValueError),
        *(ArithmeticError, EOFError, MemoryError, struct.error, zlib.error),
    )


class guarded(Heard):  # noqa: N801 – used as a function is; there are many, and small ones
    """Work on a file of format `what`: what codecs raise and say is a SampleError.

    What may be a bug of ours (TypeError, LookupError, RuntimeError) is not; those of libraries that
    trip over damage are caught by `foreign`, close to the call. Gives the list of what was said, to
    which `warned` adds what libraries in Python say in their own way.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str):
        self._what = what
        super().__init__([])

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        super().__exit__(kind, error, trace)
        _judge(self._what, harmful(self._words) if self._words else [], error)


class mute:  # noqa: N801 – used as `guarded` is
    """The same for a codec that says nothing on stderr: what it raises is a SampleError."""

    __slots__ = ("_what",)

    def __init__(self, what: str):
        self._what = what

    def __enter__(self) -> None:
        """Begin nothing."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        _judge(self._what, [], error)


def _judge(what: str, bad: list[str], error: BaseException | None) -> None:
    """Raise SampleError for what was said and raised of a file, if it was anything."""
    if isinstance(error, SampleError):
        if bad:
            raise SampleError(reason(what, bad)) from error
    elif error is not None and isinstance(error, _damage()):
        raise SampleError(reason(what, [*bad, cv2.said_by(error)])) from error
    elif bad and error is None:
        raise SampleError(reason(what, bad))


class CodecError(ValueError):
    """A library tripped over a file in a way that it did not mean to."""


@contextmanager
def foreign() -> Iterator[None]:
    """Call a library with a file's bytes: what it trips over is damage. For foreign calls only."""
    try:
        yield
    except (RuntimeError, TypeError, LookupError, AttributeError, AssertionError) as error:
        raise CodecError(cv2.said_by(error)) from error


def harmful(words: Iterable[str]) -> list[str]:
    """Return the messages that are not known to be benign."""
    return [line for line in words if line.strip() and not _BENIGN.search(line)]


@contextmanager
def warned(words: list[str]) -> Iterator[None]:
    """Collect what is warned about into `words`."""
    with warnings.catch_warnings(record=True, action="always") as caught:
        try:
            yield
        finally:
            words += [str(each.message) for each in caught if _is_of_data(each.category)]


def _is_of_data(category: type[Warning]) -> bool:
    """Return whether a warning may be about a file, and not about how we call a library."""
    return not issubclass(category, DeprecationWarning | PendingDeprecationWarning | FutureWarning)


_ears: list[int] = []
"""The one file of this process that stands in for stderr."""


def _ear() -> int:
    if not _ears:
        _ears.append(_anonymous_file())
    return _ears[0]


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("codec messages")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


if hasattr(os, "register_at_fork"):
    # A forked child would share the parent's file, its offset and so its messages.
    os.register_at_fork(after_in_child=_ears.clear)


def _copy_of_stderr() -> int:
    """Return a copy of stderr; one that is closed, as a daemon's may be, goes nowhere from now."""
    try:
        return os.dup(2)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        return os.dup(2)


def _drained(ear: int) -> list[str]:
    """Return the lines in the file and empty it; its offset tells whether there are any."""
    size = os.lseek(ear, 0, os.SEEK_CUR)
    if not size:
        return []
    os.lseek(ear, 0, os.SEEK_SET)
    text = os.read(ear, 1 << 16)
    os.ftruncate(ear, 0)
    os.lseek(ear, 0, os.SEEK_SET)
    return text.decode("utf-8", "replace").splitlines()
