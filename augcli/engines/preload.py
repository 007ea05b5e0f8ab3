"""Imported by the fork server only: imports what the workers need, once for all of them."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

MODULES = "AUGCLI_PRELOAD"
"""The environment variable that names the modules; without it each worker imports for itself."""


def _preload(modules: str) -> None:
    """Import the modules; if that started threads, which no fork copies, begin again without."""
    # What is wrong with the module comes to light in the workers, which import it again.
    with suppress(Exception):
        for module in modules.split(","):
            importlib.import_module(module)
    if len(list(Path("/proc/self/task").glob("*"))) > 1:
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  this very command


if MODULES in os.environ:  # not in the parent, which only wants to know this module's name
    # A signal to the process group is for the parent.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _preload(os.environ.pop(MODULES))
