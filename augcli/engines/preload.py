"""Imported by the fork server only: imports what the workers need, once for all of them.

A library that starts threads when it is imported must not be imported at the top of the
factory's module, but in the factory: threads do not survive the fork.
"""

from __future__ import annotations

import importlib
import os
import signal
from contextlib import suppress

MODULE = "AUGCLI_PRELOAD"
"""The environment variable that names the module."""

# A signal to the process group is for the parent.
signal.signal(signal.SIGTERM, signal.SIG_IGN)

# What is wrong with the module comes to light in the workers, which import it again.
with suppress(Exception):
    importlib.import_module(os.environ[MODULE])
