"""Clusters of Ray for tests: a machine that is too busy to start one says so."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable
from typing import TypeVar

import pytest

BUSY = {"RAY_agent_register_timeout_ms": "120000"}
"""What has nodes wait for their own agents on a busy machine, as clusters of ours do."""
os.environ.update(BUSY)

T = TypeVar("T")
_TRIES = 3


def begun(begin: Callable[[], T]) -> T:
    """Return what begins a cluster; Ray gives a node thirty seconds, which may be too few."""
    told = ""
    for _ in range(_TRIES):
        try:
            return begin()
        except Exception as error:  # noqa: BLE001  Ray has no name for it
            told = str(error)
        with warnings.catch_warnings():  # about what Ray leaves open then
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    pytest.skip(f"Ray does not start on this machine: {told}")
