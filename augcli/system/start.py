"""What a process does first and last: names by their bytes, room for files, memory, no garbage."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

_ENOUGH = 1 << 16
"""Files that are never open together."""
_MANY = 1 << 17
"""Objects that may be new before garbage is looked for."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of malloc.h."""


def in_utf8() -> None:
    """Start this command again where names of files would be read in a legacy encoding.

    Ids come of the bytes of names: were `é` another letter under another locale, the same dataset
    would give other outputs.
    """
    if sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def rarely_collect() -> None:
    """Look for garbage seldom: what imports make is none, and takes long to look through."""
    gc.set_threshold(_MANY)


def stop_collecting() -> None:
    """Look for no garbage in what there is: it is needed, or goes with a process that ends now.

    Python would look through every object once more, a fifth of what a short command costs.
    """
    gc.freeze()


def leave(code: int) -> NoReturn:
    """End this process once all that asked for it is called; no module is taken apart.

    Python would clear one after another, a twentieth of what a short command costs.
    """
    atexit._run_exitfuncs()
    os._exit(code)


def keep_freed_memory() -> None:
    """Have glibc keep what is freed, up to so much, for what is allocated next.

    It gives arrays of some 100 kB back to the system at once, and clean pages cost time each time.
    """
    with suppress(AttributeError, OSError, TypeError):  # another C library has its own ways
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, 32 << 20)
        mallopt(_TRIM_THRESHOLD, 64 << 20)


def raise_open_files() -> None:
    """Allow as many open files as the system lets this process ask for."""
    try:
        import resource
    except ImportError:  # there is no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
